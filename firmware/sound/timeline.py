"""Wall time of a sample, by counting samples."""

from typing import Final

# Judgement: more than this apart, frames were lost or the wall clock stepped.
LOST_MS: Final = 1000.0
# Judgement: ten times the worst sound-card quartz; a block's lateness hardly pulls.
DRIFT_RATIO: Final = 0.0005


class Timeline:
    """Follows the wall clock with a stream's own count.

    A block can be read late but never early, so the earliest arrival is the truth: an
    earlier one is believed at once, later ones only as fast as a quartz may drift.

    State carried over: the count of samples and the wall time of the first one.

    Args:
        rate_hz: the nominal sample rate.
    """

    def __init__(self, *, rate_hz: int = 48_000) -> None:
        self._rate_hz = rate_hz
        self._count = 0
        self._start_ms: float | None = None

    def arrived(self, samples: int, now_ms: int) -> None:
        """Count samples that were read at now_ms."""
        self._count += samples
        if self._start_ms is None:
            self._start_ms = now_ms - self._length_ms(self._count)
            return
        late_ms = now_ms - self.wall_ms(self._count)
        if abs(late_ms) <= LOST_MS:
            late_ms = min(late_ms, DRIFT_RATIO * self._length_ms(samples))
        self._start_ms += late_ms

    def lose(self) -> None:
        """Take note that samples were lost: the next arrival dates the stream anew."""
        self._start_ms = None

    def wall_ms(self, count: int) -> float:
        """Return the wall time at which count samples had been taken.

        Raises:
            ValueError: nothing has arrived yet.
        """
        if self._start_ms is None:
            raise ValueError("no sample has arrived yet")
        return self._start_ms + self._length_ms(count)

    def _length_ms(self, samples: int) -> float:
        return samples * 1000 / self._rate_hz
