"""The numbers of a stream's records that people had erased: nothing else of them is kept.

Each range has a check sum: with a changed number it would keep silent about what was lost.
"""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable

Range = tuple[int, int]


def check_sum(stream: str, first: int, last: int) -> bytes:
    """Return what proves that a range of numbers is a stream's and as it was written."""
    return zlib.crc32(f"{stream} {first} {last}".encode()).to_bytes(4)


def ranges(seqs: Iterable[int]) -> list[Range]:
    """Return numbers as ranges of such as follow each other.

    >>> ranges((7, 1, 2, 3))
    [(1, 3), (7, 7)]
    """
    return merged((seq, seq) for seq in seqs)


def merged(parts: Iterable[Range]) -> list[Range]:
    """Return ranges in order, those that touch or overlap as one.

    >>> merged([(5, 9), (1, 2), (3, 4), (11, 12)])
    [(1, 9), (11, 12)]
    """
    found: list[Range] = []
    for first, last in sorted(parts):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def keep(connection: sqlite3.Connection, stream_id: int, parts: Iterable[Range]) -> None:
    """Keep ranges of a stream's numbers, in a transaction of the caller's."""
    name = _name(connection, stream_id)
    for first, last in merged(parts):
        touched = connection.execute(
            "DELETE FROM purged_seqs WHERE stream_id = ? AND first_seq <= ? AND last_seq >= ?"
            " RETURNING first_seq, last_seq, crc",
            (stream_id, last + 1, first - 1),
        ).fetchall()
        for begin, end in merged(((first, last), *_sound(name, touched))):
            connection.execute(
                "INSERT OR REPLACE INTO purged_seqs VALUES (?, ?, ?, ?)",
                (stream_id, begin, end, check_sum(name, begin, end)),
            )


def keep_all(connection: sqlite3.Connection, records: Iterable[tuple[int, int]]) -> None:
    """Keep the numbers of records (stream_id, seq), in a transaction of the caller's."""
    seqs: defaultdict[int, list[int]] = defaultdict(list)
    for stream_id, seq in records:
        seqs[stream_id].append(seq)
    for stream_id, some in seqs.items():
        keep(connection, stream_id, ranges(some))


def kept(connection: sqlite3.Connection, stream_id: int) -> list[Range]:
    """Return the numbers of a stream that were erased, in order; what has changed tells nothing."""
    rows = connection.execute(
        "SELECT first_seq, last_seq, crc FROM purged_seqs WHERE stream_id = ?", (stream_id,)
    )
    return merged(_sound(_name(connection, stream_id), rows))


def without(holes: Iterable[Range], known: Iterable[Range]) -> list[Range]:
    """Return the parts of ranges that no other ones, merged, hold.

    >>> without([(1, 9), (20, 30)], [(3, 4), (9, 25)])
    [(1, 2), (5, 8), (26, 30)]
    """
    left, known = [], tuple(known)
    for first, last in holes:
        begin = first
        for start, end in known:
            if start <= last and end >= begin:
                if start > begin:
                    left.append((begin, start - 1))
                begin = end + 1
        if begin <= last:
            left.append((begin, last))
    return left


def _sound(name: str, rows: Iterable[tuple[int, int, bytes]]) -> list[Range]:
    return [(first, last) for first, last, crc in rows if crc == check_sum(name, first, last)]


def _name(connection: sqlite3.Connection, stream_id: int) -> str:
    row = connection.execute(
        "SELECT stream FROM streams WHERE stream_id = ?", (stream_id,)
    ).fetchone()
    return str(row[0])
