"""Recorded series judged offline: the night of the instruments, whatever their sampling."""

from collections.abc import Callable

import pytest

from monitor.night.household import Household
from monitor.night.series_minutes import minutes_of
from monitor.score.offline import score_series
from monitor.score.rating import score_night
from monitor.score.result import PARTS, NightScore
from tests.fakes.nights import EVENING_MS, night, window_of
from tests.fakes.series import series_of

HOUR_S = 3600


def columns(laeq_db: Callable[[int], float]) -> dict[str, Callable[[int], float | None]]:
    return {
        "temperature_c": lambda s: 19.0 + 5.0 * (s > 5 * HOUR_S),
        "humidity_pct": lambda _: 50.0,
        "illuminance_lx": lambda s: 30.0 * (s <= HOUR_S or 3 * HOUR_S < s <= 3 * HOUR_S + 240),
        "laeq_db": laeq_db,
    }


def judged(step_s: float, hours: float = 10, start_ms: int = EVENING_MS) -> list[NightScore]:
    levels = columns(lambda s: 28.0 + 4.0 * (s > 6 * HOUR_S))
    series = series_of(
        levels, step_s=step_s, rows=round(hours * HOUR_S / step_s), start_ms=start_ms
    )
    return [score for _, score in score_series(minutes_of(series), Household()) if score]


def test_a_recorded_night_scores_as_the_same_minutes_would() -> None:
    (found,) = judged(60)
    start_ms = EVENING_MS + HOUR_S * 1000
    at = [minute * 60 + HOUR_S for minute in range(480)]
    same = night(
        480,
        start_ms=start_ms,
        temperature_c=[19.0 + 5.0 * (s >= 5 * HOUR_S) for s in at],
        humidity_pct=50.0,
        light_lx=[30.0 * (3 * HOUR_S <= s < 3 * HOUR_S + 240) for s in at],
        laeq_db=[28.0 + 4.0 * (s >= 6 * HOUR_S) for s in at],
    )
    expected = score_night(same, window_of(480, start_ms=start_ms), Household())
    assert found.rating == pytest.approx(expected.rating)
    assert found.part("dark").score == pytest.approx(expected.part("dark").score)


@pytest.mark.slow
def test_rows_of_1_s_10_s_and_1_min_score_within_3_points() -> None:
    found = [judged(step_s)[0] for step_s in (1, 5, 10, 60)]
    for part in PARTS:
        scores = [one.part(part).score or 0.0 for one in found]
        assert max(scores) - min(scores) <= 3


def test_levels_in_which_no_event_can_be_seen_are_at_most_and_not_excellent() -> None:
    levels = {"laeq_db": lambda _: 26.0}
    coarse, fine = (
        score_night(list(minutes_of(series_of(levels, step_s=step_s, rows=rows))),
                    window_of(), Household()).part("quiet")
        for step_s, rows in ((60, 480), (1, 28_800))
    )  # fmt: skip
    assert coarse.score == pytest.approx(98.0) == fine.score
    assert (coarse.at_most, coarse.word) == (True, "Good")
    assert (fine.at_most, fine.word) == (False, "Excellent")


def test_every_night_of_a_series_is_judged_and_a_day_without_one_is_said() -> None:
    series = series_of({"temperature_c": lambda _: 18.0}, step_s=600, rows=6 * 48)
    found = list(score_series(minutes_of(series), Household()))
    assert [(str(night), score is not None) for night, score in found] == [
        ("2026-11-22", True),
        ("2026-11-23", True),
        ("2026-11-24", False),
    ]
    noon_ms = EVENING_MS + 14 * HOUR_S * 1000
    day = series_of({"temperature_c": lambda _: 18.0}, step_s=600, rows=6, start_ms=noon_ms)
    assert [score for _, score in score_series(minutes_of(day), Household())] == [None]


def test_no_minutes_are_no_nights() -> None:
    assert list(score_series([], Household())) == []
