import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec import UNSET

from monitor.contract.record import EventKind, Mark, MarkKind, Minute
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
    an_open_window,
    minutes_between,
)
from web.charts import axis_of, description, night_picture
from web.strips import NightPicture

Make = Callable[[int], Minute | None]
HALF_HOUR_MS = 30 * MINUTE_MS


def a_picture(
    make: Make | None = None,
    *,
    costs: dict[str, tuple[float, ...]] | None = None,
    marks: tuple[Mark, ...] = (),
    until_ms: int = GET_UP_MS * 2,
    lost: dict[str, float] | None = None,
) -> NightPicture:
    minutes = minutes_between(LIGHTS_OUT_MS - HALF_HOUR_MS, GET_UP_MS + HALF_HOUR_MS, make)
    return NightPicture(
        window=a_window(),
        series=read_series(minutes),
        costs=costs or {},
        points_lost=lost or {},
        marks=marks,
        until_ms=until_ms,
    )


def _calibrated(night: NightPicture, *changes_ms: int) -> NightPicture:
    series = msgspec.structs.replace(night.series, calibrations_ms=changes_ms)
    return replace(night, series=series)


def elements(svg: str, kind: str) -> list[ET.Element]:
    root = ET.fromstring(svg)  # noqa: S314 - our own text, not from outside
    return [it for it in root.iter() if it.get("class", "").split(" ")[0] == kind]


def whole(end: int) -> Minute:
    return a_minute(end, sound=a_sound(), climate=a_climate(), light=a_light())


def lost_between(first_min: int, last_min: int) -> Make:
    def make(end: int) -> Minute | None:
        number = (end - LIGHTS_OUT_MS) / MINUTE_MS
        return None if first_min < number < last_min else whole(end)

    return make


def test_a_whole_night_is_drawn_without_a_gap() -> None:
    # the edges of the axis fall inside a minute each, hence up to two slivers a strip
    svg = night_picture(a_picture())
    assert all(float(gap.get("width", "")[:-1]) < 0.3 for gap in elements(svg, "gap"))


def test_a_gap_is_hatched_in_every_strip_and_no_line_crosses_it() -> None:
    svg = night_picture(a_picture(lost_between(100, 160)))
    wide = [gap for gap in elements(svg, "gap") if float(gap.get("width", "")[:-1]) > 5]
    assert len(wide) == 3
    assert all(gap.get("fill") == "url(#hatch)" for gap in wide)
    assert all(line.get("d", "").count("M") == 2 for line in elements(svg, "line"))


def test_a_wide_gap_says_no_data_and_a_narrow_one_does_not() -> None:
    assert len(elements(night_picture(a_picture(lost_between(100, 160))), "gap-label")) == 3
    assert elements(night_picture(a_picture(lost_between(100, 110))), "gap-label") == []


@pytest.mark.parametrize("gap_min", [(-60, 80), (-60, 30), (420, 600), (200, 300)])
def test_no_data_is_wholly_in_sight_on_a_phone_and_not_over_the_labels_of_an_axis(
    gap_min: tuple[int, int],
) -> None:
    width, half = 250, 23  # the narrowest phone's strip, half of the words: pixels
    svg = night_picture(a_picture(lost_between(*gap_min)))
    labels = [float(it.get("y", "")) for it in elements(svg, "grid-label")]
    found = elements(svg, "gap-label")
    assert len(found) == 3
    for words in found:
        at = float(words.get("x", "").rstrip("%")) / 100 * width + float(words.get("dx", "0"))
        left = at - {"middle": half, "end": 2 * half}.get(words.get("text-anchor", ""), 0)
        assert 0 <= left <= width - 2 * half
        y = float(words.get("y", ""))
        assert left > 28 or all(abs(y - label) >= 13 for label in labels)


