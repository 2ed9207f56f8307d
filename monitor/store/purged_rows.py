"""The check sums of purged records at a stream's position; nothing else of them is kept."""

import sqlite3
from typing import Final

from monitor.contract.record import Record
from monitor.store.blobs import signed_crc

# The highest of a stream is the one that its position can be.
_KEEP: Final = (
    " ON CONFLICT (stream_id) DO UPDATE SET seq = excluded.seq, crc = excluded.crc,"
    " revision = excluded.revision WHERE excluded.seq >= purged_positions.seq"
)


def keep_of(connection: sqlite3.Connection, table: str, span: tuple[int, int, int]) -> None:
    """Keep the check sums of rows (room_id, after, up to end_ms) that positions stand on."""
    positions = (
        f"SELECT held.stream_id, seq, crc, revision FROM {table} AS held"  # noqa: S608 - our names
        " JOIN streams ON streams.stream_id = held.stream_id AND stored_seq = seq"
        " WHERE held.room_id = ? AND end_ms > ? AND end_ms <= ?"
    )
    connection.execute(f"INSERT INTO purged_positions {positions}{_KEEP}", span)


def keep(connection: sqlite3.Connection, stream_id: int, record: Record) -> None:
    """Keep the check sum of a record that is not stored: what it tells was deleted before."""
    connection.execute(
        f"INSERT INTO purged_positions VALUES (?, ?, ?, ?){_KEEP}",  # noqa: S608 - constants
        (stream_id, record.seq, signed_crc(record.crc), record.revision),
    )


def is_kept(connection: sqlite3.Connection, stream_id: int, seq: int) -> bool:
    """Tell whether a record is one of which only the check sum is left."""
    row = connection.execute(
        "SELECT 1 FROM purged_positions WHERE stream_id = ? AND seq = ?", (stream_id, seq)
    ).fetchone()
    return row is not None
