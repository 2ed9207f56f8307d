"""The injected clock: the only module that asks the machine for the time.

Two kinds: RealClock, and VirtualClock, which runs as fast as its owner waits on it.
Every loop takes a Clock; only a composition root builds the real one.
"""

import ctypes
import os
import threading
import time
from pathlib import Path
from typing import Final, Protocol

from monitor.contract.record import LATEST_MS, ClockState

TIMESYNC_MARK: Final = Path("/run/systemd/timesync/synchronized")
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
# Source: adjtimex(2), STA_UNSYNC; the limit on maxerror, one second, is judgement.
STA_UNSYNC: Final = 0x0040
MAX_ERROR_US: Final = 1_000_000


class Clock(Protocol):
    """What a loop may know about time. Wall time for people, monotonic for durations."""

    def now_ms(self) -> int:
        """Return UTC as epoch milliseconds; it may step."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never step; they stand still in suspend."""
        ...

    def boottime_s(self) -> float:
        """Return seconds since boot, suspend included (CLOCK_BOOTTIME)."""
        ...

    def boot_id(self) -> str:
        """Return 16 hex digits that name this boot."""
        ...

    def state(self) -> ClockState:
        """Tell whether the wall time comes from a time source."""
        ...

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        """Wait until timeout_s has passed or wake is set; return whether wake is set."""
        ...


class RealClock:
    """The machine's clocks.

    Args:
        state: what state() says whatever the machine says; for simulation.
    """

    def __init__(self, *, state: ClockState | None = None) -> None:
        self._state = state

    def now_ms(self) -> int:
        """Return the system's UTC time; of one that no message can carry, see _possible_ms."""
        return _possible_ms(_wall_ms(), self.boottime_s())

    def monotonic_s(self) -> float:
        """Return CLOCK_MONOTONIC."""
        return time.monotonic()  # noqa: TID251 - the one place

    def boottime_s(self) -> float:
        """Return CLOCK_BOOTTIME."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)  # noqa: TID251 - the one place

    def boot_id(self) -> str:
        """Return the start of the kernel's boot id."""
        return BOOT_ID.read_text(encoding="ascii").replace("-", "")[:16]

    def state(self) -> ClockState:
        """Ask timesyncd's mark and then the kernel; see MAX_ERROR_US."""
        if self._state is not None:
            return self._state
        if _wall_ms() >= LATEST_MS:
            return ClockState.UNSYNCED
        return ClockState.SYNCED if _is_synchronised() else ClockState.UNSYNCED

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        """Wait in real time."""
        if wake is None:
            time.sleep(max(0.0, timeout_s))  # noqa: TID251 - the one place
            return False
        return wake.wait(max(0.0, timeout_s))


class VirtualClock:
    """A clock that jumps: each wait advances it by what was asked, at once.

    Args:
        start_ms: wall time at the start, epoch milliseconds.
        boottime_s: CLOCK_BOOTTIME at the start.
        boot_id: 16 hex digits naming the simulated boot.
        state: what state() says; simulation is synced unless the scenario says otherwise.
    """

    def __init__(
        self,
        *,
        start_ms: int,
        boottime_s: float = 100.0,
        boot_id: str = "0" * 16,
        state: ClockState = ClockState.SYNCED,
    ) -> None:
        self._start_ms = start_ms
        self._boot_s = boottime_s
        self._boot_id = boot_id
        self._state = state
        self._elapsed_us = 0

    def now_ms(self) -> int:
        """Return the virtual UTC time; of one that no message can carry, see _possible_ms."""
        return _possible_ms(self._start_ms + self._elapsed_us // 1000, self.boottime_s())

    def monotonic_s(self) -> float:
        """Return what has been waited so far."""
        return self._elapsed_us / 1e6

    def boottime_s(self) -> float:
        """Return the time since the virtual boot."""
        return self._boot_s + self._elapsed_us / 1e6

    def boot_id(self) -> str:
        """Return the boot id it was given."""
        return self._boot_id

    def state(self) -> ClockState:
        """Return the state it was given or set to."""
        return self._state

    def set_state(self, state: ClockState) -> None:
        """Change what state() says, as a time source found or lost would."""
        self._state = state

    def step(self, by_s: float) -> None:
        """Step the wall time alone, as an operator or a time source would."""
        self._start_ms += round(by_s * 1000)

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        """Advance by timeout_s at once, unless wake is set already."""
        if wake is not None and wake.is_set():
            return True
        self._elapsed_us += max(0, round(timeout_s * 1e6))
        return False


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 - the one place


def _possible_ms(wall_ms: int, boottime_s: float) -> int:
    """Return wall time, and where it says 2100 or later the time since boot, from 1970 on.

    A battery clock whose century is wrong is no time, and no record or message may say such
    a date. From 1970 on goes a machine without any clock: it will be dated like that one.
    """
    return wall_ms if wall_ms < LATEST_MS else round(boottime_s * 1000)


def _is_synchronised() -> bool:
    if TIMESYNC_MARK.exists():
        return True
    try:
        status, max_error_us = _adjtimex()
    except OSError:
        # A container may forbid the question: a time nobody vouches for is not synced.
        return False
    return not status & STA_UNSYNC and max_error_us < MAX_ERROR_US


class _Timex(ctypes.Structure):
    # Source: struct timex of <sys/timex.h> on 64-bit Linux; the tail is padding.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("padding", ctypes.c_byte * 256),
    )


def _adjtimex() -> tuple[int, int]:
    """Return (status, maxerror in µs) of the kernel clock; reading needs no capability."""
    timex = _Timex()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return timex.status, timex.maxerror
