"""The journal's identity file: which stream its directory holds, and how far it had come."""

import zlib
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from firmware.disk import Disk, read_or_none
from monitor.contract.record import Count, Crc32, HexId

META_NAME: Final = "journal.json"
FORMAT: Final = 1


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is true of a journal at least.

    Attributes:
        stream: the stream the directory holds; segments of another are not its own.
        next_seq: no seq below was left unused; a new record never has a lower one.
        acknowledged_seq: proven to be stored; kept when it falls, and once a day.
        acknowledged_by: the store that has proven it. An identity of before it was kept has
            none, and its CRC is right without.
        crc: CRC-32 of this as JSON with crc = 0: one changed digit would name another
            stream, and the segments would pass for somebody else's.
    """

    format: Annotated[int, Meta(ge=1, le=FORMAT)] = FORMAT
    stream: HexId
    next_seq: Count = 1
    acknowledged_seq: Count = 0
    acknowledged_by: HexId | UnsetType = UNSET
    crc: Crc32 = 0


def read_identity(disk: Disk, directory: Path) -> Identity | None:
    """Return the identity, None if there is none, or the card does not give it, or it is damaged.

    Raises:
        OSError: the disk could not tell.
    """
    try:
        data = read_or_none(disk, directory / META_NAME)
        found = msgspec.json.decode(data or b"", type=Identity)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return None
    return found if found == _sealed(found) else None


def save_identity(disk: Disk, directory: Path, identity: Identity) -> None:
    """Replace the identity as one step; durable only once the directory is synced."""
    fresh = directory / f"{META_NAME}.new"
    disk.write(fresh, msgspec.json.encode(_sealed(identity)))
    disk.rename(fresh, directory / META_NAME)


def _sealed(identity: Identity) -> Identity:
    bare = replace(identity, crc=0)
    return replace(bare, crc=zlib.crc32(msgspec.json.encode(bare)))
