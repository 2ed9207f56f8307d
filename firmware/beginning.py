"""Begin a stream on the disk with what older segments hold."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from msgspec import UNSET

from firmware.disk import Disk
from firmware.journal_identity import Identity, save_identity
from firmware.rekey import Older, Rekeying, to_lines
from firmware.segment import day_of, name_of
from firmware.segment_log import SegmentLog


def begin_stream(
    disk: Disk,
    directory: Path,
    stream: str,
    names: Sequence[str],
    *,
    older: Older | None,
    findings: list[str],
    most: int,
) -> tuple[Identity, SegmentLog]:
    """Write a stream that carries what the named segments hold; its identity is the turning point.

    Args:
        disk: the file operations.
        directory: the journal's.
        stream: id of the new stream.
        names: the older segments, in order.
        older: the stream that is carried on; None begins with the first record that comes.
        findings: as SegmentLog's.
        most: as SegmentLog's.

    Returns:
        The identity, durable once the directory is synced, and the segments.

    Raises:
        OSError: the disk refused; what was written is removed, as far as it lets it be.
    """
    carrying = Rekeying(stream, older)
    written: list[Path] = []
    try:
        for name in names:
            records = carrying.carry(disk.read(directory / name))
            if (first := next(records, None)) is not None:
                path = directory / name_of(stream, first.seq, day_of(first))
                written.append(path)
                disk.write(path, to_lines(chain((first,), records)))
        disk.sync_directory(directory)
        floor_seq = carrying.next_seq
        if older is not None:  # trailing holes have no record behind them: only its end keeps them
            floor_seq = max(floor_seq, older.end_seq - older.behind_seq)
        log = SegmentLog(directory, disk, stream, findings, most)
        log.load(floor_seq)
        begun_seq = log.segments[-1].first_seq if log.segments else UNSET
        identity = Identity(stream=stream, next_seq=floor_seq, begun_seq=begun_seq)
        save_identity(disk, directory, identity)
    except OSError:
        for path in written:
            with suppress(OSError):
                disk.remove(path)
        raise
    return identity, log
