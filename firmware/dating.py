"""Dates for the minutes of a boot that did not know the time: a small file beside the journal.

Which minutes those are, the journal itself says: each record names its boot, CLOCK_BOOTTIME
at its end and the state of the clock. What is kept here is only when a boot found the time,
and how far wall time was ahead of CLOCK_BOOTTIME then. A minute is dated by the first such
moment behind its end, always to the same bytes; a segment is never rewritten. A minute that
knew the time tells as much, so what a damaged file held is learnt from those.
"""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from firmware.disk import Disk, past_bad_spots, replace_file
from firmware.errors import JournalError
from firmware.holdings import Holdings, Hole, Undated
from firmware.journal import Journal
from firmware.minute import moved_mark
from firmware.quarantine import SUFFIX, folders_aside, set_aside
from monitor.contract.codec import seal
from monitor.contract.record import LATEST_MS, ClockState, Crc32, HexId, Record, instant

DATES_NAME: Final = "dates.json"
# The same once more: what is learnt anew is by some milliseconds another date, since clocks are
# slewed, and to a store another minute.
COPY_NAME: Final = "dates-copy.json"
FORMAT: Final = 2
# judgement: a source that is found anew seventeen times a day, for as long as a journal keeps
# a minute; 40 KB.
MAX_FOUND: Final = 512
# Judgement: after 10 minutes without sync, records go out as uncertain.
WAITS_S: Final = 600.0


class Found(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment at which a boot knew the time.

    Attributes:
        at_s: CLOCK_BOOTTIME then.
        ahead_ms: wall time minus CLOCK_BOOTTIME.
    """

    boot: HexId
    at_s: float
    ahead_ms: int


class Dates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file. crc is the CRC-32 of it as JSON with crc = 0: a changed digit is a wrong date."""

    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT)] = FORMAT
    found: tuple[Found, ...] = ()
    crc: Crc32 = 0


