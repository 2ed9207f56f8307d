import pytest

from monitor.score.aggregate import (
    aggregate,
    gap_score,
    high_end,
    judged,
    low_end,
    number,
    status_of,
)
from monitor.score.result import Status


def test_a_steady_night_scores_as_its_minutes() -> None:
    assert aggregate([80.0] * 480).value == pytest.approx(80.0)


def test_the_worst_hour_weighs_three_tenths() -> None:
    found = aggregate([100.0] * 200 + [40.0] * 60 + [100.0] * 220)
    assert found.worst_start == 200
    assert found.value == pytest.approx(0.7 * (100 - 60 * 60 / 480) + 0.3 * 40)


def test_an_hour_with_fewer_than_45_valid_minutes_is_not_the_worst() -> None:
    scores = [0.0] * 44 + [None] * 60 + [90.0] * 100
    assert aggregate(scores).value == pytest.approx(0.7 * 62.5 + 0.3 * 90)
    assert aggregate([0.0] * 45 + [None] * 60 + [90.0] * 100).worst_start == 0


def test_the_mean_of_the_worst_hour_is_over_its_valid_minutes() -> None:
    found = aggregate([10.0] * 45 + [None] * 15 + [100.0] * 60)
    assert found.worst_valid == 45
    assert found.value == pytest.approx(0.7 * (45 * 10 + 6000) / 105 + 0.3 * 10)


def test_where_no_hour_has_45_valid_minutes_the_fullest_stand_in() -> None:
    scores = ([50.0] * 20 + [None] * 40) * 4
    assert aggregate(scores).value == pytest.approx(50.0)


def test_a_window_shorter_than_an_hour_is_its_own_worst_hour() -> None:
    assert aggregate([100.0, 50.0]).value == pytest.approx(75.0)


@pytest.mark.parametrize("gap", [0, 30, 110])
def test_the_number_alone_is_the_value_of_the_aggregate(gap: int) -> None:
    scores = [50.0 + index % 37 for index in range(120)]
    some = [None if index < gap else score for index, score in enumerate(scores)]
    assert number(some) == aggregate(some).value


def test_weights_move_the_value_by_what_they_say() -> None:
    scores = [90.0] * 100 + [60.0] * 60 + [None] * 10 + [90.0] * 100
    found = aggregate(scores)
    weights = found.weights(len(scores))
    lost = sum((100 - s) * w for s, w in zip(scores, weights, strict=True) if s is not None)
    assert 100 - lost == pytest.approx(found.value)


@pytest.mark.parametrize(
    ("valid", "status"),
    [(480, "full"), (432, "full"), (431, "partial"), (288, "partial"), (287, "missing")],
)
def test_coverage_decides_how_much_can_be_judged(valid: int, status: str) -> None:
    assert status_of(valid / 480) is Status(status)


def test_the_score_of_a_gap_is_the_10th_percentile_of_the_seen() -> None:
    assert gap_score([float(score) for score in range(101)]) == 10.0
    assert gap_score([50.0, None]) == 50.0


def test_a_partial_part_takes_the_lower_of_two_views() -> None:
    scores = [float(score % 100) for score in range(300)] + [None] * 100
    gaps = list(range(300, 400))
    seen, both = aggregate(scores).value, judged(scores, gaps, 0.75)[1].value
    assert both < seen
    assert judged(scores, gaps, 0.95)[1].value == seen


def test_a_gap_never_raises_a_partial_part() -> None:
    # Filling the gap lets a worse hour count: 44 minutes alone were too few.
    scores = [100.0] * 300 + [None] * 60 + [0.0] * 44
    assert judged(scores, list(range(300, 360)), 0.85)[1].value <= aggregate(scores).value


def test_both_ends_hold_the_seen_number_and_reach_up_to_the_gap_at_100() -> None:
    scores = [60.0] * 300 + [80.0] * 100 + [None] * 100
    gaps = list(range(400, 500))
    seen = aggregate(scores).value
    assert low_end(scores, gaps) <= seen <= high_end(scores, gaps)
    assert high_end(scores, gaps) == aggregate([60.0] * 300 + [80.0] * 100 + [100.0] * 100).value


def test_without_gaps_both_ends_are_the_number() -> None:
    scores = [60.0] * 100
    assert low_end(scores, []) == high_end(scores, []) == aggregate(scores).value
