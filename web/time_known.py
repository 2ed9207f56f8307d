"""Whether this machine knows the time, asked of it once a second."""

from typing import Final

from monitor.contract.record import ClockState
from monitor.runtime.clock import Clock

# Judgement: to ask costs a third of a millisecond (adjtimex), and a page asks several times.
ASK_S: Final = 1.0


class TimeKnown:
    """Remembers a clock's state for a second; threads may share it, two may both ask."""

    def __init__(self) -> None:
        self._found = (float("-inf"), ClockState.UNSYNCED)

    def state(self, clock: Clock) -> ClockState:
        """Return the state of a clock, always the same one, at most a second old."""
        until_s, state = self._found
        now_s = clock.monotonic_s()
        if now_s >= until_s:
            state = clock.state()
            self._found = (now_s + ASK_S, state)
        return state
