"""Whether the rows of a database are those that were written: what SQLite itself does not check."""

import sqlite3
from collections.abc import Callable
from typing import Final

from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_seal import fits_its_seal
from monitor.store.rows import IS_WHOLE, RECORD_COLUMNS, sound_minute

# Judgement: a thousandth of a second on a desk's processor: a stop waits no longer.
CHECK_STEPS: Final = 10_000
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (?, ?)"
_ALL_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table'"
_ROWS: Final = "SELECT stream, {} FROM {} JOIN streams USING (stream_id)"
# A hollow row has no values to hold against its check sum.
_OF: Final = {"minutes": "", "deleted_minutes": f" WHERE {IS_WHOLE}"}


def what_has_changed(connection: sqlite3.Connection, name: str) -> str:
    """Return in words what of a database is not as it was written; empty where all is."""
    if name == HOUSEHOLD_FILE:
        read_every_row(connection)
        return "" if fits_its_seal(connection) else "what people chose that does not fit its seal"
    if changed := changed_minutes(connection):
        minutes = "1 minute" if changed == 1 else f"{changed} minutes"
        return f"{minutes} whose check sum is wrong"
    return ""


def read_every_row(connection: sqlite3.Connection) -> None:
    """Read a small database once: a text of which a byte has changed may be no text any more.

    Raises:
        sqlite3.OperationalError: it is none; InWords says that the file is damaged.
    """
    for (table,) in connection.execute(_ALL_TABLES).fetchall():
        for _ in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - our names
            pass


def broken_index(
    connection: sqlite3.Connection, is_over: Callable[[], bool] = lambda: False
) -> str:
    """Return what SQLite's whole check finds, which asks each index for each row; empty if nothing.

    A row that its index has lost is there by its time and not by its number.

    is_over: asked now and then; ends the check.
    """
    connection.set_progress_handler(is_over, CHECK_STEPS)
    try:
        said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return ""
    finally:
        connection.set_progress_handler(None, 0)
    return "" if said == "ok" else said


def changed_minutes(
    connection: sqlite3.Connection, is_over: Callable[[], bool] = lambda: False
) -> int:
    """Return how many minutes, hidden ones too, have not the CRC they were stored with.

    is_over: asked before each row; ends the count.
    """
    tables = connection.execute(_TABLES, tuple(_OF)).fetchall()
    changed = 0
    for (table,) in tables:
        rows = _ROWS.format(RECORD_COLUMNS, table) + _OF[table]
        for stream, *cells in connection.execute(rows):
            if is_over():
                return changed
            changed += sound_minute(cells, stream) is None
    return changed
