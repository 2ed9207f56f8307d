"""The table of nights and noise events: values of the model's text, held by who uses them."""

import pytest

from monitor.night import events, floor, light, regularity, winddown
from monitor.night.model import Constant


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (events.BACKGROUND_MS, 600_000),
        (events.BACKGROUND_AFTER_S, 60),
        (events.START_DB, 35),
        (events.START_ABOVE_BACKGROUND_DB, 6),
        (events.END_ABOVE_BACKGROUND_DB, 3),
        (events.CLOSED_AFTER_S, 10),
        (events.LONG_MS, 180_000),
        (events.STEADY_SPREAD_DB, 6),
        (events.BRIEF_MS, 6_000),
        (events.BRIEF_BELOW_DB, 55),
        (floor.CLEAR_DB, 3),
        (light.BRIGHT_LX, 5),
        (light.SPELL_MS, 120_000),
        (light.BEFORE_BEDTIME_MS, 7_200_000),
        (light.AFTER_BEDTIME_MS, 14_400_000),
        (light.HOUR_AFTER_MS, 3_600_000),
        (light.NOT_DARK_AFTER_MS, 300_000),
        (light.PROVISIONAL_AFTER_MS, 900_000),
        (light.STEP_FACTOR, 5),
        (light.STEP_WITHIN_MS, 120_000),
        (light.STEP_LASTS_MS, 300_000),
        (light.AROUND_WAKE_TIME_MS, 7_200_000),
        (light.HOLD_MS, 180_000),
        (winddown.WIND_DOWN_MS, 10_800_000),
        (winddown.TOO_BRIGHT_LX, 10),
        (winddown.NOBODY_BELOW_LX, 1),
        (winddown.NOBODY_ABOVE_RATIO, 0.5),
        (regularity.NIGHTS, 14),
        (regularity.LEAST_NIGHTS, 7),
        (regularity.STEADY_BELOW_S, 1800),
        (regularity.FAIRLY_STEADY_UP_TO_S, 3600),
    ],
)
def test_every_constant_is_the_one_of_the_text(used: float, expected: float) -> None:
    assert used == expected


def test_a_duration_is_told_in_milliseconds() -> None:
    assert [Constant(2, unit, "", "").ms for unit in ("s", "min", "h")] == [
        2_000,
        120_000,
        7_200_000,
    ]
