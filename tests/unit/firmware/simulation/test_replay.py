"""A recorded series as a room."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from firmware.simulation.replay import Replay
from monitor.contract.record import epoch_ms, instant
from monitor.contract.series import parse_series
from monitor.contract.series_times import fixed_offset

UTC_PLUS_1 = fixed_offset("+01:00")
HEADER = "time,temperature_c,humidity_pct"
START_MS = 1_452_528_000_000  # 2016-01-11T16:00:00Z


def replay(*rows: str, header: str = HEADER, zone: timezone | ZoneInfo = UTC_PLUS_1) -> Replay:
    return Replay(parse_series([header, *rows], zone, name="room.csv"))


def ten_minutes() -> Replay:
    return replay(
        "2016-01-11T17:00:00,18.2,48.9",
        "2016-01-11T17:10:00,18.3,",
        "2016-01-11T17:20:00,,48.7",
        "2016-01-11T18:20:00,18.5,48.6",
        "2016-01-11T18:30:00,18.6,48.5",
    )


def test_a_row_stands_for_the_step_before_its_time() -> None:
    room = ten_minutes()
    assert room.at(START_MS - 599_999).temperature_c == 18.2
    assert room.at(START_MS).temperature_c == 18.2
    assert room.at(START_MS + 1).temperature_c == 18.3


def test_a_stretch_is_open_at_its_start_but_for_the_very_first_instant() -> None:
    room = ten_minutes()
    assert room.at(START_MS + 60 * 60_000 + 600_000).temperature_c is None
    assert room.at(room.start_ms).temperature_c == 18.2
    assert room.at(room.start_ms - 1).temperature_c is None


def test_start_and_end_are_those_of_the_rows_stretches() -> None:
    room = ten_minutes()
    assert instant(room.start_ms).isoformat() == "2016-01-11T15:50:00+00:00"
    assert instant(room.end_ms).isoformat() == "2016-01-11T17:30:00+00:00"


def test_an_empty_cell_is_no_reading_of_that_quantity_alone() -> None:
    values = ten_minutes().at(START_MS + 300_000)
    assert (values.temperature_c, values.humidity_pct) == (18.3, None)


def test_without_a_temperature_the_climate_part_does_not_answer() -> None:
    assert ten_minutes().faults(START_MS + 900_000) == {"bme280 absent"}
    assert ten_minutes().faults(START_MS + 300_000) == frozenset()


def test_in_a_gap_the_parts_do_not_answer() -> None:
    room = ten_minutes()
    inside_ms = START_MS + 40 * 60_000
    assert room.at(inside_ms).temperature_c is None
    assert room.faults(inside_ms) == {"bme280 absent"}
    assert room.at(START_MS + 75 * 60_000).temperature_c == 18.5


def test_before_the_first_and_after_the_last_row_the_parts_do_not_answer() -> None:
    room = ten_minutes()
    assert room.faults(room.start_ms - 1) == {"bme280 absent"}
    assert room.faults(room.end_ms + 1) == {"bme280 absent"}


def test_a_row_a_second_late_leaves_no_gap() -> None:
    room = replay(
        "2016-01-11T17:00:00,1,40",
        "2016-01-11T17:01:00,2,40",
        "2016-01-11T17:02:01,3,40",
        "2016-01-11T17:03:00,4,40",
    )
    assert room.at(START_MS + 120_500 - 60_000 + 200).temperature_c == 3
    assert all(room.faults(START_MS + second * 1000) == frozenset() for second in range(181))


def test_a_missing_column_is_a_part_that_is_not_fitted() -> None:
    room = ten_minutes()
    assert room.fitted == {"temperature_c", "humidity_pct"}
    assert "tsl2591 absent" not in room.faults(START_MS)
    assert room.at(START_MS).illuminance_lx is None
    assert room.levels_at(START_MS) is None


def test_levels_have_a_maximum_only_where_the_series_has_one() -> None:
    plain = replay("2016-01-11T17:00:00,41.5", header="time,laeq_db")
    full = replay("2016-01-11T17:00:00,41.5,48", header="time,laeq_db,lafmax_db")
    assert plain.levels_at(START_MS) == (41.5, None)
    assert full.levels_at(START_MS) == (41.5, 48.0)


def test_an_empty_level_is_a_silent_microphone() -> None:
    room = replay("2016-01-11T17:00:00,", header="time,laeq_db")
    assert room.levels_at(START_MS) is None
    assert room.faults(START_MS) == {"microphone silent"}


def test_in_a_gap_there_is_no_second_of_sound() -> None:
    room = replay("2016-01-11T17:00:00,40", header="time,laeq_db")
    assert room.levels_at(START_MS + 1) is None


def test_a_civil_zone_moves_with_its_clock() -> None:
    room = replay(
        "2016-06-01T12:00:00,20,40", "2016-06-01T12:10:00,20,40", zone=ZoneInfo("Europe/Brussels")
    )
    assert instant(room.end_ms).isoformat() == "2016-06-01T10:10:00+00:00"


def test_times_that_do_not_exist_are_kept_at_the_loggers_offset() -> None:
    rows = [
        f"2016-03-27T{hour:02d}:{minute:02d}:00,20,40"
        for hour in (1, 2, 3)
        for minute in range(0, 60, 10)
    ]
    room = replay(*rows, zone=ZoneInfo("Europe/Brussels"))
    assert room.start_ms == epoch_ms(instant(room.end_ms)) - 18 * 600_000
    assert all(room.at(room.start_ms + k * 600_000 + 1).temperature_c == 20 for k in range(18))


def test_a_clock_time_that_comes_twice_is_first_the_earlier_then_the_later() -> None:
    rows = [f"2016-10-30T{text},20,40" for text in ("02:00:00", "02:30:00", "02:00:00", "02:30:00")]
    room = replay(*rows, zone=ZoneInfo("Europe/Brussels"))
    assert instant(room.end_ms).isoformat() == "2016-10-30T01:30:00+00:00"


def test_the_machine_is_off_where_the_recording_pauses_for_a_day() -> None:
    room = replay(
        "2001-01-01T00:00:00,20,40", "2001-01-01T00:10:00,20,40", "2020-01-01T00:00:00,20,40"
    )
    last_ms = epoch_ms(datetime.fromisoformat("2001-01-01T00:10:00+01:00"))
    assert room.off_until(last_ms) is None, "the last row's stretch is played to its end"
    on_ms = room.off_until(last_ms + 1)
    assert on_ms == room.end_ms - 600_000
    assert room.off_until(on_ms - 1) == on_ms
    assert room.off_until(on_ms) is None, "and so is the whole stretch of the next one"
    assert room.off_until(room.end_ms + 1) is None


def test_a_shorter_pause_is_a_gap_of_a_machine_that_runs() -> None:
    room = replay("2001-01-01T00:00:00,20,40", "2001-01-01T18:00:00,20,40")
    assert room.off_until(room.start_ms + 700_000) is None
