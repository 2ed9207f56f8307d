"""The journal's identity file: which stream its directory holds, and how far it had come."""

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from firmware.disk import Disk
from monitor.contract.record import Count, HexId

META_NAME: Final = "journal.json"
FORMAT: Final = 1


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is true of a journal at least.

    Attributes:
        stream: the stream the directory holds; segments of another are not its own.
        next_seq: no seq below was left unused; a new record never has a lower one.
        acknowledged_seq: proven to be stored; kept when it falls, and once a day.
    """

    format: Annotated[int, Meta(ge=1, le=FORMAT)] = FORMAT
    stream: HexId
    next_seq: Count = 1
    acknowledged_seq: Count = 0


def read_identity(disk: Disk, directory: Path) -> Identity | None:
    """Return the identity, None if there is none or it is damaged.

    Raises:
        OSError: the disk could not tell.
    """
    try:
        return msgspec.json.decode(disk.read(directory / META_NAME), type=Identity)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return None


def save_identity(disk: Disk, directory: Path, identity: Identity) -> None:
    """Replace the identity as one step; durable only once the directory is synced."""
    fresh = directory / f"{META_NAME}.new"
    disk.write(fresh, msgspec.json.encode(identity))
    disk.rename(fresh, directory / META_NAME)
