"""Piecewise linear curves from anchors: what a measured value is worth, 0-100."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monitor.night.model import JUDGEMENT

_TINY: Final = 1e-99  # Source: below every logarithmic anchor; darkness has a finite place


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

    __slots__ = ("_bases", "_edges", "_logarithmic", "_scores", "_slopes", "best")

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
        self._bases = [self._edges[0], *self._edges]
        self._scores = [scores[0], *scores]
        self._slopes = [0.0, *slopes, 0.0]

    def place(self, at: float) -> float:
        """Return where `at` lies on the axis between anchors: itself, or its log10."""
        return math.log10(max(at, _TINY)) if self._logarithmic else at

    def __call__(self, at: float) -> float:
        """Return the score at `at`."""
        place = self.place(at)
        segment = bisect_right(self._edges, place)
        return self._scores[segment] + (place - self._bases[segment]) * self._slopes[segment]

    def along(self, places: Iterable[float | None], shift: float = 0.0) -> list[float | None]:
        """Return the scores at places moved by shift, None staying None."""
        edges, bases, scores, slopes = self._edges, self._bases, self._scores, self._slopes
        return [
            None
            if place is None
            else scores[segment := bisect_right(edges, place + shift)]
            + (place + shift - bases[segment]) * slopes[segment]
            for place in places
        ]


def curve_of(table: CurveTable, offset: float = 0.0) -> Curve:
    """Return the curve of a table, every anchor moved by offset (in the table's unit)."""
    return Curve(
        [(anchor.at + offset, anchor.score) for anchor in table.anchors],
        logarithmic=table.logarithmic,
    )
