import copy
import math
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contract.record import EventKind, MarkKind, Minute
from monitor.night.events import EventDetector, NoiseEvent
from monitor.night.household import Correction, Household, Schedule
from monitor.night.window import Source, Window, find_window, night_of, span_of
from tests.fakes.room_light import FAILED, GAP, at, light, pressed
from tests.fakes.room_sound import heard

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Auckland")
DAY_MS = 86_400_000

clock_times = st.builds(
    "{:02d}:{:02d}".format, st.integers(min_value=0, max_value=23), st.integers(0, 59)
)
weeks = st.tuples(*[clock_times] * 7)
households = st.builds(
    Household,
    zone=st.sampled_from(ZONES),
    schedule=st.builds(Schedule, bedtime=weeks, wake_time=weeks),
)
# The clocks of all these zones change in these weeks, forward or back.
nights = st.one_of(
    st.dates(date(2026, 3, 1), date(2026, 4, 10)), st.dates(date(2026, 9, 20), date(2026, 11, 10))
)
phases = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 4.9, 5.0, 30.0, 400.0, FAILED, GAP]), st.integers(1, 240)),
    max_size=12,
)


@st.composite
def stories(draw: st.DrawFn) -> tuple[date, list[Minute], Household, Correction]:
    """A night, its minutes with marks, the settings and a correction, all of any kind."""
    night, household = draw(nights), draw(households)
    start_ms, end_ms = span_of(night, household)
    instants = st.integers(start_ms - DAY_MS, end_ms + DAY_MS)
    minutes = light(
        start_ms + draw(st.integers(-3600, 3600)) * 1000,
        *draw(phases),
        step_s=draw(st.sampled_from([30, 60, 600])),
    )
    kinds = st.sampled_from(list(MarkKind))
    minutes += [pressed(draw(instants), kind) for kind in draw(st.lists(kinds, max_size=3))]
    correction = Correction(
        lights_out_ms=draw(st.none() | instants), get_up_ms=draw(st.none() | instants)
    )
    return night, minutes, household, correction


def assert_is_inside(window: Window, span: tuple[int, int]) -> None:
    assert span[0] <= window.lights_out_ms < window.get_up_ms <= span[1]
    assert span[0] <= window.start_ms < window.end_ms <= span[1]


@settings(max_examples=80)
@given(stories(), st.none() | st.integers(-2 * 3600, 26 * 3600))
def test_a_window_is_never_empty_and_always_inside_its_span(
    story: tuple[date, list[Minute], Household, Correction], now_s: int | None
) -> None:
    night, minutes, household, correction = story
    span = span_of(night, household)
    now_ms = None if now_s is None else span[0] + now_s * 1000
    window = find_window(night, minutes, household, correction, now_ms)
    assert_is_inside(window, span)
    assert window == find_window(night, minutes[::-1], household, correction, now_ms)


@settings(max_examples=60)
@given(stories())
def test_a_finished_night_is_never_provisional(
    story: tuple[date, list[Minute], Household, Correction],
) -> None:
    night, minutes, household, correction = story
    assert not find_window(night, minutes, household, correction).provisional


evenings = st.lists(
    st.tuples(st.sampled_from([0.0, 4.9, 5.0, 30.0, FAILED, GAP]), st.integers(1, 100)),
    min_size=4,
    max_size=12,
)


@settings(max_examples=60)
@given(nights, st.sampled_from(ZONES), evenings)
def test_lights_out_by_light_is_followed_by_a_dark_hour(
    night: date, zone: str, evening: list[tuple[float | str, int]]
) -> None:
    minutes = light(at(f"{night} 20:00", zone), *evening)
    window = find_window(night, minutes, Household(zone=zone))
    end_ms = window.lights_out_ms + 3_600_000
    if window.lights_out_source is Source.LIGHT:
        hour = [one for one in minutes if window.lights_out_ms < one.end_ms <= end_ms]
        assert sum(lx_of(minute) >= 5 for minute in hour) <= 5
        assert lx_of(next(one for one in hour)) < 5


def lx_of(minute: Minute) -> float:
    assert minute.light
    return minute.light.illuminance_lx or 0.0


@settings(max_examples=60)
@given(st.integers(1_600_000_000_000, 1_900_000_000_000), st.sampled_from(ZONES))
def test_every_instant_lies_in_the_night_that_it_is_named_by(at_ms: int, zone: str) -> None:
    household = Household(zone=zone)
    start_ms, end_ms = span_of(night_of(at_ms, household), household)
    assert start_ms <= at_ms < end_ms


@st.composite
def rooms(draw: st.DrawFn) -> list[float | None]:
    """A few minutes of a room: background, then stretches of sounds, quiet and gaps."""
    level = st.floats(15.0, 90.0).map(lambda db: round(db, 2)) | st.none()
    stretch = st.tuples(st.lists(level, min_size=1, max_size=4), st.sampled_from([1, 3, 9, 40]))
    steady = st.tuples(st.lists(st.floats(40.0, 80.0), min_size=1, max_size=1), st.just(200))
    background = draw(st.floats(15.0, 50.0))
    heard_db: list[float | None] = [background] * draw(st.integers(55, 120))
    for pattern, times in draw(st.lists(stretch | steady, max_size=6)):
        heard_db += pattern * times
    return heard_db


def all_events(levels_db: list[float | None]) -> list[NoiseEvent]:
    detector = EventDetector()
    return [*heard(levels_db, detector), *detector.close()]


@settings(max_examples=80)
@given(rooms())
def test_events_have_a_length_and_never_overlap(levels_db: list[float | None]) -> None:
    end_ms = 0
    for event in all_events(levels_db):
        assert end_ms <= event.start_ms < event.end_ms <= len(levels_db) * 1000
        assert event.end_ms - event.start_ms <= 180_000
        assert (event.end_ms - event.start_ms == 180_000) or event.kind is not EventKind.LONG
        end_ms = event.end_ms


@settings(max_examples=80)
@given(rooms())
def test_an_event_holds_the_energy_of_its_seconds(levels_db: list[float | None]) -> None:
    for event in all_events(levels_db):
        inside = levels_db[event.start_ms // 1000 : event.end_ms // 1000]
        known = [db for db in inside if db is not None]
        assert known == inside  # a gap is never inside an event
        assert math.isclose(
            event.lae_db, 10 * math.log10(sum(10 ** (db / 10) for db in known)), abs_tol=1e-6
        )
        assert event.lafmax_db == max(known)
        assert event.lae_db >= event.lafmax_db - 1e-9


@settings(max_examples=80)
@given(rooms())
def test_an_event_stands_out_of_its_background(levels_db: list[float | None]) -> None:
    for event in all_events(levels_db):
        first_db = levels_db[event.start_ms // 1000]
        assert first_db is not None
        assert first_db >= max(35.0, event.background_db + 6.0)


@settings(max_examples=60)
@given(rooms(), st.integers(0, 400), st.integers(0, 10**9))
def test_a_detector_that_is_put_down_and_taken_up_hears_the_same(
    levels_db: list[float | None], cut: int, shift_s: int
) -> None:
    shift_ms = shift_s * 1000
    whole = heard(levels_db, start_ms=shift_ms)
    first = EventDetector()
    events = heard(levels_db[:cut], first, start_ms=shift_ms)
    second = copy.deepcopy(first)
    events += heard(levels_db[cut:], second, start_ms=shift_ms + len(levels_db[:cut]) * 1000)
    assert events == whole
    assert [event.start_ms - shift_ms for event in events] == [
        event.start_ms for event in heard(levels_db)
    ]
