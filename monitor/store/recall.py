"""What a writer has read of its file, believed for as long as nobody has changed the file.

A live message would ask the same four things each minute; two numbers tell that the answers
still stand. What is acknowledged is never taken from here: it is read after the commit.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from monitor.store.database import data_version
from monitor.store.position_rows import Position

DAY_MS: Final = 86_400_000
RoomDay = tuple[int, int]


class Recall:
    """Belongs to one connection; empty after any change that was not told by keep.

    Attributes:
        path: the connection's file.
        positions: of streams by their names, each as it is on disk.
        days: (room_id, UTC day) that stand in unscored_days.
        dated: ids of streams of which no gap waits for its instants.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path
        self._version = self._changes = -1
        self.positions: dict[str, Position] = {}
        self.days: set[RoomDay] = set()
        self.dated: set[int] = set()

    def check(self) -> None:
        """Forget all of it if anyone, on this connection or another, has changed the file."""
        version = data_version(self._connection, self.path)
        if (version, self._connection.total_changes) != (self._version, self._changes):
            self.positions.clear()
            self.days.clear()
            self.dated.clear()
            self._version, self._changes = version, self._connection.total_changes

    def keep(self, stream_id: int, days: Iterable[RoomDay]) -> None:
        """Go on after a commit, begun by check, that did no more than add minutes to a stream."""
        # After the commit only: what was rolled back has counted as a change all the same.
        self._changes = self._connection.total_changes
        self.days.update(days)
        self.dated.add(stream_id)
