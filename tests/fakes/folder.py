"""A data folder whose databases are closed at the end of a test, whatever it opened."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from monitor.runtime.clock import Clock
from monitor.store.alerts_reader import AlertsReader
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter

STORE_ID = "5707e1d05707e1d0"


class Folder:
    """Opens readers and writers in one folder; close them early or leave it to the end."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self._stack = stack

    def nights_writer(self, new_id: Callable[[], str] = lambda: STORE_ID) -> NightsWriter:
        return self._stack.enter_context(
            closing(NightsWriter.open(self.path / "nights.db", new_id=new_id))
        )

    def nights_reader(self) -> NightsReader:
        return self._stack.enter_context(closing(NightsReader.open(self.path / "nights.db")))

    def alerts_reader(self) -> AlertsReader:
        return self._stack.enter_context(closing(AlertsReader.open(self.path / "nights.db")))

    def household_writer(self, clock: Clock | None = None) -> HouseholdWriter:
        path = self.path / "household.db"
        return self._stack.enter_context(closing(HouseholdWriter.open(path, clock=clock)))

    def household_reader(self) -> HouseholdReader:
        return self._stack.enter_context(closing(HouseholdReader(self.path / "household.db")))

    def purge(self) -> None:
        """Have the monitor have erased the minutes of all deletions."""
        with closing(self.nights_writer()) as writer:
            rows = writer.deleted()
            rows.take_over(self.household_reader().deletions())
            for one in rows.known():
                rows.purged(one, now_ms=one.undo_until_ms)

    def keep(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        return self._stack.enter_context(closing(connection))

    def raw(self, name: str) -> sqlite3.Connection:
        """Return a connection to a file as another program would open it."""
        return self.keep(sqlite3.connect(self.path / name))


@contextmanager
def data_folder(path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        yield Folder(path, stack)
