from collections.abc import Callable

from monitor.contract.record import Mark, MarkKind, Minute
from monitor.score.series import read_series
from monitor.score.units import TemperatureUnit
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_light,
    a_minute,
    a_sound,
    a_window,
    an_event,
    at,
    minutes_between,
)
from web.readings import MinuteReading, minute_readings

BEFORE = 30  # minutes of the picture before lights-out


def readings(
    make: Callable[[int], Minute | None] | None = None,
    *,
    costs: dict[str, tuple[float, ...]] | None = None,
    marks: tuple[Mark, ...] = (),
    unit: TemperatureUnit = TemperatureUnit.CELSIUS,
) -> tuple[MinuteReading, ...]:
    series = read_series(minutes_between(LIGHTS_OUT_MS, GET_UP_MS, make))
    return minute_readings(a_window(), series, costs or {}, marks, unit)


def test_every_minute_of_the_picture_has_a_reading_from_its_left_edge_on() -> None:
    found = readings()
    assert len(found) == (GET_UP_MS - LIGHTS_OUT_MS + 60 * MINUTE_MS - 1) // MINUTE_MS + 1
    assert found[0].clock == "22:34"
    assert found[0].noise == ""


def test_a_minute_says_every_value_with_its_unit() -> None:
    one = readings()[BEFORE + 60]
    assert (one.peak, one.temperature, one.humidity, one.light) == (
        "38 dB(A)",
        "19.0 °C",
        "52 %",
        "0.20 lx",
    )
    assert one.noise.endswith("dB(A)")


def test_a_gap_has_no_values_rather_than_the_last_ones() -> None:
    gap = (LIGHTS_OUT_MS + 100 * MINUTE_MS, LIGHTS_OUT_MS + 160 * MINUTE_MS)

    def make(end: int) -> Minute | None:
        whole = a_minute(end, sound=a_sound(), climate=a_climate(), light=a_light())
        return None if gap[0] < end < gap[1] else whole

    one = readings(make)[BEFORE + 130]
    assert (one.noise, one.peak, one.temperature, one.humidity, one.light) == ("",) * 5


def test_a_level_that_the_floor_hides_says_at_most() -> None:
    assert (
        readings(lambda end: a_minute(end, sound=a_sound(29.4)))[BEFORE + 9].noise == "≤ 29 dB(A)"
    )


def test_what_a_minute_costs_is_told_as_points_an_hour() -> None:
    found = readings(costs={"cool": (0.05,) * 477, "dark": (0.01,) * 477})
    assert found[BEFORE + 100].lost == "3.6 points an hour"


def test_before_lights_out_and_after_get_up_nothing_is_judged() -> None:
    lost = [it.lost for it in readings(costs={"cool": (0.05,) * 477})]
    assert {*lost[: BEFORE + 1], *lost[BEFORE + 478 :]} == {"not judged"}
    assert set(lost[BEFORE + 1 : BEFORE + 478]) == {"3.0 points an hour"}


def test_a_judged_minute_whose_cost_is_not_known_has_none() -> None:
    found = readings(costs={})
    assert found[BEFORE + 100].lost == ""
    assert found[0].lost == "not judged"


def test_sounds_and_marks_stand_in_their_minute() -> None:
    marks = (
        Mark(at_ms=LIGHTS_OUT_MS + 61 * MINUTE_MS, kind=MarkKind.AWAKE),
        Mark(at_ms=LIGHTS_OUT_MS + 61 * MINUTE_MS + 100, kind=MarkKind.JERK),
    )
    loud = (an_event(50.0), an_event(62.0))
    found = readings(lambda end: a_minute(end, sound=a_sound(events=loud)), marks=marks)
    assert found[BEFORE + 61].marks == "awake, jerk"
    assert found[BEFORE + 61].heard == "62 dB(A) for 12 s and 1 more"


def test_temperatures_are_read_out_in_the_unit_of_the_house() -> None:
    assert readings(unit=TemperatureUnit.FAHRENHEIT)[BEFORE + 9].temperature == "66.2 °F"


def test_of_an_hour_that_comes_twice_the_later_minutes_say_so() -> None:
    window = a_window(
        night="2026-10-24",
        zone="Europe/Berlin",
        lights_out_ms=at("2026-10-25T01:50:00+02:00"),
        get_up_ms=at("2026-10-25T04:00:00+01:00"),
    )
    series = read_series(minutes_between(window.lights_out_ms, window.get_up_ms))
    found = minute_readings(window, series, {}, (), TemperatureUnit.CELSIUS)
    assert [it.second for it in found if it.clock == "02:10"] == [False, True]
    assert [it.second for it in found if it.clock in {"01:55", "03:00"}] == [False, False]
