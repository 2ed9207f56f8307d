import math

import pytest

from monitor.contract.record import EventKind, Minute, SoundEvent, instant
from monitor.night.events import EventDetector, NoiseEvent
from tests.fakes.room_sound import QUIET_DB, heard, quiet, sound_minute

HOUR_S = 3600


def spans_s(events: list[NoiseEvent]) -> list[tuple[float, float]]:
    return [(event.start_ms / 1000, event.end_ms / 1000) for event in events]


def test_a_passing_car_is_one_event_with_its_levels() -> None:
    car = [36.0, 44.0, 50.0, 44.0, 36.0, 33.0, 36.0, 34.0]
    (event,) = heard(quiet(600) + car + quiet(20))
    assert (event.start_ms, event.end_ms) == (600_000, 608_000)
    assert event.kind is EventKind.COUNTED
    assert event.background_db == QUIET_DB
    assert event.lae_db == pytest.approx(10 * math.log10(sum(10 ** (db / 10) for db in car)))


def test_given_maxima_are_kept() -> None:
    detector = EventDetector()
    heard(quiet(60), detector)
    detector.second(61_000, 50.0, 57.0, 52.0)
    detector.second(62_000, 45.0, 55.0, 53.0)
    (event,) = detector.close()
    assert (event.lafmax_db, event.lasmax_db) == (57.0, 53.0)


def test_without_maxima_a_steady_tone_reads_its_level() -> None:
    (event,) = heard(quiet(60) + [60.0] * 20 + quiet(10))
    assert event.lasmax_db == pytest.approx(60.0, abs=0.01)
    assert event.lafmax_db == 60.0


def test_without_maxima_one_loud_second_is_s_weighted() -> None:
    (event,) = heard([*quiet(60, -20.0), 60.0, *quiet(10, -20.0)])
    assert event.lasmax_db == pytest.approx(60.0 + 10 * math.log10(1 - math.exp(-1)), abs=0.01)


def test_maxima_after_the_last_loud_second_are_not_of_the_event() -> None:
    detector = EventDetector()
    heard([*quiet(60), 50.0], detector)
    detector.second(62_000, 30.0, 80.0, 70.0)
    (event,) = detector.close()
    assert event.lafmax_db == 50.0


@pytest.mark.parametrize(("background", "level", "begins"), [
    (20.0, 34.9, False), (20.0, 35.0, True), (40.0, 45.9, False), (40.0, 46.0, True),
])  # fmt: skip
def test_an_event_starts_at_35_db_and_6_db_above_the_background(
    background: float, level: float, begins: bool
) -> None:
    events = heard([*quiet(600, background), level, *quiet(20, background)])
    assert bool(events) is begins


def test_an_event_runs_to_its_last_second_3_db_above_the_background() -> None:
    events = heard([*quiet(60), 40.0, 31.0, 30.9, 31.0, 30.9, *quiet(20)])
    assert spans_s(events) == [(60, 64)]


def test_nine_quiet_seconds_hold_an_event_together_and_ten_part_it() -> None:
    assert len(heard(quiet(60) + [45.0] * 8 + quiet(9) + [45.0] * 8 + quiet(10))) == 1
    assert len(heard(quiet(60) + [45.0] * 8 + quiet(10) + [45.0] * 8 + quiet(10))) == 2


def test_nothing_begins_before_a_minute_of_background() -> None:
    assert heard([*quiet(59), 60.0, 28.0, 60.0, *quiet(20)]) != []
    assert heard([*quiet(59), 60.0, *quiet(20)]) == []


def test_the_background_is_exceeded_for_nine_tenths_of_the_last_ten_minutes() -> None:
    lower, upper = quiet(61, 20.0), quiet(539, 30.0)
    (event,) = heard([*quiet(100, 10.0), *lower, *upper, 50.0, *quiet(10, 5.0)])
    assert event.background_db == 20.0
    (event,) = heard([*quiet(100, 10.0), *lower[:60], *upper, 30.0, 50.0, *quiet(10)])
    assert event.background_db == 30.0


