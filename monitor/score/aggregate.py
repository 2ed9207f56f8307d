"""Minute scores into one number: the mean, the worst hour, and what gaps do to both."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from monitor.score import model
from monitor.score.result import Status

BEST: Final = 100.0  # Source: the scale of every score

Scores = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """0.7 mean + 0.3 worst hour; worst is its first index with its valid minutes counted."""

    value: float
    mean: float
    valid: int
    worst_start: int
    worst_valid: int

    def weight(self, index: int) -> float:
        """Return what one point of the minute at index moves the value by."""
        weight = model.MEAN_SHARE.value / self.valid
        hour = int(model.WORST_MINUTES.value)
        if self.worst_start <= index < self.worst_start + hour:
            weight += model.WORST_SHARE.value / self.worst_valid
        return weight


def aggregate(scores: Scores) -> Aggregate:
    """Return the aggregate of minute scores, None being left out; at least one is needed.

    Where no 60 consecutive minutes have 45 valid ones, the hours with most of them stand in.
    """
    length = len(scores)
    hour = min(int(model.WORST_MINUTES.value), length)
    sums = [0.0, *accumulate(0.0 if score is None else score for score in scores)]
    counts = [0, *accumulate(0 if score is None else 1 for score in scores)]
    valid = counts[length]
    starts = range(length - hour + 1)
    held = [counts[start + hour] - counts[start] for start in starts]
    needed = min(int(model.WORST_VALID.value), max(held))
    worst, start = min(
        ((sums[start + hour] - sums[start]) / held[start], start)
        for start in starts
        if held[start] >= needed
    )
    mean = sums[length] / valid
    return Aggregate(
        value=model.MEAN_SHARE.value * mean + model.WORST_SHARE.value * worst,
        mean=mean,
        valid=valid,
        worst_start=start,
        worst_valid=held[start],
    )


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


def with_gaps(scores: Scores, gaps: Sequence[int]) -> list[float | None]:
    """Return the scores that judge lower: as seen, or with gaps at the 10th percentile."""
    if not gaps:
        return list(scores)
    poor = filled(scores, gaps, gap_score(scores))
    return poor if aggregate(poor).value < aggregate(scores).value else list(scores)


def low_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps as poor as the worst tenth, never above the seen one."""
    return aggregate(with_gaps(scores, gaps)).value


def high_end(scores: Scores, gaps: Sequence[int]) -> float:
    """Return the number with gaps at 100, never below the seen one."""
    seen = aggregate(scores).value
    return max(seen, aggregate(filled(scores, gaps, BEST)).value) if gaps else seen


def status_of(coverage: float) -> Status:
    """Return how much of a fitted part can be judged."""
    if coverage >= model.FULL_COVERAGE.value:
        return Status.FULL
    return Status.PARTIAL if coverage >= model.PARTIAL_COVERAGE.value else Status.MISSING
