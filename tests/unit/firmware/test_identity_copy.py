"""A journal.json whose inode is bad cannot be replaced: the identity goes under a second name."""

import errno
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from firmware.disk import Disk
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_identity import COPY_NAME, META_NAME, Identity, read_identity, save_identity
from monitor.contract.record import ClockState
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk, PowerCut
from tests.fakes.transfer_records import BOOT, STREAM, a_minute

FOLDER = Path("/journal")
DAY = 1440
OTHER = "0d" * 8
CODES = pytest.mark.parametrize("code", [errno.EIO, errno.EBADMSG, errno.EUCLEAN])


class Life:
    """A journal that loses its journal.json to a bad inode; knows what is durable."""

    def __init__(self, code: int = errno.EBADMSG) -> None:
        self.card = FakeDisk()
        self.disk = FaultyDisk(self.card, inode_errno=code)
        self._ids = count(1)
        self.kept: list[int] = []
        self.open()
        self.keep(1, 2)

    def open(self) -> None:
        self.journal = Journal.open(
            FOLDER, disk=self.disk, new_id=lambda: f"{next(self._ids):016x}"
        )

    def keep(self, *numbers: int) -> None:
        for number in numbers:
            with suppress(JournalError):  # it waits
                self.journal.append(
                    a_minute(number), boot=BOOT, boottime_s=60.0 * number, clock=ClockState.SYNCED
                )
            if not self.journal.waiting:
                self.kept = [*self.kept, number]

    def lose_the_inode(self) -> None:
        self.disk.bad_inodes = frozenset({META_NAME})

    def heal(self) -> None:
        self.disk.bad_inodes = frozenset()

    def ends_ms(self) -> list[int]:
        held = []
        seq = 1
        while run := self.journal.records(seq):
            held += [record.minute.end_ms for record in run]
            seq = run[-1].seq + 1
        return held

    def go_on(self) -> None:
        """Roll, take a position, start again, begin a stream, and heal."""
        self.keep(DAY, DAY + 1, 2 * DAY)
        for _ in range(2):
            with suppress(JournalError):
                self.journal.acknowledge(2, "c" * 16)
        self.open()
        self.keep(3 * DAY)
        for _ in range(2):
            with suppress(JournalError):
                self.journal.acknowledge(0, "d" * 16)
        with suppress(JournalError):
            self.journal.new_stream()
        self.keep(4 * DAY)
        self.heal()
        self.keep(5 * DAY, 6 * DAY)
        self.open()
        self.keep(7 * DAY, 8 * DAY)

    def assert_all_is_held(self) -> None:
        held = self.ends_ms()
        assert [one for one in self.kept if a_minute(one).end_ms not in held] == []
        assert len(held) == len(set(held)), "none twice"


@CODES
@pytest.mark.parametrize("at_start", [False, True])
def test_where_it_cannot_be_replaced_minutes_are_durable_at_once(
    code: int, *, at_start: bool
) -> None:
    life = Life(code)
    life.lose_the_inode()
    if at_start:
        life.open()
    life.keep(DAY, 2 * DAY)
    assert life.journal.waiting == 0
    life.journal.acknowledge(2, "c" * 16)
    before = life.journal.holdings()
    life.open()
    assert life.journal.holdings() == before
    life.assert_all_is_held()


def test_where_what_is_to_take_its_place_cannot_be_written_too() -> None:
    life = Life()
    life.disk.write(FOLDER / f"{META_NAME}.new", b"left behind")
    life.disk.bad_inodes = frozenset({f"{META_NAME}.new"})
    life.keep(DAY, 2 * DAY)
    assert life.journal.waiting == 0
    before = life.journal.holdings()
    life.open()
    assert life.journal.holdings() == before


@pytest.mark.parametrize("stops", [False, True])
def test_once_it_can_be_replaced_the_other_goes(*, stops: bool) -> None:
    life = Life()
    life.lose_the_inode()
    life.keep(DAY)
    assert COPY_NAME in life.disk.names(FOLDER)
    stream = life.journal.stream
    life.heal()
    if stops:
        life.open()
    life.keep(2 * DAY)
    assert COPY_NAME not in life.disk.names(FOLDER)
    life.open()
    assert life.journal.stream == stream
    life.assert_all_is_held()


