"""Cool: what temperature and humidity of a minute are worth, and of a night."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

from msgspec import UNSET

from monitor.contract.record import ClimateMinute, Flag
from monitor.night.household import Household
from monitor.score import model
from monitor.score.aggregate import Aggregate, Scores, high_end, judged, judged_number, low_end
from monitor.score.anchors import PROFILES
from monitor.score.carry import Carry, Columns
from monitor.score.curve import Curve, curve_of
from monitor.score.errors import UnknownProfileError
from monitor.score.grid import Placed, Tally
from monitor.score.moisture import (
    Deduction,
    deduction,
    deductions,
    effective_c,
    fade,
    felt_c,
    share_if_muggy,
)
from monitor.score.part import Costs, gap_costs

WARM, COLD, HUMID, DRY = "warm", "cold", "humid", "dry"
COMFORT_MIDDLE_PCT: Final = 45.0  # Source: anchors of the humidity deduction, their middle
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
FROZEN: Final = Flag.FROZEN
# Source: the table; bound once, because they are used for every minute of every night.
_FADE_FULL_C: Final = model.HUMIDITY_FADE_FULL.value
_RANGE_K: Final = model.SD_TEMPERATURE.value * model.Z.value


def cool_curve(household: Household) -> Curve:
    """Return the curve of a household's profile, moved by its offset.

    Raises:
        UnknownProfileError: the profile is not in the table.
    """
    if household.profile not in PROFILES:
        raise UnknownProfileError(
            f"profile {household.profile!r} is unknown, possible are {', '.join(PROFILES)}"
        )
    return curve_of(PROFILES[household.profile], household.offset_k)


def minute_score(curve: Curve, temperature_c: float, humidity_pct: float | None) -> float:
    """Return Cool of a minute, 0-100."""
    points = curve(effective_c(temperature_c, humidity_pct))
    return max(0.0, points - deduction(temperature_c, humidity_pct))


@dataclass(frozen=True)
class CoolNight:
    """A night's temperatures and humidities on its clock minutes, short gaps filled.

    carry: of the same night when it was shorter, judged on the same curve.
    """

    curve: Curve
    temperature_c: Sequence[float | None]
    humidity_pct: Sequence[float | None]
    name: str = "cool"
    at_most: bool = False
    at_least: bool = False
    carry: Carry = field(default_factory=Carry)
    _shifted: dict[tuple[float, float | None], tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def gaps(self) -> list[int]:
        """Return the clock minutes without a temperature."""
        return [index for index, value in enumerate(self.temperature_c) if value is None]

    @cached_property
    def coverage(self) -> float:
        """Return valid minutes / minutes."""
        return (len(self.temperature_c) - len(self.gaps)) / len(self.temperature_c)

    @cached_property
    def _seen(self) -> Scores:
        return self._scores(0.0)

    @cached_property
    def _judged(self) -> tuple[Scores, Aggregate]:
        return judged(self._seen, self.gaps, self.coverage)

    @cached_property
    def _lacks_humidity(self) -> bool:
        if None not in self.humidity_pct:
            return False
        pairs = zip(self.temperature_c, self.humidity_pct, strict=True)
        return any(known is not None and humidity is None for known, humidity in pairs)

    def _ends(self, shift_k: float, unknown_pct: float | None) -> tuple[float, float]:
        """Return both ends of the number at one shift."""
        key = (shift_k, unknown_pct if self._lacks_humidity else None)
        if key not in self._shifted:
            scores = self._scores(*key)
            low = low_end(scores, self.gaps)
            high = high_end(scores, self.gaps) if self.gaps else low
            self._shifted[key] = (low, high)
        return self._shifted[key]

    @cached_property
    def _columns(self) -> Columns:
        return self.carry.of("cool", list(zip(self.temperature_c, self.humidity_pct, strict=True)))

    def _scores(self, shift_k: float, unknown_pct: float | None = None) -> Scores:
        def scores_after(known: list[float | None]) -> list[float | None]:
            return self._scored(len(known), shift_k, unknown_pct)

        return self._columns.column(("scores", shift_k, unknown_pct), scores_after)

    def _scored(self, first: int, shift_k: float, unknown_pct: float | None) -> list[float | None]:
        """Return the scores of the minutes from first on."""
        measured_c = self.temperature_c[first:]
        shares = self._muggy(max(shift_k, _RANGE_K), unknown_pct)[first:]
        scores = self.curve.along(felt_c(measured_c, shares, shift_k))
        for index, air in enumerate(self._deductions(unknown_pct)[first:]):
            if air is None:
                continue
            warm, score = measured_c[index], scores[index]
            if warm is None or score is None:
                continue
            off, fades = air
            if fades and warm + shift_k < _FADE_FULL_C:
                off *= fade(warm + shift_k)
            scores[index] = score - off if score > off else 0.0
        return scores

    def _humidities(self, first: int, unknown_pct: float | None) -> list[float | None]:
        rest = self.humidity_pct[first:]
        return [unknown_pct if measured is None else measured for measured in rest]

    def _muggy(self, shift_k: float, unknown_pct: float | None) -> list[float | None]:
        """Return the log of the relative humidity of minutes that may feel warmer than they are.

        Others have None: those that do not even where it is warmer by shift_k. As the dew
        point rises with temperature they do not at any lower shift, and on most nights none do.
        """

        def shares_after(known: list[float | None]) -> list[float | None]:
            first = len(known)
            rows = zip(
                self.temperature_c[first:], self._humidities(first, unknown_pct), strict=True
            )
            return [
                None if warm is None or humid is None else share_if_muggy(warm + shift_k, humid)
                for warm, humid in rows
            ]

        return self._columns.column(("muggy", shift_k, unknown_pct), shares_after)

    def _deductions(self, unknown_pct: float | None) -> list[Deduction | None]:
        def deductions_after(known: list[Deduction | None]) -> list[Deduction | None]:
            return deductions(self._humidities(len(known), unknown_pct))

        return self._columns.column(("deductions", unknown_pct), deductions_after)

    def score(self) -> float:
        """Return the number."""
        return self._judged[1].value

    def sure_score(self) -> float:
        """Return the number: a thermometer has no floor."""
        return self.score()

    def low(self, shift: float) -> float:
        """Return the lowest of the shifted evaluations; unknown humidity is taken as humid."""
        humid = model.HUMIDITY_UNKNOWN.value
        return min(self._ends(by, humid)[0] for by in (-shift, 0.0, shift))

    def high(self, shift: float) -> float:
        """Return the highest of the shifted evaluations."""
        return max(self._ends(by, None)[1] for by in (-shift, 0.0, shift))

    def costs(self) -> Costs:
        """Return the deficits by warm, cold, humid, dry and gap."""
        scores, by = self._judged
        weights = by.weights(len(scores))
        causes = {
            cause: {index: deficit * weights[index] for index, deficit in column.items()}
            for cause, column in self._deficits.items()
        }
        return Costs(causes={**causes, "gap": gap_costs(scores, self.gaps, weights)})

    @cached_property
    def _deficits(self) -> dict[str, dict[int, float]]:
        """Return what each cause keeps its minutes from: dry air of that warmth, the best of it."""
        found: dict[str, dict[int, float]] = {cause: {} for cause in (WARM, COLD, HUMID, DRY)}
        best_c = self.curve.best
        columns = (self._seen, self.temperature_c, self.humidity_pct, self._dry_bulbs())
        for index, (score, warm, humid, dry_bulb) in enumerate(zip(*columns, strict=True)):
            if score is None or warm is None or dry_bulb is None:
                continue
            found[WARM if warm > best_c else COLD][index] = 100.0 - dry_bulb
            if dry_bulb != score:
                found[HUMID if (humid or 0.0) > COMFORT_MIDDLE_PCT else DRY][index] = (
                    dry_bulb - score
                )
        return found

    def _dry_bulbs(self) -> list[float | None]:
        def dry_bulbs_after(known: list[float | None]) -> list[float | None]:
            return self.curve.along(self.temperature_c[len(known) :])

        return self._columns.column("dry_bulbs", dry_bulbs_after)

    def without(self, cause: str) -> float:
        """Return the number with the deficits of one cause given back."""
        better = list(self._seen)
        for index, back in self._deficits[cause].items():
            better[index] = (better[index] or 0.0) + back
        return judged_number(better, self.gaps, self.coverage)

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return the extreme of temperature or humidity and the minute it belongs to."""
        column = self.humidity_pct if cause in (HUMID, DRY) else self.temperature_c
        known = [value for value in column[first : last + 1] if value is not None]
        if not known:
            return {}
        value = min(known) if cause in (COLD, DRY) else max(known)
        name = "humidity_pct" if cause in (HUMID, DRY) else "temperature_c"
        return {name: value, "minute": float(column.index(value, first))}

    def typical(self) -> dict[str, float]:
        """Return the lowest and the highest temperature."""
        known = [value for value in self.temperature_c if value is not None]
        return {"lowest_c": min(known), "highest_c": max(known)}


