"""A second copy of household.db, a day old at most: its rows have no CRC to be salvaged by."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from monitor.store.database import InWords
from monitor.store.errors import CorruptFileError, StoreError
from monitor.store.hidden_log import commits_out_of_sight
from monitor.store.household_seal import fits_its_seal
from monitor.store.set_aside import note_salvaged

SUFFIX: Final = ".copy"
FROM_COPY: Final = (
    "the copy of the day before is in use: what was chosen or written since then is missing"
)
FROM_NOTHING: Final = (
    "there was no sound copy: all settings are the defaults. Set a password with `sudo nightroom"
    " setup-code`, or bring a backup back with `sudo nightroom restore`"
)
_GROWING: Final = (
    ("settings", "change_id"),
    ("corrections", "change_id"),
    ("marks", "change_id"),
    ("deletions", "deletion_id"),
    ("deletions", "undone_ms"),
    ("night_tags", "made_ms"),
    ("night_notes", "made_ms"),
)


def keep_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy household.db as it is, if it is sound, over the copy of before.

    Raises:
        StoreUnavailableError: the disk fails.
    """
    copy = path.with_name(path.name + SUFFIX)
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    with InWords(path):
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(unfinished)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        if not is_sound(unfinished):
            return
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(copy)


def bring_back(path: Path, bad: Path) -> None:
    """Put the copy in the place of a file set aside, if it is sound; note which it was."""
    copy = path.with_name(path.name + SUFFIX)
    if not is_sound(copy):
        note_salvaged(bad, FROM_NOTHING)
        return
    unfinished = path.with_name(f"{path.name}.unfinished")
    shutil.copyfile(copy, unfinished)
    unfinished.chmod(0o600)
    note_salvaged(bad, FROM_COPY)
    unfinished.replace(path)


def is_emptied(path: Path) -> bool:
    """Tell whether a file has no byte left, or is gone, while there is a sound copy of it."""
    # A link that leads nowhere is neither: its disk is to be mounted.
    is_empty = path.stat().st_size == 0 if path.exists() else not path.is_symlink()
    return is_empty and is_sound(path.with_name(path.name + SUFFIX))


def goes_further(path: Path) -> bool:
    """Tell whether the log of a file hides what its copy has: the copy is the newer one then."""
    copy = path.with_name(path.name + SUFFIX)
    if not (path.exists() and commits_out_of_sight(path) and is_sound(copy)):
        return False
    try:
        its_reach = _reach(copy)
    except StoreError:
        return False  # of a version before
    try:
        return any(its > mine for its, mine in zip(its_reach, _reach(path), strict=True))
    except CorruptFileError:
        return True  # all of it stood in the log
    except StoreError:
        return False  # opening it tells why


def _reach(path: Path) -> tuple[int, ...]:
    """Return how far a file goes: each number grows with what people choose and write."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with InWords(path), closing(sqlite3.connect(uri, uri=True)) as connection:
        return tuple(
            int(connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])  # noqa: S608 - our names
            for table, column in _GROWING
        )


def is_sound(path: Path) -> bool:
    """Tell whether a file is there, SQLite finds nothing wrong with it, and its seal fits."""
    if not path.exists():
        return False
    try:
        with InWords(path), closing(sqlite3.connect(path)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return bool(said == "ok") and fits_its_seal(connection)
    except StoreError:
        return False
