"""Server-sent events: a room's words, sent when they change; a bounded number of them at once."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

from monitor.runtime.clock import Clock

# Judgement: capped, polling beyond; 50 live pages at once.
MAX_STREAMS: Final = 50
# Judgement: the live file is looked at every 250 ms.
LOOK_S: Final = 0.25
# Judgement: proxies and browsers give up on silence after 30 s and more.
HEARTBEAT_S: Final = 10.0
# Judgement: a client that is gone unnoticed holds a thread no longer than that.
LIFE_S: Final = 60.0
# Judgement: who is signed out sees nothing more within seconds; ten questions a second for 50
# live pages.
ASK_AGAIN_S: Final = 5.0
Read = Callable[[], tuple[bytes, bytes] | None]
RETRY: Final = b"retry: 2000\n\n"
HEARTBEAT: Final = b": still here\n\n"


class LiveStreams:
    """Counts open streams; each one holds a thread of the server while it lasts.

    ended: set when no more may be sent. opened: told how many are open, whenever that changes.

    Args:
        clock: spaces the looks.
        limit: how many may be open at once.
    """

    def __init__(self, clock: Clock, limit: int = MAX_STREAMS) -> None:
        self.ended: Final = threading.Event()
        self.opened: Callable[[int], None] = lambda _: None
        self._clock = clock
        self._limit = limit
        self._turn = threading.Lock()
        self._open = 0

    def begin(self, read: Read, may: Callable[[], bool] = lambda: True) -> "Stream | None":
        """Return a stream of what read() says, None where too many are open.

        Args:
            read: returns a payload and what differs whenever it is worth sending again;
                None ends the stream.
            may: tells whether its reader may still have it.
        """
        with self._turn:
            if self._open >= self._limit or self.ended.is_set():
                return None
            self._open += 1
            self.opened(self._open)
        return Stream(read, may, self._clock, self.ended, self._close)

    def _close(self) -> None:
        with self._turn:
            self._open -= 1
            if not self.ended.is_set():
                self.opened(self._open)


class Stream:
    """One open stream, an iterable that a WSGI server closes whatever happens."""

    def __init__(
        self,
        read: Read,
        may: Callable[[], bool],
        clock: Clock,
        ended: threading.Event,
        closed: Callable[[], None],
    ) -> None:
        self._read = read
        self._may = may
        self._clock = clock
        self._ended = ended
        self._closed: Callable[[], None] | None = closed

    def __iter__(self) -> Iterator[bytes]:
        """Send what is now, then what changes, then the end after a minute."""
        yield RETRY
        begun_s = told_s = asked_s = self._clock.monotonic_s()
        told = b""
        while True:
            now_s = self._clock.monotonic_s()
            if now_s - asked_s >= ASK_AGAIN_S:
                asked_s = now_s
                if not self._may():
                    return
            said = self._read()
            if said is None:
                return
            payload, mark = said
            if mark != told:
                told, told_s = mark, now_s
                yield b"data: " + payload + b"\n\n"
            elif now_s - told_s >= HEARTBEAT_S:
                told_s = now_s
                yield HEARTBEAT
            if now_s - begun_s >= LIFE_S or self._clock.wait(LOOK_S, self._ended):
                return

    def close(self) -> None:
        """Let another one begin; called by the server, once or twice."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()
