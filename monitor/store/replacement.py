"""Opens a database, or a fresh one in place of one that is damaged or not ours."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from monitor.store.database import InWords, Schema, empty_log, free_bytes, open_writer
from monitor.store.errors import CorruptFileError, ForeignFileError, StoreError
from monitor.store.hidden_log import hides_much, is_log_of_before
from monitor.store.names_file import forget_names
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.set_aside import (
    acquit,
    forget_unkept,
    is_condemned,
    is_emptied,
    is_log_alone,
    keep_log,
    note_salvaged,
    note_unkept,
    set_aside,
)
from monitor.store.shape import what_is_not_there

# Judgement: half a room-year; a card reads it in two seconds, and the start may take ten.
CHECKED_BYTES: Final = 64 * 1024 * 1024
# Of what is not salvaged row by row.
END_LOST: Final = "the end of its log cannot be read: what was chosen or written then is missing"


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
        elif is_emptied(path):  # or it would be taken for one that is new
            instead(set_aside(path, why="emptied"))
        elif not path.exists():
            acquit(path)  # moved away by hand: the fresh one is sound, and has its own streams
            forget_names(path)
        elif is_condemned(path):
            instead(set_aside(path))
        has_kept_log = _keep_hidden_log(path)
    try:
        with log_left_apart(path):
            _require_no_log_of_before(path)
            connection = open_writer(path, schema, free=free)
            try:
                if has_kept_log:
                    with InWords(path):  # the damage must not be found again
                        empty_log(connection)
                require_sound(connection, path)
                require_shape(connection, path, schema)
                require(connection, path)
            except StoreError:
                connection.close()
                raise
    except (ForeignFileError, CorruptFileError) as error:
        with InWords(path):
            instead(set_aside(path, why=error))
        return open_writer(path, schema, free=free)
    return connection


@contextmanager
def log_left_apart(path: Path) -> Iterator[None]:
    """Have no connection that is closed within write the log into its file.

    The last one does, and what a log of another database, or of another day, names it writes over
    whatever the file has there: both are to be set aside as they were.
    """
    with ExitStack() as stack:
        with suppress(sqlite3.Error, OSError):  # whoever opens it tells
            uri = f"{path.resolve().as_uri()}?mode=ro"
            held = stack.enter_context(closing(sqlite3.connect(uri, uri=True)))
            held.execute("PRAGMA user_version").fetchone()  # from then on it is not alone
        yield


def keep_hidden_log(path: Path) -> bool:
    """Keep a log of which SQLite will see only a part: what a commit told is acknowledged.

    Raises:
        OSError: it could not be kept, and nothing was changed.
    """
    if not hides_much(path):
        return False
    kept = keep_log(path)
    if path.name != NIGHTS_FILE:
        note_salvaged(kept, END_LOST)
    return True


def _keep_hidden_log(path: Path) -> bool:
    """Keep it if there is room: on a full card the work goes on without."""
    try:
        is_kept = keep_hidden_log(path)
    except OSError as error:
        note_unkept(path, error)
        return False
    forget_unkept(path)
    return is_kept


def _require_no_log_of_before(path: Path) -> None:
    with InWords(path):
        if is_log_of_before(path):
            text = f"{path} is damaged: the log beside it is of before it grew"
            raise CorruptFileError(text, path)


def require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Walk a file that can be walked within seconds; a larger one is found out at work.

    Raises:
        CorruptFileError: its pages make no sense.
    """
    with InWords(path):
        if path.stat().st_size > CHECKED_BYTES:
            return
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        raise CorruptFileError(f"{path} is damaged: {said}", path)


def require_shape(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Refuse a file whose tables are not those of its schema: any statement could fail for good.

    Raises:
        CorruptFileError: it has not all of them; what it has besides is left alone.
    """
    with InWords(path):
        other = what_is_not_there(connection, schema, schema.version)
    if other:
        raise CorruptFileError(
            f"{path} is damaged: not the tables of schema {schema.version} ({other})", path
        )
