"""What a press means, and when the LED may shine. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from firmware.sensors.presses import Press
from monitor.contract.record import ClockState, MarkKind, Record

# Judgement: no night is longer; an older lights-out was never followed by a get-up.
LONGEST_NIGHT_S: Final = 16 * 3600
# Judgement: a reading lamp is 20 lx at the sensor, a street lamp behind a curtain below 1.
LIT_LX: Final = 5.0
DARK_LX: Final = 2.0
# Judgement: a lamp switched on for a moment at night is no evening.
LIT_FOR_S: Final = 600.0
# Judgement: seen in a lit room, harmless at the edge of sight.
EVENING_BRIGHTNESS: Final = 0.1
BLINK_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment of a boot: monotonic, CLOCK_BOOTTIME, and the wall time where that is known."""

    now_s: float
    boot: str
    boottime_s: float
    now_ms: int | None


@dataclass(slots=True, kw_only=True)
class _Before:
    """A lights-out of before a restart.

    Attributes:
        boot: in which it was pressed, at boottime_s of that.
        at_ms: wall time, None where nobody knows it.
        last_boot: of the last minute before the restart, at last_s of that.
        least_s: from the press to there, machines without power taken as none.
    """

    boot: str
    boottime_s: float
    at_ms: int | None
    last_boot: str
    last_s: float
    least_s: float

    def reach(self, boot: str, boottime_s: float) -> None:
        since_s = self.last_s if boot == self.last_boot else 0.0
        self.least_s += boottime_s - since_s
        self.last_boot, self.last_s = boot, boottime_s

    def ago_s(self, at: Moment) -> float:
        if at.boot == self.boot:
            return at.boottime_s - self.boottime_s
        if self.at_ms is not None and at.now_ms is not None:
            return (at.now_ms - self.at_ms) / 1000
        since_s = self.last_s if at.boot == self.last_boot else 0.0
        return self.least_s + at.boottime_s - since_s


class Turns:
    """Tells lights-out from get-up: a double press is one after the other.

    By the monotonic clock: the wall may be put right between the two.
    """

    def __init__(self) -> None:
        self._lights_out_s: float | None = None
        self._before: _Before | None = None
        self._is_pressed = False

    @property
    def is_unsure(self) -> bool:
        """Tell whether the time, once it is found, may tell more of before the restart."""
        return self._before is not None

    def seed(self, records: Iterable[Record], at: Moment) -> None:
        """Learn from what was pressed before a restart, in records that are dated.

        Again once more of them can be read, unless somebody has pressed since: that was told.
        """
        if self._is_pressed:
            return
        self._before = self._lights_out_s = None
        for record in records:
            if self._before is not None:
                self._before.reach(record.boot, record.boottime_s)
            for mark in record.minute.marks:
                ago_s = (record.minute.end_ms - mark.at_ms) / 1000
                if mark.kind is MarkKind.LIGHTS_OUT:
                    self._before = _Before(
                        boot=record.boot,
                        boottime_s=record.boottime_s - ago_s,
                        at_ms=None if record.clock is ClockState.UNSYNCED else mark.at_ms,
                        last_boot=record.boot,
                        last_s=record.boottime_s,
                        least_s=ago_s,
                    )
                elif mark.kind is MarkKind.GET_UP:
                    self._before = None
        self.reckon(at)

    def reckon(self, at: Moment) -> None:
        """Say when the lights went out before the restart, as well as this moment can.

        While the time is not known, the machine is taken to have started at once: in a power
        cut at night it is night, and the longest night ends sooner once more is known.
        """
        if self._before is not None:
            self._lights_out_s = at.now_s - self._before.ago_s(at)
            is_sure = at.now_ms is not None or at.boot == self._before.boot
            if is_sure or not self.is_night(at.now_s):
                self._before = None

    def saw(self, kind: MarkKind, at_s: float) -> None:
        """Take what was pressed at a moment."""
        if kind in {MarkKind.LIGHTS_OUT, MarkKind.GET_UP}:
            self._before, self._is_pressed = None, True
        if kind is MarkKind.LIGHTS_OUT:
            self._lights_out_s = at_s
        elif kind is MarkKind.GET_UP:
            self._lights_out_s = None

    def is_night(self, now_s: float) -> bool:
        """Tell whether a lights-out was pressed that no get-up has followed."""
        out_s = self._lights_out_s
        return out_s is not None and 0 <= now_s - out_s < LONGEST_NIGHT_S

    def kind_of(self, press: Press, at_s: float) -> MarkKind:
        """Return what a press at a moment says."""
        if press is Press.SHORT:
            kind = MarkKind.AWAKE
        elif press is Press.LONG:
            kind = MarkKind.JERK
        else:
            kind = MarkKind.GET_UP if self.is_night(at_s) else MarkKind.LIGHTS_OUT
        self.saw(kind, at_s)
        return kind


@dataclass(slots=True)
class LedRule:
    """When the LED shines: in a room lit for long, and never unless that is known.

    So it is off at boot, at night, and when the light sensor fails. Steady says that all
    parts work, blinking that one is at fault. One LED has one colour; which part it is
    stands on the page.
    """

    _lit_since_s: float | None = None

    def brightness(
        self, now_s: float, illuminance_lx: float | None, *, is_night: bool, faulty: bool
    ) -> float:
        """Return 0 (off) to 1 for this moment.

        Args:
            now_s: monotonic.
            illuminance_lx: of the last light sample, None without one.
            is_night: lights-out was pressed.
            faulty: a part is at fault.
        """
        least_lx = LIT_LX if self._lit_since_s is None else DARK_LX
        if is_night or illuminance_lx is None or illuminance_lx < least_lx:
            self._lit_since_s = None
            return 0.0
        if self._lit_since_s is None:
            self._lit_since_s = now_s
        if now_s - self._lit_since_s < LIT_FOR_S:
            return 0.0
        is_gap = faulty and int(now_s / BLINK_S) % 2 == 1
        return 0.0 if is_gap else EVENING_BRIGHTNESS
