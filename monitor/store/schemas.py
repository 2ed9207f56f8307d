"""Both databases by the name of their file."""

from monitor.store.database import Schema
from monitor.store.household_db import HOUSEHOLD_FILE, household_schema
from monitor.store.nights_db import NIGHTS_FILE, nights_schema


def schemas() -> dict[str, Schema]:
    """Return both schemas by the name of their file."""
    return {NIGHTS_FILE: nights_schema(), HOUSEHOLD_FILE: household_schema()}
