"""The dashboard's loop; its sign of life goes the way of a request: loop, queue, worker."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from waitress.server import BaseWSGIServer
from waitress.trigger import trigger
from waitress.wasyncore import close_all, loop

from monitor.runtime.clock import Clock
from monitor.runtime.service import Heartbeat, Notifier
from monitor.store.errors import GoneFileError

# Judgement: six chances within the watchdog's 30 s.
BEAT_S: Final = 5.0
# Judgement: how late a beat may be; connections wake the loop at once.
TURN_S: Final = 1.0
# Judgement: an answer takes milliseconds; the whole stop has three seconds.
STOP_WITHIN_S: Final = 2.0


class Beat:
    """A task among waitress's tasks; one at a time, so that hung workers stop the beat."""

    def __init__(self, alive: Callable[[], None]) -> None:
        self._alive = alive
        self.is_waiting = False

    def service(self) -> None:
        """Beat; called by a worker."""
        self._alive()
        self.is_waiting = False

    def cancel(self) -> None:
        """Do nothing; called when the dashboard stops."""


@contextmanager
def channels_woken_by_signals() -> Iterator[dict[int, object]]:
    """Give what a loop waits for, and close it at the end; only for the main thread.

    Each signal ends a wait: one that comes as a wait begins were else handled a turn late.
    """
    channels: dict[int, object] = {}
    woken = trigger(channels)
    os.set_blocking(woken.trigger, False)
    before = signal.set_wakeup_fd(woken.trigger, warn_on_full_buffer=False)
    try:
        yield channels
    finally:
        signal.set_wakeup_fd(before)
        close_all(channels)


def run(
    server: BaseWSGIServer,
    channels: dict[int, object],
    *,
    notifier: Notifier,
    status: str,
    clock: Clock,
    require: Callable[[], None] = lambda: None,
) -> None:
    """Answer until this thread is told to exit.

    Args:
        server: one listening server.
        channels: its sockets.
        notifier: told that it is ready, alive, stopping.
        status: what runs, for people.
        clock: spaces the beats.
        require: asked as often; raises where the pages cannot go on.

    Raises:
        GoneFileError: require has raised it; the pages have stopped in order.
    """
    beat = Beat(Heartbeat(notifier, status))
    due_s = clock.monotonic_s()
    try:
        while channels:
            if not beat.is_waiting and clock.monotonic_s() >= due_s:
                due_s = clock.monotonic_s() + BEAT_S
                require()
                beat.is_waiting = True
                server.task_dispatcher.add_task(beat)
            loop(TURN_S, use_poll=server.adj.asyncore_use_poll, map=channels, count=1)
    except (SystemExit, KeyboardInterrupt, GoneFileError) as error:
        notifier.stopping()
        server.task_dispatcher.shutdown(timeout=STOP_WITHIN_S)
        if isinstance(error, GoneFileError):
            raise
