import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, Response
from waitress.wasyncore import close_all

from monitor.cli.demo_place import any_free_port
from monitor.runtime.clock import RealClock
from monitor.runtime.settings import WebSettings
from web.serving import listen

HOST = "127.0.0.1"


@contextmanager
def serving() -> Iterator[http.client.HTTPConnection]:
    app = Flask(__name__)
    app.add_url_rule("/pieces", "pieces", lambda: Response(iter([b"one", b"two"])))
    app.add_url_rule("/<int:status>", view_func=lambda status: Response(status=status))
    channels: dict[int, object] = {}
    port = any_free_port(HOST)
    server = listen(app, WebSettings(host=HOST, port=port), channels, clock=RealClock())
    thread = threading.Thread(target=server.run)
    thread.start()
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    yield connection
    connection.close()
    server.task_dispatcher.shutdown()
    close_all(channels)
    thread.join(10)


def stays_open(connection: http.client.HTTPConnection, path: str, **headers: str) -> bool:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == int(path[1:])
    answer.read()
    return not answer.will_close


def test_a_browser_that_has_the_page_keeps_its_connection() -> None:
    with serving() as connection:
        assert stays_open(connection, "/304")
        assert stays_open(connection, "/200")
        assert stays_open(connection, "/304")


def test_the_head_of_what_is_streamed_has_no_body_that_the_next_answer_would_begin_with() -> None:
    with serving() as connection:
        connection.request("HEAD", "/pieces")
        connection.getresponse().read()
        connection.request("GET", "/pieces")
        assert connection.getresponse().read() == b"onetwo"


@pytest.mark.parametrize("path", ["/304", "/200"])
def test_who_asks_to_close_is_obeyed(path: str) -> None:
    with serving() as connection:
        assert not stays_open(connection, path, Connection="close")


def test_other_answers_without_a_length_close_as_before() -> None:
    with serving() as connection:
        assert not stays_open(connection, "/204")
