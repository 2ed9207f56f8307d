"""How far a stream is stored: the position on its row, and what follows it without a break.

The row is written once an hour and not once a minute, which spares a card 1.5 MB a day: the
minutes themselves tell the rest, and are durable before anything is acknowledged.
"""

import sqlite3
from typing import Final

# Judgement: as many as a batch has; the walk behind the row stays this short.
EVERY: Final = 60


def position(connection: sqlite3.Connection, stream_id: int, written: int) -> int:
    """Return the last seq of the unbroken run of minutes behind the one written on the row."""
    seqs = connection.execute(
        "SELECT seq FROM minutes WHERE stream_id = ? AND seq > ? AND seq <= ? ORDER BY seq",
        (stream_id, written, written + EVERY),
    )
    reached = written
    for (seq,) in seqs:
        if seq != reached + 1:
            break
        reached = seq
    return reached


def written_position(connection: sqlite3.Connection, stream_id: int) -> int:
    """Return the position that stands on a stream's row."""
    row = connection.execute("SELECT stored_seq FROM streams WHERE stream_id = ?", (stream_id,))
    return int(row.fetchone()[0])


def settle(connection: sqlite3.Connection) -> None:
    """Write every position that its minutes tell onto its row, before minutes go away."""
    rows = connection.execute("SELECT stream_id, stored_seq FROM streams").fetchall()
    for stream_id, written in rows:
        reached = position(connection, stream_id, written)
        if reached > written:
            connection.execute(
                "UPDATE streams SET stored_seq = ?, records = records + ? WHERE stream_id = ?",
                (reached, reached - written, stream_id),
            )
