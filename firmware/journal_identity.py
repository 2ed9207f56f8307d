"""The journal's identity file: which stream its directory holds, and how far it had come."""

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from firmware.disk import Disk
from monitor.contract.record import Count, HexId

META_NAME: Final = "journal.json"
FORMAT: Final = 1


# judgement: a milestone a day for two weeks, and room for days counted twice by a wrong clock.
MAX_MILESTONES: Final = 40


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is true of a journal at least.

    Attributes:
        stream: the stream the directory holds; segments of another are not its own.
        next_seq: no seq below was left unused; a new record never has a lower one.
        acknowledged_seq: proven to be stored; kept when it falls, and once a day.
        milestones: (end_ms, seq): seq was acknowledged when a minute ending at end_ms came.
    """

    format: Annotated[int, Meta(ge=1, le=FORMAT)] = FORMAT
    stream: HexId
    next_seq: Count = 1
    acknowledged_seq: Count = 0
    milestones: Annotated[tuple[tuple[int, Count], ...], Meta(max_length=MAX_MILESTONES)] = ()

    def advanced(self, next_seq: int, acknowledged_seq: int, end_ms: int | None) -> "Identity":
        """Return the identity with a milestone more, the day's first minute ending at end_ms."""
        milestones = self.milestones
        if end_ms is not None:
            milestones = (*milestones, (end_ms, acknowledged_seq))[-MAX_MILESTONES:]
        return msgspec.structs.replace(
            self,
            next_seq=next_seq,
            acknowledged_seq=acknowledged_seq,
            milestones=tuple((at_ms, min(seq, acknowledged_seq)) for at_ms, seq in milestones),
        )


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
