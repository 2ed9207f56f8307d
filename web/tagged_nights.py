"""Pure: two sets of nights beside each other: what differs, how surely, and never why."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Final

from monitor.score.figures import figure, half_up
from monitor.score.phrases import PART_WORDS
from monitor.score.result import PARTS, NightScore
from web.alike import alike, left_out_text
from web.numbers import as_shown
from web.present import DASH, points_text

# Judgement: a week each; fewer say more of single nights than of what they share.
LEAST_EACH: Final = 7
# Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: Student's t, 0.975, by
# degrees of freedom. Between two entries the smaller counts, which widens the interval.
T_975: Final = (
    (6, 2.447),
    (7, 2.365),
    (8, 2.306),
    (9, 2.262),
    (10, 2.228),
    (12, 2.179),
    (15, 2.131),
    (20, 2.086),
    (30, 2.042),
    (60, 2.000),
    (100, 1.984),
)
NOT_WHY: Final = "This says that the nights differ, not why: other things may have changed with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSet:
    """The nights that share something; name as it is said: nights … ."""

    name: str
    nights: tuple[NightScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetComparison:
    """What two sets say together: a sentence, what it does not say, whom it leaves out, means."""

    text: str
    caution: str
    left_out: str
    rows: tuple[tuple[str, str, str], ...]


def compare_sets(first: NightSet, second: NightSet) -> SetComparison:
    """Return the difference of two sets; what is in both, or not alike, is left out.

    The interval is Welch's with the smaller set's degrees of freedom, which is wider than it
    need be and never too narrow for sets that vary differently.
    """
    names = [{it.window.night for it in one.nights} for one in (first, second)]
    shared = names[0] & names[1]
    wanted = {it.window.night for it in alike((*first.nights, *second.nights))} - shared
    kept = [
        [as_shown(it) for it in one.nights if it.window.night in wanted] for one in (first, second)
    ]
    unlike = sum(len(its) - len(shared) for its in names) - sum(map(len, kept))
    text, caution = _said((first.name, second.name), *kept)
    return SetComparison(
        text=text,
        caution=caution,
        left_out=_left_out(len(shared), unlike),
        rows=_rows(*kept),
    )


def mean_text(nights: Sequence[NightScore]) -> str:
    """Return the mean rating of some nights in words; '' where none can be compared.

    >>> mean_text(())
    ''
    """
    rated = [it.rating or 0.0 for it in alike(nights)]
    if not rated:
        return ""
    count = "1 night" if len(rated) == 1 else f"{len(rated)} nights"
    mean = f"{figure(fmean(rated))} on average of {count}."
    left_out = left_out_text(len(nights) - len(rated))
    return f"{mean} Left out: {left_out}." if left_out else mean


def _said(
    names: tuple[str, str], one: Sequence[NightScore], two: Sequence[NightScore]
) -> tuple[str, str]:
    """Return the sentence, and what it must not be taken for."""
    if min(len(one), len(two)) < LEAST_EACH:
        counts = " and ".join(
            f"{len(its)} {name}" for name, its in zip(names, (one, two), strict=True)
        )
        return f"Not enough nights yet: {counts}; {LEAST_EACH} each are needed.", ""
    ratings = [[it.rating or 0.0 for it in its] for its in (one, two)]
    apart = fmean(ratings[0]) - fmean(ratings[1])
    reach = _t(min(len(one), len(two)) - 1) * math.sqrt(
        sum(variance(its) / len(its) for its in ratings)
    )
    if abs(apart) <= reach or not half_up(abs(apart), 1):
        text = (
            f"No difference can be told between nights {names[0]} and nights {names[1]}: it may lie"
            f" anywhere from {figure(apart - reach, 1)} to {_signed(apart + reach)} points"
            " (95 % interval)."
        )
        return text, ""
    better, other = names if apart > 0 else reversed(names)
    low, high = abs(apart) - reach, abs(apart) + reach
    text = (
        f"Nights {better} were {points_text(abs(apart))} better on average than nights {other}"
        f" (95 % interval {figure(low, 1)} to {figure(high, 1)})."
    )
    return text, NOT_WHY


def _t(freedom: int) -> float:
    return T_975[bisect_right(T_975, (freedom, math.inf)) - 1][1]


def _signed(points: float) -> str:
    return f"+{figure(points, 1)}" if half_up(points, 1) > 0 else figure(points, 1)


def _left_out(shared: int, unlike: int) -> str:
    said = []
    if shared:
        said.append(f"{shared} in both sets")
    if unlike:
        said.append(left_out_text(unlike))
    return f"Left out: {', '.join(said)}." if said else ""


def _rows(one: Sequence[NightScore], two: Sequence[NightScore]) -> tuple[tuple[str, str, str], ...]:
    return (
        ("Nights", str(len(one)), str(len(two))),
        ("Rating", _rating(one), _rating(two)),
        *((PART_WORDS[part], _lost(one, part), _lost(two, part)) for part in PARTS),
    )


def _rating(nights: Sequence[NightScore]) -> str:
    return figure(fmean(it.rating or 0.0 for it in nights), 1) if nights else DASH


def _lost(nights: Sequence[NightScore], part: str) -> str:
    if not nights or nights[0].part(part).score is None:
        return DASH
    return points_text(fmean(it.part(part).points_lost for it in nights))
