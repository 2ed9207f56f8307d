"""Opens a database, or a fresh one in place of one that is damaged or not ours."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitor.store.database import InWords, Schema, free_bytes, open_writer
from monitor.store.errors import CorruptFileError, ForeignFileError, StoreError
from monitor.store.set_aside import is_condemned, is_log_alone, set_aside

# Judgement: half a room-year; a card reads it in two seconds, and the start may take ten.
CHECKED_BYTES: Final = 64 * 1024 * 1024


def open_or_replace(
    path: Path,
    schema: Schema,
    *,
    free: Callable[[Path], int] = free_bytes,
    instead: Callable[[Path], None] = lambda _bad: None,
    require: Callable[[sqlite3.Connection, Path], None] = lambda _connection, _path: None,
) -> sqlite3.Connection:
    """Open a file as open_writer; one that is damaged or not ours is set aside for a fresh one.

    Args:
        path: the file.
        schema: what it should be.
        free: tells what is left of a file system.
        instead: may put another file in its place; it is told where the damaged one is.
        require: raises CorruptFileError where the rows of a file that can be read are wrong.

    Raises:
        NewerSchemaError: it is neither damaged nor foreign, and not touched.
        StoreUnavailableError: as open_writer.
    """
    with InWords(path):
        if is_log_alone(path):  # before SQLite sees it, which would drop the log
            instead(set_aside(path, why="emptied or gone, with its log left"))
        elif is_condemned(path) and path.exists():
            instead(set_aside(path))
    try:
        connection = open_writer(path, schema, free=free)
        try:
            _require_sound(connection, path)
            require(connection, path)
        except StoreError:
            connection.close()
            raise
    except (ForeignFileError, CorruptFileError) as error:
        with InWords(path):
            instead(set_aside(path, why=error))
        return open_writer(path, schema, free=free)
    return connection


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Walk a file that can be walked within seconds; a larger one is found out at work."""
    with InWords(path):
        if path.stat().st_size > CHECKED_BYTES:
            return
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        raise CorruptFileError(f"{path} is damaged: {said}", path)
