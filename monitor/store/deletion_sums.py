"""The check sums of nights.db's deletions: one changed bit must not hide or purge anything.

They stand as one value in meta. A deletion whose row has none of them is not as it was written
and is not honoured; while there is no such value, as in a store of before, all are.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from monitor.store.deletion import Deletion

_KEY: Final = "deletion_sums"
_COLUMNS: Final = ("made_ms", "room", "start_ms", "end_ms", "undone_ms", "purged_ms")
# As bytes: a damaged text need not be UTF-8, nor a damaged number be one.
_LINE: Final = "CAST(" + " || ',' || ".join(f"quote({one})" for one in _COLUMNS) + " AS BLOB)"
_ROWS: Final = (
    f"SELECT {_LINE}, {', '.join(_COLUMNS).replace('room', 'CAST(room AS BLOB)')} FROM deletions"  # noqa: S608 - constants
)
_KEPT: Final = "SELECT CAST(value AS BLOB) FROM meta WHERE key = ?"
# Judgement: of a deletion's moment, room, start and end one fault of a card changes one.
MOST_CHANGED: Final = 1


class Kept(NamedTuple):
    """A deletion's row as it can be read; line: all of its cells, what its sum is made of."""

    line: bytes
    deletion: Deletion
    purged_ms: int | None


def is_summed(connection: sqlite3.Connection) -> bool:
    """Tell whether the deletions have their check sums yet."""
    return _kept(connection) is not None


def sound(connection: sqlite3.Connection) -> list[Kept]:
    """Return the deletions that are as they were written, undone ones too."""
    return _sorted(connection)[0]


def changed(connection: sqlite3.Connection) -> list[Kept]:
    """Return those whose bytes have changed: they tell nothing."""
    return _sorted(connection)[1]


@contextmanager
def summing(connection: sqlite3.Connection) -> Iterator[None]:
    """Write deletions in a transaction, at whose end their sums fit; what was damaged stays so."""
    damaged = {one.line for one in changed(connection)}
    yield
    lines = (line for line, *_ in connection.execute(_ROWS).fetchall() if line not in damaged)
    value = " ".join(sorted(f"{zlib.crc32(line):08x}" for line in lines))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, value))


def drop_changed(connection: sqlite3.Connection, told: Iterable[Deletion]) -> None:
    """Remove what is a damaged row of deletions that somebody tells as they were."""
    keys = [one.key for one in told]
    for one in changed(connection):
        if any(_differing(one.deletion.key, key) <= MOST_CHANGED for key in keys):
            connection.execute(f"DELETE FROM deletions WHERE {_LINE} = ?", (one.line,))  # noqa: S608 - constants


def _sorted(connection: sqlite3.Connection) -> tuple[list[Kept], list[Kept]]:
    kept = _kept(connection)
    sorted_: tuple[list[Kept], list[Kept]] = ([], [])
    for line, made, room, start, end, undone, purged in connection.execute(_ROWS).fetchall():
        deletion = Deletion(
            made_ms=made,
            room=bytes(room or b"").decode("utf-8", "replace"),
            start_ms=start,
            end_ms=end,
            undone_ms=undone,
        )
        is_sound = kept is None or b"%08x" % zlib.crc32(line) in kept
        sorted_[not is_sound].append(Kept(line, deletion, purged))
    return sorted_


def _kept(connection: sqlite3.Connection) -> frozenset[bytes] | None:
    row = connection.execute(_KEPT, (_KEY,)).fetchone()
    return None if row is None else frozenset(bytes(row[0]).split())


def _differing(one: tuple[object, ...], other: tuple[object, ...]) -> int:
    return sum(mine != its for mine, its in zip(one, other, strict=True))
