"""The seal of household.db: a digest that fits what people chose and said, or tells of damage.

SQLite finds pages that make no sense, not a changed byte inside a value: a bedtime would be
another one. The digest is the sum of one digest a row, so that a change renews it in its own
transaction by its own rows alone. What is damaged elsewhere is in the sum as it was written, so
that no change ever seals damage: the sum never fits again.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitor.store.database import InWords, Transaction
from monitor.store.errors import CorruptFileError, StoreUnavailableError
from monitor.store.own_file import OwnFile

# Not the rows of who may come in: they change with every visit, and damage there lets nobody in.
_SEALED: Final = {
    "settings": ("change_id", "valid_from_ms", "room", "key", "value"),
    "corrections": ("change_id", "made_ms", "room", "night", "value"),
    "marks": ("change_id", "mark_id", "made_ms", "room", "at_ms", "kind", "note"),
    "deletions": ("deletion_id", "made_ms", "room", "start_ms", "end_ms", "undone_ms"),
    "night_tags": ("room", "night", "tag", "made_ms"),
    "night_notes": ("room", "night", "note", "made_ms"),
}
# Of files that have it: one that no writer has brought up to date yet has its seal as well.
_SEALED_LATER: Final = {
    "undated": ("undated_id", "what", "change_id", "boot_id", "booted_ms"),
}

# Before a sum of digests of rows; a digest of the whole, as the first seals were, has none.
_SUM: Final = b"sum:"
_MODULUS: Final = 1 << 256
NO_FIT: Final = (
    "{} is damaged, what people chose does not fit its seal: restart nightroom-web, which brings"
    " back the copy of the day before"
)


class Seal:
    """Keeps the seal of the one connection that writes.

    All rows are held against it before the first change, whenever another connection has
    written, and each hour (HouseholdWriter.check): a change costs no more than its own rows.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, own: OwnFile) -> None:
        self._connection = connection
        self._path = path
        self._own = own
        self._added = 0
        self._is_changing = self._is_condemned = False
        self._seen_version: int | None = None
        with InWords(path):
            _watch(connection, self._note)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction at whose end the seal fits again.

        Raises:
            CorruptFileError: the rows do not fit their seal: nothing may be added to them.
            GoneFileError: the file is no longer the one under its name.
            StoreUnavailableError: nothing of the block was kept.
        """
        with Transaction(self._connection, self._path):
            self._require_fitting()
            self._added, self._is_changing = 0, True
            try:
                yield self._connection
            finally:
                self._is_changing = False
            kept = _kept(self._connection) or b""
            if kept.startswith(_SUM):
                _keep(self._connection, (_number(kept) + self._added) % _MODULUS)
            else:
                _seal(self._connection)
        self._own.require()

    def condemn(self) -> None:
        """Refuse every change from now on: somebody has found rows that do not fit."""
        self._is_condemned = True

    def _require_fitting(self) -> None:
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if self._is_condemned or (version != self._seen_version and not _fits(self._connection)):
            raise CorruptFileError(NO_FIT.format(self._path), self._path)
        self._seen_version = version

    def _note(self, sign: int, row: bytes) -> None:
        """Take a row in or out; called by SQLite for each one that changes."""
        self._added += sign * _row_number(row)
        if not self._is_changing:
            self._seen_version = None  # by no change of ours


@contextmanager
def sealing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Run a block as Seal.changing where the connection has no other use: over all rows.

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
        is_sealed = (_kept(connection) or b"").startswith(_SUM)
    if not is_right:
        raise CorruptFileError(NO_FIT.format(path), path)
    _mend_indexes(connection, path)
    if not is_sealed:
        with sealing(connection, path):
            pass  # nothing has changed since a version without seals, or with others, wrote it


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
    kept = _kept(connection)
    if kept is None:
        return True
    if kept.startswith(_SUM):
        return _number(kept) == _total(connection)
    return kept == _digest_of_the_whole(connection)


def _kept(connection: sqlite3.Connection) -> bytes | None:
    # As bytes: a changed one may be no blob any more, or nothing; then it fits nothing.
    row = connection.execute("SELECT CAST(digest AS BLOB) FROM seal").fetchone()
    return None if row is None else bytes(row[0] or b"")


def _seal(connection: sqlite3.Connection) -> None:
    _keep(connection, _total(connection))


def _keep(connection: sqlite3.Connection, total: int) -> None:
    digest = _SUM + total.to_bytes(32)
    connection.execute("INSERT OR REPLACE INTO seal VALUES (1, ?)", (digest,))


def _number(kept: bytes) -> int:
    return int.from_bytes(kept.removeprefix(_SUM))


def _row_number(row: bytes) -> int:
    return int.from_bytes(hashlib.sha256(row).digest())


def _total(connection: sqlite3.Connection) -> int:
    return sum(_row_number(row) for row in _rows(connection)) % _MODULUS


def _rows(connection: sqlite3.Connection) -> Iterator[bytes]:
    for table, columns in _sealed(connection).items():
        for (row,) in connection.execute(f"SELECT {_line(table, columns)} FROM {table}"):  # noqa: S608 - our names
            yield row


def _sealed(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the tables under the seal that a file has, with their columns."""
    there = {name for (name,) in connection.execute("SELECT name FROM main.sqlite_master")}
    later = {name: columns for name, columns in _SEALED_LATER.items() if name in there}
    return {**_SEALED, **later}


def _line(table: str, columns: tuple[str, ...], of: str = "") -> str:
    """Return SQL for a row of a table as bytes, since damaged text need not be UTF-8."""
    line = " || ',' || ".join(f"quote({of}{column})" for column in columns)
    return f"CAST('{table},' || {line} AS BLOB)"


def _watch(connection: sqlite3.Connection, note: Callable[[int, bytes], None]) -> None:
    """Have SQLite tell each sealed row that comes (1) or goes (-1) by this connection."""
    connection.create_function("seal_row", 2, note)
    connection.execute("PRAGMA temp_store = MEMORY")
    # Or a row that INSERT OR REPLACE takes away would go untold.
    connection.execute("PRAGMA recursive_triggers = ON")
    for table, columns in _sealed(connection).items():
        gone = f"SELECT seal_row(-1, {_line(table, columns, 'OLD.')});"
        come = f"SELECT seal_row(1, {_line(table, columns, 'NEW.')});"
        for event, what in (("INSERT", come), ("DELETE", gone), ("UPDATE", gone + come)):
            connection.execute(
                f"CREATE TEMP TRIGGER seal_{table}_{event} AFTER {event} ON main.{table}"
                f" BEGIN {what} END"
            )


def _digest_of_the_whole(connection: sqlite3.Connection) -> bytes:
    """Return the digest of the rows in order, as the first seals were."""
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
