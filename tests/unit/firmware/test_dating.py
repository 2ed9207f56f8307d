"""Dates for the minutes of a boot without time: kept beside the journal, always the same."""

import itertools
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.dating import COPY_NAME, DATES_NAME, MAX_FOUND, Dating, Found
from firmware.holdings import Holdings, Span, Undated, with_undated
from firmware.journal import Journal
from firmware.journal_limits import Limits
from monitor.contract.codec import encode, seal
from monitor.contract.record import LATEST_MS, ClockState, Mark, MarkKind, Record
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk
from tests.fakes.transfer_records import BOOT, FIRST_END_MS, a_minute, a_record

FOLDER = Path("/journal")
AHEAD_MS = 1_795_388_400_000
OTHER_BOOT = "c" * 16


def undated(seq: int = 1, boot: str = BOOT) -> Record:
    return a_record(seq, boot=boot, clock=ClockState.UNSYNCED)


def found(minutes: float, ahead_ms: int = AHEAD_MS, *, boot: str = BOOT) -> Found:
    return Found(boot=boot, at_s=60.0 * minutes, ahead_ms=ahead_ms)


class Sensor:
    """A journal and its dates on a disk in memory; the boot and its minutes as a test says."""

    def __init__(self) -> None:
        self.memory = FakeDisk()
        self.disk = FaultyDisk(self.memory)
        self.ids = itertools.count(1)
        self.journal = self.opened()
        self.dating = Dating.open(FOLDER, self.disk, self.journal)

    def opened(self) -> Journal:
        limits = Limits(segment_records=4)
        return Journal.open(
            FOLDER, disk=self.disk, new_id=lambda: f"{next(self.ids):016x}", limits=limits
        )

    def reopen(self) -> None:
        self.journal = self.opened()
        self.dating = Dating.open(FOLDER, self.disk, self.journal)

    def keep(
        self, *numbers: int, boot: str = BOOT, clock: ClockState = ClockState.UNSYNCED
    ) -> None:
        for number in numbers:
            self.journal.append(a_minute(number), boot=boot, boottime_s=60.0 * number, clock=clock)

    def find(self, minutes: float, ahead_ms: int = AHEAD_MS, *, boot: str = BOOT) -> bool:
        return self.dating.found_time(found(minutes, ahead_ms, boot=boot), self.journal.holdings())

    def runs(self, boot: str = BOOT) -> list[tuple[int, int]]:
        runs = self.dating.undated(self.journal.holdings(), boot)
        return [(run.first_seq, run.last_seq) for run in runs]

    def corrections(self) -> tuple[tuple[int, int], ...]:
        return self.dating.corrections(self.journal.holdings())

    def end_ms(self, seq: int) -> int:
        (record,) = self.journal.records(seq, limit=1)
        return self.dating.dated(record).minute.end_ms

    def spoil(self, content: bytes = b"\xff{") -> None:
        self.disk.write(FOLDER / DATES_NAME, content)


@pytest.fixture
def sensor() -> Sensor:
    return Sensor()


def test_a_record_is_dated_by_its_boottime_once_the_time_is_known(sensor: Sensor) -> None:
    sensor.keep(3, 4, 5)
    assert sensor.runs() == [(1, 3)]
    assert sensor.dating.dated(undated(3)) == undated(3)
    assert sensor.find(5.5)
    dated = sensor.dating.dated(undated(3))
    assert (dated.minute.end_ms, dated.clock, dated.revision) == (
        AHEAD_MS + 180_000,
        ClockState.CORRECTED,
        1,
    )
    assert sensor.corrections() == ((1, 3),)
    assert sensor.runs() == []


def test_what_was_pressed_in_a_minute_is_dated_with_it(sensor: Sensor) -> None:
    record = undated()
    press = Mark(at_ms=record.minute.end_ms - 20_000, kind=MarkKind.LIGHTS_OUT)
    pressed = seal(replace(record, minute=replace(record.minute, marks=(press,))))
    sensor.keep(1)
    assert sensor.find(3)
    minute = sensor.dating.dated(pressed).minute
    assert minute.marks == (Mark(at_ms=minute.end_ms - 20_000, kind=MarkKind.LIGHTS_OUT),)
    assert minute.end_ms != record.minute.end_ms


def test_what_has_a_date_keeps_it_and_another_boot_has_none(sensor: Sensor) -> None:
    sensor.keep(1)
    sensor.find(5)
    assert sensor.dating.dated(a_record(4)) == a_record(4)
    assert sensor.dating.dated(undated(4, boot=OTHER_BOOT)) == undated(4, boot=OTHER_BOOT)


def test_a_date_that_no_receiver_takes_is_not_given(sensor: Sensor) -> None:
    sensor.keep(1)
    for ahead_ms in (LATEST_MS, -FIRST_END_MS):
        sensor.find(5, ahead_ms)
        assert sensor.dating.dated(undated(1)) == undated(1)


