"""Orderings that anyone would expect, of nights known by the level of every second."""

from collections.abc import Callable

from monitor.night.household import Household
from monitor.night.series_minutes import minutes_of
from monitor.score.rating import score_night
from monitor.score.result import NightScore, Span
from tests.fakes.nights import window_of
from tests.fakes.series import series_of


def heard(level_db: Callable[[int], float], hours: int = 4) -> NightScore:
    """Judge a night of which only the level of every second is known."""
    series = series_of({"laeq_db": level_db}, step_s=1, rows=hours * 3600)
    return score_night(list(minutes_of(series)), window_of(hours * 60), Household())


def counted(found: NightScore) -> list[Span]:
    return [span for span in found.spans if span.cause == "event"]


def quiet_score(found: NightScore) -> float:
    return found.part("quiet").score or 0.0


def test_a_fan_switched_on_at_half_past_eleven_is_one_sound_and_then_steady() -> None:
    found = heard(lambda s: 42.0 if s > 5400 else 28.0)
    (event,) = counted(found)
    assert (event.end_ms - event.start_ms) == 180_000
    steady = [span for span in found.spans if span.cause == "steady"]
    assert sum(span.points for span in steady) > event.points > 0


def test_two_hours_of_snoring_are_not_forty_sounds() -> None:
    found = heard(lambda s: 48.0 if 3600 < s <= 10_800 and s % 5 < 2 else 28.0)
    assert 1 <= len(counted(found)) <= 3


def test_turning_over_every_ten_minutes_does_not_spoil_a_night() -> None:
    still = heard(lambda _: 28.0)
    restless = heard(lambda s: 52.0 if s % 600 in (300, 301, 302) else 28.0)
    assert len([span for span in restless.spans if span.cause == "brief"]) == 24
    assert counted(restless) == []
    assert quiet_score(restless) > quiet_score(still) - 1
