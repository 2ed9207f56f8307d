import msgspec
import pytest

from monitor.night.household import Household
from monitor.score.rating import score_night
from monitor.score.result import NightScore
from monitor.score.uncertainty import differ, rating_range, shifts
from tests.fakes.nights import Series, night, window_of


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


def test_the_rating_moves_by_each_part_alone_and_the_moves_add_as_squares() -> None:
    scores = {"quiet": 80.0, "cool": 80.0, "dark": 80.0}
    low, high = rating_range(scores, {"quiet": (70.0, 80.0), "cool": (70.0, 80.0)})
    by_quiet, by_cool = 80 - 80 * (7 / 8) ** 0.4, 80 - 80 * (7 / 8) ** 0.3
    assert low == pytest.approx(80 - (by_quiet**2 + by_cool**2) ** 0.5)
    assert high == pytest.approx(80.0)


def test_what_was_not_seen_moves_all_parts_at_once_and_errors_move_them_alone() -> None:
    scores = {"quiet": 80.0, "cool": 80.0, "dark": 80.0}
    unseen = {"quiet": (70.0, 90.0), "cool": (60.0, 85.0)}
    ends = {"quiet": (65.0, 95.0), "cool": (60.0, 90.0), "dark": (80.0, 84.0)}
    low, high = rating_range(scores, ends, unseen=unseen)
    lowest = 70**0.4 * 60**0.3 * 80**0.3
    assert low == pytest.approx(65**0.4 * 60**0.3 * 80**0.3)
    assert low < lowest
    highest = 90**0.4 * 85**0.3 * 80**0.3
    by_quiet, by_cool, by_dark = (
        highest * (ratio - 1) for ratio in ((95 / 90) ** 0.4, (90 / 85) ** 0.3, (84 / 80) ** 0.3)
    )
    assert high == pytest.approx(highest + (by_quiet**2 + by_cool**2 + by_dark**2) ** 0.5)
    floor = rating_range(scores, ends, ("dark",), {"cool": (60.0, 85.0)})[0]
    assert floor == pytest.approx(16.0)


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
