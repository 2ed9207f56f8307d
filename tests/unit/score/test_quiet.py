import pytest

from monitor.night.floor import TrueLevel
from monitor.score.quiet import (
    awakening_pct,
    emergence_ratio,
    event_factor,
    floored_score,
    live_quiet,
    live_sure_quiet,
    steady_curve,
)


def test_an_event_of_45_db_wakes_in_2_3_percent_and_one_of_55_db_in_4_6() -> None:
    assert awakening_pct(45) == pytest.approx(2.3, abs=0.05)
    assert awakening_pct(55) == pytest.approx(4.6, abs=0.05)


def test_an_event_below_32_7_db_wakes_nobody() -> None:
    assert awakening_pct(32.6) == 0.0
    assert awakening_pct(32.7) > 0.0


def test_no_event_counts_more_than_20_percent() -> None:
    assert awakening_pct(140) == 20.0


def test_an_event_counts_from_6_db_above_the_background_and_in_full_from_12() -> None:
    assert [emergence_ratio(25 + above, 25) for above in (5, 6, 9, 12, 30)] == [0, 0, 0.5, 1, 1]


def test_whos_10_to_15_events_of_45_db_lie_on_the_border_of_good_and_fair() -> None:
    ten, fifteen = (100 * event_factor(n * awakening_pct(45) / 100) for n in (10, 15))
    assert ten > 75 > fifteen


def test_two_thirds_of_an_awakening_halve_quiet() -> None:
    assert event_factor(0.667) == pytest.approx(0.5)


def test_below_the_floor_the_score_is_the_middle_of_what_it_can_be() -> None:
    assert floored_score(steady_curve, TrueLevel(30.0, below_floor=True, clearance_ratio=0)) == 95


def test_the_score_falls_to_that_of_the_floor_at_3_db_above_it() -> None:
    assert floored_score(steady_curve, TrueLevel(30.0, below_floor=True, clearance_ratio=1)) == 90


def test_live_quiet_is_the_lower_of_level_and_peak() -> None:
    assert live_quiet(30.0, 65.0, None) == 35
    assert live_quiet(50.0, 33.0, None) == 30
    assert live_quiet(30.0, None, None) == 90


def test_live_quiet_below_the_floor_is_surely_what_the_floor_scores() -> None:
    assert live_sure_quiet(29.0, None, 30.0) == 90
    assert live_sure_quiet(29.0, 65.0, 30.0) == pytest.approx(35, abs=0.01)
    assert live_quiet(29.0, None, 30.0) == 95
