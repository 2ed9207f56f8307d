"""The journal's identity file: which stream its directory holds, and how far it had come."""

import zlib
from enum import Enum, auto
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from firmware.disk import (
    Disk,
    fresh_of,
    is_bad_spot,
    past_bad_spots,
    read_or_none,
    replace_file,
)
from firmware.holdings import Holdings
from firmware.segment import NAME
from monitor.contract.record import Count, Crc32, HexId

META_NAME: Final = "journal.json"
# The same, where nothing can take that one's place before the file system is checked.
COPY_NAME: Final = "journal-copy.json"
FORMAT: Final = 1


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is true of a journal at least.

    Attributes:
        stream: the stream the directory holds; segments of another are not its own.
        next_seq: no seq below was left unused; a new record never has a lower one.
        acknowledged_seq: proven to be stored; kept when it falls, and once a day.
        acknowledged_by: the store that has proven it. An identity of before it was kept has
            none, and its CRC is right without.
        begun_seq: the first seq of the segment begun last. Where neither it nor a later one is
            there it was taken away, and this is all that tells of what was in it. Of before
            it was kept as the store is.
        crc: CRC-32 of this as JSON with crc = 0: one changed digit would name another
            stream, and the segments would pass for somebody else's.
    """

    format: Annotated[int, Meta(ge=1, le=FORMAT)] = FORMAT
    stream: HexId
    next_seq: Count = 1
    acknowledged_seq: Count = 0
    acknowledged_by: HexId | UnsetType = UNSET
    begun_seq: Count | UnsetType = UNSET
    crc: Crc32 = 0


def read_identity(disk: Disk, directory: Path) -> Identity | None:
    """Return the identity, None if there is none, or the card does not give it, or it is damaged.

    What is kept under the second name is never older than what journal.json says: it counts.
    Only where it could be neither replaced nor removed it may be, of a stream that is gone.

    Raises:
        OSError: the disk could not tell.
    """
    told = [_told_in(disk, directory / name) for name in (COPY_NAME, META_NAME)]
    found = [one for one in told if one is not None]
    if len({one.stream for one in found}) > 1:
        held = {name.partition("-")[0] for name in disk.names(directory) if NAME.fullmatch(name)}
        found.sort(key=lambda one: one.stream not in held)
    return found[0] if found else None


def identity_of(held: Holdings, before: Identity) -> Identity:
    """Return what is true of a journal that holds this now, and of which that was true before."""
    begun_seq = max([before.begun_seq or 0, *(span.first_seq for span in held.spans[-1:])])
    return Identity(
        stream=held.stream,
        next_seq=held.next_seq,
        acknowledged_seq=held.acknowledged_seq,
        acknowledged_by=held.acknowledged_by or UNSET,
        begun_seq=begun_seq or UNSET,
    )


def save_identity(disk: Disk, directory: Path, identity: Identity) -> None:
    """Replace the identity as one step; durable only once the directory is synced.

    Where journal.json lies on a spot that lets nothing take its place, it goes under the second
    name. While there is one, that is written first and removed last, so it is never the older.

    Raises:
        OSError: the disk refused; the identity is the old or the new one.
    """
    path, copy = directory / META_NAME, directory / COPY_NAME
    content = msgspec.json.encode(_sealed(identity))
    if has_copy := _state_of(disk, copy) is not State.NONE:
        with past_bad_spots():
            replace_file(disk, copy, content)
            disk.sync_directory(directory)
    try:
        replace_file(disk, path, content)
    except OSError as error:
        stuck = State.STUCK in (_state_of(disk, path), _state_of(disk, fresh_of(path)))
        if not (is_bad_spot(error) and stuck):
            raise
        replace_file(disk, copy, content)
        return
    if has_copy:
        disk.sync_directory(directory)
        with past_bad_spots():
            disk.remove(copy)


class State(Enum):
    """How a file is found."""

    NONE = auto()
    SOUND = auto()
    STUCK = auto()


def _state_of(disk: Disk, path: Path) -> State:
    try:
        return State.STUCK if read_or_none(disk, path) is None else State.SOUND
    except FileNotFoundError:
        return State.NONE


def _told_in(disk: Disk, path: Path) -> Identity | None:
    try:
        data = read_or_none(disk, path)
        found = msgspec.json.decode(data or b"", type=Identity)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return None
    return found if found == _sealed(found) else None


def _sealed(identity: Identity) -> Identity:
    bare = replace(identity, crc=0)
    return replace(bare, crc=zlib.crc32(msgspec.json.encode(bare)))
