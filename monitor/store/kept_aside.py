"""A nights.db that was kept aside: nobody writes it, and its schema may be an older one."""

import sqlite3
from pathlib import Path

from monitor.store.database import InWords, recognise
from monitor.store.errors import ForeignFileError, StoreError, StoreMissingError
from monitor.store.nights_db import nights_schema


def kept_uri(path: Path) -> str:
    """Return by which name SQLite reads a file kept aside, and leaves nothing beside it."""
    whole = path.resolve()
    # With its log folded in it is complete, and may lie where nothing can be written.
    mode = "mode=ro" if whole.with_name(f"{whole.name}-wal").exists() else "immutable=1"
    return f"{whole.as_uri()}?{mode}"


def open_kept(path: Path) -> sqlite3.Connection:
    """Open a nights.db kept aside; rooms, streams and minutes are the same in every schema.

    Raises:
        StoreMissingError: it is not there.
        ForeignFileError: it is something else.
        NewerSchemaError: written by a later version.
        StoreError: it cannot be read.
    """
    if not path.is_file():
        raise StoreMissingError(f"{path} is not there")
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