def test_what_is_not_fitted_is_named_and_not_drawn() -> None:
    svg = night_picture(a_picture(lambda end: a_minute(end, climate=a_climate())))
    assert svg.count("not fitted</tspan>") == 2
    assert len(elements(svg, "ground")) == 2  # of temperature, and of the marks


def test_a_fitted_sensor_without_a_value_is_one_gap() -> None:
    svg = night_picture(a_picture(lambda end: a_minute(end, light=a_light(None))))
    (gap,) = elements(svg, "gap")
    assert gap.get("width") == "100%"
    assert elements(svg, "line") == []


def test_a_running_night_is_not_hatched_in_its_future() -> None:
    until_ms = LIGHTS_OUT_MS + 120 * MINUTE_MS
    so_far = a_picture(lambda end: whole(end) if end <= until_ms else None, until_ms=until_ms)
    svg = night_picture(so_far)
    assert all(float(gap.get("width", "")[:-1]) < 0.3 for gap in elements(svg, "gap"))


def test_dear_minutes_are_shaded_deeper_than_cheap_ones() -> None:
    costs = {"cool": (0.0,) * 10 + (0.01,) * 20 + (0.3,) * 30}
    bars = elements(night_picture(a_picture(costs=costs)), "cost")
    assert [bar.get("class") for bar in bars] == ["cost cost-1", "cost cost-4"]
    widths = [float(bar.get("width", "")[:-1]) for bar in bars]
    assert widths[1] == pytest.approx(1.5 * widths[0], rel=0.01)


def test_minutes_that_cost_nothing_are_not_shaded() -> None:
    assert elements(night_picture(a_picture(costs={"cool": (0.0,) * 400})), "cost") == []


