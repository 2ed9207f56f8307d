"""What systemd hears of a process: a socket for its notifications."""

import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.runtime.clock import RealClock


class Supervisor:
    """Collects the notifications of one process, each with when it came."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "notify"
        self._clock = RealClock()
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(self.address))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._channel.close()

    def next(self, within_s: float) -> str:
        """Return the next notification, "" if none comes in time."""
        self._channel.settimeout(max(0.001, within_s))
        try:
            return self._channel.recv(1000).decode()
        except TimeoutError:
            return ""

    def heard(self, words: str, within_s: float) -> bool:
        """Wait for a notification that begins with words; others are passed over."""
        until_s = self._clock.monotonic_s() + within_s
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            if self.next(left_s).startswith(words):
                return True
        return False
