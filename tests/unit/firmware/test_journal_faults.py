"""Every disk call of a journal's life fails once, or is the last before a power cut."""

import errno
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.disk import Disk
from firmware.errors import JournalError
from firmware.journal import TRIES, Journal
from monitor.contract.record import ClockState, Minute
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk, PowerCut
from tests.fakes.transfer_records import BOOT, a_minute

FOLDER = Path("/journal")
DAY = 1440
# More than the calls of one life below; the last ones meet no fault.
CALLS = 54


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


@pytest.mark.parametrize(("bad", "lowest", "holes"), [(0, 3, ()), (1, 1, ((3, 4),))])
def test_a_segment_on_a_bad_spot_is_a_hole_and_keeps_nobody_from_the_others(
    bad: int, lowest: int, holes: tuple[tuple[int, int], ...]
) -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk, stored=4)
    disk.bad_spots = frozenset({names[bad]})
    journal = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
    assert (journal.lowest_seq, journal.next_seq, journal.holes) == (lowest, 11, holes)
    assert len(minutes_in(journal)) == 8
    assert f"unreadable={names[bad]}" in journal.findings
    disk.bad_spots = frozenset()
    again = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
    assert (len(minutes_in(again)), again.holes) == (10, ())


def test_what_no_store_has_is_waited_for_an_hour_before_it_is_given_up() -> None:
    """Once declared it is never sent, although the card may give it back."""
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk, stored=2)
    for passes in (True, False):
        disk.bad_spots = frozenset({names[1]})
        journal = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
        journal_waits(journal, tries=TRIES - 1)
        if passes:
            disk.bad_spots = frozenset()
        journal.sync()
        assert journal.holes == (() if passes else ((3, 4),))


def journal_waits(journal: Journal, *, tries: int) -> None:
    for _ in range(tries):
        with pytest.raises(JournalError):
            journal.sync()


def test_where_not_even_the_last_segment_can_be_read_minutes_wait_until_it_can() -> None:
    disk = FaultyDisk(FakeDisk())
    names = a_journal_of_days(disk)
    disk.bad_spots = frozenset(names[1:])
    journal = Journal.open(FOLDER, disk=disk, new_id=lambda: "f" * 16)
    assert journal.findings == ["card_refuses=Input/output error"]
    number = 6 * DAY
    with pytest.raises(JournalError):
        journal.append(a_minute(number), boot=BOOT, boottime_s=9.0, clock=ClockState.SYNCED)
    disk.bad_spots = frozenset()
    journal.sync()
    assert (journal.waiting, len(minutes_in(journal)), journal.holes) == (0, 11, ())


def test_the_faults_reach_every_call_of_a_life() -> None:
    disk = FaultyDisk(FakeDisk())
    Life(disk).live()
    assert disk.calls < CALLS
