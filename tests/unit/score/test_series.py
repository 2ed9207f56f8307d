from typing import Any

import msgspec
from msgspec import UNSET

from monitor.contract.record import Mark, MarkKind, Minute
from monitor.score.series import Steps, is_valid, picture_span, read_series
from tests.fakes.bedroom import (
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_light,
    a_minute,
    a_sound,
    a_window,
    an_event,
)

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
    assert series.noise_db == Steps()
    assert series.illuminance_lx == Steps()


def test_a_minute_with_too_few_samples_is_a_gap() -> None:
    series = read_series([minute(1, light=a_light(n=29)), minute(2, light=a_light(n=30))])
    assert series.illuminance_lx is not None
    assert series.illuminance_lx.ends_ms == (START_MS + 2 * MINUTE_MS,)


def test_a_minute_of_no_samples_is_never_valid() -> None:
    assert not is_valid(a_climate(n=0, due=0))


def test_a_level_that_the_microphones_noise_hides_is_at_most_that_noise() -> None:
    series = read_series([minute(1, sound=a_sound(30.0, floor_db=29.0))])
    assert series.noise_db is not None
    assert series.noise_db.values == (29.0,)
    assert series.noise_db.hidden == (True,)


def test_a_level_far_above_the_floor_is_shown_as_measured() -> None:
    series = read_series([minute(1, sound=a_sound(60.0, floor_db=29.0))])
    assert series.noise_db is not None
    assert abs(series.noise_db.values[0] - 60.0) < 0.01
    assert series.noise_db.hidden == ()


def test_a_room_without_humidity_still_has_its_temperature() -> None:
    series = read_series([minute(1, climate=a_climate(humidity_pct=UNSET))])
    assert series.humidity_pct == Steps()
    assert series.temperature_c is not None
    assert len(series.temperature_c.values) == 1


def test_an_event_lies_where_it_began() -> None:
    sound = a_sound(events=(an_event(start_offset_s=-90.0),))
    (heard,) = read_series([minute(3, sound=sound)]).events
    assert heard.start_ms == START_MS + 90_000


def test_a_peak_that_is_not_known_has_its_place_among_those_that_are() -> None:
    sounds = (a_sound(lafmax_db=None), a_sound(lafmax_db=48.0))
    series = read_series([minute(number, sound=sound) for number, sound in enumerate(sounds, 1)])
    assert series.noise_db is not None
    assert series.noise_db.peaks == (None, 48.0)
    unknown = read_series([minute(1, sound=sounds[0])]).noise_db
    assert unknown is not None
    assert unknown.peaks == ()


def test_presses_of_the_button_are_kept_with_the_minutes_they_came_in() -> None:
    pressed = Mark(at_ms=START_MS + 90_000, kind=MarkKind.AWAKE)
    series = read_series([minute(1), msgspec.structs.replace(minute(2), marks=(pressed,))])
    assert series.marks == (pressed,)


def test_a_picture_spans_the_night_and_half_an_hour_around_it() -> None:
    assert picture_span(a_window()) == (
        a_window().lights_out_ms - 30 * MINUTE_MS,
        a_window().get_up_ms + 30 * MINUTE_MS,
    )


def test_the_last_known_floor_is_the_one_that_is_drawn() -> None:
    minutes = [minute(1, sound=a_sound(floor_db=29.0)), minute(2, sound=a_sound(floor_db=31.0))]
    assert read_series(minutes).floor_db == 31.0
    assert read_series([minute(1, sound=a_sound(floor_db=None))]).floor_db is None


def test_a_calibration_changes_where_the_number_in_the_minutes_does() -> None:
    made = [
        msgspec.structs.replace(a_minute(START_MS + index * MINUTE_MS), cal=cal)
        for index, cal in enumerate((0, 0, 3, 3, 0))
    ]
    found = read_series(made).calibrations_ms
    assert found == (START_MS + MINUTE_MS, START_MS + 3 * MINUTE_MS)
    assert read_series(made[:1]).calibrations_ms == read_series([]).calibrations_ms == ()