def test_a_fan_switched_on_is_one_event_and_then_steady() -> None:
    detector = EventDetector()
    (event,) = heard(quiet(1800) + [44.0, 45.0] * (HOUR_S // 2), detector)
    assert event.kind is EventKind.LONG
    assert spans_s([event]) == [(1800, 1980)]
    assert not detector.in_event


def test_a_sound_above_the_fan_is_an_event_of_its_own() -> None:
    fan = [45.0] * 1200
    shout = [45.0] * 300 + [58.0] * 8 + [45.0] * 300
    kinds = [event.kind for event in heard(quiet(600) + fan + shout)]
    assert kinds == [EventKind.LONG, EventKind.COUNTED]


def test_right_after_a_long_sound_began_its_own_level_is_the_background() -> None:
    (fan, event) = heard(quiet(600) + [45.0] * 200 + [50.9] * 3 + [51.0] * 8 + [45.0] * 20)
    assert fan.kind is EventKind.LONG
    assert (event.background_db, event.start_ms) == (45.0, 803_000)


def test_when_a_long_sound_stops_the_old_background_is_back() -> None:
    music = [60.0] * 240
    events = heard(quiet(600) + music + quiet(10) + [40.0] * 8 + quiet(10))
    assert [event.kind for event in events] == [EventKind.LONG, EventKind.COUNTED]
    assert events[1].background_db == QUIET_DB


def test_a_long_sound_that_pauses_for_nine_seconds_goes_on() -> None:
    music = [60.0] * 240
    events = heard(quiet(600) + music + quiet(9) + [60.0] * 60 + quiet(20))
    assert [event.kind for event in events] == [EventKind.LONG]


def test_two_hours_of_snoring_are_one_event() -> None:
    snoring = [47.0, 46.0, 30.0, 29.0, 29.0] * (2 * HOUR_S // 5)
    (event,) = heard(quiet(1800) + snoring)
    assert event.kind is EventKind.LONG


def test_snoring_with_short_peaks_counts_again_only_until_it_fills_ten_minutes() -> None:
    snoring = [47.0, 38.0, 30.0, 29.0, 29.0] * (2 * HOUR_S // 5)
    events = heard(quiet(1800) + snoring)
    assert len(events) == 2
    assert events[-1].end_ms <= (1800 + 600) * 1000


def test_two_hours_of_faint_snoring_are_one_event_too() -> None:
    snoring = [34.0, 33.0, 29.0, 28.5, 35.0, 32.0, 28.0, 28.2] * (2 * HOUR_S // 8)
    assert len(heard(quiet(1800) + snoring)) == 1


def test_a_louder_long_sound_within_a_long_sound_counts_once() -> None:
    party = [45.0] * 300 + [60.0] * 900
    events = heard(quiet(600) + party + quiet(20))
    assert [event.kind for event in events] == [EventKind.LONG, EventKind.LONG]
    assert [event.lasmax_db for event in events] == [
        pytest.approx(45.0, abs=0.1),
        pytest.approx(60.0, abs=0.1),
    ]


def test_a_long_sound_ends_at_three_minutes_even_when_it_just_pauses() -> None:
    sound = [50.0] * 175 + quiet(8) + [50.0] * 30
    (event,) = heard(quiet(600) + sound + quiet(20))
    assert event.kind is EventKind.LONG
    assert spans_s([event]) == [(600, 780)]


def test_what_follows_the_three_minutes_is_not_part_of_a_long_sound() -> None:
    sound = [50.0] * 175 + quiet(8) + [70.0] * 4
    long, after = heard(quiet(600) + sound + quiet(20))
    assert long.lafmax_db == 50.0
    assert after.start_ms == 784_000


def test_the_end_of_a_louder_long_sound_does_not_end_the_one_beneath() -> None:
    party = [45.0] * 200 + [60.0] * 185 + [45.0] * 200
    assert len(heard(quiet(600) + party)) == 2


def test_a_sound_before_a_gap_does_not_ring_on_after_it() -> None:
    events = heard([*quiet(60), *[80.0] * 3, None, *[40.0] * 8, *quiet(10)])
    assert events[-1].lasmax_db == pytest.approx(40.0)


def test_a_sound_of_just_under_three_minutes_counts_as_one_event() -> None:
    (event,) = heard(quiet(600) + [50.0] * 179 + quiet(20))
    assert event.kind is EventKind.COUNTED
    assert spans_s([event]) == [(600, 779)]


@pytest.mark.parametrize(
    ("seconds", "level", "kind"),
    [
        (5, 50.0, EventKind.BRIEF_NEAR),
        (6, 50.0, EventKind.COUNTED),
        (5, 56.0, EventKind.COUNTED),
    ],
)
def test_turning_over_is_a_brief_near_sound(seconds: int, level: float, kind: EventKind) -> None:
    (event,) = heard(quiet(60) + [level] * seconds + quiet(10))
    assert event.kind is kind


def test_a_lost_second_ends_an_event() -> None:
    events = heard(quiet(60) + [50.0] * 8 + [None] + [50.0] * 8 + quiet(10))
    assert spans_s(events) == [(60, 68), (69, 77)]


def test_a_jump_of_the_stamps_ends_an_event() -> None:
    detector = EventDetector()
    heard(quiet(60) + [50.0] * 8, detector)
    (event,) = detector.second(70_000, 50.0)
    assert spans_s([event]) == [(60, 68)]


def test_an_event_ends_with_the_process() -> None:
    detector = EventDetector()
    heard(quiet(60) + [50.0] * 8 + quiet(4), detector)
    assert spans_s(detector.close()) == [(60, 68)]
    assert detector.close() == []


def test_a_clock_that_steps_back_starts_the_background_again() -> None:
    detector = EventDetector()
    heard(quiet(600), detector, start_ms=10_000_000)
    assert heard([60.0, *quiet(20)], detector) == []
    assert heard(quiet(60) + [60.0] * 8 + quiet(10), detector, start_ms=21_000) != []


def test_background_older_than_ten_minutes_is_forgotten_in_a_gap() -> None:
    detector = EventDetector()
    heard(quiet(600), detector)
    assert heard([60.0] * 59, detector, start_ms=1_300_000) == []


def test_a_long_sound_is_forgotten_in_a_gap_of_ten_minutes() -> None:
    detector = EventDetector()
    heard(quiet(600) + [60.0] * 300, detector)
    later = quiet(60) + [40.0] * 8 + quiet(10)
    (event,) = heard(later, detector, start_ms=2_000_000)
    assert event.background_db == QUIET_DB


def test_a_lost_second_does_not_make_a_long_sound_count_again() -> None:
    events = heard(quiet(600) + [50.0] * 200 + [None] + [50.0] * 200)
    assert [event.kind for event in events] == [EventKind.LONG]


def test_the_background_is_seeded_from_journalled_minutes() -> None:
    detector = EventDetector()
    detector.seed([sound_minute(minute * 60_000, 27.0) for minute in range(10, 0, -1)])
    (event,) = heard([50.0] * 8 + quiet(10), detector, start_ms=630_000)
    assert event.background_db == 27.0


def test_seeds_of_an_older_calibration_have_no_effect() -> None:
    # At the older ones' 20 dB a room of 40 dB would be one event.
    seeds = [sound_minute(n * 60_000, 20.0 if n < 5 else 40.0, cal=n // 5) for n in range(1, 10)]
    for cal, found in ((1, 0), (2, 0)):
        detector = EventDetector()
        detector.seed(seeds)
        detector.begin(cal, 0.0)
        assert len(heard(quiet(120, 40.0), detector, start_ms=9 * 60_000)) == found


def test_seeds_without_a_calibration_move_to_the_one_to_come() -> None:
    detector = EventDetector()
    detector.seed([sound_minute(n * 60_000, 40.0) for n in range(10)])
    detector.begin(3, -9.0)
    (event,) = heard([45.0] * 10 + quiet(20, 31.0), detector, start_ms=9 * 60_000)
    assert event.background_db == 31.0


def test_seeds_without_a_level_or_from_long_ago_have_no_effect() -> None:
    detector = EventDetector()
    silent = Minute(end=instant(60_000), duration_s=60)
    detector.seed([silent, sound_minute(120_000, None), sound_minute(180_000, 27.0)])
    assert heard([50.0] * 8 + quiet(10), detector, start_ms=900_000) == []


def recalibrated(levels: list[float], then: list[float], by_db: float) -> list[NoiseEvent]:
    detector = EventDetector()
    before = heard(levels, detector)
    detector.recalibrate(by_db)
    shifted = [level + by_db for level in then]
    return before + heard(shifted, detector, start_ms=len(levels) * 1000)


@pytest.mark.parametrize("by_db", [-9.0, 9.0])
def test_a_new_calibration_is_no_sound_that_begins(by_db: float) -> None:
    assert recalibrated(quiet(600, 36.0), quiet(700, 36.0), by_db) == []


@pytest.mark.parametrize("seconds", [3, 5, 8])
def test_an_event_goes_on_through_a_new_calibration_at_its_new_levels(seconds: int) -> None:
    car = [50.0] * 3 + [30.0] * 2 + [50.0] * 3
    rest = car[seconds:] + quiet(20)
    (wanted,) = heard(quiet(60, QUIET_DB + 4) + [level + 4 for level in car] + quiet(20, QUIET_DB))
    (got,) = recalibrated(quiet(60) + car[:seconds], rest, 4.0)
    assert (got.start_ms, got.end_ms, got.kind) == (wanted.start_ms, wanted.end_ms, wanted.kind)
    for name in ("lafmax_db", "lasmax_db", "lae_db", "background_db"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name), abs=1e-6)


def test_a_new_calibration_before_any_sound_changes_nothing() -> None:
    car = [*quiet(60), *[45.0] * 8, *quiet(10)]
    assert recalibrated([], [level - 9 for level in car], 9.0) == heard(car)


def test_a_clock_that_is_put_on_before_any_sound_changes_nothing() -> None:
    car = [*quiet(60), *[45.0] * 8, *quiet(10)]
    detector = EventDetector()
    detector.move(HOUR_S * 1000)
    assert heard(car, detector) == heard(car)


@pytest.mark.parametrize("before", [quiet(60), [*quiet(60), 50.0]])
def test_a_clock_that_is_put_on_moves_what_was_heard_along(before: list[float]) -> None:
    detector = EventDetector()
    heard(before, detector)
    detector.move(HOUR_S * 1000)
    at_ms = (HOUR_S + len(before)) * 1000
    detector.second(at_ms + 1000, 50.0)
    (event,) = detector.close()
    assert event.end_ms == at_ms + 1000
    assert event.start_ms == at_ms - (1000 if 50.0 in before else 0)


def test_a_long_sound_stays_one_through_a_new_calibration() -> None:
    fan = [45.0] * 300
    kinds = [event.kind for event in recalibrated(quiet(600) + fan, fan, 9.0)]
    assert kinds == [EventKind.LONG]


def test_the_seconds_of_an_event_are_told_apart() -> None:
    detector = EventDetector()
    inside = []
    for index, level in enumerate(quiet(60) + [50.0] * 3 + quiet(12), start=1):
        detector.second(index * 1000, level)
        inside.append(detector.in_event)
    assert inside == [False] * 60 + [True] * 12 + [False] * 3


def test_a_long_sound_is_steady_again_after_three_minutes() -> None:
    detector = EventDetector()
    heard(quiet(60) + [50.0] * 180, detector)
    assert detector.in_event
    detector.second(241_000, 50.0)
    assert not detector.in_event


def test_a_lost_second_is_in_no_event() -> None:
    detector = EventDetector()
    heard([*quiet(60), 50.0, None], detector)
    assert not detector.in_event


def test_digital_silence_is_no_crash() -> None:
    assert len(heard([*quiet(60, -math.inf), 50.0, *quiet(10, -math.inf)])) == 1


def test_stamps_that_wander_do_not_make_events_overlap() -> None:
    detector = EventDetector()
    first = heard(quiet(600) + [45.0] * 180, detector)
    detector.second(780_600, 60.0)
    (second,) = detector.close()
    assert second.start_ms >= first[0].end_ms


def test_a_minute_carries_an_event_at_the_resolution_of_the_wire() -> None:
    event = NoiseEvent(
        start_ms=50_250,
        end_ms=58_000,
        lafmax_db=51.26,
        lasmax_db=48.04,
        lae_db=55.55,
        background_db=27.96,
        kind=EventKind.COUNTED,
    )
    assert event.carried_by(60_000) == SoundEvent(
        start_offset_s=-9.75,
        duration_s=7.75,
        lafmax_db=51.3,
        lasmax_db=48.0,
        lae_db=55.5,
        background_db=28.0,
        kind=EventKind.COUNTED,
    )
