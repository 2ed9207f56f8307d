"""Parts into the rating, and the points it lost exactly back to parts, minutes and events."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.score import model
from monitor.score.aggregate import BEST
from monitor.score.part import Costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The rating with the points every part lost; they sum to 100 - rating.

    held_back_points is what the cap took; it is contained in the points of `weakest`.
    """

    rating: float
    points: dict[str, float]
    weakest: str
    held_back_points: float


def account(scores: Mapping[str, float]) -> Account:
    """Return the rating of the given parts, weights renormalised over them; at least one part.

    The rating is their weighted geometric mean, at most the weakest part + 15. The mean's
    loss is split by -w ln(part/100); what the cap takes belongs to the weakest part.
    """
    parts = _floored(scores)
    losses = _losses(parts)
    loss = sum(losses.values())
    mean = BEST * math.exp(-loss)
    weakest = min(parts, key=lambda name: parts[name])
    rating = min(mean, parts[weakest] + model.CAP.value)
    share = (BEST - mean) / loss if loss > 0 else 0.0
    points = {name: part_loss * share for name, part_loss in losses.items()}
    points[weakest] += mean - rating
    return Account(rating=rating, points=points, weakest=weakest, held_back_points=mean - rating)


def rating_of(scores: Mapping[str, float]) -> float:
    """Return the rating alone."""
    parts = _floored(scores)
    mean = BEST * math.exp(-sum(_losses(parts).values()))
    return min(mean, min(parts.values()) + model.CAP.value)


def _floored(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: max(score, model.PART_FLOOR.value) for name, score in scores.items()}


def _losses(parts: Mapping[str, float]) -> dict[str, float]:
    total = sum(model.WEIGHTS[name] for name in parts)
    return {
        name: -model.WEIGHTS[name] / total * math.log(score / BEST) for name, score in parts.items()
    }


def in_points(costs: Costs, points: float) -> Costs:
    """Return costs scaled so that they sum to points; causes that cost nothing are left out."""
    total = costs.total()
    return costs.scaled(points / total if total > 0 else 0.0)


def minute_points(costs: Costs, start_ms: int, length: int) -> tuple[float, ...]:
    """Return the points of each clock minute; an event counts in the one it starts in."""
    found = [0.0] * length
    for column in costs.causes.values():
        for index, cost in column.items():
            found[index] += cost
    for event, cost in costs.events:
        found[min((event.start_ms - start_ms) // 60_000, length - 1)] += cost
    return tuple(found)
