"""What was purged of a clock without time: a key that tells its moment, and no value.

Its false hour is the only one at which people can have deleted it, and says nothing once the
minute comes again, with its date or under another stream. What tells it then is its boot and the
time within it: what has such a key is gone for good. A key without them (minute_rows) is of a
minute that came into what had been deleted before, and is judged by its date.
"""

import sqlite3
from typing import Final

from monitor.contract.record import Record
from monitor.store.blobs import signed_crc
from monitor.store.rows import CLOCK_STATES, IS_WHOLE
from monitor.store.uncertain_rows import KEY, UNCERTAIN, moment_of

_COLUMNS: Final = f"{KEY}, boot, boottime_s_e3"
INSERT: Final = (
    f"INSERT OR IGNORE INTO deleted_minutes ({_COLUMNS})"  # noqa: S608 - constants
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# Of hidden rows those that came without a date and whose bytes were never made whole.
_TO_BE_JUDGED: Final = f"exact IS NULL AND clock = {UNCERTAIN}"
_MOMENT: Final = "clock <> 0 AND boot = ? AND boottime_s_e3 = ? AND room_id = ?"
Row = tuple[int | bytes | None, ...]


def of(connection: sqlite3.Connection, table: str, span: tuple[int, int, int]) -> list[Row]:
    """Return what is to stay of rows (room_id, after, up to end_ms] that are about to be purged."""
    is_open = _TO_BE_JUDGED if table == "deleted_minutes" else "0"
    return connection.execute(
        f"SELECT {KEY}, iif({is_open}, NULL, boot), iif({is_open}, NULL, boottime_s_e3)"  # noqa: S608 - constants
        f" FROM {table} WHERE room_id = ? AND end_ms > ? AND end_ms <= ? AND clock <> 0"
        f" AND {IS_WHOLE}",
        span,
    ).fetchall()


def hour_of(connection: sqlite3.Connection, room_id: int, record: Record) -> int | None:
    """Return the hour at which a minute was purged for good, None if it was not."""
    row = connection.execute(
        f"SELECT end_ms FROM deleted_minutes WHERE {_MOMENT} AND NOT {IS_WHOLE}",  # noqa: S608 - constants
        (*moment_of(record), room_id),
    ).fetchone()
    return None if row is None else int(row[0])


def keep(
    connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record, end_ms: int
) -> int:
    """Keep the key of a record that was purged at the hour end_ms; return 1 if it is new."""
    replaced = connection.execute(
        "DELETE FROM deleted_minutes WHERE stream_id = ? AND seq = ? AND revision <= ?",
        (stream_id, record.seq, record.revision),
    ).rowcount
    clock = CLOCK_STATES.index(record.clock)
    key = (room_id, stream_id, end_ms, record.seq, clock, record.revision, signed_crc(record.crc))
    return connection.execute(INSERT, (*key, *moment_of(record))).rowcount - replaced
