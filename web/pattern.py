"""Pure: which evenings of the week go well, in words."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from monitor.score.figures import figure
from monitor.score.result import NightScore

LEAST_A_DAY: Final = 3  # judgement: two Fridays are no pattern
# judgement: what a household would notice; smaller differences are weather.
NOTICED: Final = 5.0
NAMES: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def weekday_text(nights: Sequence[NightScore]) -> str:
    """Return how the evenings of the week differ; nights of one year at most."""
    rated: dict[int, list[float]] = defaultdict(list)
    for night in nights:
        if night.comparable:
            rated[date.fromisoformat(night.window.night).weekday()].append(night.rating or 0.0)
    means = {day: sum(its) / len(its) for day, its in rated.items() if len(its) >= LEAST_A_DAY}
    if len(means) < len(NAMES):
        known = min((len(rated.get(day, ())) for day in range(7)), default=0)
        return f"Not enough nights yet ({known} of {LEAST_A_DAY} weeks)."
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    if means[best] - means[worst] < NOTICED:
        return "No evening of the week stands out."
    return (
        f"Nights that begin on {NAMES[best]} average {figure(means[best])},"
        f" on {NAMES[worst]} {figure(means[worst])}."
    )
