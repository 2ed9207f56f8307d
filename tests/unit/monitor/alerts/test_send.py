"""What really arrives at a push server, and what each way of failing is called."""

import html
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from email.utils import formatdate

import msgspec
import pytest
import requests
from apprise.plugins.base import NotifyBase

from monitor.alerts import send as sending
from monitor.alerts.channels import Answer, Letter, Outcome
from monitor.alerts.send import send
from monitor.cli.demo_place import any_free_port
from tests.fakes.http_receiver import HttpReceiver, http_receiver

NOW_MS = 1_795_388_400_000
# Apprise's own import, on Pythons before 3.13.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    yield
    logging.getLogger("apprise").setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def _logging_stays_on() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as running:
        yield running


def letter(url: str, urgency: str = "normal") -> Letter:
    return Letter(url=url, title="Too warm", body="Bedroom: 24.1 °C.", urgency=urgency)


def test_a_webhook_gets_title_and_body(receiver: HttpReceiver) -> None:
    answer = send(letter(f"json://{receiver.address}/hook"), NOW_MS)

    assert answer == Answer(outcome=Outcome.SENT, words="sent")
    (arrived,) = receiver.arrived
    assert arrived.path == "/hook"
    said = json.loads(arrived.body)
    assert (said["title"], said["message"]) == ("Too warm", "Bedroom: 24.1 °C.")


def test_ntfy_gets_title_body_and_topic(receiver: HttpReceiver) -> None:
    answer = send(letter(f"ntfy://{receiver.address}/our-topic"), NOW_MS)

    assert answer.outcome is Outcome.SENT
    (arrived,) = receiver.arrived
    said = json.loads(arrived.body)
    assert said == {"topic": "our-topic", "title": "Too warm", "message": "Bedroom: 24.1 °C."}
    assert not {"X-Priority", "X-Icon"} & arrived.headers.keys(), "nothing for others to fetch"


def test_what_a_channel_would_take_for_markup_arrives_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posted: list[bytes] = []

    def taken(_: requests.Session, asked: requests.PreparedRequest, **__: object) -> object:
        posted.append(asked.body if isinstance(asked.body, bytes) else str(asked.body).encode())
        answer = requests.Response()
        answer.status_code, answer.raw = 200, io.BytesIO(b"{}")
        return answer

    monkeypatch.setattr(requests.Session, "send", taken)
    hostile = Letter(
        url="tgram://123456789:abcdefg_hijklmnop/12315544/?detect=no",
        title="Too warm",
        body='<a href="http://elsewhere">Mum & Dad</a>: 24.1 °C.',
        urgency="normal",
    )

    answer = send(hostile, NOW_MS)

    assert answer.outcome is Outcome.SENT
    text = json.loads(posted[-1])["text"]
    assert "<a" not in text
    assert html.unescape(re.sub("</?b>", "", text)).endswith(hostile.body)


@pytest.mark.parametrize(("urgency", "priority"), [("silent", "low"), ("wake", "max")])
def test_ntfy_is_asked_for_less_or_more_noise(
    receiver: HttpReceiver, urgency: str, priority: str
) -> None:
    send(letter(f"ntfy://{receiver.address}/our-topic?tags=bed", urgency), NOW_MS)
    send(letter(f"ntfy://{receiver.address}/our-topic", urgency), NOW_MS)

    assert [one.headers["X-Priority"] for one in receiver.arrived] == [priority] * 2
    assert receiver.arrived[0].headers["X-Tags"] == "bed"


@pytest.mark.parametrize("url", ["no url at all", "gibberish://somewhere", "pover://", ""])
def test_a_url_that_is_none_is_told_apart(url: str) -> None:
    assert send(letter(url), NOW_MS).outcome is Outcome.WRONG_URL


