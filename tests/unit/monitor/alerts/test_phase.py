"""Evening, night or day: the light says so before the clock does."""

import pytest

from monitor.alerts.phase import Phase, Tonight, phase_at
from monitor.night.window import Source, Window

HOUR_MS = 3_600_000
BEDTIME_MS = 100 * HOUR_MS
WAKE_MS = BEDTIME_MS + 8 * HOUR_MS


def tonight(**known: object) -> Tonight:
    return Tonight(bedtime_ms=BEDTIME_MS, wake_ms=WAKE_MS, **known)


def window(
    out_h: float, up_h: float = 8.0, source: Source = Source.LIGHT, *, provisional: bool = True
) -> Window:
    return Window(
        night="2026-11-22",
        zone="UTC",
        lights_out_ms=BEDTIME_MS + round(out_h * HOUR_MS),
        get_up_ms=BEDTIME_MS + round(up_h * HOUR_MS),
        lights_out_source=source,
        get_up_source=Source.SCHEDULE,
        provisional=provisional,
    )


def at(hours: float, **known: object) -> Phase:
    return phase_at(BEDTIME_MS + round(hours * HOUR_MS), tonight(**known))


@pytest.mark.parametrize(
    ("hours", "phase"),
    [(-3.01, Phase.DAY), (-3, Phase.EVENING), (-0.01, Phase.EVENING), (0, Phase.NIGHT),
     (7.99, Phase.NIGHT), (8, Phase.DAY)],
)  # fmt: skip
def test_without_light_the_clock_says(hours: float, phase: Phase) -> None:
    assert at(hours) is phase


def test_lights_out_begins_the_night_before_the_usual_bedtime() -> None:
    assert at(-0.5, window=window(-1, -0.5)) is Phase.NIGHT


def test_a_lamp_that_is_still_on_keeps_the_evening_for_some_hours() -> None:
    assert at(1, is_lit=True) is Phase.EVENING
    assert at(1, is_lit=True, window=window(0, 1, Source.SCHEDULE)) is Phase.EVENING
    assert at(4, is_lit=True) is Phase.NIGHT
    assert at(7.9, is_lit=True) is Phase.NIGHT


def test_a_lamp_switched_on_at_night_ends_nothing() -> None:
    assert at(3, is_lit=True, window=window(0, 3)) is Phase.NIGHT


def test_who_got_up_has_day() -> None:
    assert at(6.5, window=window(0, 6.45)) is Phase.NIGHT, "not known yet"
    assert at(6.5, window=window(0, 6.4)) is Phase.DAY
    assert at(6, is_over=True) is Phase.DAY
