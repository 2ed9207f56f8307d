"""Where on the card a spot can lie: under a block that a file grows into, under an inode."""

import errno
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from firmware.dating import COPY_NAME, DATES_NAME, Dating, Found
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_identity import META_NAME
from firmware.journal_limits import Limits
from firmware.segment_log import TRIES
from monitor.contract.record import ClockState
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.transfer_records import BOOT, a_minute, a_record

FOLDER = Path("/journal")
DAY = 1440


def opened(disk: FaultyDisk, new_id: str = "ab" * 8) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: new_id)


def keep(journal: Journal, *numbers: int, sync: bool = True) -> None:
    for number in numbers:
        journal.append(
            a_minute(number),
            boot=BOOT,
            boottime_s=60.0 * number,
            clock=ClockState.SYNCED,
            sync=sync,
        )


def seqs(journal: Journal) -> list[int]:
    found: list[int] = []
    while run := journal.records(found[-1] + 1 if found else 1):
        found += [record.seq for record in run]
    return found


def segments(disk: FaultyDisk) -> list[str]:
    return [name for name in disk.names(FOLDER) if name.endswith(".log")]


# a block that a file grows into


def a_journal_that_grows_into_a_spot() -> tuple[FaultyDisk, Journal]:
    disk = FaultyDisk(FakeDisk())
    journal = opened(disk)
    keep(journal, 1, 2)
    (name,) = segments(disk)
    disk.full_at[name] = len(disk.read(FOLDER / name))
    return disk, journal


def test_a_segment_that_grows_into_a_bad_block_is_left_for_another() -> None:
    disk, journal = a_journal_that_grows_into_a_spot()
    with pytest.raises(JournalError, match="replace the card"):
        keep(journal, 3)
    keep(journal, 4)
    assert (journal.waiting, seqs(journal), journal.holes) == (0, [1, 2, 3, 4], ())
    again = opened(disk)
    assert (seqs(again), again.next_seq, again.holes) == ([1, 2, 3, 4], 5, ())


def test_a_fresh_segment_that_meets_the_same_block_keeps_it_from_the_next() -> None:
    disk, journal = a_journal_that_grows_into_a_spot()
    with pytest.raises(JournalError):
        keep(journal, 3)
    first = segments(disk)[0]
    disk.full_at[first.replace(f"{1:016d}", f"{3:016d}")] = 0
    with pytest.raises(JournalError):
        keep(journal, 4)
    keep(journal, 5)
    assert (journal.waiting, seqs(opened(disk)), journal.holes) == (0, [1, 2, 3, 4, 5], ())
    assert [size for name, size in disk.full_at.items() if name.endswith(".bad")] == [0]


def test_an_orderly_stop_finds_another_block_at_once() -> None:
    disk, journal = a_journal_that_grows_into_a_spot()
    first = segments(disk)[0]
    disk.full_at[first.replace(f"{1:016d}", f"{3:016d}")] = 0
    keep(journal, 3, sync=False)
    journal.close()
    assert seqs(opened(disk)) == [1, 2, 3]


# an inode

CODES = pytest.mark.parametrize("code", [errno.EIO, errno.EBADMSG, errno.EUCLEAN])


def a_journal_of_days(code: int) -> tuple[FaultyDisk, Journal]:
    disk = FaultyDisk(FakeDisk(), inode_errno=code)
    journal = opened(disk)
    for day in range(5):
        keep(journal, day * DAY + 1, day * DAY + 2)
    return disk, journal


def an_hour_passes(journal: Journal) -> None:
    keep(journal, *range(6 * DAY, 6 * DAY + TRIES + 1))


@CODES
@pytest.mark.parametrize("at_work", [False, True])
@pytest.mark.parametrize("bad", [0, 1])
def test_a_segment_that_can_neither_be_opened_nor_moved_is_a_hole_like_any(
    bad: int, code: int, *, at_work: bool
) -> None:
    disk, journal = a_journal_of_days(code)
    disk.bad_inodes = frozenset({segments(disk)[bad]})
    if at_work:
        with pytest.raises(JournalError):
            journal.records(2 * bad + 1)
    else:
        journal = opened(disk)
    an_hour_passes(journal)
    assert (journal.waiting, len(seqs(journal))) == (0, 8 + TRIES + 1)
    assert journal.findings[-1] == f"hole={2 * bad + 1}-{2 * bad + 2}"


@CODES
def test_the_last_segment_too(code: int) -> None:
    disk, journal = a_journal_of_days(code)
    disk.bad_inodes = frozenset(segments(disk)[-1:])
    journal = opened(disk)
    an_hour_passes(journal)
    assert (journal.waiting, len(seqs(journal))) == (0, 8 + TRIES + 1)
    assert journal.holes == ((9, 8 + Limits().most_in_segment),)


@CODES
def test_it_neither_keeps_a_new_stream_from_its_place_nor_the_oldest_from_going(code: int) -> None:
    disk, _ = a_journal_of_days(code)
    journal = opened(disk, "ef" * 8)
    journal.acknowledge(10, "c" * 16)
    disk.bad_inodes = frozenset(segments(disk)[:1])
    journal.trim(4)
    assert journal.lowest_seq == 5
    journal.new_stream()
    again = opened(disk)
    keep(again, 6 * DAY)
    assert (again.waiting, len(seqs(again))) == (0, 7)


@CODES
@pytest.mark.parametrize("is_identity", [False, True])
def test_a_foreign_segment_that_cannot_be_moved_keeps_no_journal_from_opening(
    code: int, *, is_identity: bool
) -> None:
    disk, _ = a_journal_of_days(code)
    foreign = f"{'cd' * 8}-{1:016d}-20260101.log"
    disk.write(FOLDER / foreign, b"")
    if not is_identity:
        disk.write(FOLDER / META_NAME, b"spoiled")
    disk.bad_inodes = frozenset({foreign})
    journal = opened(disk, "ef" * 8)
    for number in range(6 * DAY, 6 * DAY + TRIES):
        with suppress(JournalError):  # a new stream waits for it for an hour
            keep(journal, number)
    assert (journal.waiting, len(seqs(journal))) == (0, 10 + TRIES)


@CODES
@pytest.mark.parametrize("name", [DATES_NAME, COPY_NAME])
def test_dates_are_kept_where_one_of_their_two_files_cannot_be_replaced(
    name: str, code: int
) -> None:
    disk, journal = a_journal_of_days(code)
    disk.write(FOLDER / name, b"")
    disk.bad_inodes = frozenset({name})
    dating = Dating.open(FOLDER, disk, journal)
    found = Found(boot=BOOT, at_s=90.0, ahead_ms=1_767_225_600_000)
    assert dating.found_time(found, journal.holdings())
    record = msgspec.structs.replace(
        a_record(1), boot=BOOT, boottime_s=60.0, clock=ClockState.UNSYNCED
    )
    again = Dating.open(FOLDER, disk, journal)
    assert again.dated(record).clock is ClockState.CORRECTED