def test_no_copy_is_made_where_the_card_refuses_for_another_reason() -> None:
    life = Life()
    life.disk.next_append = Fault(errno=errno.EIO, written=10)
    life.keep(DAY)
    assert COPY_NAME not in life.disk.names(FOLDER)


def a_copy_beside(disk: Disk, old: Identity, new: Identity) -> None:
    """Keep new under the second name, as if journal.json had come back to life with old."""
    disk.make_directory(FOLDER)
    faulty = FaultyDisk(disk)
    save_identity(faulty, FOLDER, old)
    faulty.bad_inodes = frozenset({META_NAME})
    save_identity(faulty, FOLDER, new)


def test_what_journal_json_says_when_it_comes_back_is_old() -> None:
    disk = FakeDisk()
    new = Identity(stream=STREAM, next_seq=9, acknowledged_seq=3)
    a_copy_beside(disk, Identity(stream=STREAM, next_seq=7, acknowledged_seq=5), new)
    found = read_identity(disk, FOLDER)
    assert found is not None
    assert (found.next_seq, found.acknowledged_seq) == (9, 3)


def test_while_there_are_two_the_second_is_never_the_older() -> None:
    old, new = Identity(stream=STREAM, next_seq=7), Identity(stream=STREAM, next_seq=9)
    for call in count(1):
        for kept_renames in range(5):
            disk = FakeDisk()
            a_copy_beside(disk, old, old)
            disk.sync_directory(FOLDER)
            faulty = FaultyDisk(disk, faults={call: Fault(errno=None)})
            with suppress(PowerCut):
                save_identity(faulty, FOLDER, new)
            disk.cut_power(kept_renames=kept_renames)
            found = read_identity(disk, FOLDER)
            disk.write(FOLDER / COPY_NAME, b"spoiled")
            first = read_identity(disk, FOLDER)
            assert found is not None
            assert first is not None
            assert found.next_seq >= first.next_seq
        if faulty.calls < call:
            return


@pytest.mark.parametrize("has_segment", [STREAM, OTHER])
def test_of_two_streams_it_is_the_one_that_has_segments(has_segment: str) -> None:
    disk = FakeDisk()
    a_copy_beside(disk, Identity(stream=STREAM), Identity(stream=OTHER))
    disk.write(FOLDER / f"{has_segment}-{1:016d}-20260101.log", b"")
    found = read_identity(disk, FOLDER)
    assert found is not None
    assert found.stream == has_segment


def test_a_copy_that_is_damaged_is_set_aside_with_what_it_replaced() -> None:
    life = Life()
    life.lose_the_inode()
    life.keep(DAY)
    life.disk.write(FOLDER / COPY_NAME, b"spoiled")
    life.open()
    assert f"set_aside={COPY_NAME}.bad" in life.journal.findings
    life.assert_all_is_held()


@pytest.mark.slow
@pytest.mark.parametrize("code", [None, errno.EIO, errno.ENOSPC])
def test_a_power_cut_or_a_failure_at_any_call_loses_no_durable_minute(code: int | None) -> None:
    for call in count(1):
        for kept_renames in range(4):
            life = Life()
            life.lose_the_inode()
            life.disk.calls = 0
            life.disk.faults = {call: Fault(errno=code, written=40)}
            with suppress(PowerCut):
                life.go_on()
            is_met = life.disk.calls >= call
            life.disk.faults = {}
            if code is None and is_met:
                life.card.cut_power(kept_renames=kept_renames)
            life.open()
            life.keep(9 * DAY)
            life.assert_all_is_held()
        if not is_met:
            assert call > 40
            return


@pytest.mark.parametrize("name", [META_NAME, COPY_NAME])
def test_an_identity_of_which_a_digit_has_changed_is_none(name: str) -> None:
    disk = FakeDisk()
    disk.make_directory(FOLDER)
    identity = Identity(stream="a" * 16, next_seq=51, acknowledged_seq=50)
    save_identity(disk, FOLDER, identity)
    sound = disk.read(FOLDER / META_NAME)
    disk.remove(FOLDER / META_NAME)
    disk.write(FOLDER / name, sound)
    found = read_identity(disk, FOLDER)
    assert found is not None
    assert found.next_seq == 51
    disk.write(FOLDER / name, sound.replace(b":51,", b":11,"))
    assert read_identity(disk, FOLDER) is None
