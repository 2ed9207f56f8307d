"""A push server on loopback that answers as it is told and remembers what really arrived."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True)
class Arrived:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """status and headers are the next answers'; hangs: it accepts and then says nothing.

    never_ends: it answers, and goes on for as long as somebody listens.
    """

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    never_ends: bool = False
    written_bytes: int = 0
    body: bytes = b"{}"
    arrived: list[Arrived] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """Run a receiver until the end of the block."""
    receiver = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            receiver.arrived.append(
                Arrived(path=self.path, headers=dict(self.headers), body=self.rfile.read(length))
            )
            if receiver.hangs:
                receiver.released.wait(60)
                return
            self.send_response(receiver.status)
            if receiver.never_ends:
                self.end_headers()
                with suppress(OSError):
                    while not receiver.released.is_set():
                        receiver.written_bytes += self.wfile.write(bytes(65_536))
                return
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def do_GET(self) -> None:
            self.do_POST()  # what a client that follows a redirect makes of its POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
