"""What nights.db is: its schema, and the outline of a night that a year is read by."""

from typing import Final

from msgspec.structs import replace

from monitor.score.result import NightScore
from monitor.store.database import Schema, packaged_steps

# Judgement: "NRni" in ASCII; only has to differ from every other SQLite user's id.
NIGHTS_APPLICATION_ID: Final = 0x4E526E69
NIGHTS_FILE: Final = "nights.db"


def nights_schema() -> Schema:
    """Return the schema of nights.db with its packaged steps."""
    return Schema(
        name=NIGHTS_FILE,
        application_id=NIGHTS_APPLICATION_ID,
        writer_unit="nightroom-monitor",
        steps=packaged_steps("nights"),
    )


def outline_of(score: NightScore) -> NightScore:
    """Return the score without what only a night's own page shows."""
    return replace(score, minute_costs={}, spans=(), sentences=())
