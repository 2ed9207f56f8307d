"""A way to a broker that can turn bad: refusing, half-open, slow."""

import contextlib
import socket
import threading
from enum import Enum, auto
from types import TracebackType
from typing import Self

from monitor.runtime.clock import RealClock

CHUNK_BYTES = 1_024
# So that 60 records of a batch take two seconds.
SLOW_S = 0.05


class Way(Enum):
    """What becomes of a connection and of its bytes."""

    GOOD = auto()
    REFUSING = auto()  # hangs up, on those who are there and on those who come
    HALF_OPEN = auto()  # takes everything and passes on nothing, without hanging up
    SLOW = auto()  # 20 kB/s each way


class Proxy:
    """Listens on a port of its own; way may be changed at any time."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._clock = RealClock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._way = Way.GOOD
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._hang_up()
        for thread in self._threads:
            thread.join()
        for connection in (self._listener, *self._open):
            connection.close()

    def turn(self, way: Way) -> None:
        self._way = way
        if way is Way.REFUSING:
            self._hang_up()

    def _begin(self, task: object, *arguments: object) -> None:
        thread = threading.Thread(target=task, args=arguments)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._way is Way.REFUSING:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                self._begin(self._pump, near, far)
                self._begin(self._pump, far, near)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                if self._way is Way.HALF_OPEN:
                    continue
                if self._way is Way.SLOW:
                    self._clock.wait(SLOW_S)
                target.sendall(data)
        if self._way is not Way.HALF_OPEN:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

    def _hang_up(self) -> None:
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
