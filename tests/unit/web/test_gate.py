import doctest
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from monitor.runtime.clock import VirtualClock
from monitor.runtime.settings import WebSettings
from tests.fakes.house import FakeHouse
from web import gate
from web.api_documents import ErrorDocument


def ask(host: str, *, hosts: tuple[str, ...] = (), **options: Any) -> TestResponse:  # noqa: ANN401 - the test client's own
    app = FakeHouse(clock=VirtualClock(start_ms=0)).app(WebSettings(hosts=hosts))
    return app.test_client().get("/", headers={"Host": host}, **options)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(gate).failed == 0


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "192.168.1.7:8080",
        "[fe80::1]:80",
        "bedside",
        "Bedside.local.",
    ],
)
def test_the_machines_own_names_and_addresses_are_answered(host: str) -> None:
    assert ask(host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "bedside.local.evil.example", "localhost.evil", "1.2.3.4.evil"]
)
def test_a_foreign_name_is_refused_because_it_may_be_rebound(host: str) -> None:
    answer = ask(host)
    assert answer.status_code == 400
    assert b"[web]" in answer.data


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost..",
        "localhost:evil",
        "localhost:8080@evil",
        "[localhost]",
        "[::1",
        "[::1]evil",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert ask(host).status_code == 400


def test_a_configured_name_is_answered() -> None:
    assert ask("night.home.arpa", hosts=("Night.home.arpa",)).status_code == 200


def test_a_hostname_that_ends_in_local_already_is_not_doubled() -> None:
    assert gate.allowed_names("bed.local", ()) == {"localhost", "bed.local"}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v1/now", "/static/now.js"])
def test_every_answer_carries_the_security_headers(path: str) -> None:
    app = FakeHouse(clock=VirtualClock(start_ms=0)).app()
    with app.test_client().get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_refusal_carries_them_too() -> None:
    assert "Content-Security-Policy" in ask("evil.example").headers


@pytest.mark.parametrize("length", [str(64 * 1024 + 1), "a lot", "-1"])
def test_a_large_or_unreadable_body_length_is_refused(length: str) -> None:
    environ = {"CONTENT_LENGTH": length}
    assert ask("localhost", environ_overrides=environ).status_code == 413


@pytest.mark.parametrize(
    ("address", "is_dark"),
    [("/bedside", True), ("/login?next=/bedside", True),
     ("/setup?next=%2Fbedside%3Froom%3Da", True), ("/login", False),
     ("/login?next=/nights", False), ("/login?next=//evil.example/bedside", False)],
)  # fmt: skip
@pytest.mark.parametrize(
    ("host", "length", "status"), [("evil.example", "0", 400), ("localhost", "70000", 413)]
)
def test_on_the_way_to_the_bedside_it_refuses_in_the_dark(
    address: str, is_dark: bool, host: str, length: str, status: int
) -> None:
    browser = FakeHouse(clock=VirtualClock(start_ms=0)).app(WebSettings()).test_client()
    for ask in (browser.get, browser.post):
        answer = ask(address, headers={"Host": host}, environ_overrides={"CONTENT_LENGTH": length})
        assert answer.status_code == status
        assert ('bgcolor="#000000"' in answer.text) is is_dark


@pytest.mark.parametrize("path", ["/", "/status", "/bedside", "/api/v1/now"])
def test_a_cookie_of_another_service_that_is_no_text_keeps_nobody_out(path: str) -> None:
    app = FakeHouse(clock=VirtualClock(start_ms=0)).app(WebSettings())
    environ = {"HTTP_COOKIE": "theirs=\xff; nightroom_visitor=" + "a" * 32}
    assert app.test_client(use_cookies=False).get(path, environ_base=environ).status_code == 200


@pytest.mark.parametrize(
    ("host", "length", "status"), [("evil.example", "0", 400), ("localhost", "70000", 413)]
)
def test_to_a_program_it_refuses_as_every_error_is_told(
    host: str, length: str, status: int
) -> None:
    browser = FakeHouse(clock=VirtualClock(start_ms=0)).app(WebSettings()).test_client()
    answer = browser.post(
        "/api/v1/marks", headers={"Host": host}, environ_overrides={"CONTENT_LENGTH": length}
    )
    error = msgspec.json.decode(answer.data, type=ErrorDocument)
    assert (answer.status_code, error.status, answer.mimetype) == (
        status, status, "application/json",
    )  # fmt: skip
