"""Every anchor of the specification, on the curve that the table builds."""

import pytest

from monitor.night.model import DEFINITION, JUDGEMENT
from monitor.score.anchors import (
    ADULT,
    CURVES,
    HUMIDITY,
    MELANOPIC,
    OLDER_ADULT,
    PEAK_LEVEL,
    STEADY_LEVEL,
)
from monitor.score.curve import CurveTable, curve_of
from monitor.score.sources import SOURCES

SPECIFIED = (
    (
        STEADY_LEVEL,
        "25:100 30:90 35:75 40:60 45:45 50:30 55:18 60:8 70:0 10:100 90:0",
    ),
    (PEAK_LEVEL, "33:100 45:75 55:55 65:35 75:15 85:0 20:100 100:0"),
    (
        ADULT,
        (
            "3:15 5:25 8:45 10:55 12:65 14:77 16:90 17:100 18:100 20:100 22:90 24:75 25:65 26:55"
            " 28:34 30:15 33:0 -5:15 40:0"
        ),
    ),
    (
        OLDER_ADULT,
        (
            "3:8 5:18 8:35 12:52 14:65 16:78 18:90 20:100 22:100 24:100 25:85 26:65 28:42 30:22"
            " 32:8 34:0 -5:8 40:0"
        ),
    ),
    (HUMIDITY, "5:10 10:10 20:5 25:2.5 30:0 45:0 60:0 65:2.5 70:5 85:10 100:10"),
    (MELANOPIC, "0.1:100 1:90 2:75 5:55 10:40 25:22 50:10 100:0 0:100 0.01:100 500:0"),
)


@pytest.mark.parametrize(("table", "points"), SPECIFIED)
def test_the_curve_goes_through_every_anchor(table: CurveTable, points: str) -> None:
    curve = curve_of(table)
    for point in points.split():
        at, score = map(float, point.split(":"))
        assert curve(at) == pytest.approx(score, abs=1e-9), at


@pytest.mark.parametrize(("table", "points"), SPECIFIED)
def test_the_table_holds_no_other_anchor(table: CurveTable, points: str) -> None:
    assert {f"{anchor.at:g}:{anchor.score:g}" for anchor in table.anchors} <= set(points.split())


def test_an_older_adult_never_feels_cold_less_than_an_adult() -> None:
    adult, older = curve_of(ADULT), curve_of(OLDER_ADULT)
    assert all(older(at / 10) <= adult(at / 10) for at in range(-50, 140))


def test_an_older_adult_scores_at_most_10_more_in_heat() -> None:
    adult, older = curve_of(ADULT), curve_of(OLDER_ADULT)
    assert all(older(at / 10) <= adult(at / 10) + 10 for at in range(260, 400))


def test_cold_falls_more_gently_than_heat() -> None:
    adult = curve_of(ADULT)
    assert all(adult(17 - step) >= adult(22 + step) for step in range(1, 12))


def test_every_anchor_has_a_reason_and_a_known_source() -> None:
    for table in CURVES:
        for anchor in table.anchors:
            assert anchor.reason
            assert anchor.source in {*SOURCES, JUDGEMENT, DEFINITION}
