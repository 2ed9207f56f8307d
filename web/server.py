"""Waitress, with patience that ends: slow clients take neither threads nor all connections."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from monitor.runtime.clock import Clock
from web.gate import MAX_BODY_BYTES, SECURITY_HEADERS, TOO_LARGE, refusal
from web.origin import BEDSIDE, is_for_the_dark, next_of
from web.streams import LiveStreams

# Judgement: eight answer what is asked (benchmarks/dashboard.py), and two spare; each live
# stream gets one more while it lasts: sixty from the start took 4 MiB for nobody.
THREADS: Final = 10
# Judgement: what a client has not taken waits here and then in its thread; a page fits.
MAX_WAITING_BYTES: Final = 256 * 1024
# Judgement: a house downloads its years to a few machines at once; each takes a thread.
MAX_WAITING: Final = 20
# Judgement: a phone out of reach for that long asks again when it is back.
STALLED_S: Final = 30.0
# Judgement: 50 live pages use 100; times the two limits below these are 16 MiB at worst.
MAX_CONNECTIONS: Final = 200
MAX_HEADER_BYTES: Final = 16 * 1024  # judgement: a browser sends under 2 KiB
# Judgement: the weakest phone sends a form in a second; nobody needs twenty.
REQUEST_WITHIN_S: Final = 20.0
IDLE_S: Final = 60  # judgement: a page that polls each second never idles
LOOK_EVERY_S: Final = 10
# Where an application keeps its live streams.
STREAMS: Final = "nightroom_streams"
NOT_MODIFIED: Final = "304"
MAX_ASKED_BYTES: Final = 1024  # judgement: our longest address has under 100
REFUSED: Final = {
    HTTPStatus.BAD_REQUEST: "This request cannot be read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The head of this request is too long.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The log of nightroom-web says what happened.",
}
CLOSING: Final = b"Connection: close\r\n"


class KeepingTask(WSGITask):  # type: ignore[misc] # waitress has no annotations
    """A task whose 304 leaves the connection open, and whose answer to HEAD has no body.

    waitress closes after every answer without a length, and a 304 has none by RFC 9110,
    15.4.5; there nothing follows the headers, so the next answer begins where it should.
    After the headers of what would come in chunks it sends the last chunk also to HEAD.
    """

    close_on_finish: bool
    chunked_response: bool

    def build_response_header(self) -> bytes:
        """Return status and headers."""
        asked_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        keeps = self.version == "1.1" and not asked_to_close and not self.close_on_finish
        header: bytes = super().build_response_header()
        if keeps and self.status.startswith(NOT_MODIFIED):
            self.close_on_finish = False
            header = header.replace(CLOSING, b"", 1)
        if self.request.command == "HEAD":
            self.chunked_response = False
        return header


class RefusedTask(ErrorTask):  # type: ignore[misc] # as above
    """The answer to what no application gets, with the words and headers of all others.

    Beside the bed it is dark, also where it is not known what was asked for.
    """

    def execute(self) -> None:
        """Answer."""
        error, asked = self.request.error, self.request.asked.lstrip().split(b" ")
        address = asked[1].decode("ascii", "replace") if len(asked) > 1 else BEDSIDE
        path, _, query = address.partition("?")
        text = REFUSED.get(error.code, f"{error.reason}.")
        kind, body = refusal(path, error.code, text, dark=is_for_the_dark(path, next_of(query)))
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend((*SECURITY_HEADERS, ("Content-Type", kind)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class StrictParser(HTTPRequestParser):  # type: ignore[misc] # as above
    """Reads a request; a length that Python does not read as a number is a bad request, too.

    One that says its length in two ways is the last of its connection.
    """

    chunked: bool
    headers: dict[str, str]
    header_plus: bytes
    proxy_netloc: str
    version: str
    asked = b""  # how it begins; of one that is too long waitress keeps nothing

    def received(self, data: bytes) -> int:
        """Take what has arrived; return how much of it was of this request."""
        if not self.headers_finished:
            self.asked = (self.header_plus + data)[:MAX_ASKED_BYTES]
        taken: int = super().received(data)
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers.

        Raises:
            ParsingError: they are no request.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of more digits than sys.get_int_max_str_digits()
            raise ParsingError("Content-Length is invalid") from error
        # Source: RFC 9112, section 3.2.2: an address that names its host is asked of that one.
        if self.proxy_netloc:
            self.headers["HOST"] = self.proxy_netloc
        # Source: RFC 9112, section 6.1: only HTTP/1.1 can say where such a body ends.
        if self.version != "1.1" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding is not of this version")
        # Source: RFC 9112, section 6.1. A proxy may have taken the other one for the end of it.
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            self.headers["CONNECTION"] = "close"


class PatientChannel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """One connection: its request must arrive in time; the laziest makes room for a new one.

    Waitress reads all requests in one thread and gives only whole ones to the others, so
    a slow client costs a connection and no thread. Its own limits are on silence alone: a
    byte now and then holds a connection forever, and with all of them held it accepts
    nobody else. And a thread waits for a client that does not take its answers: another
    one does its work meanwhile.
    """

    parser_class = StrictParser
    task_class = KeepingTask
    error_task_class = RefusedTask

    def __init__(self, *arguments: Any, clock: Clock, **named: Any) -> None:  # noqa: ANN401 - waitress' own
        self._clock = clock
        self._began_s: float | None = None
        self._useful_s = self._taken_s = clock.monotonic_s()
        self._waiting_bytes = 0
        super().__init__(*arguments, **named)
        self._make_room()

    def received(self, data: bytes) -> bool:
        """Take what has arrived, and note when an unfinished request began."""
        taken: bool = super().received(data)
        now_s = self._clock.monotonic_s()
        if self.request is None:
            self._began_s = None
            self._useful_s = now_s
        elif self._began_s is None:
            self._began_s = now_s
        return taken

    def readable(self) -> bool:
        """Tell whether to wait for more; the server asks at least once a second."""
        if self._is_late():
            self.will_close = True
        if self._is_stalled():
            self.handle_close()
            return False
        return bool(super().readable())

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Wait until the client has taken enough; where too many wait already, drop it."""
        if self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return
        with self.server.task_dispatcher.stand_in() as has_one:
            if has_one:
                super()._flush_outbufs_below_high_watermark()
            else:
                # What is being answered ends by itself; the loop then closes the connection.
                self.will_close, self.connected = True, False
                self.server.pull_trigger()

    def _is_late(self) -> bool:
        began_s = self._began_s
        return began_s is not None and self._clock.monotonic_s() - began_s > REQUEST_WITHIN_S

    def _is_stalled(self) -> bool:
        """Tell whether a client has taken nothing of what waits for it for too long."""
        now_s, waiting_bytes = self._clock.monotonic_s(), self.total_outbufs_len
        if waiting_bytes == 0 or waiting_bytes != self._waiting_bytes:
            self._waiting_bytes, self._taken_s = waiting_bytes, now_s
        return now_s - self._taken_s > STALLED_S

    def _make_room(self) -> None:
        """Close the connection that has sent no whole request for the longest time."""
        waiting = [
            channel
            for channel in self.server.active_channels.values()
            if not channel.requests and not channel.will_close
        ]
        if len(self.server.active_channels) > MAX_CONNECTIONS and waiting:
            min(waiting, key=lambda channel: channel._useful_s).will_close = True  # noqa: SLF001 - its own kind


class EndingDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc] # waitress has no types
    """Has a thread for each live stream and each slow reader; ends streams before it waits."""

    def __init__(self, streams: LiveStreams | None) -> None:
        super().__init__()
        self._streams = streams
        self._turn = threading.Lock()
        self._live = self._waiting = 0
        self._is_over = False
        self.set_thread_count(THREADS)
        if streams is not None:
            streams.opened = self._live_are

    @contextmanager
    def stand_in(self) -> Iterator[bool]:
        """Lend a thread in place of one that waits for its client; False: too many wait."""
        with self._turn:
            is_lent = self._waiting < MAX_WAITING
            self._waiting += is_lent
            self._resize()
        try:
            yield is_lent
        finally:
            with self._turn:
                self._waiting -= is_lent
                self._resize()

    def shutdown(self, *arguments: Any, **named: Any) -> bool:  # noqa: ANN401 - waitress' own
        """Shut down."""
        with self._turn:
            self._is_over = True
        if self._streams is not None:
            self._streams.ended.set()
        return bool(super().shutdown(*arguments, **named))

    def _live_are(self, count: int) -> None:
        with self._turn:
            self._live = count
            self._resize()

    def _resize(self) -> None:
        if not self._is_over:
            self.set_thread_count(THREADS + self._live + self._waiting)


def open_server(
    app: Flask, listener: socket.socket, channels: dict[int, object], *, clock: Clock
) -> BaseWSGIServer:
    """Return a server on a listening socket; answering waits for its run()."""
    # A queue one deep is a normal moment, not a line in the journal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    dispatcher = EndingDispatcher(app.extensions.get(STREAMS))
    server = waitress.create_server(
        app,
        _dispatcher=dispatcher,
        outbuf_high_watermark=MAX_WAITING_BYTES,
        map=channels,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        connection_limit=2 * MAX_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=LOOK_EVERY_S,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=MAX_BODY_BYTES + 1,  # this many are refused
        asyncore_use_poll=True,
        # Who asks is always the connection's address; web/views/attempts.py alone looks further.
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = partial(PatientChannel, clock=clock)
    return server
