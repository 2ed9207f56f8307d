from typing import Any

import msgspec
from msgspec import UNSET

from monitor.contract.record import Minute
from tests.fakes.bedroom import (
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_light,
    a_minute,
    a_sound,
    an_event,
    minutes_between,
)
from web.series import calibration_changes, gaps, is_valid, read_series, runs

START_MS = LIGHTS_OUT_MS // MINUTE_MS * MINUTE_MS


def minute(number: int, **parts: Any) -> Minute:  # noqa: ANN401 - the builder knows
    return a_minute(START_MS + number * MINUTE_MS, **parts)


def test_a_part_that_was_never_fitted_is_not_an_empty_series() -> None:
    series = read_series([minute(1, climate=a_climate())])
    assert series.noise_db is None
    assert series.illuminance_lx is None
    assert series.temperature_c is not None


def test_a_fitted_sensor_without_values_is_an_empty_series() -> None:
    series = read_series([minute(1, sound=a_sound(None, lafmax_db=None), light=a_light(None))])
    assert series.noise_db == ()
    assert series.illuminance_lx == ()


def test_a_minute_with_too_few_samples_is_a_gap() -> None:
    series = read_series([minute(1, light=a_light(n=29)), minute(2, light=a_light(n=30))])
    assert series.illuminance_lx is not None
    assert [step.end_ms for step in series.illuminance_lx] == [START_MS + 2 * MINUTE_MS]


def test_a_minute_of_no_samples_is_never_valid() -> None:
    assert not is_valid(a_climate(n=0, due=0))


def test_a_level_that_the_microphones_noise_hides_is_at_most_that_noise() -> None:
    series = read_series([minute(1, sound=a_sound(30.0, floor_db=29.0))])
    assert series.noise_db is not None
    assert series.noise_db[0].value == 29.0
    assert series.noise_db[0].hidden


def test_a_level_far_above_the_floor_is_shown_as_measured() -> None:
    series = read_series([minute(1, sound=a_sound(60.0, floor_db=29.0))])
    assert series.noise_db is not None
    assert abs(series.noise_db[0].value - 60.0) < 0.01


def test_a_room_without_humidity_still_has_its_temperature() -> None:
    series = read_series([minute(1, climate=a_climate(humidity_pct=UNSET))])
    assert series.humidity_pct == ()
    assert len(series.temperature_c or ()) == 1


def test_an_event_lies_where_it_began() -> None:
    sound = a_sound(events=(an_event(start_offset_s=-90.0),))
    (heard,) = read_series([minute(3, sound=sound)]).events
    assert heard.start_ms == START_MS + 90_000


def test_a_lost_minute_breaks_the_run_and_is_a_gap() -> None:
    steps = read_series([minute(number, light=a_light()) for number in (1, 2, 4, 5)]).illuminance_lx
    assert steps is not None
    assert [len(run) for run in runs(steps)] == [2, 2]
    assert gaps(steps, START_MS, START_MS + 5 * MINUTE_MS) == [
        (START_MS + 2 * MINUTE_MS, START_MS + 3 * MINUTE_MS)
    ]


def test_nothing_recorded_is_one_gap_from_end_to_end() -> None:
    assert gaps((), START_MS, START_MS + 60 * MINUTE_MS) == [(START_MS, START_MS + 60 * MINUTE_MS)]


def test_a_whole_night_has_no_gap() -> None:
    minutes = minutes_between(START_MS, START_MS + 60 * MINUTE_MS)
    steps = read_series(minutes).temperature_c or ()
    assert gaps(steps, START_MS, START_MS + 60 * MINUTE_MS) == []


def test_the_last_known_floor_is_the_one_that_is_drawn() -> None:
    minutes = [minute(1, sound=a_sound(floor_db=29.0)), minute(2, sound=a_sound(floor_db=31.0))]
    assert read_series(minutes).floor_db == 31.0
    assert read_series([minute(1, sound=a_sound(floor_db=None))]).floor_db is None


def test_a_calibration_changes_where_the_number_in_the_minutes_does() -> None:
    made = [
        msgspec.structs.replace(a_minute(START_MS + index * MINUTE_MS), cal=cal)
        for index, cal in enumerate((0, 0, 3, 3, 0))
    ]
    assert calibration_changes(made) == (START_MS + MINUTE_MS, START_MS + 3 * MINUTE_MS)
    assert calibration_changes(made[:1]) == calibration_changes([]) == ()
