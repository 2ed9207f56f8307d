"""What was purged of a clock without time: a key that tells its moment, and no value.

Its false hour is the only one at which people can have deleted it, and says nothing once the
minute comes again, with its date or under another stream. What tells it then is its boot and the
time within it: what has such a key is gone for good. A key without them (minute_rows) is of a
minute that came into what had been deleted before, and is judged by its date.
"""

import sqlite3
from typing import Any, Final, NamedTuple

from monitor.contract.record import Record
from monitor.store.blobs import signed_crc
from monitor.store.recall import DAY_MS, RoomDay
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
# Of a row as its page has it: room_id, end_ms, stream_id, seq, then boot to crc.
_KEY_CELLS: Final = 9
Row = tuple[int | bytes | None, ...]


class Key(NamedTuple):
    """What a damaged file has of a minute without a value; boot is None without its moment."""

    end_ms: int
    seq: int
    boot: bytes | None
    boottime_s_e3: int | None
    clock: int
    revision: int
    crc: int

    @property
    def rank(self) -> tuple[int, bool]:
        """Return what the newer one of two of a record is higher in."""
        return self.revision, self.boot is not None

    def is_left_of(self, record: Record) -> bool:
        """Tell whether it stands for a record, or for a newer one of it.

        It has no check sum of its own: what it has of the record must prove that.
        """
        if self.revision == record.revision:
            return self.crc == signed_crc(record.crc)
        is_newer = self.revision > record.revision
        return is_newer and (self.boot, self.boottime_s_e3) == moment_of(record)


def key_of(cells: list[Any]) -> Key | None:
    """Return the key that a minute's row is; None if it has values, or no bytes of a key."""
    _, end_ms, _, seq, boot, boottime, clock, revision, crc = cells[:_KEY_CELLS]
    if any(cell is not None for cell in cells[_KEY_CELLS:]):
        return None
    are_numbers = all(isinstance(one, int) for one in (end_ms, seq, clock, revision, crc))
    has_moment = isinstance(boot, bytes) and isinstance(boottime, int)
    if not are_numbers or not (has_moment or (boot is None and boottime is None)):
        return None
    is_sane = seq >= 1 and revision >= 0 and 0 < clock < len(CLOCK_STATES)
    return Key(end_ms, seq, boot, boottime, clock, revision, crc) if is_sane else None


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


def put_back(
    connection: sqlite3.Connection, room_id: int, stream_id: int, key: Key
) -> tuple[int, set[RoomDay]]:
    """Keep the key of a salvaged file; return 1 if it is new, and the days that change by it.

    What has come of its moment meanwhile goes: it was deleted for good.
    """
    gone: list[tuple[Any, ...]] = []
    if key.boot is not None:
        for table in ("minutes", "deleted_minutes"):
            gone += connection.execute(
                f"DELETE FROM {table} WHERE {_MOMENT} AND {IS_WHOLE}"  # noqa: S608 - our names
                f" RETURNING {_COLUMNS}",
                (key.boot, key.boottime_s_e3, room_id),
            ).fetchall()
        connection.executemany(INSERT, gone)
    there = connection.execute(
        "SELECT 1 FROM minutes WHERE stream_id = ?1 AND seq = ?2"
        " UNION ALL SELECT 1 FROM deleted_minutes WHERE stream_id = ?1 AND seq = ?2",
        (stream_id, key.seq),
    ).fetchone()
    new = 0
    if there is None:
        row = (room_id, stream_id, key.end_ms, key.seq, key.clock, key.revision, key.crc)
        new = connection.execute(INSERT, (*row, key.boot, key.boottime_s_e3)).rowcount
    return new, {(room_id, end_ms // DAY_MS) for _, _, end_ms, *_ in gone}