def test_a_boot_that_lost_its_source_is_dated_anew_from_there_on(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    sensor.find(2.5)
    sensor.keep(3, clock=ClockState.SYNCED)
    sensor.keep(4, 5)
    assert sensor.runs() == [(4, 4), (5, 5)]  # a segment holds four
    sensor.find(6, AHEAD_MS + 7_000)
    assert sensor.end_ms(2) == AHEAD_MS + 120_000
    assert sensor.end_ms(4) == AHEAD_MS + 247_000
    assert sensor.runs() == []


def test_dates_survive_a_restart_to_the_byte(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    sensor.find(3)
    before = sensor.dating.dated(undated(2))
    sensor.reopen()
    assert sensor.dating.dated(undated(2)) == before
    assert sensor.dating.findings == []


def test_a_date_that_is_used_survives_a_power_cut(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    assert sensor.find(3)
    before = sensor.dating.dated(undated(2))
    sensor.memory.cut_power()
    sensor.reopen()
    assert sensor.dating.dated(undated(2)) == before != undated(2)


def test_which_minutes_are_undated_is_read_from_the_journal(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    sensor.keep(3, clock=ClockState.SYNCED)
    sensor.keep(4, 5, 6)
    sensor.keep(1, boot=OTHER_BOOT)
    before = sensor.journal.holdings().undated
    assert [(run.first_seq, run.last_seq) for run in before] == [(1, 2), (4, 4), (5, 6), (7, 7)]
    sensor.reopen()
    assert sensor.journal.holdings().undated == before


def test_a_new_stream_is_undated_where_the_old_one_was(sensor: Sensor) -> None:
    sensor.keep(1, clock=ClockState.SYNCED)
    sensor.keep(2, 3)
    sensor.journal.new_stream()
    assert sensor.journal.stream == f"{2:016x}"
    assert sensor.runs() == [(2, 3)]


def test_a_date_that_cannot_be_kept_is_not_used(sensor: Sensor) -> None:
    sensor.keep(1)
    sensor.disk.always = Fault()
    assert not sensor.find(5)
    assert sensor.runs() == [(1, 1)]
    sensor.disk.always = None
    assert sensor.find(6, AHEAD_MS + 1)
    assert sensor.end_ms(1) == AHEAD_MS + 1 + 60_000


@pytest.mark.parametrize("spoiled", [b"\xff{", b"", b"[]", b'{"format":2,"found":[],"crc":9}'])
def test_a_damaged_file_is_kept_aside_with_a_finding(sensor: Sensor, spoiled: bytes) -> None:
    sensor.spoil(spoiled)
    sensor.reopen()
    assert sensor.dating.findings == [f"set_aside={DATES_NAME}.bad"]
    assert sensor.disk.read(FOLDER / f"{DATES_NAME}.bad") == spoiled


def test_a_file_that_cannot_be_read_stops_nobody(sensor: Sensor) -> None:
    sensor.keep(1)
    sensor.disk.always = Fault()
    dating = Dating.open(FOLDER, sensor.disk, sensor.journal)
    assert dating.findings == []
    assert dating.undated(sensor.journal.holdings(), BOOT) != ()


def test_an_error_in_passing_is_no_damage(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    assert sensor.find(3)
    before = sensor.dating.dated(undated())
    sensor.journal = sensor.opened()
    sensor.disk.faults = {sensor.disk.calls + 1: Fault()}
    sensor.dating = Dating.open(FOLDER, sensor.disk, sensor.journal)
    assert sensor.dating.dated(undated()) == before != undated()
    assert sensor.dating.findings == []


def test_a_sound_file_that_was_set_aside_in_bad_days_tells_its_dates_all_the_same(
    sensor: Sensor,
) -> None:
    sensor.keep(1, 2)
    assert sensor.find(3)
    before = sensor.dating.dated(undated())
    sensor.disk.bad_spots = frozenset({DATES_NAME})
    sensor.reopen()
    assert sensor.dating.findings == [f"set_aside={DATES_NAME}.bad"]
    sensor.keep(4, 5, boot=OTHER_BOOT)
    assert sensor.find(6, boot=OTHER_BOOT)
    sensor.disk.bad_spots = frozenset()
    sensor.reopen()
    assert sensor.dating.dated(undated()) == before
    assert sensor.dating.dated(undated(4, OTHER_BOOT)).clock is ClockState.CORRECTED


def test_what_a_damaged_file_held_is_told_by_the_next_minute_with_the_time(
    sensor: Sensor,
) -> None:
    sensor.keep(1, 2, 3, 4, 5)
    sensor.keep(6, clock=ClockState.SYNCED)
    sensor.keep(7)
    sensor.spoil()
    sensor.reopen()
    told_ms = a_minute(6).end_ms - 360_000
    assert [sensor.end_ms(seq) for seq in (1, 5)] == [told_ms + 60_000, told_ms + 300_000]
    assert sensor.end_ms(7) == a_minute(7).end_ms
    assert sensor.corrections() == ((1, 4), (5, 5))
    assert sensor.runs() == [(7, 7)]


@pytest.mark.parametrize("spoiled", [DATES_NAME, COPY_NAME])
def test_a_damaged_file_s_copy_tells_the_same_to_the_byte(sensor: Sensor, spoiled: str) -> None:
    sensor.keep(1, 2)
    assert sensor.find(3)
    before = sensor.dating.dated(undated())
    sensor.keep(4, clock=ClockState.SYNCED)  # by which another millisecond would be learnt
    kept = sensor.disk.read(FOLDER / spoiled)
    sensor.disk.write(FOLDER / spoiled, kept.replace(b"1", b"2", 1))
    sensor.reopen()
    assert sensor.dating.dated(undated()) == before
    assert sensor.dating.findings == [f"set_aside={spoiled}.bad"]
    assert sensor.disk.read(FOLDER / spoiled) == kept


def test_what_is_learnt_is_kept_and_learnt_once(sensor: Sensor) -> None:
    sensor.keep(1)
    sensor.keep(2, clock=ClockState.SYNCED)
    sensor.reopen()
    learnt = sensor.disk.read(FOLDER / DATES_NAME)
    sensor.reopen()
    assert sensor.disk.read(FOLDER / DATES_NAME) == learnt
    assert sensor.corrections() == ((1, 1),)


@pytest.mark.parametrize(
    ("boot", "clock", "number"),
    [
        (OTHER_BOOT, ClockState.SYNCED, 3),  # another boot has another CLOCK_BOOTTIME
        (BOOT, ClockState.SYNCED, 1),  # of before: an order that only a damaged journal has
    ],
)
def test_nothing_else_tells_a_date(
    sensor: Sensor, boot: str, clock: ClockState, number: int
) -> None:
    sensor.keep(2)
    sensor.keep(number, boot=boot, clock=clock)
    sensor.reopen()
    assert sensor.corrections() == ()


def test_nor_does_the_next_segment_s_first_minute_without_the_time(sensor: Sensor) -> None:
    sensor.keep(1, 2, 3, 4, 5)  # a segment holds four
    sensor.reopen()
    assert sensor.corrections() == ()
    assert sensor.dating.dated(undated(4)) == undated(4)


def test_dates_of_what_is_no_longer_held_are_forgotten(sensor: Sensor) -> None:
    sensor.keep(1, 2, 3, 4, boot=OTHER_BOOT)
    sensor.find(5, boot=OTHER_BOOT)
    sensor.keep(1)
    sensor.journal.acknowledge(4)
    sensor.journal.trim(4)
    sensor.find(2)
    assert sensor.dating.dated(undated(1)).clock is ClockState.CORRECTED
    assert sensor.dating.dated(undated(1, boot=OTHER_BOOT)).clock is ClockState.UNSYNCED


def test_a_source_that_comes_and_goes_without_end_keeps_a_bounded_file(sensor: Sensor) -> None:
    sensor.keep(1)
    for minutes in range(2, MAX_FOUND + 9):
        sensor.find(float(minutes))
    assert len(sensor.disk.read(FOLDER / DATES_NAME)) < 100 * MAX_FOUND
    assert sensor.runs() == []


def test_a_run_spans_the_boottimes_of_its_records_in_whatever_order() -> None:
    runs: tuple[Undated, ...] = ()
    for seq, boottime_s in ((4, 60.0), (5, 180.0), (7, 120.0)):
        runs = with_undated(runs, BOOT, seq, boottime_s, after_seq=(seq - 1 if seq < 7 else 5))
    assert runs == (Undated(boot=BOOT, first_seq=4, last_seq=7, earliest_s=60.0, latest_s=180.0),)


def test_a_line_is_undated_as_the_encoder_writes_it() -> None:
    """The scan reads it from the bytes: a field moved or renamed must not hide it."""
    assert b'"boot":"00000000000000b0","boottime_s":60.0,"clock":"unsynced",' in encode(undated())


def test_a_run_that_is_dated_in_part_is_corrected_whole(sensor: Sensor) -> None:
    sensor.keep(1, 2)
    sensor.find(1.5)
    assert sensor.corrections() == ((1, 2),)
    assert sensor.runs() == [(1, 2)]


def test_holdings_without_runs_have_nothing_undated() -> None:
    span = Span(first_seq=1, last_seq=3, end_ms=None)
    held = Holdings(
        stream="0" * 16,
        lowest_seq=1,
        next_seq=4,
        holes=(),
        spans=(span,),
        acknowledged_seq=0,
        short_of_space=False,
    )
    assert held.undated == ()
