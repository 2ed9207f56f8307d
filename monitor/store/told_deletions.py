"""What a nights.db and the household.db beside it tell of deletions, to those who only read."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from monitor.store.database import InWords, Schema, recognise
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Deletion, in_force
from monitor.store.errors import StoreError
from monitor.store.hidden_words import deletions
from monitor.store.household_db import HOUSEHOLD_FILE, household_schema
from monitor.store.household_seal import require_fitting
from monitor.store.kept_aside import kept_uri, needs_no_log
from monitor.store.nights_db import nights_schema


def told_deletions(
    nights: Path, unread: Callable[[StoreError], None], *, is_kept: bool
) -> tuple[Deletion, ...]:
    """Return the deletions in force, also those that the monitor has not carried out yet.

    Args:
        nights: a nights.db in use, or one that was kept aside.
        unread: told why household.db cannot be read; nights.db alone tells then.
        is_kept: that nobody writes nights.db.

    Raises:
        StoreError: nights.db cannot be read.
    """
    told = _told(nights, nights_schema(), is_kept=is_kept)
    household = nights.with_name(HOUSEHOLD_FILE)
    try:
        return in_force((*told, *_told(household, household_schema())))
    except StoreError as error:
        unread(error)
        return in_force(told)


def _told(path: Path, schema: Schema, *, is_kept: bool = False) -> tuple[Deletion, ...]:
    if not path.is_file():
        return ()
    # Nothing may be left beside a file that nobody writes, nor be asked of a failing card.
    is_kept = is_kept or needs_no_log(path)
    uri = kept_uri(path) if is_kept else f"{path.resolve().as_uri()}?mode=ro"
    with InWords(path), closing(sqlite3.connect(uri, uri=True)) as connection:
        recognise(connection, path, schema)
        table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deletions'"
        if not connection.execute(table).fetchone():
            return ()
        if path.name == HOUSEHOLD_FILE:
            require_fitting(connection, path)
            return deletions(connection)
        return tuple(DeletedMinutes(path, connection).known())
