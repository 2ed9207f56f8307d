"""The declared gaps of a stream as rows: what is missing, dated by its neighbours."""

import sqlite3
from collections.abc import Iterable

Range = tuple[int, int]


def declare(
    connection: sqlite3.Connection, room_id: int, stream_id: int, gaps: Iterable[Range]
) -> int:
    """Keep ranges of seqs (first, last) as lost, but for what is stored; return how many seqs."""
    lost = 0
    for first, last in gaps:
        for begin, end in _missing(connection, stream_id, first, last):
            lost += connection.execute(
                "INSERT OR IGNORE INTO gaps (stream_id, first_seq, last_seq, room_id)"
                " VALUES (?, ?, ?, ?)",
                (stream_id, begin, end, room_id),
            ).rowcount * (end - begin + 1)
    if lost:
        date(connection, stream_id)
    return lost


def refit(connection: sqlite3.Connection, room_id: int, stream_id: int) -> int:
    """Take out of a stream's gaps what has been stored since; return how many seqs remain."""
    gaps = connection.execute(
        "DELETE FROM gaps WHERE stream_id = ? RETURNING first_seq, last_seq", (stream_id,)
    ).fetchall()
    return declare(connection, room_id, stream_id, sorted(gaps))


def date_anew(connection: sqlite3.Connection, stream_id: int, first: int, last: int) -> None:
    """Date the gaps that touch the seqs first to last by what their records say now."""
    connection.execute(
        "UPDATE gaps SET start_ms = NULL, end_ms = NULL"
        " WHERE stream_id = ? AND last_seq >= ? AND first_seq <= ?",
        (stream_id, first - 1, last + 1),
    )
    date(connection, stream_id)


def date(connection: sqlite3.Connection, stream_id: int) -> int:
    """Give undated gaps the instants of the records around them; return how many there were."""
    undated = connection.execute(
        "SELECT first_seq, last_seq FROM gaps WHERE stream_id = ? AND end_ms IS NULL",
        (stream_id,),
    ).fetchall()
    for first, last in undated:
        after = connection.execute(
            "SELECT end_ms - coalesce(duration_s_e3, 60000) FROM minutes"
            " WHERE stream_id = ? AND seq > ? ORDER BY seq LIMIT 1",
            (stream_id, last),
        ).fetchone()
        if after is None:
            continue
        before = connection.execute(
            "SELECT end_ms FROM minutes WHERE stream_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1",
            (stream_id, first),
        ).fetchone()
        # Without a record before it, a gap is taken as one minute a record.
        # No sender has recorded since before the epoch, whatever number it begins with.
        start = max(0, after[0] - 60_000 * (last - first + 1)) if before is None else before[0]
        connection.execute(
            "UPDATE gaps SET start_ms = ?, end_ms = ? WHERE stream_id = ? AND first_seq = ?",
            (min(start, after[0]), after[0], stream_id, first),
        )
    return len(undated)


def _missing(connection: sqlite3.Connection, stream_id: int, first: int, last: int) -> list[Range]:
    stored = connection.execute(
        "SELECT seq FROM minutes WHERE stream_id = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        (stream_id, first, last),
    )
    ranges = []
    for (seq,) in stored:
        if seq > first:
            ranges.append((first, seq - 1))
        first = seq + 1
    if first <= last:
        ranges.append((first, last))
    return ranges
