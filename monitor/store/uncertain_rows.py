"""Minutes of a clock without time beside the same minute with its date, in another stream.

A journal that begins a new stream sends all of it again. If the time was found in between, the
old stream's row stands at a false hour, and nobody will ever send its correction: what tells
that both are one minute is the boot, and the time within it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from monitor.contract.quantities import DURATION
from monitor.contract.record import ClockState, Record
from monitor.store.deletion import Sorted
from monitor.store.position_rows import settle
from monitor.store.recall import DAY_MS, RoomDay
from monitor.store.rows import CLOCK_STATES

UNCERTAIN: Final = CLOCK_STATES.index(ClockState.UNSYNCED)
_TABLES: Final = ("minutes", "deleted_minutes")
# clock <> 0 as the indexes have it, word for word: SQLite takes them for nothing else.
_SAME_MINUTE: Final = (
    "clock <> 0 AND boot = ? AND boottime_s_e3 = ? AND clock = ? AND room_id = ? AND stream_id <> ?"
)
KEY: Final = "room_id, stream_id, end_ms, seq, clock, revision, crc"
# Of a minute without a date that is not kept: that it came, and no value.
INSERT_KEY: Final = (
    f"INSERT OR IGNORE INTO deleted_minutes ({KEY})"  # noqa: S608 - constants
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_Row = tuple[int, ...]


def without_dated(
    connection: sqlite3.Connection, room_id: int, stream_id: int, fates: Sorted
) -> Sorted:
    """Return arriving records by what becomes of them: none without time that another dates."""
    kept, hidden, dropped = fates
    told = {
        record.seq
        for some in (kept, hidden)
        for record in some
        if is_dated_elsewhere(connection, room_id, stream_id, record)
    }
    if not told:
        return fates
    return (
        [one for one in kept if one.seq not in told],
        [one for one in hidden if one.seq not in told],
        sorted(
            [*dropped, *(one for one in (*kept, *hidden) if one.seq in told)],
            key=lambda one: one.seq,
        ),
    )


def is_dated_elsewhere(
    connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record
) -> bool:
    """Tell whether a record is without time and another stream has it with its date."""
    return record.clock is ClockState.UNSYNCED and any(
        connection.execute(
            f"SELECT 1 FROM {table} WHERE {_SAME_MINUTE}",  # noqa: S608 - our names
            _values(record, ClockState.CORRECTED, room_id, stream_id),
        ).fetchone()
        for table in _TABLES
    )


def supersede(
    connection: sqlite3.Connection, room_id: int, stream_id: int, records: Iterable[Record]
) -> set[RoomDay]:
    """Let go what other streams hold without time, or by another date, of records with theirs.

    A sensor that has lost its dates learns them anew by a clock that was slewed since: by some
    milliseconds it would be another minute. Their keys stay. Returns the days that they leave.
    What arrives is counted by the caller.
    """
    rows: dict[str, list[_Row]] = {table: [] for table in _TABLES}
    for record in records:
        if record.clock is ClockState.CORRECTED:
            for table in _TABLES:
                rows[table] += _others(connection, table, record, room_id, stream_id)
    gone = [*rows["minutes"], *rows["deleted_minutes"]]
    if gone:
        # Before they go: how far their streams reach is told by the rows themselves.
        settle(connection, among={stream for _, stream, *_ in gone})
        for table, found in rows.items():
            connection.executemany(
                f"DELETE FROM {table} WHERE stream_id = ? AND seq = ?",  # noqa: S608 - our names
                [(stream, seq) for _, stream, _, seq, *_ in found],
            )
        connection.executemany(INSERT_KEY, gone)
    return {(room, end_ms // DAY_MS) for room, _, end_ms, *_ in gone}


def _others(
    connection: sqlite3.Connection, table: str, record: Record, room_id: int, stream_id: int
) -> Iterator[_Row]:
    for clock in (ClockState.UNSYNCED, ClockState.CORRECTED):
        yield from connection.execute(
            f"SELECT {KEY} FROM {table} WHERE {_SAME_MINUTE}"  # noqa: S608 - our names
            f" AND (clock = {UNCERTAIN} OR end_ms <> ?)",
            (*_values(record, clock, room_id, stream_id), record.minute.end_ms),
        )


def moment_of(record: Record) -> tuple[bytes, int]:
    """Return the cells that tell one minute under any stream: its boot, and the time within it."""
    return bytes.fromhex(record.boot), DURATION.scaled(record.boottime_s)


def _values(
    record: Record, clock: ClockState, room_id: int, stream_id: int
) -> Sequence[bytes | int]:
    return *moment_of(record), CLOCK_STATES.index(clock), room_id, stream_id
