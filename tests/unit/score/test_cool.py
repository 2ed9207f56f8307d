from collections.abc import Sequence

import pytest

from monitor.night.household import Household
from monitor.score.cool import CoolNight, cool_curve, interpolated, minute_score
from monitor.score.errors import UnknownProfileError
from monitor.score.moisture import deduction, dew_point_c, effective_c

Column = Sequence[float | None]


def test_the_dew_point_of_saturated_air_is_its_temperature() -> None:
    assert dew_point_c(20.0, 100.0) == pytest.approx(20.0)


def test_the_dew_point_of_25_degrees_at_60_percent_is_16_7() -> None:
    assert dew_point_c(25.0, 60.0) == pytest.approx(16.7, abs=0.05)


def test_air_reported_as_wholly_dry_or_oversaturated_still_has_a_dew_point() -> None:
    assert dew_point_c(20.0, 0.0) < -30
    assert dew_point_c(20.0, 120.0) == pytest.approx(20.0)


def test_humid_heat_adds_a_quarter_of_the_dew_point_above_16_8() -> None:
    # 26 °C at 70 %RH: dew point 20.1 °C
    assert effective_c(26.0, 70.0) == pytest.approx(26.0 + 0.25 * (20.1 - 16.8), abs=0.02)


def test_humid_heat_sets_in_between_22_and_24_degrees() -> None:
    assert effective_c(22.0, 90.0) == 22.0
    half = effective_c(23.0, 90.0) - 23.0
    assert half == pytest.approx(0.5 * 0.25 * (dew_point_c(23.0, 90.0) - 16.8))


def test_dry_heat_feels_as_measured() -> None:
    assert effective_c(30.0, 30.0) == 30.0
    assert effective_c(30.0, None) == 30.0


@pytest.mark.parametrize(
    ("temperature_c", "humidity_pct", "points"),
    [(20, 20, 5), (20, 5, 10), (20, 45, 0), (20, 70, 5), (20, 90, 10), (5, 20, 5)],
)
def test_dry_and_humid_air_take_points_off(
    temperature_c: float, humidity_pct: float, points: float
) -> None:
    assert deduction(temperature_c, humidity_pct) == points


@pytest.mark.parametrize(("temperature_c", "points"), [(18, 10), (16, 5), (14, 0), (10, 0)])
def test_the_deduction_for_humid_air_fades_in_the_cold(temperature_c: float, points: float) -> None:
    assert deduction(temperature_c, 90) == points


def test_without_humidity_nothing_is_taken_off() -> None:
    assert deduction(20.0, None) == 0.0
    assert minute_score(cool_curve(Household()), 24.0, None) == 75.0


def test_a_minute_is_never_worth_less_than_nothing() -> None:
    assert minute_score(cool_curve(Household()), 35.0, 90.0) == 0.0


def test_the_offset_moves_the_curve() -> None:
    assert cool_curve(Household(offset_k=2.0))(24.0) == 90.0
    assert cool_curve(Household(offset_k=-2.0))(24.0) == 55.0


def test_an_unknown_profile_is_named_with_what_is_possible() -> None:
    with pytest.raises(UnknownProfileError, match=r"'baby'.*adult, older_adult"):
        cool_curve(Household(profile="baby"))


def test_a_gap_of_30_minutes_is_filled_linearly() -> None:
    filled = interpolated([10.0, *[None] * 30, 41.0])
    assert filled == pytest.approx([10.0 + step for step in range(32)])


def test_a_gap_of_31_minutes_stays_a_gap() -> None:
    assert interpolated([10.0, *[None] * 31, 42.0]).count(None) == 31


def test_a_gap_at_either_end_stays_a_gap() -> None:
    assert interpolated([None, 10.0, None]) == [None, 10.0, None]


def cool(temperatures: Column, humidities: Column | None = None) -> CoolNight:
    curve = cool_curve(Household())
    return CoolNight(curve, temperatures, humidities or [45.0] * len(temperatures))


def test_the_causes_of_cool_are_told_apart() -> None:
    night = cool([24.0, 12.0, 20.0, 20.0], [45.0, 45.0, 90.0, 10.0])
    costs = night.costs().causes
    first = {
        cause: min(index for index, cost in column.items() if cost > 0)
        for cause, column in costs.items()
        if cause != "gap"
    }
    assert first == {"warm": 0, "cold": 1, "humid": 2, "dry": 3}


def test_damp_air_of_an_unknown_temperature_costs_nothing() -> None:
    damp, unknown = (cool([19.0, None, 19.0], [45.0, pct, 45.0]) for pct in (90.0, None))
    assert damp.costs() == unknown.costs()
    assert damp.costs().causes["humid"] == {}


def test_without_warmth_a_warm_night_is_perfect() -> None:
    night = cool([24.0] * 100)
    assert night.score() == pytest.approx(75.0)
    assert night.without("warm") == pytest.approx(100.0)
    assert night.without("cold") == pytest.approx(75.0)


def test_a_column_scores_as_its_minutes_do() -> None:
    curve = cool_curve(Household())
    pairs = [(26.0, 80.0), (23.0, 95.0), (15.0, 80.0), (20.0, 15.0), (31.0, 90.0), (19.0, None)]
    night = cool([t for t, _ in pairs], [h for _, h in pairs])
    assert list(night._scores(0.0)) == pytest.approx([minute_score(curve, *p) for p in pairs])


def test_unknown_humidity_widens_the_range_downwards() -> None:
    known, unknown = cool([25.0] * 60), cool([25.0] * 60, [None] * 60)
    assert unknown.low(0.8) < known.low(0.8)
    assert unknown.high(0.8) == known.high(0.8)


def test_nothing_is_told_of_minutes_without_values() -> None:
    assert cool([20.0, None, 20.0]).evidence("warm", 1, 1) == {}


def test_evidence_is_the_extreme_with_its_minute() -> None:
    night = cool([20.0, 24.0, 8.0], [20.0, 30.0, 80.0])
    assert night.evidence("warm", 0, 2) == {"temperature_c": 24.0, "minute": 1.0}
    assert night.evidence("cold", 0, 2) == {"temperature_c": 8.0, "minute": 2.0}
    assert night.evidence("humid", 0, 2) == {"humidity_pct": 80.0, "minute": 2.0}
    assert night.evidence("dry", 0, 2) == {"humidity_pct": 20.0, "minute": 0.0}


def test_the_edges_of_humidity_and_heat_belong_to_the_side_without_effect() -> None:
    assert effective_c(22.0, 99.0) == 22.0
    assert deduction(12.0, 60.0) == 0.0
    assert deduction(12.0, 25.0) == pytest.approx(2.5), "dry air is dry in the cold too"
    assert deduction(18.0, 70.0) == pytest.approx(5.0)
    assert deduction(16.0, 70.0) == pytest.approx(2.5)
    assert deduction(14.0, 70.0) == 0.0
