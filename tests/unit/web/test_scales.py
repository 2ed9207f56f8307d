from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.bedroom import at
from web.scales import Scale, TimeAxis, light_scale, noise_scale, temperature_scale


def axis(start: str, end: str, zone: str = "Europe/Berlin") -> TimeAxis:
    return TimeAxis(start_ms=at(start), end_ms=at(end), zone=zone)


def test_hours_are_labelled_in_the_rooms_own_time() -> None:
    night = axis("2026-11-22T21:40:00+00:00", "2026-11-23T00:10:00+00:00")
    assert [label for _, label in night.hours()] == ["23:00", "00:00", "01:00"]


def test_the_hour_that_comes_twice_in_autumn_is_labelled_twice() -> None:
    night = axis("2026-10-24T23:30:00+00:00", "2026-10-25T02:30:00+00:00")
    assert [label for _, label in night.hours()] == ["02:00", "02:00", "03:00"]


def test_a_zone_off_by_half_an_hour_has_its_own_whole_hours() -> None:
    night = axis("2026-11-22T18:00:00+00:00", "2026-11-22T20:00:00+00:00", "Asia/Kolkata")
    assert [at_ms for at_ms, _ in night.hours()] == [
        at("2026-11-22T18:30:00+00:00"),
        at("2026-11-22T19:30:00+00:00"),
    ]


def test_a_long_night_labels_every_other_hour() -> None:
    night = axis("2026-11-22T18:00:00+01:00", "2026-11-23T08:00:00+01:00")
    labels = [label for _, label in night.hours() if label]
    assert labels[:3] == ["18:00", "20:00", "22:00"]


@given(st.floats(min_value=-50, max_value=5000))
def test_a_value_never_leaves_its_strip(value: float) -> None:
    for scale in (light_scale(100), noise_scale([], 100), temperature_scale([], 100, usual=18.0)):
        assert 0 <= scale.y(value) <= 100


@given(st.lists(st.floats(min_value=-50, max_value=5000)))
def test_many_values_stand_where_each_one_does(values: list[float]) -> None:
    for scale in (light_scale(104), noise_scale([], 128), temperature_scale([], 104, usual=18.0)):
        for value, tenths in zip(values, scale.tenths(values), strict=True):
            assert abs(tenths / 10 - scale.y(value)) <= 0.05 + 1e-6


def test_each_decade_of_light_is_as_high_as_the_next() -> None:
    scale = light_scale(100)
    heights = [scale.y(lx) for lx in (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)]
    assert [round(a - b, 6) for a, b in pairwise(heights)] == [20.0] * 5


def test_a_steady_room_is_not_drawn_restless() -> None:
    scale = temperature_scale([19.0, 19.1], 100, usual=18.0)
    assert scale.high - scale.low >= 4
    assert scale.low < 19.0 < scale.high


def test_a_hot_night_keeps_its_whole_course_inside() -> None:
    scale = temperature_scale([17.0, 29.5], 100, usual=18.0)
    assert scale.low < 17.0
    assert scale.high > 29.5


def test_a_loud_peak_raises_the_top_of_the_noise_strip() -> None:
    assert noise_scale([83.0], 100).high == 90.0


def test_louder_is_higher() -> None:
    scale = Scale(low=20, high=70, height=100)
    assert scale.y(60) < scale.y(30)
