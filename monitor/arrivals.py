"""When live messages came: as early as they may have, for a value is called live by that."""

from collections import deque
from dataclasses import dataclass, field
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
# Judgement: "synced" stands for a whole boot, in which two clocks without a source come apart by
# seconds a day. A daemon or a monitor whose own echo takes two keepalives (20 s) leaves the
# connection: what comes later than that for a minute is late by its clock, not by its way.
LONGEST_STEADY_WAY_MS: Final = 20_000
STEADY_AFTER_S: Final = 60.0
LATELY_S: Final = 120.0
# Judgement: a state a second at most; of a flood the stamps alone tell.
LATELY_MOST: Final = 128


@dataclass(slots=True)
class _Lately:
    """What has come of a session lately: (when, how much later than its stamp)."""

    session: str
    late: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=LATELY_MOST))

    def clock_behind_ms(self, now_s: float, late_ms: int) -> int:
        """Take one more; return how far all have been late, 0 where the way may explain it."""
        self.late.append((now_s, late_ms))
        while self.late[0][0] < now_s - LATELY_S:
            self.late.popleft()
        least_ms = min(one for _, one in self.late)
        is_steady = now_s - self.late[0][0] >= STEADY_AFTER_S
        return least_ms if is_steady and least_ms > LONGEST_STEADY_WAY_MS else 0


class Arrivals:
    """Tells CLOCK_BOOTTIME of arrivals, each look taking what has come since the last one.

    Args:
        clock: the process's clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looked_s = clock.boottime_s()
        self._stall_began_s = self._stall_ended_s = float("-inf")
        self._lately: dict[str, _Lately] = {}

    def look(self) -> float:
        """Return since when that may have been here which is taken now."""
        now_s, before_s = self._clock.boottime_s(), self._looked_s
        self._looked_s = now_s
        if now_s - before_s > STALLED_S:
            self._stall_began_s, self._stall_ended_s = before_s, now_s
        return self._stall_began_s if now_s - self._stall_ended_s <= SETTLES_S else now_s

    def came_s(self, room: str, state: State, looked_s: float) -> float:
        """Return when a state was made where both clocks know the time, else when it came.

        Something on the way may have held it up: a broker, a network, this process; and none
        was here before it was made. By how much all of a room's are late is its clock's.
        """
        if ClockState.UNSYNCED in (state.clock, self._clock.state()):
            self._lately.pop(room, None)
            return looked_s
        now_s, now_ms = self._clock.boottime_s(), self._clock.now_ms()
        late_ms = now_ms - epoch_ms(state.at)
        if not 0 <= late_ms <= LONGEST_WAY_MS:
            return looked_s
        lately = self._lately.get(room)
        if lately is None or lately.session != state.session:
            lately = self._lately[room] = _Lately(state.session)
        age_ms = late_ms - lately.clock_behind_ms(now_s, late_ms)
        return now_s - age_ms / 1000
