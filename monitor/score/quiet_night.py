"""Quiet of a night: steady level of its event-free seconds, times what events leave."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

import msgspec

from monitor.night.floor import TrueLevel
from monitor.score import model
from monitor.score.aggregate import (
    BEST,
    Aggregate,
    Scores,
    high_end,
    judged,
    judged_number,
    low_end,
)
from monitor.score.carry import Carry, Columns
from monitor.score.part import Costs, NightEvent, gap_costs
from monitor.score.quiet import awakening_pct, event_factor, middle_score, steady_curve

STEADY, BACKGROUND, FLOOR = "steady", "background", "floor"
_index = itemgetter(0)


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

    @cached_property
    def coverage(self) -> float:
        """Return covered minutes / minutes."""
        return (len(self.levels) - len(self.gaps)) / len(self.levels)

    @cached_property
    def at_least(self) -> bool:
        """Tell whether some of the night was below the microphone's floor."""
        return bool(self._hidden)

    @cached_property
    def _columns(self) -> Columns:
        return self.carry.of("quiet", self.levels)

    @cached_property
    def _levels_db(self) -> list[float | None]:
        return [None if level is None else level.level_db for level in self.levels]

    @cached_property
    def _hidden(self) -> list[tuple[int, TrueLevel]]:
        pairs = enumerate(self.levels)
        return [(index, level) for index, level in pairs if level and level.below_floor]

    def _scores(self, shift_db: float = 0.0, below: str = "middle") -> Scores:
        plain = self._plain(shift_db)
        if below == "low" or not self._hidden:
            return plain

        def scores_after(known: list[float | None]) -> list[float | None]:
            return self._unhidden(plain, len(known), below)

        return self._columns.column((below, shift_db), scores_after)

    def _plain(self, shift_db: float) -> list[float | None]:
        """Return the scores with what lies below the floor taken to be at the floor."""

        def scores_after(known: list[float | None]) -> list[float | None]:
            return steady_curve.along(self._levels_db[len(known) :], shift_db)

        return self._columns.column(("low", shift_db), scores_after)

    def _unhidden(
        self, plain: Sequence[float | None], first: int, below: str
    ) -> list[float | None]:
        """Return the scores from the minute `first` on, those below the floor as told."""
        scores = list(plain[first:])
        for index, level in self._hidden[bisect_left(self._hidden, first, key=_index) :]:
            score = scores[index - first] or 0.0
            scores[index - first] = BEST if below == "high" else middle_score(score, level)
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
        return sum([one.expected(shift_db) for one in self.awakenings])

    @cached_property
    def _expected(self) -> float:
        return self._events()

    @cached_property
    def expected_awakenings(self) -> float:
        """Return EA: of the events seen, scaled up by coverage."""
        return self._expected / self.coverage

    def score(self) -> float:
        """Return B x E."""
        return self._judged[1].value * event_factor(self.expected_awakenings)

    def sure_score(self) -> float:
        """Return B x E with every minute below the floor taken to be at the floor."""
        if not self.at_least:
            return self.score()
        steady = judged_number(self._scores(below="low"), self.gaps, self.coverage)
        return steady * event_factor(self.expected_awakenings)

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
        costs: dict[str, dict[int, float]] = {cause: {} for cause in (STEADY, BACKGROUND, FLOOR)}
        columns = (self._causes, self._scores(), weights)
        for index, (cause, score, weight) in enumerate(zip(*columns, strict=True)):
            if score is not None:
                costs[cause][index] = (BEST - score) * weight
        return self._split(Costs(causes={**costs, "gap": gap_costs(scores, self.gaps, weights)}))

    def _split(self, costs: Costs) -> Costs:
        steady_loss = -math.log(max(self._judged[1].value, model.PART_FLOOR.value) / BEST)
        total = costs.total()
        events_loss = -math.log(event_factor(self.expected_awakenings))
        each = events_loss / self._expected if self._expected > 0 else 0.0
        return Costs(
            causes=costs.scaled(steady_loss / total if total > 0 else 0.0).causes,
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
        return judged_number(best, self.gaps, self.coverage) * left

    @cached_property
    def _powers(self) -> list[float | None]:
        return [
            None if level_db is None else 10.0 ** (level_db / 10.0) for level_db in self._levels_db
        ]

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return the energy mean of the levels of a cause, dB."""
        end = last + 1
        pairs = zip(self._powers[first:end], self._causes[first:end], strict=True)
        return _mean([power for power, of in pairs if power is not None and of == cause])

    def typical(self) -> dict[str, float]:
        """Return the energy mean of all levels, dB; bounded: some only say "at most this"."""
        powers = [power for power in self._powers if power is not None]
        return {**_mean(powers), "bounded": float(self.at_least)}

    def floor_db(self) -> float:
        """Return the highest level that only says "at most this", dB."""
        return max(level.level_db for _, level in self._hidden)


def _mean(powers: Sequence[float]) -> dict[str, float]:
    return {"laeq_db": 10.0 * math.log10(sum(powers) / len(powers))} if powers else {}
