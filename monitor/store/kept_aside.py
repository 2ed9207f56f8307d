"""A database that nobody writes: kept aside, perhaps of an older schema, or on a failing card."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from monitor.store.database import InWords, recognise, require_its_log
from monitor.store.errors import ForeignFileError, StoreError, StoreMissingError
from monitor.store.nights_db import nights_schema
from monitor.store.set_aside import is_log_alone

# Source: https://www.sqlite.org/rescode.html, section 3: the low byte is the primary code.
PRIMARY: Final = 0xFF


def kept_uri(path: Path) -> str:
    """Return by which name SQLite reads a file kept aside, and leaves nothing beside it."""
    whole = path.resolve()
    # With its log folded in it is complete, and may lie where nothing can be written.
    mode = "mode=ro" if whole.with_name(f"{whole.name}-wal").exists() else "immutable=1"
    return f"{whole.as_uri()}?{mode}"


def needs_no_log(path: Path) -> bool:
    """Tell whether SQLite can read a file only as one that nobody writes.

    It makes a log even to read, where a clean stop has left none: not so on a card that
    refuses every write, which an ext4 that has met an error says of itself nowhere else.
    """
    if is_log_alone(path):
        return False  # not to be opened at all
    in_use = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(in_use, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & PRIMARY == sqlite3.SQLITE_CANTOPEN
    except sqlite3.DatabaseError:
        return False  # damaged, or another program's: the one who opens it tells
    return False


def open_kept(path: Path) -> sqlite3.Connection:
    """Open a nights.db kept aside; rooms, streams and minutes are the same in every schema.

    Raises:
        StoreMissingError: it is not there.
        ForeignFileError: it is something else.
        NewerSchemaError: written by a later version.
        StoreError: it cannot be read.
    """
    if not path.is_file():
        raise StoreMissingError(f"{path} is {'no file' if path.exists() else 'not there'}")
    require_its_log(path)
    with InWords(path):
        connection = sqlite3.connect(kept_uri(path), uri=True, isolation_level=None)
    try:
        _require_ours(connection, path)
    except StoreError:
        connection.close()
        raise
    return connection


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    text = f"{path} is no nights.db: give one that was kept aside, such as nights.db.replaced-1"
    try:
        with InWords(path):
            version = recognise(connection, path, nights_schema())
    except ForeignFileError as error:
        raise ForeignFileError(text) from error
    if version == 0:
        raise ForeignFileError(text)
