"""The segment that was written last is taken away while nothing runs."""

import itertools
from pathlib import Path

import pytest

from firmware.journal import Journal
from firmware.journal_identity import META_NAME
from firmware.journal_limits import Limits
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.journalled import keep, kept

FOLDER = Path("/journal")
DAY = 1440
MOST = Limits().most_in_segment
IDS = (f"{number:016x}" for number in itertools.count(1))


def opened(disk: FaultyDisk) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: next(IDS))


def a_journal_of(*numbers: int) -> FaultyDisk:
    disk = FaultyDisk(FakeDisk())
    keep(opened(disk), *numbers)
    return disk


def segments(disk: FaultyDisk) -> list[str]:
    return [name for name in disk.names(FOLDER) if name.endswith(".log")]


def take_away_last(disk: FaultyDisk) -> None:
    disk.remove(FOLDER / segments(disk)[-1])


def told(journal: Journal) -> list[str]:
    return [one.partition("=")[0] for one in journal.findings]


def test_all_that_it_may_have_held_is_a_hole_and_no_number_is_given_again() -> None:
    disk = a_journal_of(1, 2, DAY + 1, DAY + 2)
    take_away_last(disk)
    journal = opened(disk)
    assert journal.findings == [
        f"taken_away={journal.stream}-{3:016d}",
        f"hole=3-{2 + MOST}",
    ]
    keep(journal, DAY + 9)
    assert journal.holes == ((3, 2 + MOST),)
    assert (kept(journal), journal.next_seq) == ([1, 2, DAY + 9], 4 + MOST)


def test_so_it_is_where_nothing_else_is_left() -> None:
    disk = a_journal_of(1, 2)
    take_away_last(disk)
    journal = opened(disk)
    assert journal.findings == [f"taken_away={journal.stream}-{1:016d}", f"hole=1-{MOST}"]
    keep(journal, 9)
    assert (kept(journal), journal.lowest_seq) == ([9], 1 + MOST)


def test_each_start_says_so_until_another_is_begun() -> None:
    disk = a_journal_of(1, DAY + 1)
    take_away_last(disk)
    first, second = opened(disk), opened(disk)
    assert (first.findings, first.next_seq) == (second.findings, second.next_seq)
    keep(second, DAY + 9)
    # From then on it is a part that is gone between two others.
    assert told(opened(disk)) == ["hole"]


def test_the_last_two_are_one_hole() -> None:
    disk = a_journal_of(1, 2, DAY + 1, 2 * DAY + 1)
    take_away_last(disk)
    take_away_last(disk)
    assert opened(disk).holes == ((3, 3 + MOST),)


@pytest.mark.parametrize("begin", ["start", "new stream"])
def test_a_new_stream_knows_of_its_last_one_too(begin: str) -> None:
    disk = a_journal_of(1, 2, DAY + 1, DAY + 2)
    if begin == "start":
        disk.remove(FOLDER / META_NAME)
        opened(disk)
    else:
        opened(disk).new_stream()
    take_away_last(disk)
    assert told(opened(disk)) == ["taken_away", "hole"]


def test_a_copy_of_another_under_a_higher_number_is_no_sign_of_it() -> None:
    disk = a_journal_of(1, 2, DAY + 1, DAY + 2)
    first, last = segments(disk)
    take_away_last(disk)
    disk.write(FOLDER / last.replace(f"{3:016d}", f"{99:016d}"), disk.read(FOLDER / first))
    assert opened(disk).holes == ((3, 2 + MOST),)


def test_nor_is_all_that_one_that_cannot_be_read_may_hold() -> None:
    disk = a_journal_of(1, DAY + 1)
    disk.bad_spots = frozenset(segments(disk)[:1])
    take_away_last(disk)
    assert opened(disk).next_seq == 2 + MOST


def test_a_day_that_gives_way_to_another_is_not_missed() -> None:
    disk = a_journal_of(1, DAY + 1)
    disk.truncate(FOLDER / segments(disk)[-1], 0)
    keep(opened(disk), 2 * DAY + 1)
    assert len(segments(disk)) == 2
    assert opened(disk).findings == []
