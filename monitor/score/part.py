"""What every part of a night can be asked, whatever it measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from monitor.score.aggregate import Scores


class NightEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A noise event of this night. awakenings is its share of EA, 0 if only listed.

    why_listed is empty for an event that counts, else why it does not.
    """

    start_ms: int
    end_ms: int
    lasmax_db: float
    lafmax_db: float
    background_db: float
    awakenings: float
    extrapolated: bool
    why_listed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Deficits in any one unit: per cause those of its clock minutes in order, and per event.

    A minute that a cause cost nothing need not be named: most have one cause, of four or five.
    """

    causes: dict[str, dict[int, float]]
    events: tuple[tuple[NightEvent, float], ...] = ()

    def total(self) -> float:
        """Return the sum of everything."""
        minutes = sum(sum(column.values()) for column in self.causes.values())
        return minutes + sum(cost for _, cost in self.events)

    def scaled(self, scale: float) -> "Costs":
        """Return costs times scale; causes that cost nothing are left out."""
        return Costs(
            causes={
                cause: {index: cost * scale for index, cost in column.items()}
                for cause, column in self.causes.items()
                if any(column.values())
            },
            events=tuple((event, cost * scale) for event, cost in self.events),
        )


class PartNight(Protocol):
    """One part of one night with coverage enough for a number; scores are 0-100."""

    @property
    def name(self) -> str:
        """Return quiet, cool or dark."""
        ...

    @property
    def coverage(self) -> float:
        """Return valid minutes / minutes of the window."""
        ...

    @property
    def gaps(self) -> Sequence[int]:
        """Return the clock minutes without a valid value."""
        ...

    @property
    def at_most(self) -> bool:
        """Tell whether the truth may be worse than measured."""
        ...

    @property
    def at_least(self) -> bool:
        """Tell whether the truth may be better than measured."""
        ...

    def score(self) -> float:
        """Return the number."""
        ...

    def sure_score(self) -> float:
        """Return the number's low end where at_least, else the number."""
        ...

    def low(self, shift: float) -> float:
        """Return the low end when values may be off by shift (dB, K, ln)."""
        ...

    def high(self, shift: float) -> float:
        """Return the high end when values may be off by shift (dB, K, ln)."""
        ...

    def costs(self) -> Costs:
        """Return what the distance to 100 consists of."""
        ...

    def without(self, cause: str) -> float:
        """Return the number as it would be without one cause other than gaps."""
        ...

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return what is worth telling of a cause between two clock minutes, both included."""
        ...

    def typical(self) -> dict[str, float]:
        """Return the values that sum the whole night up."""
        ...


def gap_costs(scores: Scores, gaps: Sequence[int], weights: Sequence[float]) -> dict[int, float]:
    """Return the cost of gaps that were filled in scores."""
    filled = ((index, scores[index]) for index in gaps)
    return {index: (100.0 - score) * weights[index] for index, score in filled if score is not None}
