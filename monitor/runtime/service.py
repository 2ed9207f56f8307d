"""A process among others: stop on a signal, tell the supervisor, ping its watchdog.

The notification protocol is sd_notify(3): datagrams to the socket in NOTIFY_SOCKET.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final

_ABSTRACT: Final = "@"


class Notifier:
    """Tells the supervisor what this process is doing; silent where there is none.

    Args:
        environment: where NOTIFY_SOCKET is looked up, os.environ in a composition root.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith(_ABSTRACT):
            self._address = "\0" + self._address[1:]

    def ready(self, status: str) -> None:
        """Say that the start is complete, with one line for people."""
        self._send(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Ping the watchdog; call it from the loop that does the work."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that an orderly stop has begun."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(0)
            try:
                channel.sendto(text.encode(), self._address)
            except OSError:
                # A supervisor that does not listen must not stop the work; its own
                # watchdog acts on the silence.
                return


class Heartbeat:
    """A loop's sign of life: its first turn completes the start, later ones feed the watchdog.

    Call it from the loop that does the work, once a turn.

    Args:
        notifier: where to.
        status: what runs, for people.
    """

    def __init__(self, notifier: Notifier, status: str) -> None:
        self._notifier = notifier
        self._status = status
        self._is_ready = False

    def __call__(self) -> None:
        """Say that a turn has been done."""
        if not self._is_ready:
            self._is_ready = True
            self._notifier.ready(self._status)
        else:
            self._notifier.alive()


def stop_on_signals(
    stop: threading.Event, *wakes: threading.Event, told: Callable[[], None] = lambda: None
) -> None:
    """Set stop (and the events that loops wait on) at SIGTERM or SIGINT.

    Args:
        stop: ends the loops.
        wakes: set too.
        told: called after that, in the signal handler: no locks.
    """

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for wake in wakes:
            wake.set()
        told()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def die_with_parent(parent_pid: int) -> None:
    """Ask the kernel to send SIGTERM to this process when its parent ends (prctl(2)).

    For the children of `nightroom demo`, which must leave nothing behind even when the
    parent itself is killed. Called in the child, between fork and exec.
    """
    import ctypes  # noqa: PLC0415 - only children of the demo need it

    # Source: <linux/prctl.h>.
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal.SIGTERM)
