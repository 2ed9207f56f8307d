"""Minutes without a date that people deleted as they saw them: once dated they stay deleted.

A deletion is a range of the hours that a page shows, and a minute of a clock without time may
lie in it for two reasons. It was in sight there, and was meant; or its false date fell into
what was deleted before it came, which its true one will tell. What was meant is kept as whole
bytes under its false hour, where its deletion finds it; the correction changes the bytes alone.
"""

import sqlite3
from collections.abc import Callable
from typing import Final

import msgspec

from monitor.contract.codec import encode
from monitor.contract.record import Record
from monitor.store import purged_rows
from monitor.store.blobs import signed_crc
from monitor.store.deletion import Sorted
from monitor.store.recall import RoomDay
from monitor.store.rows import RECORD_COLUMNS, pack, unpack_record, whole
from monitor.store.uncertain_rows import UNCERTAIN

DAY_MS: Final = 86_400_000
_SPAN: Final = "room_id = ? AND end_ms > ? AND end_ms <= ?"
_CELLS: Final = (
    f"(room_id, stream_id, {RECORD_COLUMNS}) VALUES (?, ?{', ?' * (RECORD_COLUMNS.count(',') + 1)})"
)
_decoder: Final = msgspec.json.Decoder(Record)
_Span = tuple[int, int, int]


def hide(connection: sqlite3.Connection, span: _Span) -> int:
    """Take what is in sight without a date out of it; return how many rows."""
    rows = connection.execute(
        f"SELECT stream_id, stream, end_ms, {RECORD_COLUMNS} FROM minutes"  # noqa: S608 - constants
        f" JOIN streams USING (stream_id) WHERE minutes.{_SPAN} AND clock = {UNCERTAIN}",
        span,
    ).fetchall()
    for stream_id, stream, end_ms, *cells in rows:
        meant = whole(unpack_record(cells, stream), end_ms)
        _move(connection, span[0], stream_id, meant, "minutes", "deleted_minutes")
    return len(rows)


def bring_back(
    connection: sqlite3.Connection, span: _Span, touched: Callable[[RoomDay], object]
) -> int:
    """Bring what was meant back into sight, where its own date says; return how many rows.

    touched: told the days of those dates.
    """
    rows = connection.execute(
        "SELECT stream_id, exact FROM deleted_minutes"  # noqa: S608 - constants
        f" WHERE {_SPAN} AND exact IS NOT NULL",
        span,
    ).fetchall()
    for stream_id, written in rows:
        record = _decoder.decode(written)
        _move(connection, span[0], stream_id, pack(record), "deleted_minutes", "minutes")
        touched((span[0], record.minute.end_ms // DAY_MS))
    return len(rows)


def without_meant(connection: sqlite3.Connection, stream_id: int, fates: Sorted) -> Sorted:
    """Revise what was meant, or is purged, where it is; return the other records."""
    revised = {
        record.seq
        for some in fates
        for record in some
        if record.revision and _revise(connection, stream_id, record)
    }
    if not revised:
        return fates
    kept, hidden, dropped = ([one for one in some if one.seq not in revised] for some in fates)
    return kept, hidden, dropped


def _revise(connection: sqlite3.Connection, stream_id: int, record: Record) -> bool:
    key = (stream_id, record.seq)
    held = connection.execute(
        "SELECT exact IS NOT NULL FROM deleted_minutes WHERE stream_id = ?1 AND seq = ?2"
        " UNION ALL SELECT 0 FROM minutes WHERE stream_id = ?1 AND seq = ?2",
        key,
    ).fetchone()
    if held is None:
        is_purged = purged_rows.is_kept(connection, stream_id, record.seq)
        if is_purged:
            purged_rows.keep(connection, stream_id, record)
        return is_purged
    if held[0]:
        connection.execute(
            "UPDATE deleted_minutes SET revision = ?, crc = ?, exact = ?"
            " WHERE stream_id = ? AND seq = ? AND revision < ?",
            (record.revision, signed_crc(record.crc), encode(record), *key, record.revision),
        )
    return bool(held[0])


def _move(
    connection: sqlite3.Connection,
    room_id: int,
    stream_id: int,
    cells: tuple[object, ...],
    source: str,
    target: str,
) -> None:
    connection.execute(
        f"DELETE FROM {source} WHERE stream_id = ? AND seq = ?",  # noqa: S608 - our names
        (stream_id, cells[0]),
    )
    connection.execute(
        f"INSERT OR IGNORE INTO {target} {_CELLS}",
        (room_id, stream_id, *cells),
    )
