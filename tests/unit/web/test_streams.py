"""Live streams: what is sent, when they end, how many there can be."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from monitor.runtime.clock import VirtualClock
from tests.fakes.browser import serving
from tests.fakes.full_house import everything
from web.streams import HEARTBEAT, LIFE_S, RETRY, LiveStreams, Stream

START_MS = 1_795_388_400_000


class Said:
    """What a room says, read after read; the last word stands."""

    def __init__(self, *words: bytes) -> None:
        self.words = list(words)

    def __call__(self) -> tuple[bytes, bytes] | None:
        word = self.words.pop(0) if len(self.words) > 1 else self.words[0]
        return None if word == b"gone" else (word, word)


@pytest.fixture
def streams() -> LiveStreams:
    return LiveStreams(VirtualClock(start_ms=START_MS), limit=2)


def begun(streams: LiveStreams, *words: bytes) -> Stream:
    stream = streams.begin(Said(*words))
    assert stream is not None
    return stream


def test_what_is_said_again_is_not_sent_again(streams: LiveStreams) -> None:
    pieces = list(begun(streams, b"one", b"one", b"two", b"two"))
    assert pieces[:3] == [RETRY, b"data: one\n\n", b"data: two\n\n"]
    assert pieces[3:] == [HEARTBEAT] * 5


def test_a_stream_ends_after_a_minute_so_that_its_reader_is_checked_again() -> None:
    clock = VirtualClock(start_ms=START_MS)
    list(begun(LiveStreams(clock), b"one"))
    assert clock.now_ms() - START_MS == LIFE_S * 1000


def test_a_stream_ends_when_nothing_can_be_read(streams: LiveStreams) -> None:
    assert list(begun(streams, b"one", b"gone")) == [RETRY, b"data: one\n\n"]


def test_a_stream_too_many_is_refused_until_another_one_closes(streams: LiveStreams) -> None:
    first, _ = begun(streams, b"one"), begun(streams, b"one")
    assert streams.begin(Said(b"one")) is None
    first.close()
    first.close()
    assert streams.begin(Said(b"one")) is not None
    assert streams.begin(Said(b"one")) is None


def test_when_the_dashboard_stops_streams_end_and_none_begins(streams: LiveStreams) -> None:
    stream = begun(streams, b"one")
    streams.ended.set()
    assert list(stream) == [RETRY, b"data: one\n\n"]
    assert streams.begin(Said(b"one")) is None


class Pages:
    """Open pages of a served house, closed in the end."""

    def __init__(self) -> None:
        self.connections: list[http.client.HTTPConnection] = []
        self.answers: list[http.client.HTTPResponse] = []

    def open(self, address: str, path: str = "/api/v1/events") -> http.client.HTTPResponse:
        port = int(address.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        self.connections.append(connection)
        self.answers.append(connection.getresponse())
        return self.answers[-1]

    def close(self) -> None:
        for one in (*self.answers, *self.connections):
            one.close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    with closing(Pages()) as made:
        yield made


def test_fifty_pages_are_live_and_the_next_one_is_told_to_ask(pages: Pages) -> None:
    with serving(everything()) as address:
        live = [pages.open(address) for _ in range(50)]
        assert {page.status for page in live} == {200}
        assert live[0].getheader("Content-Type") == "text/event-stream; charset=utf-8"
        for page in live:
            assert page.readline() == b"retry: 2000\n"
            page.readline()
            assert page.readline().startswith(b'data: {"v":1,')
        refused = pages.open(address)
        assert (refused.status, refused.getheader("Retry-After")) == (503, "30")
        # Who asks is answered all the same.
        assert pages.open(address, "/api/v1/now").status == 200


def test_a_dashboard_with_live_pages_stops_at_once(pages: Pages) -> None:
    done = threading.Event()

    def serve() -> None:
        with serving(everything()) as address:
            assert pages.open(address).readline()
        done.set()

    thread = threading.Thread(target=serve)
    thread.start()
    assert done.wait(4.0)
    thread.join()


def test_an_unknown_room_has_no_events(pages: Pages) -> None:
    with serving(everything()) as address:
        assert pages.open(address, "/api/v1/events?room=attic").status == 404
