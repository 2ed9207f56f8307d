"""Which part is due at a monotonic time, and how long a faulty one is left alone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Final

# Judgement: a minute without a sample is missing data, so no part is asked more rarely.
MAX_INTERVAL_S: Final = 60.0
# Judgement: half of the 60 s in which a healed part must be back (docs/no-loss.md), so that a
# try may also overrun its deadline.
MAX_BACK_OFF_S: Final = 30.0
# Judgement: a wait may end this much early; without it a loop could wait 0 s for ever.
EARLY_S: Final = 1e-4


@dataclass(slots=True)
class _Slots:
    """One part's grid of times; next_slot is an index on it."""

    interval_s: float
    next_slot: int = 0
    faults: int = 0


class Schedule:
    """Due times on a fixed grid from start_s: late answers never shift the ones after.

    Args:
        intervals_s: seconds between samples by name; more than 60 s is taken as 60 s.
        start_s: monotonic time of the first sample of every part.
    """

    def __init__(self, intervals_s: Mapping[str, float], *, start_s: float) -> None:
        self._start_s = start_s
        self._parts = {
            name: _Slots(min(interval_s, MAX_INTERVAL_S))
            for name, interval_s in intervals_s.items()
        }

    def due(self, now_s: float) -> tuple[str, ...]:
        """Return the names to be sampled now, in the order they were given."""
        return tuple(
            name for name, part in self._parts.items() if self._at_s(part) <= now_s + EARLY_S
        )

    def next_s(self) -> float:
        """Return the monotonic time of the earliest next sample; inf without parts."""
        return min((self._at_s(part) for part in self._parts.values()), default=float("inf"))

    def succeeded(self, name: str, now_s: float) -> None:
        """Set the next sample to the first slot after now_s; missed slots are not made up."""
        part = self._parts[name]
        part.faults = 0
        part.next_slot = self._slot(part, now_s) + 1

    def failed(self, name: str, now_s: float) -> None:
        """Skip twice as many slots as after the fault before, at most MAX_BACK_OFF_S."""
        part = self._parts[name]
        most = max(1, floor(MAX_BACK_OFF_S / part.interval_s))
        part.next_slot = self._slot(part, now_s) + min(2**part.faults, most)
        part.faults = min(part.faults + 1, 16)

    def slots(self, name: str, after_s: float, until_s: float) -> int:
        """Return how many samples of a part are due in (after_s, until_s], back-off or not."""
        part = self._parts[name]
        return self._slot(part, until_s) - self._slot(part, after_s)

    def _at_s(self, part: _Slots) -> float:
        return self._start_s + part.next_slot * part.interval_s

    def _slot(self, part: _Slots, at_s: float) -> int:
        return floor((at_s - self._start_s + EARLY_S) / part.interval_s)
