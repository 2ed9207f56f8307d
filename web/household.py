"""The household's choices for many threads: household.db as it is now, and its one writer."""

import threading
from pathlib import Path

from monitor.night.household import Correction, Household, PageMark
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter


class KeptHousehold:
    """Reads household.db through one connection and writes it through the one writer.

    Before anybody has chosen, all are defaults. Threads may share it; any method may
    raise StoreError.
    """

    def __init__(self, path: Path, writer: HouseholdWriter) -> None:
        self._lock = threading.Lock()
        self._reader = HouseholdReader(path)
        self._writer = writer

    def in_force(self, room: str, at_ms: int) -> Household:
        """Return the choices in force in a room at an instant."""
        with self._lock:
            return self._reader.household(room, at_ms)

    def correction(self, room: str, night: str) -> Correction | None:
        """Return what a person last said of a night, None if nothing."""
        with self._lock:
            return self._reader.correction(room, night)

    def marks(self, room: str, start_ms: int, end_ms: int) -> tuple[PageMark, ...]:
        """Return the marks made on pages in (start_ms, end_ms], in order of time."""
        with self._lock:
            return self._reader.marks(room, start_ms, end_ms)

    def mark(self, room: str, mark: PageMark, *, made_ms: int) -> bool:
        """Keep a mark; return False where one of the same id is kept already."""
        with self._lock:
            return self._writer.mark(room, mark, made_ms=made_ms)

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        """Keep what a person said of a night; it replaces all they said of it before."""
        with self._lock:
            self._writer.correct(room, night, correction, made_ms=made_ms)

    def version(self) -> int:
        """Return a number that differs whenever anything chosen or said has changed."""
        with self._lock:
            return self._reader.data_version()

    def close(self) -> None:
        """Close the reading connection; the writer is its opener's."""
        with self._lock:
            self._reader.close()