class ClimateSums:
    """Sums of climate over up to `size` clock minutes; records may still come."""

    def __init__(self, size: int) -> None:
        self._tally = Tally(size)
        self._warmth, self._moisture, self._moist_n = ([0.0] * size for _ in range(3))

    def add(self, one: Placed, climate: ClimateMinute) -> None:
        """Add one record."""
        temperature, humidity = climate.temperature_c, climate.humidity_pct
        if FROZEN in climate.flags:
            temperature = None
        tally = self._tally
        for index, cover_s, share in one.shares:
            tally.cover_s[index] += cover_s
            tally.due[index] += climate.due * share
            if temperature is None:
                continue
            n = climate.n * share
            tally.n[index] += n
            self._warmth[index] += n * temperature
            if humidity is not UNSET and humidity is not None:
                self._moisture[index] += n * humidity
                self._moist_n[index] += n

    def night(self, length: int, curve: Curve, carry: Carry) -> CoolNight:
        """Return the Cool of the first `length` clock minutes."""
        valid = self._tally.valid(length)
        temperatures = _means(self._warmth, self._tally.n, valid)
        humidities = _means(self._moisture, self._moist_n, valid)
        return CoolNight(curve, interpolated(temperatures), interpolated(humidities), carry=carry)


def _means(
    totals: Sequence[float], counts: Sequence[float], valid: Sequence[bool]
) -> list[float | None]:
    # The columns are as long as a night may become, valid is as long as it is.
    columns = zip(totals, counts, valid, strict=False)
    return [total / n if good and n > 0 else None for total, n, good in columns]


def interpolated(values: Sequence[float | None]) -> list[float | None]:
    """Return values with gaps of up to 30 min between two known ones filled linearly."""
    result = list(values)
    if None not in result:
        return result
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    for (left, before), (right, after) in pairwise(known):
        missing = right - left - 1
        if 0 < missing <= model.FILL_TEMPERATURE.value:
            step = (after - before) / (right - left)
            for index in range(left + 1, right):
                result[index] = before + step * (index - left)
    return result
