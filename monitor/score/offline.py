"""Nights out of a recorded series: the same windows and scores as those of a live room."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import find_window, night_of, span_of
from monitor.score.rating import score_night
from monitor.score.result import NightScore


class Judged(NamedTuple):
    """A night of a series; score is None where nothing was measured between its ends."""

    night: date
    score: NightScore | None


def score_series(minutes: Iterable[Minute], household: Household) -> Iterator[Judged]:
    """Yield the nights of minutes in order of their starts, one night in memory at a time.

    Raises:
        NightError: the household's zone is unknown.
        ScoreError: the household's profile or lamp is not in the table.
    """
    for night, found in _by_night(minutes, household):
        window = find_window(night, found, household)
        seen = any(
            minute.start_ms < window.end_ms and minute.end_ms > window.start_ms for minute in found
        )
        yield Judged(night, score_night(found, window, household) if seen else None)


def _by_night(
    minutes: Iterable[Minute], household: Household
) -> Iterator[tuple[date, list[Minute]]]:
    """Yield each night's minutes, all of its span from local noon to local noon."""
    night, end_ms = date.min, 0
    found: list[Minute] = []
    for minute in minutes:
        if not found or minute.start_ms >= end_ms:
            if found:
                yield night, found
            night, found = night_of(minute.start_ms, household), []
            _, end_ms = span_of(night, household)
        found.append(minute)
    if found:
        yield night, found
