"""Real waitress on loopback: slow, idle and greedy clients against people."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import msgspec
import pytest
from flask import request
from waitress.wasyncore import close_all

from monitor.runtime.clock import RealClock, VirtualClock
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS, minutes_between
from tests.fakes.broker import wait_until
from tests.fakes.house import FakeHouse
from web.api_documents import ErrorDocument
from web.server import MAX_CONNECTIONS, MAX_WAITING, STALLED_S, THREADS, open_server

HALF_A_REQUEST = b"POST /nights HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"


class Served:
    """The pages behind the real server; its patience runs on a clock of the test's own."""

    def __init__(self) -> None:
        self.patience = VirtualClock(start_ms=0)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.channels: dict[int, object] = {}
        self.house = FakeHouse(clock=VirtualClock(start_ms=0))
        self.asked_from: list[str | None] = []
        app = self.house.app()
        app.before_request(lambda: self.asked_from.append(request.remote_addr))
        self.server = open_server(app, self.listener, self.channels, clock=self.patience)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.server.asyncore.loop(timeout=0.05, map=self.channels, use_poll=True)

    def client(self, said: bytes = b"") -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.sendall(said)
        return made

    def get(self, path: str = "/") -> int:
        # How soon it answers is measured where a test says so; a busy machine may take longer.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def connections(self) -> int:
        return len(self.server.active_channels)

    def waiting_for_more(self) -> int:
        """Return how many connections have sent a part of a request."""
        channels = list(self.server.active_channels.values())
        return sum(channel._began_s is not None for channel in channels)

    def waiting_bytes(self) -> int:
        """Return how much waits for clients to take it."""
        return sum(it.total_outbufs_len for it in list(self.server.active_channels.values()))

    def close(self) -> None:
        self.server.task_dispatcher.shutdown()
        close_all(self.channels)
        self.thread.join(10)


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.close()


def test_a_hundred_slow_clients_do_not_keep_a_person_waiting(served: Served) -> None:
    clock = RealClock()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(served.client(HALF_A_REQUEST))
        before_s = clock.monotonic_s()
        assert served.get() == 200
        assert clock.monotonic_s() - before_s < 2


