"""The seal of household.db: a digest that fits what people chose and said, or tells of damage.

SQLite finds pages that make no sense, not a changed byte inside a value: a bedtime would be
another one. Each change of these rows renews the digest in its own transaction.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitor.store.database import InWords, Transaction
from monitor.store.errors import CorruptFileError, StoreUnavailableError

# Not the rows of who may come in: they change with every visit, and damage there lets nobody in.
_SEALED: Final = {
    "settings": ("change_id", "valid_from_ms", "room", "key", "value"),
    "corrections": ("change_id", "made_ms", "room", "night", "value"),
    "marks": ("change_id", "mark_id", "made_ms", "room", "at_ms", "kind", "note"),
    "deletions": ("deletion_id", "made_ms", "room", "start_ms", "end_ms", "undone_ms"),
    "night_tags": ("room", "night", "tag", "made_ms"),
    "night_notes": ("room", "night", "note", "made_ms"),
}

NO_FIT: Final = (
    "{} is damaged, what people chose does not fit its seal: restart nightroom-web, which brings"
    " back the copy of the day before"
)


@contextmanager
def sealing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Run a block as one transaction at whose end the seal fits again.

    Raises:
        CorruptFileError: it does not fit before: damage must not be sealed with the change.
        StoreUnavailableError: nothing of the block was kept.
    """
    with Transaction(connection, path):
        if not _fits(connection):
            raise CorruptFileError(NO_FIT.format(path), path)
        yield
        _seal(connection)


def require_sealed(connection: sqlite3.Connection, path: Path) -> None:
    """Hold the rows against their seal; a file that has none yet is sealed as it is.

    Raises:
        CorruptFileError: the rows are not those that were written.
        StoreUnavailableError: the disk fails.
    """
    with InWords(path):
        is_right = _fits(connection)
        is_sealed = _kept(connection) is not None
    if not is_right:
        raise CorruptFileError(NO_FIT.format(path), path)
    _mend_indexes(connection, path)
    if not is_sealed:
        with sealing(connection, path):
            pass  # nothing has changed since it was written by a version without seals


def _mend_indexes(connection: sqlite3.Connection, path: Path) -> None:
    """Build indexes anew that do not fit their rows, which fit the seal: rows would be missed."""
    try:
        with InWords(path):
            if _is_whole(connection):
                return
            connection.execute("REINDEX")
            is_mended = _is_whole(connection)
    except StoreUnavailableError as error:
        if not isinstance(error.__cause__, sqlite3.IntegrityError):
            raise
        is_mended = False  # two rows of who may come in that cannot both be
    if not is_mended:
        raise CorruptFileError(f"{path} is damaged: an index cannot be built anew", path)


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Tell whether rows and indexes fit; SQLite's quick check does not compare them."""
    return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")


def require_fitting(connection: sqlite3.Connection, path: Path) -> None:
    """Hold the rows against their seal, as they are at one moment, without writing.

    Raises:
        CorruptFileError: the rows are not those that were written.
        StoreUnavailableError: the disk fails.
    """
    with InWords(path):
        connection.execute("BEGIN")
        try:
            is_right = fits_its_seal(connection)
        finally:
            connection.execute("ROLLBACK")
    if not is_right:
        raise CorruptFileError(NO_FIT.format(path), path)


def fits_its_seal(connection: sqlite3.Connection) -> bool:
    """Tell whether the rows are those that were written; True of a file without a seal."""
    is_sealed = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seal'"
    ).fetchone()
    return not is_sealed or _fits(connection)


def _fits(connection: sqlite3.Connection) -> bool:
    return _kept(connection) in (None, _digest(connection))


def _kept(connection: sqlite3.Connection) -> bytes | None:
    row = connection.execute("SELECT digest FROM seal").fetchone()
    return None if row is None else bytes(row[0])


def _seal(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR REPLACE INTO seal VALUES (1, ?)", (_digest(connection),))


def _digest(connection: sqlite3.Connection) -> bytes:
    """Return the digest of the rows; as bytes, since damaged text need not be UTF-8."""
    digest = hashlib.sha256()
    for table, columns in _SEALED.items():
        digest.update(table.encode())
        line = " || ',' || ".join(f"quote({column})" for column in columns)
        for (row,) in connection.execute(
            f"SELECT CAST({line} AS BLOB) FROM {table} ORDER BY {', '.join(columns)}"  # noqa: S608 - our names
        ):
            digest.update(row)
            digest.update(b"\n")
    return digest.digest()
