"""A night judged while it runs equals, at every length, the same night judged at once."""

from collections.abc import Sequence
from dataclasses import replace as changed
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.contract.record import Minute
from monitor.night.household import Household, Place
from monitor.night.window import Window
from monitor.score.rating import score_night
from monitor.score.running import RunningNight
from tests.fakes.nights import window_of
from tests.fakes.plain_score import PlainNight
from tests.properties.test_score_twice import LENGTH, NIGHTS, minutes_of

HOUSEHOLDS = st.builds(
    Household,
    lamp=st.sampled_from([None, "candle", "led_6500k"]),
    place=st.none() | st.just(Place(latitude_deg=60.0, longitude_deg=100.0)),
    offset_k=st.sampled_from([0.0, -1.5]),
)


def until(length_min: int) -> Window:
    return window_of(length_min)


def shortened(window: Window, minutes: int) -> Window:
    return replace(window, get_up_ms=window.lights_out_ms + minutes * 60_000)


@settings(max_examples=15)
@given(NIGHTS, HOUSEHOLDS, st.lists(st.integers(1, LENGTH), min_size=1, max_size=8))
def test_at_every_length_a_running_night_equals_the_night_judged_at_once(
    night: PlainNight, household: Household, lengths: list[int]
) -> None:
    minutes = minutes_of(changed(night))
    running = RunningNight(until(LENGTH).start_ms, household)
    fed = 0
    for length in sorted(lengths):
        for minute in minutes[fed:length]:
            running.add(minute)
        fed = length
        window = until(length)
        assert running.score(window) == score_night(minutes[:length], window, household)


@settings(max_examples=10)
@given(NIGHTS, st.integers(0, 2**32), st.integers(60, LENGTH))
def test_minutes_that_come_late_or_in_another_order_change_nothing(
    night: PlainNight, seed: int, length: int
) -> None:
    minutes = minutes_of(night)
    running = RunningNight(until(LENGTH).start_ms, Household())
    late = minutes[:length]
    Random(seed).shuffle(late)
    half = len(late) // 2
    feed(running, late[:half])
    running.score(until(length))
    feed(running, late[half:])
    assert running.score(until(length)) == score_night(minutes[:length], until(length), Household())


def feed(running: RunningNight, minutes: Sequence[Minute]) -> None:
    for minute in minutes:
        running.add(minute)


def test_the_same_running_night_can_be_asked_for_a_shorter_window() -> None:
    minutes = minutes_of(STEADY)
    running = RunningNight(until(LENGTH).start_ms, Household())
    feed(running, minutes)
    running.score(until(LENGTH))
    shorter = shortened(until(LENGTH), 120)
    assert running.score(shorter) == score_night(minutes, shorter, Household())


STEADY = PlainNight(
    level_db=[30.0 + index % 7 for index in range(LENGTH)],
    temperature_c=[18.0 + index / 50 for index in range(LENGTH)],
    humidity_pct=[55.0 + index / 10 for index in range(LENGTH)],
    light_lx=[0.3 * (index % 50 == 0) for index in range(LENGTH)],
    daylight=[False] * LENGTH,
    events=[(55.0, 30.0)] * 6,
)