def test_three_times_more_slow_clients_than_connections_make_room(served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(3 * MAX_CONNECTIONS):
            stack.enter_context(served.client(HALF_A_REQUEST))
            served.patience.wait(0.001)
        assert [served.get() for _ in range(5)] == [200] * 5
        wait_until(lambda: served.connections() <= MAX_CONNECTIONS + 1, "room is made")


def test_who_asks_for_years_and_reads_nothing_is_dropped(served: Served) -> None:
    end_ms = LIGHTS_OUT_MS + 8_000 * MINUTE_MS
    served.house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, end_ms)
    ask = b"GET /api/v1/minutes?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z HTTP/1.1"
    with socket.socket() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.connect(("127.0.0.1", served.port))
        greedy.sendall(ask + b"\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: served.waiting_bytes() > 200_000, "what it does not read waits")
        assert served.waiting_bytes() < 2_000_000
        wait_until(lambda: served.patience.wait(STALLED_S / 4) or not served.connections(), "gone")
        assert served.get() == 200


def greedy_client(served: Served, stack: ExitStack) -> None:
    """Ask for ten megabytes in one breath and read nothing; nobody needs to be known for it."""
    greedy = stack.enter_context(socket.socket())
    greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    greedy.connect(("127.0.0.1", served.port))
    greedy.sendall(b"GET /static/nightroom.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)


def test_who_asks_often_and_reads_nothing_does_not_keep_a_person_waiting(served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(THREADS + 2):
            greedy_client(served, stack)
        # More threads than answer at first wait for them all.
        much = (THREADS + 2) * 256 * 1024
        wait_until(lambda: served.waiting_bytes() > much, "answers wait for each of them")
        assert [served.get() for _ in range(3)] == [200] * 3
    wait_until(lambda: not served.connections(), "all have left")


def test_where_too_many_wait_for_slow_readers_the_next_one_is_dropped(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as stack:
        for _ in range(MAX_WAITING + THREADS + 2):
            greedy_client(served, stack)
        wait_until(lambda: served.connections() <= MAX_WAITING, "the others are gone")
        assert [served.get() for _ in range(3)] == [200] * 3
    wait_until(lambda: not served.connections(), "all have left")
    assert "Traceback" not in caplog.text


def test_a_byte_now_and_then_does_not_hold_a_connection(served: Served) -> None:
    with served.client(HALF_A_REQUEST) as slow:
        wait_until(lambda: served.waiting_for_more() == 1, "its first bytes are read")
        for _ in range(4):
            served.patience.wait(6)
            try:
                slow.sendall(b"x")
            except OSError:
                break
        assert slow.recv(1000) == b""


@pytest.mark.slow
def test_a_page_that_asks_each_second_is_not_the_one_that_makes_room(served: Served) -> None:
    page = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    with ExitStack() as stack:
        for _ in range(MAX_CONNECTIONS + 50):
            stack.enter_context(served.client(HALF_A_REQUEST))
            served.patience.wait(0.1)
            page.request("GET", "/api/v1/now")
            answer = page.getresponse()
            answer.read()
            assert answer.status == 200
            kept = page.sock
        assert page.sock is kept
    page.close()


@pytest.mark.parametrize(
    "said",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n" + b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n0\r\n\r\n",
    ],
    ids=["announced", "chunked"],
)  # fmt: skip
def test_a_body_over_64_kib_is_413(served: Served, said: bytes) -> None:
    with served.client(said) as client:
        assert b" 413 " in client.recv(1000).split(b"\r\n")[0]


def test_a_body_of_64_kib_is_taken(served: Served) -> None:
    head = b"POST /api/v1/marks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n"
    with served.client(head + b" " * 65_536) as client:
        assert client.recv(1000).split(b" ")[1] == b"403"  # no page of ours: somebody looked at it


def test_a_body_over_64_kib_is_told_to_a_program_as_every_error_is(served: Served) -> None:
    head = b"POST /api/v1/marks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n"
    with served.client(head) as client:
        answer = http.client.HTTPResponse(client)
        answer.begin()
        error = msgspec.json.decode(answer.read(), type=ErrorDocument)
    assert (error.status, answer.getheader("Content-Type")) == (413, "application/json")


def test_a_request_that_says_its_length_in_two_ways_is_the_last_of_its_connection(
    served: Served,
) -> None:
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with served.client(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + both) as client:
        client.sendall(b"GET /about HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = b""
        # Closed with a request unread, it is reset behind the answer.
        with suppress(ConnectionResetError):
            while piece := client.recv(65_536):
                said += piece
    assert b"\r\nConnection: close\r\n" in said
    assert said.count(b"HTTP/1.1 ") == 1


def test_before_http_1_1_a_body_in_chunks_is_refused_and_the_last_of_its_connection(
    served: Served,
) -> None:
    head = b"GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n"
    hidden = b"GET /about HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with served.client(head + b"Transfer-Encoding: chunked\r\n\r\n" + hidden) as client:
        said = b""
        with suppress(ConnectionResetError):
            while piece := client.recv(65_536):
                said += piece
    assert said.startswith(b"HTTP/1.0 400 ")
    assert said.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (b"http://evil.example/", b"localhost", b"400"),
        (b"http://localhost/", b"evil.example", b"200"),
        (b"http://me@localhost/", b"localhost", b"400"),
        (b"//evil.example/", b"localhost", b"404"),
    ],
)
def test_an_address_that_names_its_host_is_judged_by_that_one(
    served: Served, target: bytes, host: bytes, status: bytes
) -> None:
    head = b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    with served.client(head) as client:
        assert client.recv(1000).split(b" ")[1] == status


@pytest.mark.parametrize("path", [b"/", b"/bedside", b"/api/v1/now"])
def test_the_answer_to_head_for_a_foreign_host_ends_with_its_headers(
    served: Served, path: bytes
) -> None:
    ask = b"HEAD " + path + b" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    said = b""
    with served.client(ask) as client:
        while piece := client.recv(65_536):
            said += piece
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.partition(b"\r\n\r\n")[2] == b""


def test_a_head_over_16_kib_is_refused(served: Served) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 20_000
    with served.client(head + b"\r\n\r\n") as client:
        assert client.recv(1000).split(b" ")[1] in (b"431", b"400")


@pytest.mark.parametrize(
    "said",
    [
        b"what is this",
        # More digits than Python reads as a number.
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5_000,
    ],
    ids=["nonsense", "length"],
)
def test_what_is_no_request_is_refused_with_the_headers_of_every_answer(
    served: Served, said: bytes
) -> None:
    with served.client(said + b"\r\n\r\n") as client:
        answer = client.recv(2000)
    assert answer.split(b" ")[1] == b"400"
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in answer
    assert b"\r\nContent-Security-Policy: default-src 'self'" in answer


LONG = b"X-Long: " + b"x" * 20_000
UNREADABLE = b"Content-Length: many"


def refused(served: Served, path: bytes, header: bytes) -> tuple[int, str, bytes]:
    """Return status, type and body of the answer to a request that no application gets."""
    head = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + header
    with served.client(head + b"\r\n\r\n") as client:
        answer = http.client.HTTPResponse(client)
        answer.begin()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()


@pytest.mark.parametrize(
    ("header", "status"), [(LONG, 431), (UNREADABLE, 400), (b"Content-Length: 65537", 413)]
)
@pytest.mark.parametrize("path", [b"/bedside?room=guest", b"/login?next=%2Fbedside"])
def test_beside_the_bed_what_is_no_request_is_refused_in_the_dark(
    served: Served, path: bytes, header: bytes, status: int
) -> None:
    code, kind, body = refused(served, path, header)
    assert (code, kind) == (status, "text/html; charset=utf-8")
    assert b'<body bgcolor="#000000"' in body


def test_elsewhere_what_is_no_request_is_refused_in_words_and_to_a_program_as_every_error_is(
    served: Served,
) -> None:
    code, kind, body = refused(served, b"/nights", LONG)
    assert (code, kind) == (431, "text/plain; charset=utf-8")
    assert body == b"The head of this request is too long.\n"
    code, kind, body = refused(served, b"/api/v1/now", UNREADABLE)
    error = msgspec.json.decode(body, type=ErrorDocument)
    assert (code, kind, error.status) == (400, "application/json", 400)


def addresses_seen(served: Served, *headers: dict[str, str]) -> list[str | None]:
    """Return whom the pages take each request to be from."""
    served.asked_from.clear()
    for one in headers:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.request("GET", "/", headers=one)
        assert connection.getresponse().status == 200
        connection.close()
    return served.asked_from


def test_an_address_said_by_the_client_is_not_believed(served: Served) -> None:
    forged = {"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4", "X-Real-IP": "1.2.3.4"}
    assert addresses_seen(served, forged) == ["127.0.0.1"]