@pytest.mark.parametrize(
    ("status", "word"),
    [(400, "refuses"), (401, "password"), (403, "topic"), (404, "url"), (410, "url"),
     (413, "large")],
)  # fmt: skip
def test_a_refusal_is_permanent_and_says_what_to_mend(
    receiver: HttpReceiver, status: int, word: str
) -> None:
    receiver.status = status

    answer = send(letter(f"json://{receiver.address}/hook"), NOW_MS)

    assert answer.outcome is Outcome.PERMANENT
    assert str(status) in answer.words
    assert word in answer.words


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_server_that_cannot_now_may_be_asked_again(receiver: HttpReceiver, status: int) -> None:
    receiver.status = status

    answer = send(letter(f"ntfy://{receiver.address}/our-topic"), NOW_MS)

    assert answer.outcome is Outcome.RETRYABLE
    assert answer.retry_after_s is None
    assert str(status) in answer.words


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [("120", 120.0), (formatdate(NOW_MS / 1000 + 90, usegmt=True), 90.0), ("0", 0.0),
     (formatdate(NOW_MS / 1000 - 90, usegmt=True), 0.0), ("soon", None), ("999999", 21_600.0),
     ("Mon, 1 Jan 2026 00:00:00 +9999999999999", None)],
)  # fmt: skip
def test_a_server_that_asks_for_patience_is_heard(
    receiver: HttpReceiver, asked: str, wait_s: float | None
) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": asked}

    answer = send(letter(f"json://{receiver.address}/hook"), NOW_MS)

    assert answer.outcome is Outcome.RETRYABLE
    assert answer.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(301, Outcome.PERMANENT), (302, Outcome.RETRYABLE), (303, Outcome.RETRYABLE),
     (307, Outcome.RETRYABLE), (308, Outcome.PERMANENT)],
)  # fmt: skip
def test_a_server_that_sends_elsewhere_has_not_taken_the_message(
    receiver: HttpReceiver, status: int, outcome: Outcome
) -> None:
    with http_receiver() as portal:
        receiver.status = status
        receiver.headers = {"Location": f"http://{portal.address}/login"}

        answer = send(letter(f"json://{receiver.address}/hook"), NOW_MS)

    assert answer.outcome is outcome
    assert "elsewhere" in answer.words
    assert not portal.arrived, "what follows such an answer carries no message"


def test_a_dead_server_may_be_asked_again() -> None:
    answer = send(letter(f"json://127.0.0.1:{any_free_port('127.0.0.1')}/hook"), NOW_MS)

    assert answer.outcome is Outcome.RETRYABLE
    assert "no connection" in answer.words


def test_a_server_that_hangs_is_left_and_may_be_asked_again(receiver: HttpReceiver) -> None:
    receiver.hangs = True

    answer = send(letter(f"json://{receiver.address}/hook?rto=0.2"), NOW_MS)

    assert answer.outcome is Outcome.RETRYABLE
    assert "did not answer in time" in answer.words


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.SENT), (500, Outcome.RETRYABLE)])
def test_an_answer_that_never_ends_is_read_no_further_than_answers_are_long(
    receiver: HttpReceiver, status: int, outcome: Outcome
) -> None:
    receiver.status, receiver.never_ends = status, True
    answers: list[Answer] = []
    sender = threading.Thread(
        target=lambda: answers.append(send(letter(f"json://{receiver.address}/hook"), NOW_MS)),
        daemon=True,
    )

    sender.start()
    sender.join(10)
    receiver.released.set()
    sender.join(10)

    assert [answer.outcome for answer in answers] == [outcome]
    assert receiver.written_bytes < 16 * 2**20, "what the socket's buffers hold, and a little"


@pytest.mark.parametrize(
    ("error", "word"),
    [(requests.exceptions.SSLError, "certificate"), (requests.ConnectTimeout, "reached"),
     (requests.exceptions.ChunkedEncodingError, "ChunkedEncodingError")],
)  # fmt: skip
def test_other_failures_are_named_without_their_own_text(
    monkeypatch: pytest.MonkeyPatch, error: type[requests.RequestException], word: str
) -> None:
    def fails(*_: object, **__: object) -> requests.Response:
        raise error("https://secret-token@host")

    monkeypatch.setattr(requests.Session, "send", fails)

    answer = send(letter("json://me:secret-token@host/hook"), NOW_MS)

    assert word in answer.words
    assert "secret" not in answer.words


def test_a_channel_that_fails_without_http_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(NotifyBase, "notify", lambda *_, **__: False)

    assert send(letter("json://host/hook"), NOW_MS).outcome is Outcome.RETRYABLE


def test_the_child_reads_a_letter_and_writes_its_answer(
    receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[int] = []
    told = io.BytesIO()
    asked = io.BytesIO(msgspec.json.encode(letter(f"json://{receiver.address}/hook")))
    monkeypatch.setattr(sending.signal, "alarm", alarms.append)
    monkeypatch.setattr(sending.logging, "disable", lambda _: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(asked))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(told))

    sending.main()

    assert msgspec.json.decode(told.getvalue(), type=Answer).outcome is Outcome.SENT
    assert alarms
    assert alarms[0] > 0
