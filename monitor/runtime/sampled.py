"""A log that says the same thing at most once an interval, with the count of the rest."""

import logging
from typing import Final

from monitor.runtime.clock import Clock

# Source: docs/no-loss.md: a bad payload is sampled to the log at most once a minute.
INTERVAL_S: Final = 60.0
# Judgement: what a library says of a stranger's bytes tells its cause in the first lines.
MAX_TEXT: Final = 500


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


class SampledFilter(logging.Filter):
    """Lets a library's logger say one bounded line an interval, with the count of the rest.

    Args:
        clock: its monotonic time spaces the lines.
        interval_s: at least so long between two lines.
    """

    def __init__(self, clock: Clock, *, interval_s: float = INTERVAL_S) -> None:
        super().__init__()
        self._clock = clock
        self._interval_s = interval_s
        self._next_s = 0.0
        self._unsaid = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether it is a line's turn; what it says is cut to MAX_TEXT."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_s:
            self._unsaid += 1
            return False
        record.msg = f"unsaid={self._unsaid}: {record.getMessage()[:MAX_TEXT]}"
        record.args = None
        self._next_s, self._unsaid = now_s + self._interval_s, 0
        return True