def test_counted_and_brief_sounds_look_different() -> None:
    def make(end: int) -> Minute:
        kind = EventKind.BRIEF_NEAR if end > GET_UP_MS - 60 * MINUTE_MS else EventKind.COUNTED
        loud = (end // MINUTE_MS) % 60 == 0
        return a_minute(end, sound=a_sound(events=(an_event(kind=kind),) if loud else ()))

    marks = elements(night_picture(a_picture(make)), "event")
    assert {mark.get("class") for mark in marks} == {"event", "event brief"}


def test_a_night_of_endless_sounds_draws_the_loudest() -> None:
    def make(end: int) -> Minute:
        return a_minute(end, sound=a_sound(events=(an_event(50.0 + end // MINUTE_MS % 7),)))

    assert len(elements(night_picture(a_picture(make)), "event")) == 150


def test_lights_out_and_get_up_are_marked_with_their_local_times() -> None:
    labels = [text.text for text in elements(night_picture(a_picture()), "bound-label")]
    assert labels == ["lights out 23:04", "get up 07:02"]


def test_an_open_night_has_no_get_up_and_its_newest_minute_is_no_gap() -> None:
    until_ms = LIGHTS_OUT_MS + 65 * MINUTE_MS
    so_far = a_picture(lambda end: whole(end) if end <= until_ms else None, until_ms=until_ms)
    window = an_open_window("2026-11-22", until_ms)
    svg = night_picture(replace(so_far, window=window))
    assert [text.text for text in elements(svg, "bound-label")] == ["lights out 23:04"]


def test_the_words_at_the_bounds_of_a_short_night_stand_in_two_rows() -> None:
    short = a_window(get_up_ms=LIGHTS_OUT_MS + 65 * MINUTE_MS)
    labels = elements(night_picture(replace(a_picture(), window=short)), "bound-label")
    assert [label.get("y") for label in labels] == ["14", "32"]
    labels = elements(night_picture(a_picture()), "bound-label")
    assert [label.get("y") for label in labels] == ["14", "14"]


MARKS = (
    Mark(at_ms=LIGHTS_OUT_MS + 60 * MINUTE_MS, kind=MarkKind.AWAKE),
    Mark(at_ms=LIGHTS_OUT_MS + 90 * MINUTE_MS, kind=MarkKind.JERK),
    Mark(at_ms=LIGHTS_OUT_MS + 95 * MINUTE_MS, kind=MarkKind.NOTE),
    Mark(at_ms=LIGHTS_OUT_MS + 2 * MINUTE_MS, kind=MarkKind.LIGHTS_OUT),
    Mark(at_ms=GET_UP_MS + 5 * 60 * MINUTE_MS, kind=MarkKind.NOTE),
)


def test_marks_of_the_night_have_a_strip_and_those_of_the_day_do_not() -> None:
    svg = night_picture(a_picture(marks=MARKS))
    assert len(elements(svg, "said")) == 3
    assert ("awake at 00:04, jerk at 00:34, note at 00:39, lights out at 23:06.") in svg


def test_each_kind_of_mark_has_a_shape_of_its_own() -> None:
    said = elements(night_picture(a_picture(marks=MARKS)), "said")
    assert len({it.get("d", "circle") for it in said}) == 3


def test_a_mark_crosses_noise_climate_and_light_on_the_same_time_axis() -> None:
    lines = elements(night_picture(a_picture(marks=MARKS[:1])), "mark")
    assert len(lines) == 3
    assert len({line.get("x1") for line in lines}) == 1


def test_a_night_without_marks_says_so() -> None:
    assert "No marks." in night_picture(a_picture())


def test_temperatures_are_drawn_in_the_unit_of_the_house() -> None:
    svg = night_picture(replace(a_picture(), unit=TemperatureUnit.FAHRENHEIT))
    assert "Temperature from 66.2 to 66.2 °F" in svg
    assert "°C" not in svg


def test_a_calibration_is_an_event_on_the_time_axis_and_in_words() -> None:
    at_ms = LIGHTS_OUT_MS + 60 * MINUTE_MS
    svg = night_picture(_calibrated(a_picture(), at_ms, GET_UP_MS * 2))
    labels = [text.text for text in elements(svg, "bound-label")]
    assert labels.count("calibrated") == 1
    assert "Calibrated at 00:04." in svg


def test_points_lost_stand_beside_the_strip_and_none_is_no_minus() -> None:
    svg = night_picture(a_picture(lost={"quiet": 6.24, "cool": 0.0}))
    texts = [text.text for text in elements(svg, "strip-lost")]
    assert texts == ["−6.2 points", "0.0 points"]


def test_the_microphones_floor_is_drawn_where_it_is_known() -> None:
    assert len(elements(night_picture(a_picture()), "floor")) == 1
    deaf = a_picture(lambda end: a_minute(end, sound=a_sound(floor_db=None)))
    assert elements(night_picture(deaf), "floor") == []


def test_the_picture_has_a_title_and_its_content_in_words() -> None:
    svg = night_picture(a_picture(lost_between(100, 160)))
    assert '<title id="strip-title">' in svg
    text = description(a_picture(lost_between(100, 160)))
    assert "Temperature from 19.0 to 19.0 °C" in text
    assert "loudest peak 38 dB(A)" in text
    assert "gaps" in text


def test_the_words_say_what_is_not_fitted_and_what_has_no_data() -> None:
    words = description(a_picture(lambda end: a_minute(end, light=a_light(None))))
    assert "Noise: not fitted." in words
    assert "Light: no data." in words


def test_nothing_in_the_picture_needs_inline_style_or_script() -> None:
    svg = night_picture(a_picture())
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", svg)


def test_a_room_without_humidity_is_drawn() -> None:
    svg = night_picture(a_picture(lambda end: a_minute(end, climate=a_climate(humidity_pct=UNSET))))
    assert elements(svg, "humidity") == []


def test_the_axis_reaches_half_an_hour_beyond_the_night() -> None:
    axis = axis_of(a_window())
    assert axis.start_ms == LIGHTS_OUT_MS - HALF_HOUR_MS
    assert axis.end_ms == GET_UP_MS + HALF_HOUR_MS
