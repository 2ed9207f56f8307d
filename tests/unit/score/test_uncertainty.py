import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.night.household import Household
from monitor.score.rating import score_night
from monitor.score.result import NightScore
from monitor.score.uncertainty import differ, rating_range, shifts
from tests.fakes.nights import Series, night, window_of

Parts = dict[str, float]
EVEN: Parts = {"quiet": 80.0, "cool": 80.0, "dark": 80.0}


def scored(temperature_c: Series = 18.0, laeq_db: Series = 25.0, length: int = 480) -> NightScore:
    minutes = night(480, temperature_c=temperature_c, laeq_db=laeq_db)[:length]
    return score_night(minutes, window_of(), Household())


def test_the_shifts_are_1_645_sd_of_each_sensor() -> None:
    assert shifts("quiet", calibrated=True).full == pytest.approx(1.645 * 1.5)
    assert shifts("quiet", calibrated=False).full == pytest.approx(1.645 * 3)
    assert shifts("cool", calibrated=False).full == pytest.approx(1.645 * 0.5)
    assert shifts("dark", calibrated=False).full == pytest.approx(1.645 * 0.4700, abs=1e-4)
    assert shifts("dark", calibrated=False).same == pytest.approx(1.645 * 0.0953, abs=1e-4)
    assert shifts("quiet", calibrated=False).same == pytest.approx(1.645 * 0.3)
    assert shifts("cool", calibrated=False).same == pytest.approx(1.645 * 0.1)


def test_an_uncalibrated_microphone_widens_the_range_of_quiet() -> None:
    sure, rough = (
        score_night(night(laeq_db=40.0, calibrated=known), window_of(), Household()).part("quiet")
        for known in (True, False)
    )
    assert sure.low == pytest.approx(60 - 3 * 1.645 * 1.5)
    assert rough.high == pytest.approx(60 + 3 * 1.645 * 3)


def furthest(start: Parts, ends: Parts) -> float:
    """Return the rating furthest from that of start, by errors whose squares sum to 1.

    Searched densely, where the mean alone decides (no part far below the others).
    """
    angles = [math.radians(tenths / 10) for tenths in range(901)]
    return max(
        (
            math.prod(
                (start[part] + by * (ends[part] - start[part])) ** weight
                for part, by, weight in (
                    ("quiet", math.cos(up) * math.cos(along), 0.4),
                    ("cool", math.cos(up) * math.sin(along), 0.3),
                    ("dark", math.sin(up), 0.3),
                )
            )
            for along in angles[::10]
            for up in angles[::10]
        ),
        key=lambda rating: abs(
            rating - math.prod((start["quiet"] ** 0.4, start["cool"] ** 0.3, start["dark"] ** 0.3))
        ),
    )


def test_one_part_alone_moves_the_rating_by_its_whole_error() -> None:
    low, high = rating_range(EVEN, {"quiet": (70.0, 80.0), "dark": (80.0, 90.0)})
    assert low == pytest.approx(80 * (7 / 8) ** 0.4)
    assert high == pytest.approx(80 * (9 / 8) ** 0.3)


def test_errors_that_know_nothing_of_each_other_add_by_the_root_of_their_squares() -> None:
    low, high = rating_range(EVEN, dict.fromkeys(EVEN, (79.0, 81.0)))
    each = [0.4, 0.3, 0.3]  # the rating of even parts moves by the weight of the part that moves
    moved = math.hypot(*each)
    assert high == pytest.approx(80 + moved, abs=0.02 * moved)
    assert low == pytest.approx(80 - moved, abs=0.02 * moved)


def test_what_was_not_seen_moves_all_parts_at_once_and_errors_go_on_from_there() -> None:
    unseen = {"quiet": (70.0, 90.0), "cool": (66.0, 85.0)}
    ends = {"quiet": (65.0, 95.0), "cool": (66.0, 90.0), "dark": (80.0, 84.0)}
    low, high = rating_range(EVEN, ends, unseen=unseen)
    assert low == pytest.approx(65**0.4 * 66**0.3 * 80**0.3)
    best = {"quiet": 90.0, "cool": 85.0, "dark": 80.0}
    expected = furthest(best, {part: end[1] for part, end in ends.items()})
    width = expected - 90**0.4 * 85**0.3 * 80**0.3
    assert expected - 0.02 * width <= high <= expected + 1e-9
    floor = rating_range(EVEN, ends, ("dark",), {"cool": (60.0, 85.0)})[0]
    assert floor == pytest.approx(16.0)


ENDS = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))


def test_a_gap_that_may_hide_better_minutes_never_narrows_a_range_at_the_cap() -> None:
    scores = {"quiet": 84.0, "cool": 46.0, "dark": 46.0}
    ends = {"quiet": (84.0, 97.0), "cool": (46.0, 56.0), "dark": (46.0, 59.0)}
    seen, gap = (
        rating_range(scores, ends),
        rating_range(scores, ends, unseen={"quiet": (84.0, 93.0)}),
    )
    assert gap[1] > seen[1]


