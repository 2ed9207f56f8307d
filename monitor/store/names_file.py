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

from monitor.contract.record import DeviceId, HexId, Slug
from monitor.store.database import InWords
from monitor.store.errors import CorruptFileError
from monitor.store.nights_db import sealed_bytes, unsealed

SUFFIX: Final = "-names"
NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC

Name = tuple[str, str, str]
_Named = tuple[Slug, DeviceId, HexId]
# As bytes: a changed one may leave no text.
_NAMED: Final = (
    "SELECT CAST(room AS BLOB), CAST(device AS BLOB), CAST(stream AS BLOB)"
    " FROM streams LEFT JOIN rooms USING (room_id)"
)
_ROOMS: Final = "SELECT CAST(room AS BLOB) FROM rooms"
_names: Final = msgspec.json.Decoder(tuple[Name, ...])


def read_names(path: Path) -> tuple[Name, ...]:
    """Return (room, device, stream) kept beside a database; nothing if that is damaged too."""
    try:
        return _names.decode(unsealed(path.with_name(path.name + SUFFIX).read_bytes()))
    except (OSError, ValueError, msgspec.MsgspecError):
        return ()


def keep_names(path: Path, names: Iterable[Name]) -> None:
    """Keep (room, device, stream) beside a database; a failing disk is tried again next time.

    A stream that was kept and is not there any more stays: its name may have changed on the card.
    """
    before, now = read_names(path), tuple(names)
    known = {stream for _, _, stream in now}
    wanted = (*now, *(one for one in before if one[2] not in known))
    if wanted == before:
        return
    kept = path.with_name(path.name + SUFFIX)
    unfinished = kept.with_name(f"{kept.name}.unfinished")
    with suppress(OSError):
        with os.fdopen(os.open(unfinished, NEW, 0o600), "wb") as file:
            file.write(sealed_bytes(msgspec.json.encode(wanted)))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(kept)


def forget_names(path: Path) -> None:
    """Forget them where another database takes the place of one: a salvage would begin them all."""
    path.with_name(path.name + SUFFIX).unlink(missing_ok=True)


def require_names(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database whose rooms and streams have not the names that they were given.

    Each of its minutes has a check sum, these have none. By a name that cannot be every step of
    the monitor would fail, and by another one a room's nights would be another's.

    Raises:
        CorruptFileError: its writer sets it aside, and what is intact is salvaged.
    """
    with InWords(path):
        rows = connection.execute(_NAMED).fetchall()
        rooms = connection.execute(_ROOMS).fetchall()
    kept = {stream: (room, device) for room, device, stream in read_names(path)}
    try:
        _require_as_indexed(connection, path)
        for (room,) in rooms:
            msgspec.convert(_text(room), Slug)
        for row in rows:
            room, device, stream = msgspec.convert(tuple(map(_text, row)), _Named)
            _require_as_kept(room, device, stream, kept)
    except ValueError as error:
        raise CorruptFileError(
            f"{path} is damaged (a room's or a stream's name has changed, {error}): restart its"
            " writer, which sets it aside",
            path,
        ) from error


def _require_as_indexed(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse streams or rooms that are not named as their index has them.

    No check of SQLite's that a start has time for tells: believed, a changed byte of a name
    would go over what is kept beside the file.

    Raises:
        ValueError: they are not.
    """
    for table, name in (("streams", "stream"), ("rooms", "room")):
        with InWords(path):
            rows, indexed = (
                set(connection.execute(f"SELECT CAST({name} AS BLOB), rowid FROM {table} {how}"))  # noqa: S608 - our names
                for how in ("NOT INDEXED", f"INDEXED BY sqlite_autoindex_{table}_1")
            )
        if rows != indexed:
            raise ValueError(f"its {table} have other names in the index")


def _require_as_kept(room: str, device: str, stream: str, kept: dict[str, tuple[str, str]]) -> None:
    """Refuse a stream that is another's than was kept beside the file.

    Raises:
        ValueError: it is.
    """
    if kept.get(stream, (room, device)) != (room, device):
        raise ValueError(f"{stream} was of {kept[stream]}, is of {(room, device)}")


def _text(cell: bytes | None) -> str:
    """Return a name.

    Raises:
        ValueError: it is none.
    """
    if cell is None:
        raise ValueError("its room is gone")
    return cell.decode()
