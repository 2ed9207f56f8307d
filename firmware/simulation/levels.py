"""Sound at its 1-s levels: what stands in for a microphone on a virtual clock.

The one place where the simulation is not at the bus (docs/architecture.md, "Two clocks").
"""

from math import log10
from typing import Final

from firmware.sensors.base import Fault, SoundSecond
from firmware.simulation.room import MICROPHONE_SILENT, Room
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock

SAME_S: Final = 1e-6  # seconds nearer than this are equal but for rounding
NO_LEVEL: Final = Fault(
    flag=Flag.SILENT, message="simulated microphone: the room has no level now; wait for one"
)


class LevelSource:
    """A SoundSource that asks the room for each second that has passed.

    Args:
        room: knows the levels.
        clock: says which seconds have passed.
        floor_db: self-noise to add as a microphone would; None for levels that were
            recorded with theirs.
    """

    def __init__(self, room: Room, clock: Clock, *, floor_db: float | None) -> None:
        self._room = room
        self._clock = clock
        self._floor_power = 0.0 if floor_db is None else 10 ** (floor_db / 10)
        self._heard_until_s = 0.0

    def start(self) -> None:
        """Begin with the second that starts now."""
        self._heard_until_s = self._clock.monotonic_s()

    def drain(self) -> list[SoundSecond | Fault]:
        """Return the seconds since the last call; one fault where some have no level."""
        now_s, now_ms = self._clock.monotonic_s(), self._clock.now_ms()
        silent = MICROPHONE_SILENT in self._room.faults(now_ms)
        heard: list[SoundSecond | Fault] = []
        while self._heard_until_s + 1 <= now_s + SAME_S:
            self._heard_until_s += 1
            end_ms = now_ms - round((now_s - self._heard_until_s) * 1000)
            levels = None if silent else self._room.levels_at(end_ms)
            if levels is not None:
                heard.append(self._second(end_ms, *levels))
            elif not heard or isinstance(heard[-1], SoundSecond):
                heard.append(NO_LEVEL)  # one for a run of seconds: its flag says it all
        return heard

    def close(self) -> None:
        """Hold nothing, so release nothing."""

    def _second(self, end_ms: int, laeq_db: float, lafmax_db: float | None) -> SoundSecond:
        return SoundSecond(
            end_ms=end_ms,
            laeq_db=self._with_floor_db(laeq_db),
            lafmax_db=None if lafmax_db is None else self._with_floor_db(lafmax_db),
        )

    def _with_floor_db(self, level_db: float) -> float:
        if self._floor_power == 0:
            return level_db
        return 10 * log10(10 ** (level_db / 10) + self._floor_power)
