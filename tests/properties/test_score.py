"""Laws of the score over generated nights."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contract.record import Minute, SoundEvent
from monitor.night.household import Household
from monitor.score.aggregate import aggregate, gap_score, high_end, low_end
from monitor.score.rating import score_night
from monitor.score.result import PARTS, NightScore
from tests.fakes.nights import climate, event, light, night, record, sound, window_of

LENGTH = 300
ROUNDING = 1e-6
SCALE = settings(max_examples=15)


@dataclass(frozen=True)
class Room:
    """Half-hour values of a night, and its events as (minute, LASmax)."""

    temperature_c: list[float]
    humidity_pct: list[float]
    light_lx: list[float]
    laeq_db: list[float]
    events: list[tuple[int, float]]

    def minutes(self) -> list[Minute]:
        carried: dict[int, list[SoundEvent]] = {}
        for minute, lasmax_db in self.events:
            carried.setdefault(minute, []).append(event(lasmax_db))
        return night(
            LENGTH,
            temperature_c=lambda i: self.temperature_c[i // 30],
            humidity_pct=lambda i: self.humidity_pct[i // 30],
            light_lx=lambda i: self.light_lx[i // 30],
            laeq_db=lambda i: self.laeq_db[i // 30],
            events=carried,
        )

    def scored(self, household: Household | None = None) -> NightScore:
        return scored(self.minutes(), household)


def scored(minutes: list[Minute], household: Household | None = None) -> NightScore:
    return score_night(minutes, window_of(LENGTH), household or Household())


def halves(low: float, high: float) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(low, high), min_size=10, max_size=10)


ROOMS = st.builds(
    Room,
    temperature_c=halves(2, 36),
    humidity_pct=halves(5, 99),
    light_lx=st.lists(st.one_of(st.just(0.0), st.floats(0, 300)), min_size=10, max_size=10),
    laeq_db=halves(15, 80),
    events=st.lists(
        st.tuples(st.integers(0, LENGTH - 1), st.floats(36, 95)),
        max_size=6,
        unique_by=lambda pair: pair[0],
    ),
)
HOUSEHOLDS = st.builds(
    Household,
    profile=st.sampled_from(["adult", "older_adult"]),
    offset_k=st.floats(-2, 2),
    lamp=st.sampled_from([None, "candle", "led_6500k", "red"]),
)


@SCALE
@given(ROOMS, HOUSEHOLDS)
def test_every_number_is_bounded_and_inside_its_range(room: Room, household: Household) -> None:
    found = room.scored(household)
    for score, low, high in [
        (found.rating, found.low, found.high),
        *((part.score, part.low, part.high) for part in found.parts),
        *((part.score, part.same_low, part.same_high) for part in found.parts),
    ]:
        assert score is not None
        assert low is not None
        assert high is not None
        assert -ROUNDING <= low <= score + ROUNDING
        assert score - ROUNDING <= high <= 100 + ROUNDING


@SCALE
@given(ROOMS)
def test_the_rating_lies_between_the_weakest_part_and_15_above_it(room: Room) -> None:
    found = room.scored()
    weakest = max(1.0, min(part.score or 0.0 for part in found.parts))
    assert weakest - ROUNDING <= (found.rating or 0.0) <= weakest + 15 + ROUNDING


@SCALE
@given(ROOMS)
def test_points_of_parts_minutes_and_spans_add_up_to_what_was_lost(room: Room) -> None:
    found = room.scored()
    lost = pytest.approx(100 - (found.rating or 0.0), abs=ROUNDING)
    assert sum(part.points_lost for part in found.parts) == lost
    assert sum(map(sum, found.minute_costs.values())) == lost
    assert sum(span.points for span in found.spans) == lost
    for part in found.parts:
        of_part = sum(found.minute_costs[part.part])
        assert of_part == pytest.approx(part.points_lost, abs=ROUNDING)
        assert min(found.minute_costs[part.part]) >= 0


@SCALE
@given(ROOMS)
def test_there_is_always_exactly_one_change(room: Room) -> None:
    found = room.scored()
    assert [sentence.kind for sentence in found.sentences].count("change") == 1


def never_better(name: str, room: Room, worse: Room) -> None:
    before, after = room.scored(), worse.scored()
    assert (after.part(name).score or 0.0) <= (before.part(name).score or 0.0) + ROUNDING
    assert (after.rating or 0.0) <= (before.rating or 0.0) + ROUNDING


def raised(values: list[float], at: int, by: float) -> list[float]:
    return [value + by * (index == at) for index, value in enumerate(values)]


@SCALE
@given(ROOMS, st.integers(0, 9), st.floats(0, 30))
def test_louder_is_never_better(room: Room, at: int, by: float) -> None:
    never_better("quiet", room, replace(room, laeq_db=raised(room.laeq_db, at, by)))


@SCALE
@given(ROOMS, st.floats(0, 30))
def test_louder_or_more_events_are_never_better(room: Room, by: float) -> None:
    louder = [(minute, lasmax_db + by) for minute, lasmax_db in room.events]
    never_better("quiet", room, replace(room, events=louder))
    never_better("quiet", replace(room, events=room.events[1:]), room)


@SCALE
@given(ROOMS, st.integers(0, 9), st.floats(0, 200))
def test_brighter_is_never_better(room: Room, at: int, by: float) -> None:
    never_better("dark", room, replace(room, light_lx=raised(room.light_lx, at, by)))


@SCALE
@given(ROOMS, halves(20, 34), st.integers(0, 9), st.floats(0, 5))
def test_warmer_above_the_plateau_is_never_better(
    room: Room, warm: list[float], at: int, by: float
) -> None:
    room = replace(room, temperature_c=warm)
    never_better("cool", room, replace(room, temperature_c=raised(warm, at, by)))


@SCALE
@given(ROOMS, halves(20, 34), halves(30, 80), st.integers(0, 9), st.floats(0, 19))
def test_more_humid_heat_is_never_better(
    room: Room, warm: list[float], humid: list[float], at: int, by: float
) -> None:
    room = replace(room, temperature_c=warm, humidity_pct=humid)
    never_better("cool", room, replace(room, humidity_pct=raised(humid, at, by)))


def resampled(room: Room, duration_s: int, length: int = 60) -> list[Minute]:
    """One hour of the room, in records of another duration."""
    samples = max(1, duration_s // 10)
    found = []
    for start_s in range(0, length * 60, duration_s):
        half = start_s // 1800
        found.append(
            record(
                start_s,
                duration_s,
                climate=climate(
                    room.temperature_c[half], room.humidity_pct[half], n=samples, due=samples
                ),
                light=light(room.light_lx[half], n=duration_s, due=duration_s),
                sound=sound(room.laeq_db[half], n=duration_s, due=duration_s, quiet_s=duration_s),
            )
        )
    return found


@settings(max_examples=10)
@given(ROOMS)
def test_sampling_every_second_ten_seconds_or_minute_gives_the_same_score(room: Room) -> None:
    ratings = [
        score_night(resampled(room, duration_s), window_of(60), Household())
        for duration_s in (1, 10, 60)
    ]
    for name in PARTS:
        scores = [found.part(name).score or 0.0 for found in ratings]
        assert max(scores) - min(scores) < 0.01


@SCALE
@given(st.integers(2, 200), st.integers(1, 199), st.floats(0.1, 60))
def test_a_flickering_room_scores_alike_at_1_s_10_s_and_1_min(
    period_s: int, on_s: int, bright_lx: float
) -> None:
    seconds = [bright_lx if second % period_s < on_s else 0.0 for second in range(600)]
    scores = [_flicker(seconds, duration_s) for duration_s in (1, 10, 60)]
    assert max(scores) - min(scores) <= 3


def _flicker(seconds: list[float], duration_s: int) -> float:
    minutes = []
    for start_s in range(0, len(seconds), duration_s):
        part = seconds[start_s : start_s + duration_s]
        tens = [sum(part[at : at + 10]) / len(part[at : at + 10]) for at in range(0, len(part), 10)]
        minutes.append(
            record(
                start_s,
                duration_s,
                light=light(sum(part) / len(part), max(tens), n=duration_s, due=duration_s),
            )
        )
    found = score_night(minutes, window_of(len(seconds) // 60), Household())
    return found.part("dark").score or 0.0


@SCALE
@given(ROOMS, st.integers(1, 59))
def test_splitting_records_changes_nothing(room: Room, at_s: int) -> None:
    whole = room.minutes()
    pieces = [piece for minute in whole for piece in _split(minute, at_s)]
    one, other = scored(whole), scored(pieces)
    for name in PARTS:
        assert one.part(name).score == pytest.approx(other.part(name).score, abs=ROUNDING)


def _split(minute: Minute, at_s: int) -> list[Minute]:
    start_s = minute.start_ms / 1000 - window_of().start_ms / 1000
    assert minute.sound
    assert minute.light
    assert minute.climate
    found = []
    for begin_s, duration_s in ((0, at_s), (at_s, 60 - at_s)):
        last = begin_s > 0
        found.append(
            record(
                start_s + begin_s,
                duration_s,
                climate=climate(
                    minute.climate.temperature_c,
                    minute.climate.humidity_pct,
                    n=duration_s,
                    due=duration_s,
                ),
                light=light(minute.light.illuminance_lx, n=duration_s, due=duration_s),
                sound=sound(
                    minute.sound.laeq_db,
                    n=duration_s,
                    due=duration_s,
                    quiet_s=duration_s,
                    events=minute.sound.events if last else (),
                ),
            )
        )
    return found


GAPS = st.tuples(st.integers(0, LENGTH - 1), st.integers(31, 110))


def with_gap(room: Room, gap: tuple[int, int]) -> NightScore:
    first, length = gap
    kept = [m for i, m in enumerate(room.minutes()) if not first <= i < first + length]
    return scored(kept)


@SCALE
@given(st.lists(st.floats(0, 100), min_size=70, max_size=200), st.data())
def test_minutes_at_or_above_the_mean_made_a_gap_never_raise_the_mean_term(
    scores: list[float], data: st.DataObject
) -> None:
    mean = aggregate(scores).mean
    good = [index for index, score in enumerate(scores) if score >= mean]
    gone = data.draw(st.sets(st.sampled_from(good), max_size=len(scores) // 3))
    seen = [None if index in gone else score for index, score in enumerate(scores)]
    assert aggregate(seen).mean <= mean + ROUNDING


@SCALE
@given(st.lists(st.floats(0, 100), min_size=70, max_size=200), GAPS)
def test_both_ends_hold_what_a_gap_hides_unless_it_is_worse_than_the_worst_tenth_seen(
    scores: list[float], gap: tuple[int, int]
) -> None:
    first, length = gap[0] % len(scores), min(gap[1], 60)
    gaps = list(range(first, min(first + length, len(scores))))
    seen = [None if index in gaps else score for index, score in enumerate(scores)]
    poor = gap_score(seen)
    real = [max(score, poor) if index in gaps else score for index, score in enumerate(scores)]
    assert low_end(seen, gaps) <= aggregate(real).value + ROUNDING
    assert high_end(seen, gaps) >= aggregate(real).value - ROUNDING
    assert low_end(seen, gaps) <= aggregate(seen).value <= high_end(seen, gaps)


@settings(max_examples=30)
@given(ROOMS, st.integers(1, 6), st.integers(31, 90))
def test_a_gap_that_hides_the_better_minutes_never_narrows_a_range(
    room: Room, half: int, length: int
) -> None:
    # Nothing is better than what the gap hides; light before it would be remembered in it.
    hidden = slice(half, half + 3)
    for values, best in ((room.temperature_c, 18.0), (room.humidity_pct, 45.0),
                         (room.light_lx, 0.0), (room.laeq_db, 15.0)):  # fmt: skip
        values[hidden] = [best] * 3
    room.light_lx[:half] = [0.0] * half
    seen = replace(
        room, events=[pair for pair in room.events if pair[0] // 30 - half not in range(3)]
    )
    before, after = seen.scored(), with_gap(seen, (30 * half, length))
    for one, other in [
        *((before.part(name), after.part(name)) for name in PARTS),
        (before, after),
    ]:
        assert (other.low or 0.0) <= (one.low or 0.0) + ROUNDING
        assert (other.high or 0.0) >= (one.high or 0.0) - ROUNDING


@SCALE
@given(ROOMS, GAPS)
def test_expected_awakenings_never_fall_by_scaling(room: Room, gap: tuple[int, int]) -> None:
    first, length = gap
    outside = [pair for pair in room.events if not first <= pair[0] < first + length]
    quiet = replace(room, events=outside, laeq_db=[20.0] * 10)
    before, after = quiet.scored(), with_gap(quiet, gap)
    assert (after.part("quiet").score or 0.0) <= (before.part("quiet").score or 0.0) + ROUNDING
