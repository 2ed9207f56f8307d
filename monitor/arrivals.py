"""When live messages came: as early as they may have, for a value is called live by that."""

from typing import Final

from monitor.contract.messages import State
from monitor.contract.record import ClockState, epoch_ms
from monitor.runtime.clock import Clock

# Judgement: a step takes a tenth of a second; what waits behind a longer one is not of now.
STALLED_S: Final = 2.0
# Judgement: the link's thread stood still as well, and brings what waited within a moment.
SETTLES_S: Final = 2.0
# Judgement: nothing waits longer on its way than a connection lasts that has fallen silent. Two
# clocks that are further apart are not both right, whatever they say.
LONGEST_WAY_MS: Final = 600_000


class Arrivals:
    """Tells CLOCK_BOOTTIME of arrivals, each look taking what has come since the last one.

    Args:
        clock: the process's clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looked_s = clock.boottime_s()
        self._stall_began_s = self._stall_ended_s = float("-inf")

    def look(self) -> float:
        """Return since when that may have been here which is taken now."""
        now_s, before_s = self._clock.boottime_s(), self._looked_s
        self._looked_s = now_s
        if now_s - before_s > STALLED_S:
            self._stall_began_s, self._stall_ended_s = before_s, now_s
        return self._stall_began_s if now_s - self._stall_ended_s <= SETTLES_S else now_s

    def came_s(self, state: State, looked_s: float) -> float:
        """Return when a state was made where both clocks know the time, else when it came.

        Something on the way may have held it up: a broker, a network, this process; and none
        was here before it was made.
        """
        if ClockState.UNSYNCED in (state.clock, self._clock.state()):
            return looked_s
        now_s, now_ms = self._clock.boottime_s(), self._clock.now_ms()
        age_ms = now_ms - epoch_ms(state.at)
        return now_s - age_ms / 1000 if 0 <= age_ms <= LONGEST_WAY_MS else looked_s
