"""The TSL2591's ranges: counts to illuminance, and which range a light calls for.

Pure. A bedroom spans seven decades of light; one range spans four.
"""

from dataclasses import dataclass
from typing import Final

# Judgement: below, one count is more than a hundredth of the light.
COARSE_BELOW_COUNTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One rung: what goes into CONTROL, and what it means."""

    gain_code: int
    gain: float
    time_code: int
    integration_s: float
    limit_counts: int

    @property
    def control(self) -> int:
        """The CONTROL register as it must read in this range."""
        return self.gain_code | self.time_code

    @property
    def units(self) -> float:
        """Counts here for one count at gain 1 and 100 ms."""
        return self.gain * self.integration_s / 0.1

    def saturated(self, channel_0: int, channel_1: int) -> bool:
        """Tell whether a channel is at the end of its counter."""
        return channel_0 >= self.limit_counts or channel_1 >= self.limit_counts

    def tells(self, channel_0: int, channel_1: int) -> bool:
        """Tell whether these counts are enough, and not too many, to say how bright it is."""
        return channel_0 >= COARSE_BELOW_COUNTS and not self.saturated(channel_0, channel_1)


# Source: TSL2591 data sheet (v1-04), CONTROL register: AGAIN, ATIME, typical gains, maximum
# ALS counts. Which rungs is judgement; the highest gain (9876) is not needed to measure.
RANGES: Final = (
    Range(gain_code=0x00, gain=1.0, time_code=0, integration_s=0.1, limit_counts=36_863),
    Range(gain_code=0x10, gain=25.0, time_code=0, integration_s=0.1, limit_counts=36_863),
    Range(gain_code=0x20, gain=428.0, time_code=5, integration_s=0.6, limit_counts=65_535),
)
FIRST_RANGE: Final = 1  # in the middle: one step from either end
# Finer than the ladder needs: here the few counts of a dark room are four times as many.
LOOKING_RANGE: Final = len(RANGES)
SPANS: Final = (
    *RANGES,
    Range(gain_code=0x30, gain=9876.0, time_code=0, integration_s=0.1, limit_counts=36_863),
)

# Judgement: far from the end of either range's counter.
LOOK_FINER_BELOW_COUNTS: Final = 1000

# Judgement: down well before the end of the counter.
DOWN_ABOVE: Final = 0.80
# Judgement: up only where the next range will then be no more than so full. A fixed share
# of this range will not do: 5 % here is 125 % of the next, and the range would swing.
UP_BELOW_NEXT: Final = 0.50

# Source: the lux equation of Adafruit's driver (adafruit_tsl2591.TSL2591.lux); a test holds
# the two together. The driver's own property reads the part again, so that the counts
# beside an illuminance would be another moment's.
LUX_FACTOR: Final = 408.0
IR_WEIGHT: Final = 1.64
DIM_WEIGHT: Final = 0.59
DIM_IR_WEIGHT: Final = 0.86

# Judgement: under an incandescent lamp, the most infrared light people read by, channel 1
# is about half of channel 0.
IR_RICH_RATIO: Final = 0.5


def illuminance_lx(channel_0: float, channel_1: float, span: Range) -> float:
    """Return the illuminance; negative where infrared dominates (ratio above 0.686)."""
    counts_per_lx = span.units * 100.0 / LUX_FACTOR
    bright = channel_0 - IR_WEIGHT * channel_1
    dim = DIM_WEIGHT * channel_0 - DIM_IR_WEIGHT * channel_1
    return max(bright, dim) / counts_per_lx


def least_illuminance_lx(channel_0: int, channel_1: int, span: Range) -> float:
    """Return what a saturated sample shows at the least, lx, above 0.

    Where the infrared channel is at its end too it tells nothing, and a light as rich in
    infrared as an incandescent lamp is assumed.
    """
    infrared = channel_1 if channel_1 < channel_0 else IR_RICH_RATIO * channel_0
    return illuminance_lx(channel_0, min(infrared, IR_RICH_RATIO * channel_0), span)


def range_to_look_in(index: int, channel_0: int) -> int:
    """Return the index in SPANS of another range, in which the same light counts otherwise."""
    if index == 0:
        return 1
    is_dim = channel_0 < LOOK_FINER_BELOW_COUNTS
    return LOOKING_RANGE if is_dim and index == len(RANGES) - 1 else index - 1


def next_range(index: int, channel_0: int, channel_1: int) -> int:
    """Return the index of the range to measure in after these counts; at most one step."""
    span = RANGES[index]
    fullest = max(channel_0, channel_1)
    if fullest > DOWN_ABOVE * span.limit_counts:
        return max(index - 1, 0)
    if index + 1 < len(RANGES):
        finer = RANGES[index + 1]
        if fullest * finer.units / span.units < UP_BELOW_NEXT * finer.limit_counts:
            return index + 1
    return index
