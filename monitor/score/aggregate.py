"""Minute scores into one number: the mean, the worst hour, and what gaps do to both."""

from collections.abc import Sequence
from itertools import accumulate
from math import fsum
from operator import sub
from typing import Final, cast

import msgspec

from monitor.score import model
from monitor.score.result import Status

BEST: Final = 100.0  # Source: the scale of every score

Scores = Sequence[float | None]


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """0.7 mean + 0.3 worst hour; worst is its first index with its valid minutes counted."""

    value: float
    mean: float
    valid: int
    worst_start: int
    worst_valid: int

    def weights(self, length: int) -> list[float]:
        """Return what one point of each minute moves the value by."""
        usual = model.MEAN_SHARE.value / self.valid
        worst = usual + model.WORST_SHARE.value / self.worst_valid
        end = min(self.worst_start + int(model.WORST_MINUTES.value), length)
        found = [usual] * length
        found[self.worst_start : end] = [worst] * (end - self.worst_start)
        return found


def aggregate(scores: Scores) -> Aggregate:
    """Return the aggregate of minute scores, None being left out; at least one is needed.

    Where no 60 consecutive minutes have 45 valid ones, the hours with most of them stand in.
    """
    hour = min(int(model.WORST_MINUTES.value), len(scores))
    if None in scores:
        seen = [score for score in scores if score is not None]
        worst, start, held = _worst_of_some(scores, hour)
    else:
        seen = cast("list[float]", scores)
        totals = _of_hours(seen, hour)
        lowest = min(totals)
        worst, start, held = lowest / hour, totals.index(lowest), hour
    worst = min(max(worst, 0.0), BEST)  # differences of sums leave the scale by a rounding
    mean = fsum(seen) / len(seen)
    return Aggregate(
        value=model.MEAN_SHARE.value * mean + model.WORST_SHARE.value * worst,
        mean=mean,
        valid=len(seen),
        worst_start=start,
        worst_valid=held,
    )


def _of_hours(values: Sequence[float], hour: int) -> list[float]:
    """Return the sums of all runs of `hour` consecutive values."""
    sums = list(accumulate(values, initial=0.0))
    return list(map(sub, sums[hour:], sums))


def _worst_of_some(scores: Scores, hour: int) -> tuple[float, int, int]:
    """Return the mean, the start and the valid minutes of the worst hour."""
    totals = _of_hours([0.0 if score is None else score for score in scores], hour)
    held = _of_hours([float(score is not None) for score in scores], hour)
    needed = min(model.WORST_VALID.value, max(held))
    worst, start = min(
        (total / known, start)
        for start, (total, known) in enumerate(zip(totals, held, strict=True))
        if known >= needed
    )
    return worst, start, int(held[start])


def filled(scores: Scores, gaps: Sequence[int], score: float) -> list[float | None]:
    """Return scores with every gap set to score."""
    result = list(scores)
    for index in gaps:
        result[index] = score
    return result


def gap_score(scores: Scores) -> float:
    """Return the 10th percentile of the seen minutes: what a gap is taken for."""
    seen = sorted(score for score in scores if score is not None)
    return seen[int(model.GAP_PERCENTILE.value * (len(seen) - 1))]


def with_gaps(scores: Scores, gaps: Sequence[int]) -> tuple[Scores, Aggregate]:
    """Return the scores that judge lower: as seen, or with gaps at the 10th percentile."""
    seen = aggregate(scores)
    if not gaps:
        return scores, seen
    poor = filled(scores, gaps, gap_score(scores))
    supposed = aggregate(poor)
    return (poor, supposed) if supposed.value < seen.value else (scores, seen)


def judged(scores: Scores, gaps: Sequence[int], coverage: float) -> tuple[Scores, Aggregate]:
    """Return the scores that a part is judged by: partial ones take the lower of two views."""
    if status_of(coverage) is Status.FULL:
        return scores, aggregate(scores)
    return with_gaps(scores, gaps)


def low_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps as poor as the worst tenth, never above the seen one."""
    return with_gaps(scores, gaps)[1].value


def high_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps at 100, never below the seen one."""
    seen = aggregate(scores).value
    return max(seen, aggregate(filled(scores, gaps, BEST)).value) if gaps else seen


def status_of(coverage: float) -> Status:
    """Return how much of a fitted part can be judged."""
    if coverage >= model.FULL_COVERAGE.value:
        return Status.FULL
    return Status.PARTIAL if coverage >= model.PARTIAL_COVERAGE.value else Status.MISSING
