"""Salvages what was set aside at once: nobody waits between two commits."""

import threading
from collections.abc import Callable

from monitor.runtime.clock import VirtualClock
from monitor.store.nights_writer import NightsWriter
from monitor.store.salvor import Salvor


class PausedClock(VirtualClock):
    """A clock that does something in each pause."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(start_ms=0)
        self._meanwhile = meanwhile

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        self._meanwhile()
        return super().wait(timeout_s, wake)


def salvaged(writer: NightsWriter, meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """Copy back all that is intact; return what would be in the log.

    meanwhile: what happens in the pauses between two batches.
    """
    words: list[str] = []
    clock = PausedClock(meanwhile)
    Salvor(writer, clock=clock, stop=threading.Event(), report=words.append).run()
    return words
