"""A clock for whole processes run as threads: the test lets time pass, and holds it.

Time stands while any of the threads is at work; it then jumps to the next moment that one
of them waits for. Between two calls of pass_until it does not move at all.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.contract.record import ClockState

STUCK_S = 60.0


@dataclass(eq=False, kw_only=True)
class _Waiter:
    until_us: int
    wake: threading.Event | None
    is_counted: bool
    released: threading.Event = field(default_factory=threading.Event)

    def is_woken(self) -> bool:
        return self.wake is not None and self.wake.is_set()


class SteeredClock:
    """Wall, monotonic and boot time are one; state is synced."""

    def __init__(self, *, start_ms: int) -> None:
        self._start_ms = start_ms
        self._elapsed_us = 0
        self._changed = threading.Condition()
        self._waiters: list[_Waiter] = []
        self._counted: set[int] = set()
        self._is_over = False

    def now_ms(self) -> int:
        return self._start_ms + self._elapsed_us // 1000

    def monotonic_s(self) -> float:
        return self._elapsed_us / 1e6

    def boottime_s(self) -> float:
        return 100.0 + self._elapsed_us / 1e6

    def boot_id(self) -> str:
        return "0" * 16

    def state(self) -> ClockState:
        return ClockState.SYNCED

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        """Wait until the test has let that much time pass, or wake is set."""
        with self._changed:
            until_us = self._elapsed_us + max(0, round(timeout_s * 1e6))
            if self._is_over:
                self._elapsed_us = until_us
                return wake is not None and wake.is_set()
            is_counted = threading.get_ident() in self._counted
            waiter = _Waiter(until_us=until_us, wake=wake, is_counted=is_counted)
            self._waiters.append(waiter)
            self._changed.notify()
        waiter.released.wait()
        return waiter.is_woken()

    def thread(self, work: Callable[[], object]) -> threading.Thread:
        """Start a thread for which time stands while it works."""
        begun = threading.Event()

        def counted() -> None:
            with self._changed:
                self._counted.add(threading.get_ident())
            begun.set()
            try:
                work()
            finally:
                with self._changed:
                    self._counted.discard(threading.get_ident())
                    self._changed.notify()

        thread = threading.Thread(target=counted)
        thread.start()
        begun.wait()
        return thread

    def pass_until(self, at_ms: int, *, grain_s: float = 0.0) -> None:
        """Let time pass up to an instant; whoever waits is woken every grain_s at most."""
        target_us = (at_ms - self._start_ms) * 1000
        grain_us = max(1, round(grain_s * 1e6))
        with self._changed:
            while True:
                self._settle()
                next_us = min((one.until_us for one in self._waiters), default=target_us + 1)
                next_us = max(self._elapsed_us, -(-next_us // grain_us) * grain_us)
                if next_us > target_us:
                    self._elapsed_us = target_us
                    return
                self._elapsed_us = next_us
                self._release(lambda one: one.until_us <= self._elapsed_us)

    def end(self) -> None:
        """Let nobody wait any more: what stops now stops at once."""
        with self._changed:
            self._is_over = True
            self._release(lambda _: True)

    def _settle(self) -> None:
        """Wait until every counted thread waits, and none of them has been woken."""
        while True:
            self._release(_Waiter.is_woken)
            if sum(one.is_counted for one in self._waiters) >= len(self._counted):
                return
            assert self._changed.wait(STUCK_S), "a thread works without end"

    def _release(self, which: Callable[[_Waiter], bool]) -> None:
        for waiter in [one for one in self._waiters if which(one)]:
            self._waiters.remove(waiter)
            waiter.released.set()
