"""Where on the card a spot can lie: under a block that a file grows into."""

from pathlib import Path

import pytest

from firmware.errors import JournalError
from firmware.journal import Journal
from monitor.contract.record import ClockState
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.transfer_records import BOOT, a_minute

FOLDER = Path("/journal")
DAY = 1440


def opened(disk: FaultyDisk) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: "ab" * 8)


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
