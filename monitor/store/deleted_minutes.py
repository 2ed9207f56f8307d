"""The minutes of nights.db that people deleted: out of sight, brought back, purged.

A few rows at a time, so that no live value waits for the deletion of a year.
"""

import sqlite3
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from monitor.contract.record import Record
from monitor.store import (
    buried_rows,
    deletion_sums,
    gap_rows,
    meant_rows,
    purged_rows,
    purged_seqs,
)
from monitor.store.database import InWords, Transaction, empty_log
from monitor.store.deletion import WHOLE_HOUSE, Deletion, Honoured, Key
from monitor.store.position_rows import move_all_up, move_up, settle
from monitor.store.recall import DAY_MS, RoomDay
from monitor.store.rows import IS_WHOLE

# Judgement: moving as many takes some 20 ms and their commit as much again.
ROWS_AT_ONCE: Final = 500
# Stands for when it was purged, where that is still to be done in this file.
TO_PURGE: Final = 0
# From one to one before it.
NO_NIGHTS: Final = ("1", "0")
_SPAN: Final = "room_id = ? AND end_ms > ? AND end_ms <= ?"
# A hollow row (minute_rows) is no minute that could be brought back.
_WHOLE: Final = f"{_SPAN} AND {IS_WHOLE}"


class DeletedMinutes:
    """Shares the connection of nights.db's writer; every method is one transaction at most."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def known(self) -> dict[Deletion, int | None]:
        """Return the deletions taken over so far, with when each was purged, or TO_PURGE.

        Without those whose bytes have changed (deletion_sums).
        """
        with InWords(self._path):
            return {one.deletion: one.purged_ms for one in deletion_sums.sound(self._connection)}

    def is_summed(self) -> bool:
        """Tell whether the deletions have their check sums: taking over gives them theirs."""
        with InWords(self._path):
            return deletion_sums.is_summed(self._connection)

    def take_over(self, deletions: tuple[Deletion, ...]) -> None:
        """Remember deletions as household.db has them; one that either has undone stays undone.

        They replace what is left of them after damage.
        """
        with Transaction(self._connection, self._path):
            deletion_sums.drop_changed(self._connection, deletions)
            with deletion_sums.summing(self._connection):
                self._connection.executemany(
                    "INSERT INTO deletions (made_ms, room, start_ms, end_ms, undone_ms)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                    " SET undone_ms = coalesce(undone_ms, excluded.undone_ms)",
                    [(*one.key, one.undone_ms) for one in deletions],
                )

    def undo_time(self) -> bytes | None:
        """Return how long deletions could be undone so far, as kept; None where it is not."""
        with InWords(self._path):
            row = self._connection.execute(  # as bytes: a changed one may leave no text
                "SELECT CAST(value AS BLOB) FROM meta WHERE key = 'undo_time'"
            ).fetchone()
        return None if row is None else bytes(row[0])

    def keep_undo_time(self, written: str) -> None:
        """Keep it for the next start."""
        with Transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('undo_time', ?)", (written,)
            )

    def hide(self, deletion: Deletion) -> int:
        """Take some of a deletion's minutes out of sight; return how many, 0 when all are."""
        return self._move("minutes", "deleted_minutes", deletion, except_of=())

    def bring_back(self, undone: Deletion, in_force: tuple[Deletion, ...]) -> int:
        """Bring back some minutes of an undone deletion that no other holds; return how many."""
        return self._move("deleted_minutes", "minutes", undone, except_of=in_force)

    def keep_meant(self, stream: str, rows: Iterable[tuple[Record, int]]) -> int:
        """Keep records that were deleted at other hours than their own; return how many are new.

        A gap that was declared of them shrinks. rows: (record, end_ms of its row), of a stream
        that is known.
        """
        with Transaction(self._connection, self._path):
            room_id, stream_id = self._ids_settled(stream)
            new = 0
            for record, end_ms in rows:
                new += meant_rows.keep(self._connection, room_id, stream_id, record, end_ms)
                self._touch_day((room_id, end_ms // DAY_MS))
            self._count(room_id, stream_id, new)
        return new

    def keep_keys(self, stream: str, keys: Iterable[buried_rows.Key]) -> None:
        """Keep what a salvage found of minutes that were not kept: of a stream that is known."""
        with Transaction(self._connection, self._path):
            room_id, stream_id = self._ids_settled(stream)
            new = 0
            for key in keys:
                more, days = buried_rows.put_back(self._connection, room_id, stream_id, key)
                new += more
                for day in days:
                    self._touch_day(day)
            self._count(room_id, stream_id, new)

    def _ids_settled(self, stream: str) -> tuple[int, int]:
        settle(self._connection)
        room_id, stream_id = self._connection.execute(
            "SELECT room_id, stream_id FROM streams WHERE stream = ?", (stream,)
        ).fetchone()
        return room_id, stream_id

    def _count(self, room_id: int, stream_id: int, new: int) -> None:
        lost = gap_rows.refit(self._connection, room_id, stream_id)
        self._connection.execute(
            "UPDATE streams SET records = records + ?, lost = ? WHERE stream_id = ?",
            (new, lost, stream_id),
        )
        move_up(self._connection, stream_id)

    def begin_purge(self, deletion: Deletion) -> None:
        """Note of a final deletion that nothing can be taken back from now on."""
        with (
            Transaction(self._connection, self._path),
            deletion_sums.summing(self._connection),
        ):
            self._connection.execute(
                f"UPDATE deletions SET purged_ms = {TO_PURGE}"  # noqa: S608 - a constant
                " WHERE purged_ms IS NULL AND made_ms = ? AND room = ? AND start_ms = ?"
                " AND end_ms = ?",
                deletion.key,
            )

    def purge(self, deletion: Deletion) -> int:
        """Remove some of a final deletion's minutes for good; return how many, 0 at the end.

        Begun before (begin_purge): the first of them is gone for whoever wants to take it back.
        """
        with Transaction(self._connection, self._path):
            settle(self._connection)
            gone = 0
            for room_id in self._room_ids(deletion):
                for table, chosen in (("minutes", _SPAN), ("deleted_minutes", _WHOLE)):
                    span = self._some(table, room_id, deletion, chosen)
                    if span is not None:
                        self._touch_days(table, span)
                        purged_rows.keep_of(self._connection, table, span)
                        gone += self._purge_rows(table, span, chosen)
            return gone

    def _purge_rows(self, table: str, span: tuple[int, int, int], chosen: str) -> int:
        """Remove rows; of those of a clock without time the values."""
        keys = buried_rows.of(self._connection, table, span)
        gone = set(
            self._connection.execute(
                f"DELETE FROM {table} WHERE {chosen} RETURNING stream_id, seq",  # noqa: S608 - our names
                span,
            ).fetchall()
        )
        self._connection.executemany(buried_rows.INSERT, keys)
        # Without its moment it is still to be judged, by its date.
        open_ones = {(stream, seq) for _, stream, _, seq, *_, boot, _ in keys if boot is None}
        purged_seqs.keep_all(self._connection, gone - open_ones)
        return len(gone)

    def purged_before(self, keys: Collection[Key]) -> tuple[Deletion, ...]:
        """Return the deletions in force whose minutes were purged in the file before this one.

        They are so here too, at once: nothing of them is left that could be brought back.
        """
        there = [one for one in self.known() if one.undone_ms is None and one.key in keys]
        with (
            Transaction(self._connection, self._path),
            deletion_sums.summing(self._connection),
        ):
            self._connection.executemany(
                "UPDATE deletions SET purged_ms = coalesce(purged_ms, ?)"
                " WHERE made_ms = ? AND room = ? AND start_ms = ? AND end_ms = ?",
                [(TO_PURGE, *one.key) for one in there],
            )
        return tuple(there)

    def purged(
        self, deletion: Deletion, *, now_ms: int, nights: tuple[str, str] = NO_NIGHTS
    ) -> None:
        """Forget what was decided of alerts in or of a purged range, and note that it is purged.

        Args:
            deletion: whose minutes are gone.
            now_ms: since now.
            nights: the first and last night of which it holds all: what was decided of those
                goes, too, also where it was after their noon.
        """
        with Transaction(self._connection, self._path):
            spans = (
                "(at_ms > ?1 AND at_ms <= ?2 OR rise_to_ms > ?1 AND rise_from_ms < ?2"
                " OR night BETWEEN ?3 AND ?4) AND ?5 IN ('', room)"
            )
            values = (deletion.start_ms, deletion.end_ms, *nights, deletion.room)
            chosen = f"SELECT decision_id FROM alert_decisions WHERE {spans}"  # noqa: S608 - constants
            self._connection.execute(
                f"DELETE FROM outbox WHERE decision_id IN ({chosen})",  # noqa: S608 - constants
                values,
            )
            self._connection.execute(f"DELETE FROM alert_decisions WHERE {spans}", values)  # noqa: S608 - constants
            with deletion_sums.summing(self._connection):
                self._connection.execute(
                    "UPDATE deletions SET purged_ms = ?"
                    " WHERE made_ms = ? AND room = ? AND start_ms = ? AND end_ms = ?",
                    (now_ms, *deletion.key),
                )

    def fold_in(self) -> bool:
        """Empty the log, whose pages of before no purge touches; False while somebody reads."""
        with InWords(self._path):
            return empty_log(self._connection)

    def _move(
        self, source: str, target: str, deletion: Deletion, except_of: tuple[Deletion, ...]
    ) -> int:
        is_back = source == "deleted_minutes"
        chosen = _WHOLE if is_back else _SPAN
        with Transaction(self._connection, self._path):
            settle(self._connection)
            moved = 0
            for room_id, room in self._rooms(deletion):
                for start_ms, end_ms in _without(deletion, room, except_of):
                    part = Deletion(made_ms=0, room=room, start_ms=start_ms, end_ms=end_ms)
                    span = self._some(source, room_id, part, chosen)
                    if span is None:
                        continue
                    self._touch_days(source, span)
                    reaches = self._reaches(span) if is_back else []
                    fate_of = partial(self._fates(except_of).fate, room)
                    moved += (
                        meant_rows.bring_back(self._connection, span, fate_of, self._touch_day)
                        if is_back
                        else meant_rows.hide(self._connection, span)
                    )
                    self._connection.execute(
                        f"INSERT OR IGNORE INTO {target} SELECT * FROM {source} WHERE {chosen}",  # noqa: S608 - our names
                        span,
                    )
                    moved += self._connection.execute(
                        f"DELETE FROM {source} WHERE {chosen}",  # noqa: S608 - our names
                        span,
                    ).rowcount
                    for reach in reaches:
                        gap_rows.date_anew(self._connection, *reach)
            if is_back:  # they may close a hole in what was put back: counted as it came
                move_all_up(self._connection)
            return moved

    def _reaches(self, span: tuple[int, int, int]) -> list[tuple[int, int, int]]:
        """Return (stream_id, first, last seq) of what is about to be brought back, to its date."""
        return self._connection.execute(
            "SELECT stream_id, min(seq), max(seq) FROM deleted_minutes"  # noqa: S608 - constants
            f" WHERE {_WHOLE} GROUP BY stream_id",
            span,
        ).fetchall()

    def _fates(self, in_force: tuple[Deletion, ...]) -> Honoured:
        """Return by what minutes are judged: of what is purged nothing is done any more."""
        known = deletion_sums.sound(self._connection) if in_force else []
        purged = {one.deletion for one in known if one.purged_ms not in {None, TO_PURGE}}
        held = Honoured()
        held.renew(in_force, purged.__contains__)
        return held

    def _some(
        self, table: str, room_id: int, deletion: Deletion, chosen: str
    ) -> tuple[int, int, int] | None:
        """Return (room_id, start_ms, end_ms] of some rows in a range, None if there are none."""
        start_ms, end_ms = deletion.start_ms, deletion.end_ms
        rows = self._connection.execute(
            f"SELECT end_ms FROM {table} WHERE {chosen} ORDER BY end_ms LIMIT ?",  # noqa: S608 - our names
            (room_id, start_ms, end_ms, ROWS_AT_ONCE),
        ).fetchall()
        return (room_id, start_ms, rows[-1][0]) if rows else None

    def _touch_days(self, table: str, span: tuple[int, int, int]) -> None:
        """Note the days whose nights are to be judged again."""
        days = f"SELECT DISTINCT room_id, end_ms / {DAY_MS} FROM {table} WHERE {_SPAN}"  # noqa: S608 - our names
        self._connection.execute(f"INSERT OR IGNORE INTO unscored_days {days}", span)

    def _touch_day(self, day: RoomDay) -> None:
        self._connection.execute("INSERT OR IGNORE INTO unscored_days VALUES (?, ?)", day)

    def _rooms(self, deletion: Deletion) -> list[tuple[int, str]]:
        return self._connection.execute(
            "SELECT room_id, room FROM rooms WHERE ?1 IN (room, '')", (deletion.room,)
        ).fetchall()

    def _room_ids(self, deletion: Deletion) -> list[int]:
        return [room_id for room_id, _ in self._rooms(deletion)]


def _without(deletion: Deletion, room: str, others: tuple[Deletion, ...]) -> list[tuple[int, int]]:
    """Return the parts (start_ms, end_ms] of a range that no other deletion in a room holds."""
    parts, start_ms = [], deletion.start_ms
    holding = [one for one in others if one.room in (WHOLE_HOUSE, room)]
    for other in sorted(holding, key=lambda one: one.start_ms):
        if other.start_ms > start_ms:
            parts.append((start_ms, min(other.start_ms, deletion.end_ms)))
        start_ms = max(start_ms, other.end_ms)
        if start_ms >= deletion.end_ms:
            return parts
    parts.append((start_ms, deletion.end_ms))
    return parts
