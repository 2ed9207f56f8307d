"""Find a journal's stream in its directory, or begin one with what is there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware.beginning import begin_stream
from firmware.disk import Disk, io_error, read_or_none
from firmware.holdings import Hole, with_hole
from firmware.journal_identity import COPY_NAME, META_NAME, Identity, read_identity
from firmware.quarantine import folders_aside, set_aside
from firmware.rekey import Older
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
    most: int,
    gives_up: bool,
) -> Opened:
    """Open the stream in a directory, or begin one; whatever is found there, it opens.

    A folder in the place of a file of the journal's is set aside.

    Args:
        disk: the file operations.
        directory: the journal's, made if absent.
        new_id: the id of a stream that begins.
        findings: takes what is found, also where the disk then refuses.
        most: how many records a segment may hold.
        gives_up: whether a stream begins without the segments that cannot be read.

    Raises:
        OSError: the disk refuses; what was done before is no harm to the next try.
    """
    while True:
        try:
            return _open_stream(disk, directory, new_id, findings, most=most, gives_up=gives_up)
        except IsADirectoryError as error:
            moved = folders_aside(disk, directory, error)
            if not moved:
                raise
            findings += moved


def _open_stream(
    disk: Disk,
    directory: Path,
    new_id: Callable[[], str],
    findings: list[str],
    *,
    most: int,
    gives_up: bool,
) -> Opened:
    disk.make_directory(directory)
    names = disk.names(directory)
    identity = read_identity(disk, directory)
    segments = [name for name in names if NAME.fullmatch(name)]
    if identity is None:
        # Before anything is moved: an error that passes for all of them leaves all as it is.
        readable = _readable(disk, directory, segments, gives_up=gives_up)
        findings += set_aside(
            disk, directory, [name for name in (META_NAME, COPY_NAME) if name in names]
        )
        is_unread = len(readable) < len(segments)
        older = None
        if name := _older(segments, is_unread=is_unread):
            before = SegmentLog(directory, disk, name, findings, most)
            before.load(1)
            if before.has_moved:  # what is readable has other names now
                return _open_stream(disk, directory, new_id, findings, most=most, gives_up=gives_up)
            # Lines that are damaged at either end have no neighbour: the names and places tell.
            older = Older(name, before.lowest_seq - 1, before.next_seq)
        if is_unread:  # what it gives comes first; of another one only what is missing then
            readable.sort(key=lambda one: (name is None or not one.startswith(name), one))
        identity, log = begin_stream(
            disk, directory, new_id(), readable, older=older, findings=findings, most=most
        )
        disk.sync_directory(directory)
        opened, lost = Opened(identity=identity, log=log, torn_bytes=0), log.holes
        foreign = segments
    else:
        log = SegmentLog(directory, disk, identity.stream, findings, most)
        torn_bytes, lost = _load_known(log, identity, findings, most)
        opened = Opened(identity=identity, log=log, torn_bytes=torn_bytes)
        foreign = [name for name in segments if not name.startswith(identity.stream)]
    findings += set_aside(disk, directory, foreign)
    findings += [f"hole={first}-{last}" for first, last in lost]
    if opened.torn_bytes:
        findings.append(f"torn_tail_bytes={opened.torn_bytes}")
    elif opened.log.segments and opened.log.segments[-1].is_empty:
        # Begun and stopped before its first line, or emptied: nobody can tell which.
        findings.append(f"empty_segment={opened.log.segments[-1].path.name}")
    return opened


def _load_known(
    log: SegmentLog, identity: Identity, findings: list[str], most: int
) -> tuple[int, list[Hole]]:
    """Load what an identity tells of; return the bytes of a torn last line, and what is damaged.

    Where the segment begun last is not there, nor a later one, it was taken away: no seq is given
    a second time that it can have had, as of one that cannot be read.
    """
    torn_bytes = log.load(identity.next_seq)
    begun_seq = identity.begun_seq or 0
    if _known_end(log) >= begun_seq:
        return torn_bytes, log.damage
    findings.append(f"taken_away={identity.stream}-{begun_seq:016d}")
    torn_bytes = log.load(max(identity.next_seq, begun_seq + most))
    gone = begun_seq, log.next_seq - 1
    if identity.acknowledged_seq >= begun_seq - 1:
        # What lies below is stored: a position among these is as good as of what is unreadable.
        log.given_up = with_hole(log.given_up, *gone)
    # Where no segment is left nothing is a hole among others: all below is given up.
    return torn_bytes, log.damage if log.segments else [gone]


def _known_end(log: SegmentLog) -> int:
    """Return the highest seq that the last segment has by its name or an intact line, 0 if none."""
    ends = [max(one.first_seq, 0 if one.tries else one.last_seq) for one in log.segments[-1:]]
    return max(ends, default=0)


def gone_with(directory: Path, lowest_seq: int, next_seq: int) -> list[str]:
    """Return the findings of a folder that is gone with what it held."""
    lost = [f"hole={lowest_seq}-{next_seq - 1}"] if lowest_seq < next_seq else []
    return [f"folder_gone={directory}", *lost]


def _readable(disk: Disk, directory: Path, segments: list[str], *, gives_up: bool) -> list[str]:
    readable = [name for name in segments if read_or_none(disk, directory / name) is not None]
    if len(readable) < len(segments) and not gives_up:
        raise io_error()
    return readable


def _older(segments: list[str], *, is_unread: bool) -> str | None:
    """Return the older stream, None if there is not exactly one.

    Beside it may lie the beginning of another that was interrupted: a copy of some segments.
    Where one cannot be read, the stream of most segments tells how many records it can have had.
    """
    old = [name.partition("-")[0] for name in segments]
    if not is_unread and len(set(old)) != 1:
        return None
    return max(sorted(set(old)), key=old.count, default=None)
