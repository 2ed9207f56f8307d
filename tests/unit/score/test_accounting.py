import pytest

from monitor.score.accounting import account, in_points, minute_points, rating_of
from monitor.score.part import Costs
from tests.fakes.nights import EVENING_MS, night_event


def test_three_equal_parts_rate_as_each_of_them() -> None:
    assert rating_of({"quiet": 80.0, "cool": 80.0, "dark": 80.0}) == pytest.approx(80.0)


def test_the_rating_is_the_weighted_geometric_mean() -> None:
    rating = rating_of({"quiet": 90.0, "cool": 80.0, "dark": 85.0})
    assert rating == pytest.approx(90**0.4 * 80**0.3 * 85**0.3)


def test_two_good_parts_cannot_hide_a_bad_one() -> None:
    found = account({"quiet": 40.0, "cool": 100.0, "dark": 100.0})
    assert found.rating == 55.0
    assert found.weakest == "quiet"
    assert found.held_back_points == pytest.approx(100 * 0.4**0.4 - 55)


def test_a_part_at_nothing_leaves_its_floor() -> None:
    assert rating_of({"quiet": 0.0, "cool": 100.0, "dark": 100.0}) == pytest.approx(
        min(100 * 0.01**0.4, 16)
    )


def test_weights_are_renormalised_over_the_parts_that_are_there() -> None:
    assert rating_of({"cool": 90.0, "dark": 80.0}) == pytest.approx((90 * 80) ** 0.5)


@pytest.mark.parametrize("quiet", [0.0, 40.0, 80.0, 100.0])
def test_points_sum_to_what_the_rating_lost(quiet: float) -> None:
    found = account({"quiet": quiet, "cool": 100.0, "dark": 90.0})
    assert sum(found.points.values()) == pytest.approx(100 - found.rating)
    assert found.points["cool"] == 0.0


def test_a_perfect_night_lost_nothing() -> None:
    found = account({"quiet": 100.0, "cool": 100.0, "dark": 100.0})
    assert found.rating == 100.0
    assert not any(found.points.values())


def test_costs_are_scaled_to_points() -> None:
    costs = Costs(causes={"warm": {0: 1.0}, "cold": {0: 0.0, 1: 2.0}})
    assert in_points(costs, 6.0).causes == {"warm": {0: 2.0}, "cold": {0: 0.0, 1: 4.0}}


def test_a_cause_that_cost_nothing_is_left_out() -> None:
    costs = in_points(Costs(causes={"warm": {0: 0.0, 1: 0.0}}), 0.0)
    assert costs.causes == {}
    assert minute_points(costs, EVENING_MS, 2) == (0.0, 0.0)


def test_an_event_costs_in_the_minute_it_starts_in() -> None:
    event = night_event(EVENING_MS + 61_000)
    costs = Costs(causes={"steady": {0: 1.0, 1: 1.0, 2: 1.0}}, events=((event, 5.0),))
    assert minute_points(costs, EVENING_MS, 3) == (1.0, 6.0, 1.0)
