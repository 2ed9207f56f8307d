"""A segment whose name and lines disagree: the lines, whose check sums are right, count."""

import errno
import itertools
import os
from pathlib import Path

import pytest

from firmware.journal import Journal
from firmware.journal_identity import META_NAME
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.journalled import keep, kept

FOLDER = Path("/journal")
DAY = 1440
NUMBERS = [1, 2, DAY + 1, DAY + 2, 2 * DAY + 1, 2 * DAY + 2]
IDS = (f"{number:016x}" for number in itertools.count(1))


class StuckDisk(FaultyDisk):
    """Files named in stuck can be read, and not be renamed."""

    stuck: frozenset[str] = frozenset()

    def rename(self, source: Path, target: Path) -> None:
        if source.name in self.stuck:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().rename(source, target)


def opened(disk: FaultyDisk) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: next(IDS))


def a_journal_of_days() -> StuckDisk:
    disk = StuckDisk(FakeDisk())
    keep(opened(disk), *NUMBERS)
    return disk


def segments(disk: FaultyDisk) -> list[str]:
    return [name for name in disk.names(FOLDER) if name.endswith(".log")]


def numbered(name: str, first: int) -> str:
    stream, _, day = name.split("-")
    return f"{stream}-{first:016d}-{day}"


def require_nothing_is_missing(disk: FaultyDisk) -> None:
    for more in ([], [3 * DAY + 1], [3 * DAY + 1, 3 * DAY + 2]):
        journal = opened(disk)
        assert (kept(journal), journal.holes) == ([*NUMBERS, *more], ())
        assert journal.next_seq == len(NUMBERS) + len(more) + 1
        keep(journal, 3 * DAY + 1 + len(more))


@pytest.mark.parametrize("has_identity", [True, False])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("first", [99_999, 9_000_000_000_000_005])
def test_a_copy_under_a_higher_number_is_set_aside_and_no_minute_is_called_lost(
    at: int, first: int, *, has_identity: bool
) -> None:
    disk = a_journal_of_days()
    name = segments(disk)[at]
    copy = numbered(name, first)
    disk.write(FOLDER / copy, disk.read(FOLDER / name))
    if not has_identity:
        disk.remove(FOLDER / META_NAME)
    assert f"set_aside={copy}.bad" in opened(disk).findings
    require_nothing_is_missing(disk)


@pytest.mark.parametrize("has_identity", [True, False])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("first", [0, 4, 99_999, 9_000_000_000_000_005])
def test_a_segment_whose_number_is_another_gets_back_its_own(
    at: int, first: int, *, has_identity: bool
) -> None:
    disk = a_journal_of_days()
    name = segments(disk)[at]
    disk.rename(FOLDER / name, FOLDER / numbered(name, first))
    if not has_identity:
        disk.remove(FOLDER / META_NAME)
    require_nothing_is_missing(disk)


def test_it_is_told_by_the_start_that_finds_it_alone() -> None:
    disk = a_journal_of_days()
    name = segments(disk)[1]
    disk.rename(FOLDER / name, FOLDER / numbered(name, 77))
    assert opened(disk).findings == [f"misnamed={numbered(name, 77)}"]
    assert opened(disk).findings == []


def test_a_copy_that_cannot_be_moved_keeps_no_journal_from_opening() -> None:
    disk = a_journal_of_days()
    name = segments(disk)[1]
    copy = numbered(name, 99_999)
    disk.write(FOLDER / copy, disk.read(FOLDER / name))
    disk.stuck = frozenset({copy})
    journal = opened(disk)
    assert kept(journal) == NUMBERS


def test_a_segment_of_which_no_line_is_intact_is_as_damaged_as_its_name_says() -> None:
    disk = a_journal_of_days()
    name = segments(disk)[1]
    disk.write(FOLDER / name, b"x" * 40 + b"\n")
    journal = opened(disk)
    assert (journal.holes, name in segments(disk)) == (((3, 4),), True)
