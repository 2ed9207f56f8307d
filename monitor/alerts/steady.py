"""Time that never steps and goes on through restarts: what dwell, snooze and age are made of."""

from typing import Final

import msgspec

from monitor.contract.record import ClockState
from monitor.runtime.clock import Clock


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One moment on all clocks: by it a later process finds steady time again."""

    steady_s: float
    boot: str
    boottime_s: float
    wall_ms: int


_decoder: Final = msgspec.json.Decoder(Anchor)


class SteadyClock:
    """Seconds since the first start of alerts.

    Within a boot it is CLOCK_BOOTTIME, whatever the wall clock does. Over a reboot nothing
    but the wall clock knows how long the machine was off, if that knows the time; it goes on by
    no less than the new boot has lasted.

    Args:
        clock: the process's clock.
        anchor: JSON of an earlier process's anchor, None at the very first start. Where its
            bytes have changed steady time goes on from the wall clock's seconds, behind all
            that is remembered: what lasted, waited or was muted then is long over.
    """

    def __init__(self, clock: Clock, anchor: str | None = None) -> None:
        self._clock = clock
        self._offset_s = -clock.boottime_s()
        if anchor is not None:
            try:
                self._resume(_decoder.decode(anchor))
            except msgspec.MsgspecError:
                self._offset_s += clock.now_ms() / 1000

    def _resume(self, kept: Anchor) -> None:
        clock = self._clock
        passed_s = clock.boottime_s() - kept.boottime_s
        if kept.boot != clock.boot_id():
            is_known = clock.state() is not ClockState.UNSYNCED
            off_s = (clock.now_ms() - kept.wall_ms) / 1000 if is_known else 0.0
            passed_s = max(clock.boottime_s(), off_s)
        self._offset_s = kept.steady_s + passed_s - clock.boottime_s()

    def now_s(self) -> float:
        """Return steady time."""
        return self._clock.boottime_s() + self._offset_s

    def boot_began_s(self) -> float:
        """Return when this boot began: what was kept by then is of an earlier one."""
        return self._offset_s

    def anchor(self) -> str:
        """Return JSON by which a later process goes on from here."""
        now = Anchor(
            steady_s=self.now_s(),
            boot=self._clock.boot_id(),
            boottime_s=self._clock.boottime_s(),
            wall_ms=self._clock.now_ms(),
        )
        return msgspec.json.encode(now).decode()
