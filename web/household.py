"""The household's choices for many threads: household.db as it is now."""

import threading
from pathlib import Path

from monitor.night.household import Household
from monitor.store.household_reader import HouseholdReader


class KeptHousehold:
    """Reads household.db through one connection; before there is one, all are defaults."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._reader = HouseholdReader(path)

    def in_force(self, room: str, at_ms: int) -> Household:
        """Return the choices in force in a room at an instant."""
        with self._lock:
            return self._reader.household(room, at_ms)

    def version(self) -> int:
        """Return a number that differs whenever anything chosen or said has changed."""
        with self._lock:
            return self._reader.data_version()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._reader.close()
