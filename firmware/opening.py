"""Find a journal's stream in its directory, or begin one with what is there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware.beginning import begin_stream
from firmware.disk import Disk
from firmware.journal_identity import META_NAME, Identity, read_identity
from firmware.quarantine import set_aside
from firmware.segment import NAME
from firmware.segment_log import SegmentLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A stream as found or begun; the bytes of a torn last line, which is still there."""

    identity: Identity
    log: SegmentLog
    torn_bytes: int


def open_stream(
    disk: Disk,
    directory: Path,
    new_id: Callable[[], str],
    findings: list[str],
    *,
    gives_up: bool,
) -> Opened:
    """Open the stream in a directory, or begin one; whatever is found there, it opens.

    Args:
        disk: the file operations.
        directory: the journal's, made if absent.
        new_id: the id of a stream that begins.
        findings: takes what is found, also where the disk then refuses.
        gives_up: whether a segment that cannot be read is given up though no store may have it.

    Raises:
        OSError: the disk refuses; what was done before is no harm to the next try.
    """
    disk.make_directory(directory)
    names = disk.names(directory)
    identity = read_identity(disk, directory)
    segments = [name for name in names if NAME.fullmatch(name)]
    if identity is None:
        unreadable = [name for name in names if name == META_NAME]
        findings += set_aside(disk, directory, unreadable)
        opened = _begun(disk, directory, new_id(), segments)
        foreign = segments
    else:
        opened = _loaded(disk, directory, identity, gives_up=gives_up)
        foreign = [name for name in segments if not name.startswith(identity.stream)]
    findings += set_aside(disk, directory, foreign)
    findings += [f"hole={first}-{last}" for first, last in opened.log.holes]
    findings += [f"unreadable={name}" for name in opened.log.unreadable]
    if opened.torn_bytes:
        findings.append(f"torn_tail_bytes={opened.torn_bytes}")
    elif opened.log.segments and opened.log.segments[-1].size == 0:
        # Begun and stopped before its first line, or emptied: nobody can tell which.
        findings.append(f"empty_segment={opened.log.segments[-1].path.name}")
    return opened


def _begun(disk: Disk, directory: Path, stream: str, segments: list[str]) -> Opened:
    behind_seq, next_seq = None, 1
    if len(old := {name.partition("-")[0] for name in segments}) == 1:
        # Lines that are damaged at either end have no neighbour: the names and places tell.
        before = SegmentLog(directory, disk, old.pop())
        before.load(1)
        behind_seq, next_seq = before.lowest_seq - 1, before.next_seq
    identity, log = begin_stream(
        disk, directory, stream, segments, behind_seq=behind_seq, next_seq=next_seq
    )
    disk.sync_directory(directory)
    return Opened(identity=identity, log=log, torn_bytes=0)


def _loaded(disk: Disk, directory: Path, identity: Identity, *, gives_up: bool) -> Opened:
    log = SegmentLog(directory, disk, identity.stream)
    spare_seq = None if gives_up else identity.acknowledged_seq
    torn_bytes = log.load(identity.next_seq, spare_seq=spare_seq)
    return Opened(identity=identity, log=log, torn_bytes=torn_bytes)
