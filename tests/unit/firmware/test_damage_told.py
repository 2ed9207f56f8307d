"""Which holes are told as damage at an opening: what damage explains, and nothing else."""

from pathlib import Path

import pytest

from firmware.journal import Journal
from firmware.segment_log import TRIES
from monitor.contract.record import ClockState
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.transfer_records import BOOT, a_minute

FOLDER = Path("/journal")
DAY = 1440
OTHER_BOOT = "0d" * 8


def opened(disk: FaultyDisk) -> Journal:
    return Journal.open(FOLDER, disk=disk, new_id=lambda: "ab" * 8)


def keep(journal: Journal, *numbers: int, boot: str = BOOT) -> None:
    for number in numbers:
        journal.append(
            a_minute(number), boot=boot, boottime_s=60.0 * number, clock=ClockState.SYNCED
        )


def segments(disk: FaultyDisk) -> list[Path]:
    return [FOLDER / name for name in disk.names(FOLDER) if name.endswith(".log")]


def a_journal_of(*numbers: int) -> FaultyDisk:
    disk = FaultyDisk(FakeDisk())
    keep(opened(disk), *numbers)
    return disk


def cut(disk: FaultyDisk, path: Path, size: int) -> None:
    disk.truncate(path, len(disk.read(path)) - size)


def holes_told(journal: Journal) -> list[str]:
    return [one for one in journal.findings if one.startswith("hole=")]


@pytest.mark.parametrize("next_minute", [4, DAY + 4])
def test_what_a_power_cut_tore_is_no_damage_then_nor_at_any_later_start(next_minute: int) -> None:
    disk = a_journal_of(1, 2, 3)
    cut(disk, segments(disk)[-1], 5)
    journal = opened(disk)
    assert [one.partition("=")[0] for one in journal.findings] == ["torn_tail_bytes"]
    keep(journal, next_minute, boot=OTHER_BOOT)
    for later in range(next_minute + 1, next_minute + 3):
        journal = opened(disk)
        assert (journal.holes, journal.findings) == (((3, 3),), [])
        keep(journal, later, boot=OTHER_BOOT)


@pytest.mark.parametrize("next_minute", [3, DAY + 3])
def test_numbers_that_were_skipped_behind_an_unread_part_are_no_damage(next_minute: int) -> None:
    disk = a_journal_of(1, 2)
    disk.bad_spots = frozenset({segments(disk)[0].name})
    journal = opened(disk)
    keep(journal, next_minute)
    disk.bad_spots = frozenset()
    keep(journal, next_minute + 1)
    assert holes_told(journal) == []
    for _ in range(2):
        journal = opened(disk)
        assert (journal.holes, journal.findings) == (((3, 2940),), [])


def test_a_part_that_was_given_up_is_told_as_a_hole_once() -> None:
    disk = a_journal_of(1, DAY + 1, 2 * DAY + 1)
    disk.bad_spots = frozenset({segments(disk)[1].name})
    journal = opened(disk)
    for minute in range(TRIES + 1):
        keep(journal, 2 * DAY + 2 + minute)
    assert holes_told(journal) == ["hole=2-2"]
    journal = opened(disk)
    assert (journal.holes, journal.findings) == (((2, 2),), [])


def test_a_number_that_is_lost_holds_nothing_whatever_cannot_be_read_behind_it() -> None:
    disk = a_journal_of(1, DAY + 1, 2 * DAY + 1)
    disk.remove(segments(disk)[1])
    disk.bad_spots = frozenset({segments(disk)[1].name})
    assert opened(disk).record_at(2) is None


@pytest.mark.parametrize("torn", [b"x" * 40, b"\0" * 40, b'{"stream":"' + b"\xff" * 40])
def test_a_last_line_that_no_power_cut_left_so_is_damage(torn: bytes) -> None:
    disk = a_journal_of(1, 2)
    disk.append(segments(disk)[0], torn)
    assert holes_told(opened(disk)) == ["hole=3-3"]


def test_a_torn_line_behind_a_damaged_one_hides_no_damage() -> None:
    disk = a_journal_of(1, 2)
    disk.append(segments(disk)[0], b"x" * 40 + b'\n{"stream":"77')
    assert holes_told(opened(disk)) == ["hole=3-4"]


def test_a_torn_line_hides_none_of_those_that_the_last_start_knew_of() -> None:
    disk = a_journal_of(1, 2, 3)
    opened(disk)
    path = segments(disk)[0]
    disk.truncate(path, len(disk.read(path)) // 3 + 20)
    assert holes_told(opened(disk)) == ["hole=2-3"]


@pytest.mark.parametrize("left_bytes", [0, 20, None])
def test_an_older_part_that_is_cut_off_is_damage(left_bytes: int | None) -> None:
    disk = a_journal_of(1, 2, 3, DAY + 1)
    path = segments(disk)[0]
    first_line = disk.read(path).index(b"\n") + 1
    disk.truncate(path, first_line if left_bytes is None else left_bytes)
    first = 1 if left_bytes is not None else 2
    assert holes_told(opened(disk)) == [f"hole={first}-3"]


def test_an_older_part_that_is_gone_is_damage() -> None:
    disk = a_journal_of(1, DAY + 1, DAY + 2, 2 * DAY + 1)
    disk.remove(segments(disk)[1])
    assert holes_told(opened(disk)) == ["hole=2-3"]


def test_a_line_that_is_damaged_beside_a_number_that_was_skipped_is_told_alone() -> None:
    disk = a_journal_of(1, 2, 3)
    cut(disk, segments(disk)[-1], 5)
    keep(opened(disk), 4, 5, 6)
    path = segments(disk)[-1]
    disk.write(path, disk.read(path).replace(b'"seq":5,', b'"seq":9,', 1))
    journal = opened(disk)
    assert (journal.holes, holes_told(journal)) == (((3, 3), (5, 5)), ["hole=5-5"])
