"""Piecewise linear curves from anchors: what a measured value is worth, 0-100."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monitor.night.model import JUDGEMENT

_TINY: Final = 1e-99  # Source: below every logarithmic anchor; darkness has a finite place

# From where to where on the axis, the place and the score that it is drawn from, its slope.
_Segment = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Anchor:
    """One point of a curve with its reason; source is a key of SOURCES or JUDGEMENT."""

    at: float
    score: float
    reason: str
    source: str = JUDGEMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveTable:
    """A curve as the table holds it. logarithmic: linear between anchors in log10 of `at`."""

    name: str
    unit: str
    meaning: str
    anchors: tuple[Anchor, ...]
    logarithmic: bool = False


class Curve:
    """Interpolates between anchors, flat outside them; best is the middle of its top.

    >>> Curve([(0.0, 100.0), (10.0, 0.0)])(2.5)
    75.0
    """

    __slots__ = ("_edges", "_logarithmic", "_segments", "best")

    def __init__(self, points: Sequence[tuple[float, float]], *, logarithmic: bool = False) -> None:
        self._logarithmic = logarithmic
        highest = max(score for _, score in points)
        top = [at for at, score in points if score == highest]
        self.best = (top[0] + top[-1]) / 2
        self._edges = [self.place(at) for at, _ in points]
        scores = [float(score) for _, score in points]
        slopes = [
            (next_score - score) / (next_edge - edge)
            for (edge, score), (next_edge, next_score) in pairwise(
                zip(self._edges, scores, strict=True)
            )
        ]
        # One segment before the first edge and one after the last, both flat: then every
        # place has a segment, and the whole lookup is one bisection without a branch.
        first = (-math.inf, self._edges[0], self._edges[0], scores[0], 0.0)
        ends = (*self._edges[1:], math.inf)
        columns = (self._edges, ends, self._edges, scores, [*slopes, 0.0])
        self._segments: list[_Segment] = [first, *zip(*columns, strict=True)]

    def place(self, at: float) -> float:
        """Return where `at` lies on the axis between anchors: itself, or its log10."""
        return math.log10(max(at, _TINY)) if self._logarithmic else at

    def __call__(self, at: float) -> float:
        """Return the score at `at`."""
        place = self.place(at)
        _, _, base, score, slope = self._segments[bisect_right(self._edges, place)]
        return score + (place - base) * slope

    def places(self, values: Iterable[float | None]) -> list[float | None]:
        """Return the places of values, None staying None."""
        if not self._logarithmic:
            return list(values)
        return [None if at is None else math.log10(max(at, _TINY)) for at in values]

    def along(self, places: Iterable[float | None], shift: float = 0.0) -> list[float | None]:
        """Return the scores at places moved by shift, None staying None.

        A minute mostly lies in the segment of the one before it, which is looked at first.
        """
        edges, segments = self._edges, self._segments
        begin, end, base, score, slope = segments[0]
        found: list[float | None] = []
        for place in places:
            if place is None:
                found.append(None)
                continue
            moved = place + shift
            if not begin <= moved < end:
                begin, end, base, score, slope = segments[bisect_right(edges, moved)]
            found.append(score + (moved - base) * slope)
        return found


def curve_of(table: CurveTable, offset: float = 0.0) -> Curve:
    """Return the curve of a table, every anchor moved by offset (in the table's unit)."""
    return Curve(
        [(anchor.at + offset, anchor.score) for anchor in table.anchors],
        logarithmic=table.logarithmic,
    )