class Dating:
    """Knows when which boot found the time, and dates records by it.

    Args:
        directory: the journal's.
        disk: the file operations; what it refuses is tried again with the next finding.

    Attributes:
        findings: what opening found, for the log.
    """

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk
        self._found: tuple[Found, ...] = ()
        self.findings: list[str] = []

    @classmethod
    def open(cls, directory: Path, disk: Disk, journal: Journal) -> "Dating":
        """Read the file and learn from an open journal's minutes what it does not say.

        A file that cannot be read, or is damaged, is kept aside, and its copy tells; one that
        was sound, and only could not be read then, tells all the same.
        """
        dating = cls(directory, disk)
        told = {name: dating._told_in(name) for name in (DATES_NAME, COPY_NAME)}
        for name in told:
            with suppress(OSError):
                dating._add(_read(disk, directory / f"{name}{SUFFIX}"))
        for dates in told.values():
            dating._add(dates)
        if dating._found and None in told.values():
            dating._keep()
        dating.learn(journal)
        return dating

    def undated(self, held: Holdings, boot: str) -> tuple[Undated, ...]:
        """Return the runs of a boot of which nobody knows all dates yet."""
        newest_s = max((one.at_s for one in self._found if one.boot == boot), default=-1.0)
        return tuple(run for run in held.undated if run.boot == boot and run.latest_s > newest_s)

    def corrections(self, held: Holdings) -> tuple[Hole, ...]:
        """Return the seq ranges in which dated records lie that had no date."""
        return tuple(
            (run.first_seq, run.last_seq)
            for run in held.undated
            if self._behind(run.boot, run.earliest_s) is not None
        )

    def found_time(self, found: Found, held: Holdings) -> bool:
        """Date the records of a boot that has found the time; False if it cannot be kept yet."""
        before = self._found
        self._found = (*self._of_held_boots(held), found)[-MAX_FOUND:]
        if not self._keep():
            self._found = before  # another start would date them by another millisecond
            return False
        return True

    def dated(self, record: Record) -> Record:
        """Return a record with its date, sealed anew; itself if there is nothing to add."""
        if record.clock is not ClockState.UNSYNCED:
            return record
        found = self._behind(record.boot, record.boottime_s)
        if found is None:
            return record
        end_ms = found.ahead_ms + round(record.boottime_s * 1000)
        if not 0 <= end_ms < LATEST_MS:
            return record  # no receiver takes such a date, nor what is sent with it
        # What was pressed in it was stamped by the clock that stamped its end.
        moved_ms = end_ms - record.minute.end_ms
        marks = tuple(moved_mark(mark, moved_ms) for mark in record.minute.marks)
        return seal(
            replace(
                record,
                clock=ClockState.CORRECTED,
                revision=record.revision + 1,
                minute=replace(record.minute, end=instant(end_ms), marks=marks),
            )
        )

    def _behind(self, boot: str, boottime_s: float) -> Found | None:
        """Return the first moment from then on at which the boot knew the time."""
        of_boot = (one for one in self._found if one.boot == boot and one.at_s >= boottime_s)
        return min(of_boot, key=lambda one: one.at_s, default=None)

    def _of_held_boots(self, held: Holdings) -> tuple[Found, ...]:
        if held.has_unread:
            return self._found  # whose minutes those are nobody can tell
        boots = {run.boot for run in held.undated}
        return tuple(one for one in self._found if one.boot in boots)

    def learn(self, journal: Journal) -> None:
        """Date what the next minute behind it dates: of the same boot, and with the time."""
        held = journal.holdings()
        learnt = []
        for run in held.undated[-MAX_FOUND:]:
            if self._behind(run.boot, run.latest_s) is None:
                with suppress(JournalError):  # told once it can be read
                    behind = journal.records(run.last_seq + 1, limit=1)
                    learnt += [_told_by(one) for one in behind if _tells(one, run)]
        if learnt:
            self._found = (*learnt, *self._of_held_boots(held))[-MAX_FOUND:]
            self._keep()  # or it is learnt again, and is the same

    def _keep(self) -> bool:
        content = msgspec.json.encode(_sealed(Dates(found=self._found)))
        kept = 0
        try:
            for name in (DATES_NAME, COPY_NAME):
                with past_bad_spots():  # one of the two will do
                    replace_file(self._disk, self._directory / name, content)
                    kept += 1
            self._disk.sync_directory(self._directory)
        except OSError as error:
            with suppress(OSError):  # out of the way of the next try
                self.findings += folders_aside(self._disk, self._directory, error)
            return False
        return kept > 0

    def _told_in(self, name: str) -> Dates | None:
        """Return what a file says; one that is there and says nothing is set aside."""
        dates = None
        try:
            dates = _read(self._disk, self._directory / name)
        except FileNotFoundError:
            return None
        except OSError:
            pass
        if dates is None:
            with suppress(OSError):
                self.findings += set_aside(self._disk, self._directory, [name])
        return dates

    def _add(self, dates: Dates | None) -> None:
        if dates is not None:
            self._found = tuple(dict.fromkeys((*self._found, *dates.found)))


def _read(disk: Disk, path: Path) -> Dates | None:
    """Return what a file says, None if it is damaged.

    Raises:
        OSError: there is none, or it could not be read; one error in passing is none.
    """
    try:
        data = disk.read(path)
    except FileNotFoundError:
        raise
    except OSError:
        data = disk.read(path)
    try:
        dates = msgspec.json.decode(data, type=Dates)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return dates if dates == _sealed(dates) else None


def _tells(record: Record, run: Undated) -> bool:
    return (
        record.clock is ClockState.SYNCED
        and record.boot == run.boot
        and record.boottime_s >= run.latest_s
    )


def _told_by(record: Record) -> Found:
    ahead_ms = record.minute.end_ms - round(record.boottime_s * 1000)
    return Found(boot=record.boot, at_s=record.boottime_s, ahead_ms=ahead_ms)


def _sealed(dates: Dates) -> Dates:
    bare = replace(dates, crc=0)
    return replace(bare, crc=zlib.crc32(msgspec.json.encode(bare)))
