"""The score equals the one written down a second time, from the model's text alone."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.score.rating import score_night
from monitor.score.result import NightScore
from tests.fakes import plain_score
from tests.fakes.nights import climate, event, light, record, sound, window_of
from tests.fakes.plain_score import PlainNight, Row

LENGTH = 300
# Without a place daylight begins 30 min before 07:00; the window begins at 22:00 UTC.
START_TO_DAYLIGHT_MIN = 8 * 60 + 30
SCALE = settings(max_examples=15)


def column(low: float, high: float) -> st.SearchStrategy[Row]:
    """Twenty stretches of 15 min, some missing, some rows missing inside the stretches."""
    value = st.one_of(st.floats(low, high), st.floats(low, high), st.floats(low, high), st.none())
    stretches = st.lists(value, min_size=20, max_size=20)
    holes = st.sets(st.integers(0, LENGTH - 1), max_size=25)
    return st.tuples(stretches, holes).map(
        lambda pair: [None if i in pair[1] else pair[0][i // 15] for i in range(LENGTH)]
    )


def of_one_part(night: PlainNight) -> PlainNight:
    """One part measures both: without a temperature there is no humidity."""
    pairs = zip(night.humidity_pct, night.temperature_c, strict=True)
    humid = [None if warm is None else humidity for humidity, warm in pairs]
    return replace(night, humidity_pct=humid)


NIGHTS = st.builds(
    PlainNight,
    level_db=column(15, 80),
    temperature_c=column(0, 36),
    humidity_pct=column(3, 99),
    light_lx=column(0, 300),
    daylight=st.just([False] * LENGTH),
    events=st.lists(st.tuples(st.floats(31, 99), st.floats(20, 60)), max_size=8),
    floor_db=st.none() | st.floats(20, 34),
    older=st.booleans(),
    offset_k=st.floats(-2, 2),
).map(of_one_part)


def minutes_of(night: PlainNight) -> list[Minute]:
    columns = zip(
        night.temperature_c, night.humidity_pct, night.light_lx, night.level_db, strict=True
    )
    found = []
    for index, (warm, humid, lux, level_db) in enumerate(columns):
        carried = [
            event(lasmax_db, background_db=background_db)
            for at, (lasmax_db, background_db) in enumerate(night.events)
            if 7 + at * 30 == index
        ]
        found.append(
            record(
                index * 60,
                climate=climate(warm, humid, n=0 if warm is None else 6),
                light=light(lux, n=0 if lux is None else 60),
                sound=sound(
                    level_db,
                    floor_db=night.floor_db,
                    calibrated=False,
                    n=0 if level_db is None else 60,
                    quiet_s=0 if level_db is None else 60,
                    events=carried,
                ),
            )
        )
    return found


def scored(night: PlainNight) -> NightScore:
    household = Household(
        profile="older_adult" if night.older else "adult", offset_k=night.offset_k
    )
    return score_night(minutes_of(night), window_of(LENGTH), household)


@SCALE
@given(NIGHTS)
def test_parts_and_rating_are_those_of_the_text(night: PlainNight) -> None:
    found = scored(night)
    expected = {
        "quiet": plain_score.quiet(night),
        "cool": plain_score.cool(night),
        "dark": plain_score.dark(night),
    }
    for part, score in expected.items():
        assert found.part(part).score == (None if score is None else pytest.approx(score, abs=1e-6))
    known = {part: score for part, score in expected.items() if score is not None}
    if known:
        assert found.rating == pytest.approx(plain_score.rating(known), abs=1e-6)
    else:
        assert found.rating is None


@SCALE
@given(NIGHTS)
def test_the_low_ends_are_the_shifted_evaluations_of_the_text(night: PlainNight) -> None:
    found = scored(night)
    quiet = plain_score.quiet(night, 1.645 * 3.0)
    if quiet is not None and found.part("quiet").score is not None:
        expected = min(quiet, found.part("quiet").score or 0.0)
        assert found.part("quiet").low == pytest.approx(expected, abs=1e-6)
    dark = plain_score.dark(night, 1.645 * math.log(1.6))
    if dark is not None:
        assert found.part("dark").low == pytest.approx(dark, abs=1e-6)
    shifted = [plain_score.cool(night, by * 1.645 * 0.5, 70.0) for by in (-1, 0, 1)]
    known = [score for score in shifted if score is not None]
    if known:
        expected = min(*known, found.part("cool").score or 0.0)
        assert found.part("cool").low == pytest.approx(expected, abs=1e-6)


@SCALE
@given(NIGHTS)
def test_a_room_in_daylight_is_judged_by_plain_lux(night: PlainNight) -> None:
    day = replace(night, daylight=[False] * 30 + [True] * (LENGTH - 30))
    minutes = minutes_of(day)
    later_ms = (START_TO_DAYLIGHT_MIN - 30) * 60_000
    window = window_of(LENGTH, start_ms=window_of().start_ms + later_ms)
    moved = [
        record(later_ms / 1000 + index * 60, light=minute.light)
        for index, minute in enumerate(minutes)
    ]
    found = score_night(moved, window, Household()).part("dark").score
    expected = plain_score.dark(day)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-6))
    assert all(minute.sound is UNSET for minute in moved)
