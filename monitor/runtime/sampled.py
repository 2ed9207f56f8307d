"""A log that says the same thing at most once an interval, with the count of the rest."""

import logging
from typing import Final

from monitor.runtime.clock import Clock

# Source: docs/no-loss.md: a bad payload is sampled to the log at most once a minute.
INTERVAL_S: Final = 60.0


class SampledLog:
    """Warns through a logger, one line a kind and interval.

    Args:
        log: where the lines go.
        clock: its monotonic time spaces them.
        interval_s: at least so long between two lines of a kind.
    """

    def __init__(
        self, log: logging.Logger, clock: Clock, *, interval_s: float = INTERVAL_S
    ) -> None:
        self._log = log
        self._clock = clock
        self._interval_s = interval_s
        self._next_s: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def warn(self, kind: str, text: object) -> bool:
        """Log text, unless this kind has had its line within the interval; return whether."""
        unsaid = self._turn(kind)
        if unsaid is not None:
            self._log.warning("%s unsaid=%d: %s", kind, unsaid, text)
        return unsaid is not None

    def exception(self, kind: str) -> bool:
        """Log the exception being handled with its traceback, under the same rule as warn."""
        unsaid = self._turn(kind)
        if unsaid is not None:
            self._log.exception("%s unsaid=%d", kind, unsaid)
        return unsaid is not None

    def _turn(self, kind: str) -> int | None:
        """Return how many of a kind went unsaid if it is its turn now, else count one more."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_s.get(kind, 0.0):
            self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
            return None
        self._next_s[kind] = now_s + self._interval_s
        return self._unsaid.pop(kind, 0)
