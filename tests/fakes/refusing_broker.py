"""A broker that grants every connection and refuses subscriptions for a while."""

import socket
import threading
from typing import Final, Self

# Source: MQTT 5.0, 2.1.2: types of packets; 3.9.3: reason codes of SUBACK.
CONNECT: Final = 1
SUBSCRIBE: Final = 8
PING: Final = 12
QUOTA_EXCEEDED: Final = 0x97
GRANTED: Final = 0x01


class RefusingBroker:
    """Listens on a port of its own and speaks as much MQTT as a link needs.

    Args:
        refusals: how many subscriptions it refuses before it grants them.
        topics: how many topic filters a subscription has.
    """

    def __init__(self, *, refusals: int, topics: int) -> None:
        self._refusals = refusals
        self._topics = topics
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.connections = self.subscriptions = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while head := stream.read(1):
                length = shift = 0
                while True:
                    (digit,) = stream.read(1)
                    length |= (digit & 127) << shift
                    shift += 7
                    if digit < 128:
                        break
                connection.sendall(self._answer(head[0] >> 4, stream.read(length)))

    def _answer(self, kind: int, body: bytes) -> bytes:
        if kind == CONNECT:
            return bytes([0x20, 3, 0, 0, 0])
        if kind == SUBSCRIBE:
            self.subscriptions += 1
            code = QUOTA_EXCEEDED if self.subscriptions <= self._refusals else GRANTED
            return bytes([0x90, 3 + self._topics]) + body[:2] + b"\0" + bytes([code] * self._topics)
        return b"\xd0\0" if kind == PING else b""
