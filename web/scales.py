"""Pure: instants and values into places on a strip."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from web.present import local_time

QUARTER_MS: Final = 900_000  # every zone's offset in use is a multiple of a quarter hour
HOUR_MS: Final = 3_600_000
MAX_LABELS: Final = 10  # judgement: ten "23:00" fit the width of a phone


# The least and the largest of some values, () of none: each is asked for more than once.
Extremes = tuple[()] | tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """The one time axis of a night's strips, in the local time of the room's zone."""

    start_ms: int
    end_ms: int
    zone: str

    @property
    def minutes(self) -> float:
        """Return the axis' length in minutes, the inner width of a strip."""
        return (self.end_ms - self.start_ms) / 60_000

    def minute(self, at_ms: float) -> float:
        """Return minutes from the axis' start, held to the axis."""
        return self.percent(at_ms) / 100 * self.minutes

    def percent(self, at_ms: float) -> float:
        """Return the place in percent of the width, held to the axis."""
        # Asked for every bar of a night: comparisons cost a third of min() and max().
        start_ms, end_ms = self.start_ms, self.end_ms
        if at_ms <= start_ms:
            return 0.0
        if at_ms >= end_ms:
            return 100.0
        return 100 * (at_ms - start_ms) / (end_ms - start_ms)

    def hours(self) -> tuple[tuple[int, str], ...]:
        """Return whole local hours on the axis as (instant, label); a label may be empty."""
        return _hours(self)


@lru_cache(maxsize=4)  # every strip of a picture asks, and two pictures stand on one page
def _hours(axis: TimeAxis) -> tuple[tuple[int, str], ...]:
    first_ms = -(-axis.start_ms // QUARTER_MS) * QUARTER_MS
    quarters = range(first_ms, axis.end_ms + 1, QUARTER_MS)
    local = ((at_ms, local_time(at_ms, axis.zone)) for at_ms in quarters)
    whole = [(at_ms, at) for at_ms, at in local if at.minute == 0]
    every = max(1, math.ceil(len(whole) / MAX_LABELS))
    return tuple((at_ms, "" if at.hour % every else f"{at:%H:%M}") for at_ms, at in whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values into pixels from the top of a strip; what lies outside is held at the edge."""

    low: float
    high: float
    height: float
    log: bool = False

    def y(self, value: float) -> float:
        """Return the distance of a value from the strip's top, pixels."""
        if value <= self.low:
            return self.height
        if value >= self.high:
            return 0.0
        low, per_unit = self._measure()
        return self.height * (1 - ((math.log10(value) if self.log else value) - low) * per_unit)

    def tenths(self, values: Sequence[float], extremes: Extremes = ()) -> list[int]:
        """Return y of many values in whole tenths of a pixel: a night has thousands.

        extremes: of these values, where they are known.
        """
        full = round(10 * self.height)
        low, per_unit = self._measure()
        per_unit *= full
        bottom = full + low * per_unit + 0.5  # floor() takes half the time of int() and round()
        low_high = extremes or extremes_of(values)
        least, most = self.low, self.high
        if low_high and not least <= low_high[0] <= low_high[1] <= most:
            # A dark room is below its scale all night, and min() of max() takes eight times this.
            values = [least if it < least else min(it, most) for it in values]
        bent = map(math.log10, values) if self.log else values
        return list(map(math.floor, [bottom - per_unit * it for it in bent]))

    def _measure(self) -> tuple[float, float]:
        """Return the lowest value and the share of the height a unit takes, bent if log."""
        low, high = (
            (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        )
        return low, 1 / (high - low)


def extremes_of(values: Sequence[float]) -> Extremes:
    """Return the least and the largest of some values, () of none."""
    return (min(values), max(values)) if values else ()


def noise_scale(peaks_db: Sequence[float], height: float) -> Scale:
    """Return 20 to 70 dB, or up to the next ten above the loudest peak."""
    top_db = max((70.0, *peaks_db))
    return Scale(low=20.0, high=math.ceil(top_db / 10) * 10.0, height=height)


def temperature_scale(temperatures: Sequence[float], height: float, *, usual: float) -> Scale:
    """Return whole degrees around what was measured, at least four of them; usual: if nothing.

    A smaller span would make a steady room look restless.
    """
    low = math.floor(min(temperatures, default=usual - 2) - 0.2)
    high = math.ceil(max(temperatures, default=usual + 2) + 0.2)
    missing = max(0, 4 - (high - low))
    return Scale(low=low - missing // 2, high=high + (missing + 1) // 2, height=height)


def light_scale(height: float) -> Scale:
    """Return 0.01 to 1000 lx in equal steps a decade: the range of a bedroom's light."""
    return Scale(low=0.01, high=1000.0, height=height, log=True)
