"""Piecewise linear curves from anchors: what a measured value is worth, 0-100."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

JUDGEMENT: Final = "judgement"


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

    __slots__ = ("_logarithmic", "_places", "_scores", "_slopes", "best")

    def __init__(self, points: Sequence[tuple[float, float]], *, logarithmic: bool = False) -> None:
        self._logarithmic = logarithmic
        highest = max(score for _, score in points)
        top = [at for at, score in points if score == highest]
        self.best = (top[0] + top[-1]) / 2
        self._places = [self.place(at) for at, _ in points]
        self._scores = [float(score) for _, score in points]
        self._slopes = [
            (next_score - score) / (next_place - place)
            for (place, score), (next_place, next_score) in pairwise(
                zip(self._places, self._scores, strict=True)
            )
        ]

    def place(self, at: float) -> float:
        """Return where `at` lies on the axis between anchors: itself, or its log10."""
        if not self._logarithmic:
            return at
        return math.log10(at) if at > 0 else -math.inf

    def __call__(self, at: float) -> float:
        """Return the score at `at`."""
        return self._at(self.place(at))

    def along(self, places: Iterable[float | None], shift: float = 0.0) -> list[float | None]:
        """Return the scores at places moved by shift, None staying None."""
        score_at = self._at
        return [None if place is None else score_at(place + shift) for place in places]

    def _at(self, place: float) -> float:
        places = self._places
        right = bisect_right(places, place)
        if right == 0:
            return self._scores[0]
        if right == len(places):
            return self._scores[-1]
        left = right - 1
        return self._scores[left] + (place - places[left]) * self._slopes[left]


def curve_of(table: CurveTable, offset: float = 0.0) -> Curve:
    """Return the curve of a table, every anchor moved by offset (in the table's unit)."""
    return Curve(
        [(anchor.at + offset, anchor.score) for anchor in table.anchors],
        logarithmic=table.logarithmic,
    )
