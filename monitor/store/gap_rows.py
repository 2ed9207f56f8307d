"""The declared gaps of a stream as rows: what is missing, dated by its neighbours."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from monitor.contract.record import Record
from monitor.store import purged_seqs
from monitor.store.rows import IS_WHOLE

Range = purged_seqs.Range
_HELD: Final = (
    "SELECT seq AS first, seq AS last FROM {} WHERE stream_id = ?1 AND seq BETWEEN ?2 AND ?3"
)
# What is hidden is not lost: it comes back when its deletion is undone.
_TABLES: Final = ("minutes", "deleted_minutes")
_THERE: Final = " UNION ALL ".join(_HELD.format(name) for name in _TABLES)
_NEIGHBOUR: Final = (
    "SELECT * FROM"  # noqa: S608 - constants
    " (SELECT seq, end_ms, end_ms - coalesce(duration_s_e3, 60000) AS start_ms FROM {}"
    f" WHERE stream_id = ?1 AND seq {{}} ?2 AND {IS_WHOLE} ORDER BY seq {{}} LIMIT 1)"
)


def _neighbour(column: str, side: str, order: str) -> str:
    """Return what asks the nearest record of a stream on one side of a seq, hidden or not."""
    both = " UNION ALL ".join(_NEIGHBOUR.format(name, side, order) for name in _TABLES)
    return f"SELECT {column} FROM ({both}) ORDER BY seq {order} LIMIT 1"  # noqa: S608 - constants


_BEFORE: Final = _neighbour("end_ms", "<", "DESC")
_AFTER: Final = _neighbour("start_ms", ">", "ASC")
_DECLARED: Final = (
    "SELECT first_seq, last_seq FROM gaps WHERE stream_id = ?1 AND last_seq >= ?2"
    " AND first_seq <= ?3"
)
_MISSING_BETWEEN: Final = f"{_THERE} UNION ALL {_DECLARED} ORDER BY 1"


def keep(
    connection: sqlite3.Connection,
    room_id: int,
    stream_id: int,
    gaps: Iterable[Range],
    records: Sequence[Record],
) -> int:
    """Declare gaps, and take out of earlier ones what has just come; return by how many seqs more.

    A salvage declares what it misses at once, and a sensor may have it still.
    """
    more = declare(connection, room_id, stream_id, gaps)
    if not records:
        return more
    seqs = (stream_id, records[0].seq, records[-1].seq)
    if connection.execute(f"{_DECLARED} LIMIT 1", seqs).fetchone() is None:
        return more
    before = lost_in(connection, stream_id)
    return more + refit(connection, room_id, stream_id) - before


def lost_in(connection: sqlite3.Connection, stream_id: int) -> int:
    """Return how many seqs of a stream are declared lost."""
    lost = "SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gaps WHERE stream_id = ?"
    return int(connection.execute(lost, (stream_id,)).fetchone()[0])


def declare(
    connection: sqlite3.Connection, room_id: int, stream_id: int, gaps: Iterable[Range]
) -> int:
    """Keep ranges of seqs (first, last) as lost; return how many seqs.

    But for what is stored, hidden, or declared already. What people had erased, as a salvage or
    a restore knows, is no loss either: it counts as stored from here on, as when it first came.
    """
    gaps = tuple(gaps)
    erased = purged_seqs.kept(connection, stream_id) if gaps else []
    lost = gone = 0
    for first, last in gaps:
        for hole in missing(connection, stream_id, first, last):
            gone += hole[1] - hole[0] + 1
            for begin, end in purged_seqs.without([hole], erased):
                gone -= end - begin + 1
                lost += connection.execute(
                    "INSERT OR IGNORE INTO gaps (stream_id, first_seq, last_seq, room_id)"
                    " VALUES (?, ?, ?, ?)",
                    (stream_id, begin, end, room_id),
                ).rowcount * (end - begin + 1)
    if gone:
        connection.execute(
            "UPDATE streams SET records = records + ? WHERE stream_id = ?", (gone, stream_id)
        )
    if lost:
        date(connection, stream_id)
    return lost


def learn_erased(
    connection: sqlite3.Connection, room_id: int, stream_id: int, erased: Sequence[Range]
) -> None:
    """Take over from another file which seqs people had erased: none of them was lost."""
    if erased:
        purged_seqs.keep(connection, stream_id, erased)
        connection.execute(
            "UPDATE streams SET lost = ? WHERE stream_id = ?",
            (refit(connection, room_id, stream_id), stream_id),
        )


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
        after = connection.execute(_AFTER, (stream_id, last)).fetchone()
        if after is None:
            continue
        before = connection.execute(_BEFORE, (stream_id, first)).fetchone()
        # Without a record before it, a gap is taken as one minute a record.
        # No sender has recorded since before the epoch, whatever number it begins with.
        start = max(0, after[0] - 60_000 * (last - first + 1)) if before is None else before[0]
        connection.execute(
            "UPDATE gaps SET start_ms = ?, end_ms = ? WHERE stream_id = ? AND first_seq = ?",
            (min(start, after[0]), after[0], stream_id, first),
        )
    return len(undated)


def missing(connection: sqlite3.Connection, stream_id: int, first: int, last: int) -> list[Range]:
    """Return the ranges of seqs between two, both included, of which nothing is known."""
    known = connection.execute(_MISSING_BETWEEN, (stream_id, first, last))
    ranges = []
    for begin, end in known:
        if begin > first:
            ranges.append((first, begin - 1))
        first = max(first, end + 1)
    if first <= last:
        ranges.append((first, last))
    return ranges
