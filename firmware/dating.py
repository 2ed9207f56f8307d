"""Dates for the minutes of a boot that did not know the time: a small file beside the journal.

A segment is never rewritten. What is kept here is, for each such boot, how far wall time
was ahead of its CLOCK_BOOTTIME once a time source was found; a record read from the
journal is dated by that, always to the same bytes.
"""

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from firmware.disk import Disk
from firmware.holdings import Hole
from monitor.contract.codec import seal
from monitor.contract.record import ClockState, Count, HexId, Record, instant

DATES_NAME: Final = "dates.json"
# judgement: a Pi that is switched on twice a day, for as long as a journal keeps a minute.
MAX_BOOTS: Final = 64
# Judgement: after 10 minutes without sync, records go out as uncertain.
WAITS_S: Final = 600.0


class UndatedBoot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The undated records of one boot: a range of seqs, and since when their date is known.

    Attributes:
        last_seq: 0 while the boot goes on without time.
        ahead_ms: wall time minus CLOCK_BOOTTIME, None while nobody knows.
    """

    boot: HexId
    stream: HexId
    first_seq: Count
    last_seq: Count = 0
    ahead_ms: Annotated[int, Meta(ge=0)] | None = None


_decoder: Final = msgspec.json.Decoder(tuple[UndatedBoot, ...])


class Dating:
    """Knows which records lack a date, and dates them.

    Args:
        directory: the journal's.
        disk: the file operations; what it refuses is tried again with the next record.
    """

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk
        self._boots: tuple[UndatedBoot, ...] = ()
        self._kept: tuple[UndatedBoot, ...] = ()

    @classmethod
    def open(cls, directory: Path, disk: Disk) -> "Dating":
        """Read the file; none, or a damaged one, knows of no undated boot."""
        dating = cls(directory, disk)
        try:
            found = _decoder.decode(disk.read(directory / DATES_NAME))
        except (OSError, msgspec.MsgspecError, UnicodeError):
            return dating
        dating._boots = dating._kept = found
        return dating

    def waits_from(self, boot: str, stream: str, boottime_s: float) -> int | None:
        """Return the first seq that is to wait for its date, None if none is."""
        undated = self._of(boot)
        if undated is None or undated.ahead_ms is not None or boottime_s >= WAITS_S:
            return None
        return undated.first_seq if undated.stream == stream else None

    def is_undated(self, boot: str) -> bool:
        """Tell whether a boot has records whose date nobody knows yet."""
        undated = self._of(boot)
        return undated is not None and undated.ahead_ms is None

    def note(self, record: Record) -> None:
        """Take note of a journalled record without a date."""
        if self._of(record.boot) is None:
            undated = UndatedBoot(boot=record.boot, stream=record.stream, first_seq=record.seq)
            self._boots = (*self._boots, undated)[-MAX_BOOTS:]
        self._keep()

    def found_time(self, boot: str, last_seq: int, ahead_ms: int) -> bool:
        """Date a boot's records up to last_seq; False if that could not be kept yet."""
        before = self._boots
        self._boots = tuple(
            replace(one, last_seq=last_seq, ahead_ms=ahead_ms)
            if one.boot == boot and one.ahead_ms is None
            else one
            for one in before
        )
        if not self._keep():
            self._boots = before  # another start would date them by another millisecond
            return False
        return True

    def moved(self, stream: str, first_seq: int, last_seq: int) -> None:
        """Take note that a new stream carries all that is held."""
        self._boots = tuple(
            replace(
                one,
                stream=stream,
                first_seq=first_seq,
                last_seq=0 if one.ahead_ms is None else last_seq,
            )
            for one in self._boots
        )
        self._keep()

    def corrections(self, stream: str) -> tuple[Hole, ...]:
        """Return the seq ranges of a stream in which dated records lie."""
        return tuple(
            (one.first_seq, one.last_seq)
            for one in self._boots
            if one.stream == stream and one.ahead_ms is not None
        )

    def dated(self, record: Record) -> Record:
        """Return a record with its date, sealed anew; itself if there is nothing to add."""
        if record.clock is not ClockState.UNSYNCED:
            return record
        undated = self._of(record.boot)
        if undated is None or undated.ahead_ms is None:
            return record
        end_ms = undated.ahead_ms + round(record.boottime_s * 1000)
        return seal(
            replace(
                record,
                clock=ClockState.CORRECTED,
                revision=record.revision + 1,
                minute=replace(record.minute, end=instant(end_ms)),
            )
        )

    def _of(self, boot: str) -> UndatedBoot | None:
        return next((one for one in reversed(self._boots) if one.boot == boot), None)

    def _keep(self) -> bool:
        if self._boots == self._kept:
            return True
        fresh = self._directory / f"{DATES_NAME}.new"
        try:
            self._disk.write(fresh, msgspec.json.encode(self._boots))
            self._disk.rename(fresh, self._directory / DATES_NAME)
            self._disk.sync_directory(self._directory)
        except OSError:
            return False
        self._kept = self._boots
        return True