@settings(max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(EVEN, ENDS)), st.data())
def test_a_part_that_may_have_been_better_or_worse_never_narrows_the_range(
    drawn: dict[str, tuple[float, ...]], data: st.DataObject
) -> None:
    wide = {part: sorted(values) for part, values in drawn.items()}
    scores = {part: values[1] for part, values in wide.items()}
    narrow = {
        part: (data.draw(st.floats(low, score)), data.draw(st.floats(score, high)))
        for part, (low, score, _, high) in wide.items()
    }
    closer = {
        part: (
            data.draw(st.floats(narrow[part][0], scores[part])),
            data.draw(st.floats(scores[part], narrow[part][1])),
        )
        for part in wide
    }
    less = rating_range(scores, narrow, unseen=closer)
    for unseen in ({part: (low, high) for part, (low, high) in narrow.items()}, closer):
        ends = {part: (values[0], values[3]) for part, values in wide.items()}
        more = rating_range(scores, ends, unseen=unseen)
        assert more[0] <= less[0] + 1e-9
        assert more[1] >= less[1] - 1e-9


def test_a_missing_part_opens_the_range_downwards() -> None:
    scores = {"cool": 90.0, "dark": 90.0}
    ends = {"cool": (85.0, 95.0)}
    assert rating_range(scores, ends, ("quiet",))[0] == pytest.approx(100 * 0.01**0.4 * 0.9**0.6)
    assert rating_range(scores, ends)[0] > 80


def test_nights_of_the_same_sensors_differ_by_less_than_those_of_different_ones() -> None:
    cooler, warmer = scored(temperature_c=23.0), scored(temperature_c=23.6)
    assert differ(cooler, warmer, same_sensors=True) is True
    assert differ(cooler, warmer, same_sensors=False) is False


def test_equal_nights_do_not_differ() -> None:
    assert differ(scored(), scored(), same_sensors=True) is False


def test_the_order_of_two_nights_does_not_matter() -> None:
    one, other = scored(laeq_db=30.0), scored(laeq_db=45.0)
    assert differ(one, other, same_sensors=False) is differ(other, one, same_sensors=False) is True


def test_nothing_is_said_of_a_provisional_night() -> None:
    assert differ(scored(length=100), scored(), same_sensors=True) is None


def test_nothing_is_said_across_models_or_parts() -> None:
    older = msgspec.structs.replace(scored(), score_model_version=0)
    assert differ(scored(), older, same_sensors=True) is None


def test_nothing_is_said_of_a_night_stored_without_its_range() -> None:
    bare = msgspec.structs.replace(scored(), same_low=None, same_high=None)
    assert differ(bare, bare, same_sensors=True) is None


def rated(
    rating: float, *, same: tuple[float, float], full: tuple[float, float] = (0.0, 100.0)
) -> NightScore:
    return msgspec.structs.replace(
        scored(), rating=rating, same_low=same[0], same_high=same[1], low=full[0], high=full[1]
    )


@pytest.mark.parametrize(("apart", "differs"), [(4.99, False), (5.0, False), (5.01, True)])
def test_nights_differ_beyond_the_root_of_the_squares_of_the_ranges_that_face_each_other(
    apart: float, *, differs: bool
) -> None:
    worse = rated(60.0, same=(20.0, 63.0))
    better = rated(60.0 + apart, same=(60.0 + apart - 4.0, 99.0))
    assert differ(better, worse, same_sensors=True) is differs
    assert differ(worse, better, same_sensors=True) is differs
    assert differ(better, worse, same_sensors=False) is False


def test_nights_of_different_sensors_are_judged_by_their_full_ranges() -> None:
    worse = rated(60.0, same=(0.0, 100.0), full=(55.0, 63.0))
    better = rated(66.0, same=(0.0, 100.0), full=(62.0, 70.0))
    assert differ(better, worse, same_sensors=False) is True
    assert differ(better, worse, same_sensors=True) is False


@pytest.mark.parametrize("lacking", ["same_low", "same_high"])
def test_one_lacking_end_that_matters_says_nothing(lacking: str) -> None:
    worse, better = rated(60.0, same=(59.0, 61.0)), rated(70.0, same=(69.0, 71.0))
    bare = msgspec.structs.replace(better if lacking == "same_low" else worse, **{lacking: None})
    other = worse if lacking == "same_low" else better
    assert differ(bare, other, same_sensors=True) is None


def test_one_provisional_night_is_enough_to_say_nothing() -> None:
    fine, running = scored(), scored(length=100)
    assert differ(running, fine, same_sensors=True) is None
    assert differ(fine, running, same_sensors=True) is None
    whole = msgspec.structs.replace(scored(laeq_db=40.0), provisional="the night is still running")
    assert differ(whole, fine, same_sensors=True) is None
    assert differ(fine, whole, same_sensors=True) is None
