"""Time weightings F and S of IEC 61672-1: exponential averages that never restart."""

from typing import Final

import numpy as np

from firmware.sound.arrays import Samples

# Source: IEC 61672-1:2013, 3.8 and 5.8, the design goals of the time constants.
FAST_S: Final = 0.125
SLOW_S: Final = 1.0
# Judgement: growing weights stay below e^16, far from losing digits of a float64.
MAX_EXPONENT: Final = 16.0


class ExponentialDetector:
    """A running exponential average of the squared signal.

    Fed with squared samples it is the detector of the standard; fed with mean squares of
    1 ms it costs a fiftieth and stays within 0.02 dB of that, however short the burst.

    State carried over: the average after the last value.

    Args:
        time_constant_s: FAST_S or SLOW_S.
        step_s: time from one value to the next.
        mean_square: the average to start from.
    """

    def __init__(self, time_constant_s: float, *, step_s: float, mean_square: float = 0.0) -> None:
        self.mean_square = mean_square
        self._decay_per_step = step_s / time_constant_s
        self._gain = -float(np.expm1(-self._decay_per_step))
        self._longest = max(1, int(MAX_EXPONENT / self._decay_per_step))

    def process(self, mean_squares: Samples) -> Samples:
        """Return the average after each of mean_squares, shape (n,) as given."""
        averages = np.empty_like(mean_squares)
        for start in range(0, mean_squares.size, self._longest):
            part = slice(start, start + self._longest)
            averages[part] = self._average(mean_squares[part])
        return averages

    def _average(self, mean_squares: Samples) -> Samples:
        # y[k] = y[-1] d^k + (1 - d) sum m[i] d^(k - i), d < 1: the sum with d^-i taken out
        # of it is a cumulative one. All terms are positive, so nothing cancels.
        growth = np.exp(self._decay_per_step * np.arange(1, mean_squares.size + 1))
        averages = np.cumsum(mean_squares * growth)
        averages *= self._gain
        averages += self.mean_square
        averages /= growth
        self.mean_square = float(averages[-1])
        return averages
