"""Dark: what the light of a minute is worth, and of a night with its leaky memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import e, log10
from operator import itemgetter
from typing import Final

from monitor.contract.record import Flag, LightMinute
from monitor.night.household import Household
from monitor.score import model
from monitor.score.aggregate import (
    BEST,
    Aggregate,
    Scores,
    filled,
    judged,
    judged_number,
    low_end,
    number,
)
from monitor.score.anchors import MELANOPIC
from monitor.score.carry import Carry, Columns
from monitor.score.curve import Curve, curve_of
from monitor.score.errors import UnknownLampError
from monitor.score.grid import UNSEEN, Placed, Tally
from monitor.score.part import Costs, gap_costs

LAMP, GLOW, DAYLIGHT = "lamp", "glow", "daylight"
# Source: docs/scoring.md: an upper limit; saturation likewise means "at least this bright".
LIMITS: Final = frozenset({Flag.IR_DOMINATED, Flag.SATURATED})
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
FROZEN: Final = Flag.FROZEN
# Source: docs/scoring.md, the largest 10-s mean; shorter records are pooled.
SLOT_MS: Final = 10_000
# Source: the main guideline's score: light below it is a glow, above it somebody lit something.
GLOW_SCORE: Final = float(model.BANDS[1].low)
LOG10_E: Final = log10(e)  # Source: log10(x e^s) = log10 x + s log10 e
_RISE: Final = 1.0 - 2.0 ** (-1.0 / model.RISE_HALF_TIME.value)
_DECAY: Final = 1.0 - 2.0 ** (-1.0 / model.DECAY_HALF_TIME.value)
dark_curve: Final = curve_of(MELANOPIC)
_harm_curve: Final = Curve(
    [(anchor.at, BEST - anchor.score) for anchor in MELANOPIC.anchors], logarithmic=True
)


def lamp_der(lamp: str | None) -> float:
    """Return the melanopic ratio of the picked lamp, or the one for an unknown lamp.

    Raises:
        UnknownLampError: the lamp is not in the table.
    """
    if lamp is None:
        return model.DER_UNKNOWN.value
    for known in model.LAMPS:
        if known.key == lamp:
            return known.der
    possible = ", ".join(known.key for known in model.LAMPS)
    raise UnknownLampError(f"lamp {lamp!r} is unknown, possible are {possible}")


def melanopic_lx(illuminance_lx: float, *, daylight: bool, lamp: str | None) -> float:
    """Return melanopic equivalent daylight illuminance, lx.

    Raises:
        UnknownLampError: the lamp is not in the table.
    """
    return illuminance_lx * (model.DER_DAYLIGHT.value if daylight else lamp_der(lamp))


def after_memory(harms: Sequence[float | None], *, gaps_heal: bool = False) -> Scores:
    """Return the minute scores 100 - x, x being the leaky memory of harms; None in gaps.

    Through a gap x is held; with gaps_heal it fades as in darkness.
    """
    return _seen(harms, _remembered(harms, 0.0, gaps_heal=gaps_heal))


def _remembered(harms: Sequence[float | None], x: float, *, gaps_heal: bool) -> list[float]:
    """Return x after each minute, from x before the first one on."""
    found: list[float] = []
    rise, decay = _RISE, _DECAY
    for harm in harms:
        if harm is not None:
            x += (harm - x) * (rise if harm > x else decay)
        elif gaps_heal:
            x -= x * decay
        found.append(x)
    return found


def _seen(harms: Sequence[float | None], memory: Sequence[float]) -> list[float | None]:
    return [None if harm is None else BEST - x for harm, x in zip(harms, memory, strict=True)]


@dataclass(frozen=True)
class DarkNight:
    """A night's light on its clock minutes, short gaps held.

    light_lx is photopic, melanopic the same after its ratio; limited: some minutes were
    dominated by infrared or saturated, so the score is an upper limit. carry: of the same
    night when it was shorter.
    """

    light_lx: Sequence[float | None]
    melanopic: Sequence[float | None]
    daylight: Sequence[bool]
    limited: bool = False
    name: str = "dark"
    at_least: bool = False
    carry: Carry = field(default_factory=Carry)

    @property
    def at_most(self) -> bool:
        """Tell whether the truth may be worse than measured."""
        return self.limited

    @cached_property
    def gaps(self) -> list[int]:
        """Return the clock minutes without light values."""
        return [index for index, value in enumerate(self.melanopic) if value is None]

    @cached_property
    def coverage(self) -> float:
        """Return valid minutes / minutes."""
        return (len(self.melanopic) - len(self.gaps)) / len(self.melanopic)

    @cached_property
    def _columns(self) -> Columns:
        return self.carry.of("dark", self.melanopic)

    def _places(self) -> list[float | None]:
        def places_after(known: list[float | None]) -> list[float | None]:
            return dark_curve.places(self.melanopic[len(known) :])

        return self._columns.column("places", places_after)

    def _harms(self, shift: float) -> list[float | None]:
        def harms_after(known: list[float | None]) -> list[float | None]:
            return _harm_curve.along(self._places()[len(known) :], shift * LOG10_E)

        return self._columns.column(("harms", shift), harms_after)

    def _remembered(self, shift: float, *, gaps_heal: bool = False) -> Scores:
        harms = self._harms(shift)

        def memory_after(known: list[float]) -> list[float]:
            x = known[-1] if known else 0.0
            return _remembered(harms[len(known) :], x, gaps_heal=gaps_heal)

        memory = self._columns.column(("memory", shift, gaps_heal), memory_after)

        def scores_after(known: list[float | None]) -> list[float | None]:
            return _seen(harms[len(known) :], memory[len(known) :])

        return self._columns.column(("scores", shift, gaps_heal), scores_after)

    @cached_property
    def _plain(self) -> list[float | None]:
        return self._harms(0.0)

    @cached_property
    def _causes(self) -> list[str]:
        return [
            DAYLIGHT if up else LAMP if (harm or 0.0) > BEST - GLOW_SCORE else GLOW
            for up, harm in zip(self.daylight, self._plain, strict=True)
        ]

    @cached_property
    def _judged(self) -> tuple[Scores, Aggregate]:
        return judged(self._remembered(0.0), self.gaps, self.coverage)

    def score(self) -> float:
        """Return the number."""
        return self._judged[1].value

    def sure_score(self) -> float:
        """Return the number: the light sensor's own floor is far below every anchor."""
        return self.score()

    def low(self, shift: float) -> float:
        """Return the number with all light brighter by e^shift."""
        return low_end(self._remembered(shift), self.gaps)

    def high(self, shift: float) -> float:
        """Return the number with all light darker by e^shift, and gaps in darkness."""
        best = number(self._remembered(-shift))
        if self.gaps:
            healed = filled(self._remembered(-shift, gaps_heal=True), self.gaps, BEST)
            best = max(best, number(healed))
        return best

    def costs(self) -> Costs:
        """Return the deficits by lamp, glow, daylight and gap.

        What memory keeps after a light is put on the last minute in which harm rose.
        """
        scores, by = self._judged
        weights = by.weights(len(scores))
        costs: dict[str, dict[int, float]] = {cause: {} for cause in (LAMP, GLOW, DAYLIGHT)}
        x, rose = 0.0, 0
        columns = (self._plain, self._causes, weights)
        for index, (harm, cause, weight) in enumerate(zip(*columns, strict=True)):
            if harm is None:
                continue
            if harm > x:
                x += (harm - x) * _RISE
                costs[cause][index], rose = x * weight, index
                continue
            x += (harm - x) * _DECAY
            own = min(x, harm)
            if own:
                costs[cause][index] = own * weight
            if x > own:
                costs[self._causes[rose]][rose] += (x - own) * weights[index]
        return Costs(causes={**costs, "gap": gap_costs(scores, self.gaps, weights)})

    def without(self, cause: str) -> float:
        """Return the number with the minutes of one cause in darkness."""
        harms = [
            0.0 if of == cause and harm is not None else harm
            for harm, of in zip(self._plain, self._causes, strict=True)
        ]
        return judged_number(after_memory(harms), self.gaps, self.coverage)

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return the brightest minute of a cause, photopic and melanopic."""
        found = [
            (lx, index)
            for index, lx in enumerate(self.light_lx[first : last + 1], first)
            if lx is not None and self._causes[index] == cause
        ]
        if not found:
            return {}
        lx, index = max(found, key=itemgetter(0))  # the first of equals
        return {
            "illuminance_lx": lx,
            "melanopic_lx": self.melanopic[index] or 0.0,
            "minute": float(index),
        }

    def typical(self) -> dict[str, float]:
        """Return the brightest minute."""
        return {"illuminance_lx": max(lx for lx in self.light_lx if lx is not None)}


class LightSums:
    """Sums of light over up to `size` clock minutes; records may still come."""

    def __init__(self, size: int) -> None:
        self._tally = Tally(size)
        self._total, self._peak = [0.0] * size, [0.0] * size
        self._slots: dict[int, dict[int, tuple[float, float]]] = {}
        self._first_limited = UNSEEN

    def add(self, one: Placed, light: LightMinute) -> None:
        """Add one record."""
        flags = light.flags
        lx = None if FROZEN in flags else light.illuminance_lx
        tally = self._tally
        for index, cover_s, share in one.shares:
            tally.cover_s[index] += cover_s
            tally.due[index] += light.due * share
            if lx is not None:
                n = light.n * share
                tally.n[index] += n
                self._total[index] += n * lx
        if lx is None:
            return
        if one.middle is not None:
            self._add_peak(one, one.middle, light)
        if flags and not LIMITS.isdisjoint(flags):
            self._first_limited = min(self._first_limited, one.first)

    def _add_peak(self, one: Placed, index: int, light: LightMinute) -> None:
        if one.end_ms - one.start_ms >= SLOT_MS:
            self._peak[index] = max(self._peak[index], light.illuminance_max10s_lx or 0.0)
            return
        slots = self._slots.setdefault(index, {})
        slot = (one.start_ms + one.end_ms) // 2 // SLOT_MS
        total, n = slots.get(slot, (0.0, 0.0))
        slots[slot] = (total + light.n * (light.illuminance_lx or 0.0), n + light.n)

    def night(self, daylight: Sequence[bool], household: Household, carry: Carry) -> DarkNight:
        """Return the Dark of the clock minutes of daylight.

        Raises:
            UnknownLampError: the lamp is not in the table.
        """
        light_lx = held(self._minutes_lx(len(daylight)))
        lamp, sun = lamp_der(household.lamp), model.DER_DAYLIGHT.value
        melanopic = [
            None if lx is None else lx * (sun if up else lamp)
            for lx, up in zip(light_lx, daylight, strict=True)
        ]
        limited = self._first_limited < len(daylight)
        return DarkNight(light_lx, melanopic, daylight, limited=limited, carry=carry)

    def _minutes_lx(self, length: int) -> list[float | None]:
        """Return max(mean, largest 10-s mean / 4) of each valid minute."""
        valid, peaks = self._tally.valid(length), self._peak[:length]
        for index, slots in self._slots.items():
            if index < length:
                means = [total / n for total, n in slots.values() if n]
                peaks[index] = max([peaks[index], *means])
        # The other columns are as long as a night may become.
        columns = zip(self._total, self._tally.n, peaks, valid, strict=False)
        share = model.PEAK_SHARE.value
        return [max(total / n, peak / share) if good else None for total, n, peak, good in columns]


def held(values: Sequence[float | None]) -> list[float | None]:
    """Return values with gaps of up to 3 min holding the value before them."""
    result = list(values)
    if None not in result:
        return result
    last: int | None = None
    for index, value in enumerate(values):
        if value is None:
            continue
        if last is not None and 0 < index - last - 1 <= model.FILL_LIGHT.value:
            result[last + 1 : index] = [values[last]] * (index - last - 1)
        last = index
    return result
