"""Every disk call of a journal's life fails once, or is the last before a power cut."""

import errno
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.disk import Disk
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_identity import META_NAME
from firmware.journal_limits import Limits
from firmware.segment_log import TRIES, SegmentLog
from monitor.contract.record import ClockState, Minute
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk, PowerCut
from tests.fakes.transfer_records import BOOT, STREAM, a_minute, a_record

FOLDER = Path("/journal")
DAY = 1440
# More than the calls of one life below; the last ones meet no fault.
CALLS = 65


class Life:
    """Days of a journal; knows which minutes it was told are durable."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.ids = (f"{number:016x}" for number in itertools.count(1))
        self.kept: list[Minute] = []
        self.journal: Journal | None = None

    def live(self) -> None:
        self.patiently(self.open)
        for number in (1, 2, DAY + 1, DAY + 2):
            self.patiently(lambda number=number: self.keep(number))
        self.patiently(lambda: self.opened.acknowledge(2))
        self.patiently(lambda: self.opened.acknowledge(0))
        self.patiently(self.opened.new_stream)
        for number in (DAY + 3, 2 * DAY + 1):
            self.patiently(lambda number=number: self.keep(number))
        self.patiently(self.open)
        self.patiently(lambda: self.keep(2 * DAY + 2))

    @property
    def opened(self) -> Journal:
        assert self.journal is not None
        return self.journal

    def open(self) -> None:
        self.journal = Journal.open(FOLDER, disk=self.disk, new_id=lambda: next(self.ids))

    def keep(self, number: int) -> None:
        if self.opened.waiting:
            self.opened.sync()
        elif a_minute(number) not in self.kept:
            self.opened.append(
                a_minute(number), boot=BOOT, boottime_s=60.0 * number, clock=ClockState.SYNCED
            )
        self.kept.append(a_minute(number))

    def patiently(self, task: Callable[[], None]) -> None:
        """Do what a daemon does: whatever the disk refused, it comes again with the next."""
        try:
            task()
        except JournalError:
            task()


def minutes_in(journal: Journal) -> list[Minute]:
    found: list[Minute] = []
    seq = 1
    while run := journal.records(seq):
        found += [record.minute for record in run]
        seq = run[-1].seq + 1
    return found


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", range(1, CALLS))
def test_a_failed_call_loses_no_minute_and_doubles_none(call: int, code: int) -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk, faults={call: Fault(errno=code, written=40)})
    life = Life(faulty)
    life.live()
    faulty.faults.clear()
    again = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
    assert minutes_in(life.opened) == minutes_in(again)
    assert minutes_in(again) == sorted(life.kept, key=lambda minute: minute.end)
    assert len(life.kept) == 7


@pytest.mark.parametrize("written", [0, 40, 100_000])
@pytest.mark.parametrize("call", range(1, CALLS))
def test_a_power_cut_in_a_call_loses_no_durable_minute(call: int, written: int) -> None:
    for kept_renames in range(4):
        disk = FakeDisk()
        life = Life(FaultyDisk(disk, faults={call: Fault(errno=None, written=written)}))
        try:
            life.live()
        except PowerCut:
            disk.cut_power(kept_renames=kept_renames)
        journal = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
        found = minutes_in(journal)
        assert [minute for minute in life.kept if minute not in found] == []
        assert len(found) == len({minute.end for minute in found})


def a_journal_of_days(disk: Disk, *, stored: int = 0) -> list[str]:
    """Journal two minutes on each of five days; return the segments' names.

    stored: the seq up to which a store has them.
    """
    life = Life(disk)
    life.open()
    for day in range(5):
        life.keep(day * DAY + 1)
        if day == 4:
            life.opened.acknowledge(stored, "c" * 16)
        life.keep(day * DAY + 2)
    return [name for name in disk.names(FOLDER) if name.endswith(".log")]


def opened(disk: Disk) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)


def an_hour_passes(journal: Journal, *, minutes: int = TRIES) -> None:
    for number in range(minutes):
        journal.append(
            a_minute(6 * DAY + number), boot=BOOT, boottime_s=9.0 + number, clock=ClockState.SYNCED
        )


@pytest.mark.parametrize(("bad", "lowest", "holes"), [(0, 3, ()), (1, 1, ((3, 4),))])
def test_a_segment_on_a_bad_spot_is_a_hole_and_keeps_nobody_from_the_others(
    bad: int, lowest: int, holes: tuple[tuple[int, int], ...]
) -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset({names[bad]})
    journal = opened(disk)
    an_hour_passes(journal)
    assert (journal.lowest_seq, journal.next_seq, journal.holes) == (lowest, 71, holes)
    assert len(minutes_in(journal)) == 68
    lost = f"hole={2 * bad + 1}-{2 * bad + 2}"
    assert journal.findings == [
        f"unreadable={names[bad]}",
        f"set_aside={names[bad]}.bad",
        lost,
    ]
    disk.bad_spots = frozenset()
    again = opened(disk)
    assert (len(minutes_in(again)), again.lowest_seq, again.holes) == (68, lowest, holes)


def test_what_cannot_be_read_is_waited_for_an_hour_before_it_is_given_up() -> None:
    """Once declared it is never sent, although the card may give it back."""
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset({names[1]})
    journal = opened(disk)
    an_hour_passes(journal, minutes=TRIES - 1)
    assert journal.holes == ()
    with pytest.raises(JournalError):
        journal.records(3)
    disk.bad_spots = frozenset()
    journal.sync()
    assert (len(minutes_in(journal)), journal.holes) == (10 + TRIES - 1, ())
    assert journal.findings[1:] == [f"readable={names[1]}"]


@pytest.mark.parametrize("bad", [range(1), range(1, 2), range(4, 5), range(5)])
def test_what_comes_while_it_is_waited_for_is_durable_at_once(bad: range) -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset(names[number] for number in bad)
    for restart in range(4):
        journal = opened(disk)
        journal.append(
            a_minute(6 * DAY + restart), boot=BOOT, boottime_s=9.0, clock=ClockState.SYNCED
        )
        assert journal.waiting == 0
    disk.bad_spots = frozenset()
    again = opened(disk)
    assert len(minutes_in(again)) == 10 + 4


def test_a_segment_that_can_no_longer_be_read_at_work_is_given_up_after_an_hour() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    journal = opened(disk)
    disk.bad_spots = frozenset({names[1]})
    with pytest.raises(JournalError):
        journal.records(3)
    an_hour_passes(journal)
    assert journal.holes == ((3, 4),)
    assert [record.seq for record in journal.records(3, limit=1)] == [5]
    assert journal.findings == [
        f"unreadable={names[1]}",
        f"set_aside={names[1]}.bad",
        "hole=3-4",
    ]


def test_an_error_in_passing_while_a_batch_is_read_is_no_finding() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    journal = opened(disk)
    disk.bad_spots = frozenset({names[1]})
    with pytest.raises(JournalError):
        journal.records(3)
    disk.bad_spots = frozenset()
    assert [record.seq for record in journal.records(3)] == [3, 4]
    assert [finding for finding in journal.findings if "readable" not in finding] == []


def test_the_last_segment_on_a_bad_spot_is_left_for_another_and_given_up_with_all_it_may_hold() -> (
    None
):
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset({names[-1]})
    journal = opened(disk)
    an_hour_passes(journal, minutes=TRIES + 1)
    most = Limits().most_in_segment
    assert journal.holes == ((9, 8 + most),)
    assert journal.next_seq == 9 + most + TRIES + 1
    disk.bad_spots = frozenset()
    again = opened(disk)
    assert (again.next_seq, again.holes) == (journal.next_seq, journal.holes)
    assert len(minutes_in(again)) == 8 + TRIES + 1


def test_the_last_segment_that_can_be_read_again_has_its_minutes_and_no_seq_twice() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset({names[-1]})
    journal = opened(disk)
    an_hour_passes(journal, minutes=3)
    disk.bad_spots = frozenset()
    journal.sync()
    assert journal.holes == ((11, 8 + Limits().most_in_segment),)
    assert len(minutes_in(journal)) == 10 + 3


def test_a_last_segment_that_can_neither_be_extended_nor_cut_is_left_for_another() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    journal = opened(disk)
    disk.worn_spots = frozenset({names[-1]})
    with pytest.raises(JournalError):
        journal.append(a_minute(4 * DAY + 3), boot=BOOT, boottime_s=9.0, clock=ClockState.SYNCED)
    journal.sync()
    assert (journal.waiting, journal.holes, len(minutes_in(journal))) == (0, (), 11)
    assert len(minutes_in(opened(disk))) == 11


def test_an_orderly_stop_leaves_such_a_segment_for_another_at_once() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    journal = opened(disk)
    disk.worn_spots = frozenset({names[-1]})
    journal.append(
        a_minute(4 * DAY + 3), boot=BOOT, boottime_s=9.0, clock=ClockState.SYNCED, sync=False
    )
    journal.close()
    assert len(minutes_in(opened(disk))) == 11


def test_a_segment_that_cannot_take_its_first_line_is_written_anew() -> None:
    disk = FaultyDisk(FakeDisk())
    disk.make_directory(FOLDER)
    log = SegmentLog(FOLDER, disk, STREAM, [], most=10)
    log.roll("20260101", 1)
    disk.worn_spots = frozenset({log.segments[0].path.name})
    with pytest.raises(OSError, match="Input"):
        log.append([a_record(1)])
    assert log.wants_another("20260101", 1, 10)
    log.roll("20260101", 1)
    disk.sync_directory(FOLDER)
    log.append([a_record(1)])
    names = disk.names(FOLDER)
    assert [name for name in names if name.endswith(".log")] == [log.segments[0].path.name]
    assert (len(names), log.read(1, 1, 10_000)) == (2, [a_record(1)])


def test_a_torn_line_that_cannot_be_cut_off_keeps_nobody_from_the_next() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.append(FOLDER / names[-1], b'{"stream":')
    disk.worn_spots = frozenset({names[-1]})
    journal = opened(disk)
    an_hour_passes(journal, minutes=1)
    assert (journal.waiting, journal.holes, len(minutes_in(journal))) == (0, ((11, 11),), 11)
    again = opened(disk)
    assert (again.holes, len(minutes_in(again))) == (((11, 11),), 11)


def test_an_identity_on_a_bad_spot_is_set_aside_and_a_new_stream_carries_the_records() -> None:
    disk = FaultyDisk(FakeDisk())
    a_journal_of_days(disk)
    disk.bad_spots = frozenset({META_NAME})
    journal = opened(disk)
    disk.bad_spots = frozenset()
    assert (journal.stream, len(minutes_in(journal))) == ("f" * 16, 10)
    assert f"set_aside={META_NAME}.bad" in journal.findings
    assert len(minutes_in(opened(disk))) == 10


@pytest.mark.parametrize("is_stopped", [False, True])
@pytest.mark.parametrize("bad", [0, 1, 4])
def test_a_new_stream_waits_an_hour_at_most_for_what_cannot_be_read(
    bad: int, *, is_stopped: bool
) -> None:
    """Nor does it wait where an orderly stop would lose the minutes in memory."""
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.write(FOLDER / META_NAME, b"spoiled")
    disk.bad_spots = frozenset({names[bad]})
    journal = opened(disk)
    minutes = 5 if is_stopped else TRIES
    for _ in range(minutes - 1):
        with pytest.raises(JournalError):
            an_hour_passes(journal, minutes=1)
    assert journal.waiting == minutes - 1
    if is_stopped:
        journal.close()
    else:
        an_hour_passes(journal, minutes=1)
    assert journal.waiting == 0
    assert len(minutes_in(journal)) == 8 + minutes - is_stopped
    assert f"set_aside={names[bad]}.bad" in journal.findings


def test_no_answer_shortens_the_hour_for_which_a_new_stream_waits() -> None:
    """Each that names a position which cannot be ours asks for another stream, at any time."""
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.write(FOLDER / META_NAME, b"spoiled")
    disk.bad_spots = frozenset({names[1]})
    journal = opened(disk)
    for _ in range(TRIES + 1):
        with pytest.raises(JournalError):
            journal.new_stream()
    disk.bad_spots = frozenset()
    an_hour_passes(journal, minutes=1)
    assert (len(minutes_in(journal)), journal.holes) == (11, ())


def test_an_error_that_passes_for_all_files_at_once_leaves_the_stream_as_it_is() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    before = opened(disk).stream
    disk.bad_spots = frozenset({*names, META_NAME})
    journal = opened(disk)
    disk.bad_spots = frozenset()
    an_hour_passes(journal, minutes=1)
    assert (journal.stream, len(minutes_in(journal)), journal.holes) == (before, 11, ())


def test_no_stream_begins_without_a_segment_that_may_be_read_again() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    journal = opened(disk)
    disk.bad_spots = frozenset({names[1]})
    with pytest.raises(JournalError):
        journal.new_stream()
    an_hour_passes(journal)
    journal.new_stream()
    assert (journal.holes, len(minutes_in(journal))) == (((3, 4),), 8 + TRIES)


def test_the_faults_reach_every_call_of_a_life() -> None:
    disk = FaultyDisk(FakeDisk())
    Life(disk).live()
    assert disk.calls < CALLS
