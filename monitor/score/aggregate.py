"""Minute scores into one number: the mean, the worst hour, and what gaps do to both."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import fsum
from operator import sub
from typing import Final, cast

import msgspec

from monitor.score import model
from monitor.score.result import Status

BEST: Final = 100.0  # Source: the scale of every score

# Source: the table; bound once, because the range aggregates a night some twenty times.
_WORST_MINUTES: Final = int(model.WORST_MINUTES.value)
_MEAN_SHARE: Final = model.MEAN_SHARE.value
_WORST_SHARE: Final = model.WORST_SHARE.value

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
        usual = _MEAN_SHARE / self.valid
        worst = usual + _WORST_SHARE / self.worst_valid
        end = min(self.worst_start + _WORST_MINUTES, length)
        found = [usual] * length
        found[self.worst_start : end] = [worst] * (end - self.worst_start)
        return found


def aggregate(scores: Scores) -> Aggregate:
    """Return the aggregate of minute scores, None being left out; at least one is needed.

    Where no 60 consecutive minutes have 45 valid ones, the hours with most of them stand in.
    """
    hour = min(_WORST_MINUTES, len(scores))
    if None in scores:
        seen = [score for score in scores if score is not None]
        worst, start, held = _worst_of_some(scores, hour)
    else:
        seen = cast("list[float]", scores)
        totals = list(_of_hours(seen, hour))
        lowest = min(totals)
        worst, start, held = lowest / hour, totals.index(lowest), hour
    mean = fsum(seen) / len(seen)
    return Aggregate(
        value=_value(mean, worst), mean=mean, valid=len(seen), worst_start=start, worst_valid=held
    )


def number(scores: Scores) -> float:
    """Return the value of the aggregate alone, at least one minute score being needed.

    The range asks for some twenty of them a night, and where the worst hour lies for none.
    """
    try:  # summing refuses None, and that is several times faster than a look for it
        mean = fsum(cast("Sequence[float]", scores)) / len(scores)
    except TypeError:
        return aggregate(scores).value
    hour = min(_WORST_MINUTES, len(scores))
    return _value(mean, min(_of_hours(cast("Sequence[float]", scores), hour)) / hour)


def _value(mean: float, worst: float) -> float:
    # Differences of sums leave the scale by a rounding.
    return _MEAN_SHARE * mean + _WORST_SHARE * min(max(worst, 0.0), BEST)


def _of_hours(values: Sequence[float], hour: int) -> Iterable[float]:
    """Return the sums of all runs of `hour` consecutive values."""
    sums = list(accumulate(values, initial=0.0))
    return map(sub, sums[hour:], sums)


def _worst_of_some(scores: Scores, hour: int) -> tuple[float, int, int]:
    """Return the mean, the start and the valid minutes of the worst hour."""
    totals = _of_hours([0.0 if score is None else score for score in scores], hour)
    held = list(_of_hours([float(score is not None) for score in scores], hour))
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
    """Return the scores that judge lower: as seen, or with all gaps at the 10th percentile."""
    seen = aggregate(scores)
    poor = filled(scores, gaps, gap_score(scores))
    supposed = aggregate(poor)
    return (poor, supposed) if supposed.value < seen.value else (scores, seen)


def judged(scores: Scores, gaps: Sequence[int], coverage: float) -> tuple[Scores, Aggregate]:
    """Return the scores that a part is judged by: partial ones take the lower of two views."""
    if status_of(coverage) is Status.FULL:
        return scores, aggregate(scores)
    return with_gaps(scores, gaps)


def judged_number(scores: Scores, gaps: Sequence[int], coverage: float) -> float:
    """Return the number that judged gives."""
    return number(scores) if status_of(coverage) is Status.FULL else low_end(scores, gaps)


def low_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps as poor as the worst tenth, never above the seen one."""
    return with_gaps(scores, gaps)[1].value if gaps else number(scores)


def high_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps at 100, never below the seen one."""
    seen = number(scores)
    return max(seen, number(filled(scores, gaps, BEST))) if gaps else seen


def status_of(coverage: float) -> Status:
    """Return how much of a fitted part can be judged."""
    if coverage >= model.FULL_COVERAGE.value:
        return Status.FULL
    return Status.PARTIAL if coverage >= model.PARTIAL_COVERAGE.value else Status.MISSING
