"""What a salvaged stream had and nobody could read: declared lost, so that it is shown.

Nobody else would: a card that was replaced sends nothing more. What a connected sensor still
has is taken out of the gaps again as it comes.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from monitor.store import gap_rows, purged_seqs
from monitor.store.database import Transaction
from monitor.store.deletion import Deletion, Honoured
from monitor.store.gap_rows import Range
from monitor.store.held_minutes import IMPORTED
from monitor.store.position_rows import EVERY

MINUTE_MS: Final = 60_000
_KEY: Final = "SELECT stream_id, seq, end_ms FROM"
_BOTH: Final = f"({_KEY} minutes UNION ALL {_KEY} deleted_minutes)"
_FIRST_LAST: Final = f"SELECT min(seq), max(seq) FROM {_BOTH} WHERE stream_id = ? AND seq <= ?"  # noqa: S608 - constants
_BEFORE: Final = (
    f"SELECT seq, end_ms FROM {_BOTH} WHERE stream_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1"  # noqa: S608 - constants
)
_AFTER: Final = (
    f"SELECT seq, end_ms FROM {_BOTH} WHERE stream_id = ? AND seq > ? ORDER BY seq LIMIT 1"  # noqa: S608 - constants
)
# Source: https://www.sqlite.org/datatype3.html: the largest integer a cell holds.
LAST_SEQ: Final = (1 << 63) - 1


class Told(NamedTuple):
    """What a damaged file says of a stream: the cells of its row; they have no CRC."""

    stored_seq: int
    records: int
    lost: int

    @property
    def makes_sense(self) -> bool:
        """Tell whether its numbers fit each other: each seq up to there was kept or lost."""
        return 0 <= self.stored_seq <= self.records + self.lost


class Missed(NamedTuple):
    """How many records of a stream are declared anew: again, or because they cannot be read.

    imported: how many that cannot be read had been imported, declared or not.
    """

    again: int
    unreadable: int
    imported: int = 0


class MissedRows:
    """Shares the connection of nights.db's writer; its method is one transaction."""

    def __init__(self, path: Path, connection: sqlite3.Connection, honoured: Honoured) -> None:
        self._path = path
        self._connection = connection
        self._honoured = honoured

    def learn(self, place: tuple[str, str, str], erased: Sequence[Range]) -> None:
        """Begin a (room, device, stream) that is new, and take over what was erased of it."""
        with Transaction(self._connection, self._path):
            gap_rows.learn_erased(
                self._connection, *self._ids(place[0], place[1], place[2]), erased
            )

    def declare(
        self,
        place: tuple[str, str, str],
        told: Told | None,
        gaps: Sequence[Range],
        erased: Sequence[Range] = (),
    ) -> Missed:
        """Declare what is missing of a (room, device, stream) that was salvaged.

        Args:
            place: where it belongs; it is begun if it is new.
            told: what its row in the damaged file says and makes sense, None if there is nothing.
            gaps: what was declared there.
            erased: what people had erased there.
        """
        room, device, stream = place
        with Transaction(self._connection, self._path):
            room_id, stream_id = self._ids(room, device, stream)
            first, last = self._reach(stream_id, told, device)
            gap_rows.learn_erased(self._connection, room_id, stream_id, erased)
            gone = purged_seqs.kept(self._connection, stream_id)
            sane = purged_seqs.without(((begin, end) for begin, end in gaps if end <= last), gone)
            again = gap_rows.declare(self._connection, room_id, stream_id, sane)
            missing = gap_rows.missing(self._connection, stream_id, first, last)
            left = purged_seqs.without(missing, gone)
            holes = [part for hole in left for part in self._not_deleted(room, stream_id, hole)]
            imported = 0
            if told is not None and _is_imported(device, told):
                deleted = _size(missing) - _size(holes)
                imported = max(0, told.records - self._held(stream_id) - deleted)
                if _size(holes) > imported:
                    holes = []  # which of them had records nobody knows
                elif self._honoured.of(room):
                    imported = _size(holes)  # what lay around them may have been deleted
            unreadable = gap_rows.declare(self._connection, room_id, stream_id, holes)
            self._connection.execute(
                "UPDATE streams SET lost = ? WHERE stream_id = ?",
                (gap_rows.lost_in(self._connection, stream_id), stream_id),
            )
        return Missed(again, 0, imported) if imported else Missed(again, unreadable)

    def _held(self, stream_id: int) -> int:
        held = f"SELECT count(*) FROM {_BOTH} WHERE stream_id = ?"  # noqa: S608 - constants
        return int(self._connection.execute(held, (stream_id,)).fetchone()[0])

    def _ids(self, room: str, device: str, stream: str) -> tuple[int, int]:
        self._connection.execute("INSERT OR IGNORE INTO rooms (room) VALUES (?)", (room,))
        self._connection.execute(
            "INSERT OR IGNORE INTO streams (stream, device, room_id, stored_seq)"
            " SELECT ?, ?, room_id, 0 FROM rooms WHERE room = ?",
            (stream, device, room),
        )
        row = self._connection.execute(
            "SELECT room_id, stream_id FROM streams WHERE stream = ?", (stream,)
        ).fetchone()
        return int(row[0]), int(row[1])

    def _reach(self, stream_id: int, told: Told | None, device: str) -> Range:
        """Return the first and last seq of a stream that its store answered for."""
        is_imported = told is not None and _is_imported(device, told)
        most = LAST_SEQ if told is None or is_imported else told.stored_seq + EVERY
        first, last = self._connection.execute(_FIRST_LAST, (stream_id, most)).fetchone()
        if told is not None and not is_imported:
            return 1, max(told.stored_seq, last or 0)
        # Of a stream whose row cannot be read what lies between two records was its own; of a
        # file that was imported rows may have been left out.
        is_unknown = last is None or (told is None and device == IMPORTED)
        return (1, 0) if is_unknown else (first, last)

    def _not_deleted(self, room: str, stream_id: int, hole: Range) -> list[Range]:
        """Return the parts of a hole that people may not have deleted.

        Of a purge that kept no numbers the neighbours tell: a record ended a minute each behind
        the one before the hole at the soonest, and before the one behind it at the latest. Only
        where all of that is deleted, so is the record: sensors may have been off in between.
        """
        before = self._connection.execute(_BEFORE, (stream_id, hole[0])).fetchone()
        after = self._connection.execute(_AFTER, (stream_id, hole[1])).fetchone()
        if before is None or after is None:
            return [hole]
        # When a record of the number 0 would have ended.
        zeros = [end_ms - seq * MINUTE_MS for seq, end_ms in (before, after)]
        gone = [
            ((start_ms - min(zeros)) // MINUTE_MS + 1, (end_ms - max(zeros)) // MINUTE_MS)
            for start_ms, end_ms in _times(self._honoured.of(room))
        ]
        return purged_seqs.without([hole], (one for one in gone if one[0] <= one[1]))


def _times(deletions: Iterable[Deletion]) -> list[Range]:
    """Return all deleted times (after, up to) in order, those that touch as one."""
    return purged_seqs.merged((one.start_ms, one.end_ms) for one in deletions)


def _is_imported(device: str, told: Told) -> bool:
    """Tell whether a stream is a file's, or a part of one: nothing was ever acknowledged of it."""
    return device == IMPORTED or not told.stored_seq


def _size(ranges: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in ranges)
