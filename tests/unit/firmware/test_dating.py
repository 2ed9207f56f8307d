"""Dates for the minutes of a boot without time: kept beside the journal, always the same."""

from pathlib import Path

import pytest

from firmware.dating import DATES_NAME, MAX_BOOTS, Dating
from monitor.contract.record import ClockState, Record
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk
from tests.fakes.transfer_records import BOOT, STREAM, a_record

FOLDER = Path("/journal")
AHEAD_MS = 1_795_388_400_000


def undated(seq: int = 1, boot: str = BOOT) -> Record:
    return a_record(seq, boot=boot, clock=ClockState.UNSYNCED)


@pytest.fixture
def disk() -> FaultyDisk:
    made = FakeDisk()
    made.make_directory(FOLDER)
    return FaultyDisk(made)


def test_a_record_is_dated_by_its_boottime_once_the_time_is_known(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    dating.note(undated(3))
    assert dating.is_undated(BOOT)
    assert dating.dated(undated(3)) == undated(3)
    assert dating.found_time(BOOT, 5, AHEAD_MS)
    dated = dating.dated(undated(3))
    assert (dated.minute.end_ms, dated.clock, dated.revision) == (
        AHEAD_MS + 180_000,
        ClockState.CORRECTED,
        1,
    )
    assert dating.corrections(STREAM) == ((3, 5),)


def test_what_has_a_date_keeps_it(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    dating.note(undated())
    dating.found_time(BOOT, 5, AHEAD_MS)
    assert dating.dated(a_record(4)) == a_record(4)
    assert dating.dated(undated(4, boot="f" * 16)) == undated(4, boot="f" * 16)


def test_dates_survive_a_restart_to_the_byte(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    dating.note(undated())
    dating.found_time(BOOT, 5, AHEAD_MS)
    assert Dating.open(FOLDER, disk).dated(undated(2)) == dating.dated(undated(2))


def test_records_wait_for_ten_minutes_after_boot_and_no_longer(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    assert dating.waits_from(BOOT, STREAM, 100.0) is None
    dating.note(undated(7))
    assert dating.waits_from(BOOT, STREAM, 599.0) == 7
    assert dating.waits_from(BOOT, STREAM, 600.0) is None
    assert dating.waits_from(BOOT, "f" * 16, 599.0) is None
    dating.found_time(BOOT, 7, AHEAD_MS)
    assert dating.waits_from(BOOT, STREAM, 599.0) is None


def test_a_date_that_cannot_be_kept_is_not_used(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    dating.note(undated())
    disk.always = Fault()
    assert not dating.found_time(BOOT, 5, AHEAD_MS)
    assert dating.is_undated(BOOT)
    disk.always = None
    assert dating.found_time(BOOT, 5, AHEAD_MS + 1)
    assert dating.dated(undated(1)).minute.end_ms == AHEAD_MS + 1 + 60_000


def test_a_damaged_file_knows_of_no_undated_boot(disk: FaultyDisk) -> None:
    disk.write(FOLDER / DATES_NAME, b"\xff{")
    assert not Dating.open(FOLDER, disk).is_undated(BOOT)


def test_a_new_stream_is_corrected_from_its_beginning(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    dating.note(undated(7, boot="a" * 16))
    dating.found_time("a" * 16, 9, AHEAD_MS)
    dating.note(undated(10))
    dating.moved("f" * 16, 1, 4)
    assert dating.corrections("f" * 16) == ((1, 4),)
    assert dating.waits_from(BOOT, "f" * 16, 5.0) == 1
    assert dating.corrections(STREAM) == ()


def test_a_machine_that_never_learns_the_time_keeps_a_bounded_file(disk: FaultyDisk) -> None:
    dating = Dating.open(FOLDER, disk)
    for boot in range(MAX_BOOTS + 9):
        dating.note(undated(boot + 1, boot=f"{boot:016x}"))
    assert not Dating.open(FOLDER, disk).is_undated(f"{0:016x}")
    assert Dating.open(FOLDER, disk).is_undated(f"{MAX_BOOTS + 8:016x}")
