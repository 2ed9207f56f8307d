"""Which room and device each stream belongs to, kept beside nights.db a second time.

In the database all of it stands on one page: with that page damaged, no record's CRC could
be checked and nothing be salvaged. Written when a stream is new, which is a few times a year.
"""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from monitor.store.database import InWords
from monitor.store.errors import CorruptFileError
from monitor.store.nights_db import sealed_bytes, unsealed

SUFFIX: Final = "-names"
NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC

Name = tuple[str, str, str]
_names: Final = msgspec.json.Decoder(tuple[Name, ...])


def read_names(path: Path) -> tuple[Name, ...]:
    """Return (room, device, stream) kept beside a database; nothing if that is damaged too."""
    try:
        return _names.decode(unsealed(path.with_name(path.name + SUFFIX).read_bytes()))
    except (OSError, ValueError, msgspec.MsgspecError):
        return ()


def require_names(connection: sqlite3.Connection, path: Path) -> None:
    """Raise CorruptFileError where streams or rooms are not named as their index has them.

    No check of SQLite's that a start has time for tells: believed, a changed byte of a name
    would go over what is kept beside the file.
    """
    for table, name in (("streams", "stream"), ("rooms", "room")):
        with InWords(path):
            rows, indexed = (
                # As bytes: what has changed need be no text any more.
                set(connection.execute(f"SELECT CAST({name} AS BLOB), rowid FROM {table} {how}"))  # noqa: S608 - our names
                for how in ("NOT INDEXED", f"INDEXED BY sqlite_autoindex_{table}_1")
            )
        if rows != indexed:
            said = f"{path} is damaged: its {table} have other names in the index"
            raise CorruptFileError(said, path)


def keep_names(path: Path, names: Iterable[Name]) -> None:
    """Keep (room, device, stream) beside a database; a failing disk is tried again next time."""
    wanted = tuple(names)
    if wanted == read_names(path):
        return
    kept = path.with_name(path.name + SUFFIX)
    unfinished = kept.with_name(f"{kept.name}.unfinished")
    with suppress(OSError):
        with os.fdopen(os.open(unfinished, NEW, 0o600), "wb") as file:
            file.write(sealed_bytes(msgspec.json.encode(wanted)))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(kept)
