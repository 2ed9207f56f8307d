"""Cool: what temperature and humidity of a minute are worth, and of a night."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Final

from msgspec import UNSET

from monitor.contract.record import ClimateMinute, Flag
from monitor.night.household import Household
from monitor.score import model
from monitor.score.aggregate import Aggregate, Scores, high_end, judged, low_end
from monitor.score.anchors import HUMIDITY, PROFILES
from monitor.score.carry import Carry
from monitor.score.curve import Curve, curve_of
from monitor.score.errors import UnknownProfileError
from monitor.score.grid import Placed, Tally
from monitor.score.part import Costs, gap_costs, weighted

WARM, COLD, HUMID, DRY = "warm", "cold", "humid", "dry"
# Source: anchors of the humidity deduction: nothing is taken off from 30 to 60 %RH.
COMFORT_END_PCT: Final = 60.0
COMFORT_MIDDLE_PCT: Final = 45.0
_DEDUCTION: Final = curve_of(HUMIDITY)
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
FROZEN: Final = Flag.FROZEN
# Source: the table; bound once, because they are used for every minute of every night.
_HEAT_FROM_C: Final = model.HUMID_HEAT_FROM.value
_HEAT_WIDTH_K: Final = model.HUMID_HEAT_WIDTH.value
_HEAT_SHARE: Final = model.HUMID_HEAT.value
_DEW_POINT_C: Final = model.DEW_POINT.value
_FADE_NONE_C: Final = model.HUMIDITY_FADE_NONE.value
_FADE_FULL_C: Final = model.HUMIDITY_FADE_FULL.value
_MAGNUS_A: Final = model.MAGNUS_A.value
_MAGNUS_B: Final = model.MAGNUS_B.value

# What moisture does to a minute: log of the relative humidity, its deduction at full weight,
# and whether that fades in the cold. None without humidity.
_Moist = tuple[float, float, bool] | None


def dew_point_c(temperature_c: float, humidity_pct: float) -> float:
    """Return the dew point over water, °C; humidity is held to 1-100 %RH.

    Source: Magnus formula with the coefficients of the table.
    """
    return _dew_point_c(temperature_c, _log_share(humidity_pct))


def _log_share(humidity_pct: float) -> float:
    return math.log(min(max(humidity_pct, 1.0), 100.0) / 100.0)


def _dew_point_c(temperature_c: float, log_share: float) -> float:
    gamma = log_share + _MAGNUS_A * temperature_c / (_MAGNUS_B + temperature_c)
    return _MAGNUS_B * gamma / (_MAGNUS_A - gamma)


def effective_c(temperature_c: float, humidity_pct: float | None) -> float:
    """Return the temperature that humid heat feels like, °C; as measured without humidity."""
    if humidity_pct is None or temperature_c <= _HEAT_FROM_C:
        return temperature_c
    return _humid_heat_c(temperature_c, _log_share(humidity_pct))


def _humid_heat_c(temperature_c: float, log_share: float) -> float:
    excess_k = _dew_point_c(temperature_c, log_share) - _DEW_POINT_C
    if excess_k <= 0:
        return temperature_c
    over_k = temperature_c - _HEAT_FROM_C
    onset = over_k / _HEAT_WIDTH_K if over_k < _HEAT_WIDTH_K else 1.0
    return temperature_c + _HEAT_SHARE * onset * excess_k


def deduction(temperature_c: float, humidity_pct: float | None) -> float:
    """Return the points taken off for dry or humid air."""
    if humidity_pct is None:
        return 0.0
    return _faded(temperature_c, humidity_pct, _DEDUCTION(humidity_pct))


def _faded(temperature_c: float, humidity_pct: float, points: float) -> float:
    if humidity_pct <= COMFORT_END_PCT:
        return points
    return points * _fade(temperature_c)


def _fade(temperature_c: float) -> float:
    if temperature_c >= _FADE_FULL_C:
        return 1.0
    return max((temperature_c - _FADE_NONE_C) / (_FADE_FULL_C - _FADE_NONE_C), 0.0)


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


def _moist(humidities_pct: Sequence[float | None]) -> list[_Moist]:
    return [
        None
        if humidity_pct is None or points is None
        else (_log_share(humidity_pct), points, humidity_pct > COMFORT_END_PCT)
        for humidity_pct, points in zip(
            humidities_pct, _DEDUCTION.along(humidities_pct), strict=True
        )
    ]


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
    def _minutes(self) -> list[tuple[float | None, float | None]]:
        return list(zip(self.temperature_c, self.humidity_pct, strict=True))

    def _scores(self, shift_k: float, unknown_pct: float | None = None) -> Scores:
        moist = self._moist(unknown_pct)

        def scores_after(known: list[float | None]) -> list[float | None]:
            first = len(known)
            return self._scored(self.temperature_c[first:], moist[first:], shift_k)

        return self.carry.column(("cool", shift_k, unknown_pct), self._minutes, scores_after)

    def _scored(
        self, temperature_c: Sequence[float | None], moist: Sequence[_Moist], shift_k: float
    ) -> list[float | None]:
        moved_c = [None if warm is None else warm + shift_k for warm in temperature_c]
        felt_c = [
            warm
            if warm is None or air is None or warm <= _HEAT_FROM_C
            else _humid_heat_c(warm, air[0])
            for warm, air in zip(moved_c, moist, strict=True)
        ]
        scores = self.curve.along(felt_c)
        for index, air in enumerate(moist):
            warm, score = moved_c[index], scores[index]
            if air is None or not air[1] or warm is None or score is None:
                continue
            off = air[1] * _fade(warm) if air[2] and warm < _FADE_FULL_C else air[1]
            scores[index] = score - off if score > off else 0.0
        return scores

    def _moist(self, unknown_pct: float | None) -> list[_Moist]:
        def moist_after(known: list[_Moist]) -> list[_Moist]:
            rest = self.humidity_pct[len(known) :]
            return _moist([unknown_pct if measured is None else measured for measured in rest])

        return self.carry.column(("moist", unknown_pct), self.humidity_pct, moist_after)

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
        causes = {cause: weighted(found, weights) for cause, found in self._deficits.items()}
        return Costs(causes={**causes, "gap": gap_costs(scores, self.gaps, weights)})

    @cached_property
    def _deficits(self) -> dict[str, list[float]]:
        length = len(self.temperature_c)
        found = {cause: [0.0] * length for cause in (WARM, COLD, HUMID, DRY)}
        best_c = self.curve.best
        dry_bulbs = self.carry.column("dry bulb", self.temperature_c, self._dry_bulbs_after)
        for index, score in enumerate(self._seen):
            temperature, humidity = self._minutes[index]
            dry_bulb = dry_bulbs[index]
            if score is None or temperature is None or dry_bulb is None:
                continue
            found[WARM if temperature > best_c else COLD][index] = 100.0 - dry_bulb
            found[HUMID if (humidity or 0.0) > COMFORT_MIDDLE_PCT else DRY][index] = (
                dry_bulb - score
            )
        return found

    def _dry_bulbs_after(self, known: list[float | None]) -> list[float | None]:
        return self.curve.along(self.temperature_c[len(known) :])

    def without(self, cause: str) -> float:
        """Return the number with the deficits of one cause given back."""
        better = [
            None if score is None else score + back
            for score, back in zip(self._seen, self._deficits[cause], strict=True)
        ]
        return judged(better, self.gaps, self.coverage)[1].value

    def evidence(self, cause: str, first: int, last: int) -> dict[str, float]:
        """Return the extreme of temperature or humidity and the minute it belongs to."""
        column = self.humidity_pct if cause in (HUMID, DRY) else self.temperature_c
        found = [
            (value, index)
            for index, value in enumerate(column[first : last + 1], first)
            if value is not None
        ]
        if not found:
            return {}
        pick = min if cause in (COLD, DRY) else max
        value, index = pick(found, key=itemgetter(0))  # the first of equals
        name = "humidity_pct" if cause in (HUMID, DRY) else "temperature_c"
        return {name: value, "minute": float(index)}

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
        known = temperature is not None and FROZEN not in climate.flags
        for index, cover_s, share in one.shares:
            n = climate.n * share if known else 0.0
            self._tally.add(index, cover_s, n=n, due=climate.due * share)
            self._warmth[index] += n * (temperature or 0.0)
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
