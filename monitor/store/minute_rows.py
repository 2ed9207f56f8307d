"""Minutes into their tables, in a transaction of the caller's: kept ones, and deleted ones."""

import sqlite3
from typing import Final, NamedTuple

from monitor.contract.record import Record
from monitor.store import gap_rows, purged_rows
from monitor.store.deletion import Sorted
from monitor.store.recall import Recall, RoomDay
from monitor.store.rows import RECORD_COLUMNS, pack

DAY_MS: Final = 86_400_000
_CELLS: Final = (
    f"(room_id, stream_id, {RECORD_COLUMNS}) VALUES (?, ?{', ?' * (RECORD_COLUMNS.count(',') + 1)})"
)
_INSERT_MINUTE: Final = f"INSERT OR IGNORE INTO minutes {_CELLS}"
_INSERT_HIDDEN: Final = f"INSERT OR IGNORE INTO deleted_minutes {_CELLS}"


class Inserted(NamedTuple):
    """How many records count as stored now; whether all are new and in sight; their days."""

    stored: int
    all_in_sight: bool
    days: set[RoomDay]


def insert(
    connection: sqlite3.Connection, room_id: int, stream_id: int, fates: Sorted, recall: Recall
) -> Inserted:
    """Insert what is new; what people deleted out of sight, or, if for good, not at all."""
    kept, hidden, dropped = fates
    days = {(room_id, record.minute.end_ms // DAY_MS) for record in kept}
    replaced = sum(
        _replace(connection, room_id, stream_id, record, days)
        for some in fates
        for record in some
        if record.revision
    )
    before = connection.total_changes
    for statement, some in ((_INSERT_MINUTE, kept), (_INSERT_HIDDEN, hidden)):
        if some:
            rows = [(room_id, stream_id, *pack(record)) for record in some]
            connection.executemany(statement, rows)
    added = connection.total_changes - before - replaced
    if dropped:
        purged_rows.keep(connection, stream_id, dropped[-1])
    # A day already noted is left alone, so that a minute dirties no page for it.
    if not days <= recall.days:
        connection.executemany("INSERT OR IGNORE INTO unscored_days VALUES (?, ?)", days)
    undated = 0 if stream_id in recall.dated else gap_rows.date(connection, stream_id)
    is_plain = added == len(kept) and not (hidden or dropped or replaced or undated)
    return Inserted(added + len(dropped), all_in_sight=is_plain, days=days)


def _replace(
    connection: sqlite3.Connection,
    room_id: int,
    stream_id: int,
    record: Record,
    days: set[RoomDay],
) -> int:
    """Make room for a higher revision; the days it leaves change as well."""
    replaced = 0
    for table in ("minutes", "deleted_minutes"):
        for (end_ms,) in connection.execute(
            f"DELETE FROM {table} WHERE stream_id = ? AND seq = ? AND revision < ?"  # noqa: S608 - our names
            " RETURNING end_ms",
            (stream_id, record.seq, record.revision),
        ).fetchall():
            replaced += 1
            days.add((room_id, end_ms // DAY_MS))
    return replaced
