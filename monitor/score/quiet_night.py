"""Quiet of a night: steady level of its event-free seconds, times what events leave."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from monitor.night.floor import TrueLevel
from monitor.score import model
from monitor.score.aggregate import (
    BEST,
    Aggregate,
    Scores,
    high_end,
    judged,
    low_end,
)
from monitor.score.carry import Carry
from monitor.score.part import Costs, NightEvent, gap_costs
from monitor.score.quiet import awakening_pct, event_factor, middle_score, steady_curve

STEADY, BACKGROUND, FLOOR = "steady", "background", "floor"


class Awakenings(msgspec.Struct, frozen=True, kw_only=True):
    """What one counted event adds to EA: weight holds its emergence and events unlisted."""

    event: NightEvent
    level_db: float
    weight: float

    def expected(self, shift_db: float = 0.0) -> float:
        """Return expected awakenings with the level off by shift_db."""
        return awakening_pct(self.level_db + shift_db) / 100.0 * self.weight


@dataclass(frozen=True)
class QuietNight:
    """A night's steady levels on its clock minutes and its events.

    levels: None where the minute is a gap, or covered with too few event-free seconds.
    listed: events of the night that do not count. carry: of the same night when it was
    shorter. at_most: for part of the night nobody
    looked for events, so there may have been some.
    """

    levels: Sequence[TrueLevel | None]
    gaps: Sequence[int]
    awakenings: Sequence[Awakenings] = ()
    listed: Sequence[NightEvent] = ()
    calibrated: bool = False
    name: str = "quiet"
    at_most: bool = False
    carry: Carry = field(default_factory=Carry)
    _shifted: dict[tuple[float, str], Scores] = field(default_factory=dict)

    @cached_property
    def coverage(self) -> float:
        """Return covered minutes / minutes."""
        return (len(self.levels) - len(self.gaps)) / len(self.levels)

    @cached_property
    def at_least(self) -> bool:
        """Tell whether some of the night was below the microphone's floor."""
        return bool(self._hidden)

    def _scores(self, shift_db: float = 0.0, below: str = "middle") -> Scores:
        key = (shift_db, below if self.at_least else "middle")
        if key not in self._shifted:
            self._shifted[key] = self._evaluated(*key)
        return self._shifted[key]

    @cached_property
    def _levels_db(self) -> list[float | None]:
        return [None if level is None else level.level_db for level in self.levels]

    @cached_property
    def _hidden(self) -> list[tuple[int, TrueLevel]]:
        pairs = enumerate(self.levels)
        return [(index, level) for index, level in pairs if level and level.below_floor]

    def _evaluated(self, shift_db: float, below: str) -> Scores:
        levels_db = self._levels_db

        def scores_after(known: list[float | None]) -> list[float | None]:
            return steady_curve.along(levels_db[len(known) :], shift_db)

        scores = self.carry.column(("quiet", shift_db), levels_db, scores_after)
        for index, level in self._hidden:
            if below == "high":
                scores[index] = BEST
            elif below == "middle":
                scores[index] = middle_score(scores[index] or 0.0, level)
        return scores

    @cached_property
    def _causes(self) -> list[str]:
        """Return what each minute's deficit is put down to; "" without a level.

        What lies below the microphone's floor is nobody's: it may have been silence.
        """
        good = model.BANDS[1].low
        return [
            ""
            if level is None or score is None
            else FLOOR
            if level.below_floor
            else STEADY
            if score < good
            else BACKGROUND
            for level, score in zip(self.levels, self._scores(), strict=True)
        ]

    @cached_property
    def _judged(self) -> tuple[Scores, Aggregate]:
        return judged(self._scores(), self.gaps, self.coverage)

    def _events(self, shift_db: float = 0.0) -> float:
        return sum(one.expected(shift_db) for one in self.awakenings)

    @cached_property
    def expected_awakenings(self) -> float:
        """Return EA: of the events seen, scaled up by coverage."""
        return self._events() / self.coverage

    def score(self) -> float:
        """Return B x E."""
        return self._judged[1].value * event_factor(self.expected_awakenings)

    def sure_score(self) -> float:
        """Return B x E with every minute below the floor taken to be at the floor."""
        if not self.at_least:
            return self.score()
        _, steady = judged(self._scores(below="low"), self.gaps, self.coverage)
        return steady.value * event_factor(self.expected_awakenings)

    def low(self, shift: float) -> float:
        """Return the number with every level higher by shift dB."""
        steady = low_end(self._scores(shift, "low"), self.gaps)
        return steady * event_factor(self._events(shift) / self.coverage)

    def high(self, shift: float) -> float:
        """Return the number with every level lower by shift dB and no events in gaps."""
        steady = high_end(self._scores(-shift, "high"), self.gaps)
        return steady * event_factor(self._events(-shift))

    def costs(self) -> Costs:
        """Return the deficits, split over steady sound and events by -ln B and -ln E."""
        scores, by = self._judged
        weights = by.weights(len(scores))
        causes = {cause: [0.0] * len(scores) for cause in (STEADY, BACKGROUND, FLOOR)}
        for index, (cause, score) in enumerate(zip(self._causes, self._scores(), strict=True)):
            if score is not None:
                causes[cause][index] = (BEST - score) * weights[index]
        return self._split(Costs(causes={**causes, "gap": gap_costs(scores, self.gaps, weights)}))

    def _split(self, costs: Costs) -> Costs:
        steady_loss = -math.log(max(self._judged[1].value, model.PART_FLOOR.value) / BEST)
        total = costs.total()
        scale = steady_loss / total if total > 0 else 0.0
        events_loss = -math.log(event_factor(self.expected_awakenings))
        expected = self._events()
        each = events_loss / expected if expected > 0 else 0.0
        return Costs(
            causes={
                cause: [cost * scale for cost in column] for cause, column in costs.causes.items()
            },
            events=tuple((one.event, one.expected() * each) for one in self.awakenings),
        )

    def without(self, cause: str) -> float:
        """Return the number without events, or with steady sound of one cause at 100."""
        left = event_factor(self.expected_awakenings)
        if cause == "event":
            return self._judged[1].value
        best: list[float | None] = [
            BEST if of == cause else score
            for of, score in zip(self._causes, self._scores(), strict=True)
        ]
        return judged(best, self.gaps, self.coverage)[1].value * left

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return the energy mean of the levels of a cause, dB."""
        pairs = zip(self.levels[first : last + 1], self._causes[first : last + 1], strict=True)
        return _mean(level for level, of in pairs if of == cause)

    def typical(self) -> dict[str, float]:
        """Return the energy mean of all levels, dB; bounded: some only say "at most this"."""
        return {**_mean(self.levels), "bounded": float(self.at_least)}

    def floor_db(self) -> float:
        """Return the highest level that only says "at most this", dB."""
        return max(level.level_db for _, level in self._hidden)


def _mean(levels: Iterable[TrueLevel | None]) -> dict[str, float]:
    powers = [10.0 ** (level.level_db / 10.0) for level in levels if level is not None]
    return {"laeq_db": 10.0 * math.log10(sum(powers) / len(powers))} if powers else {}
