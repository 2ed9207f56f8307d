"""What is given again is given to nobody who would not get it the whole way."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from monitor.store.access_rows import TokenKind
from tests.fakes.access import Browser, Door
from tests.fakes.bedroom import a_night
from tests.fakes.house import FakeLiveRoom
from web.again import Again
from web.gate import Gate
from web.guard import Who

NOW = "/api/v1/now"
NIGHT = "/nights/2026-11-22"
ADDRESSES = (
    NOW,
    f"{NOW}?",
    f"{NOW}?room=bedroom",
    f"{NOW}?room=attic",
    f"{NOW}?room=",
    f"{NOW}?room=%62edroom",
    f"{NOW}?room=bedroom&room=attic",
    f"{NOW}/",
    f"/{NOW}",
    "/api/v1/%6Eow",
    "/API/V1/NOW",
    NIGHT,
    f"{NIGHT}?room=bedroom",
    f"{NIGHT}?room=attic",
    f"{NIGHT}/",
    f"{NIGHT}/..{NIGHT}",
    "/settings",
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "get")
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "gzip"},
    {"If-None-Match": "*"},
    {"Host": "evil.example"},
    {"Content-Length": "99999999"},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Basic YTpi"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"Sec-Fetch-Site": "cross-site"},
)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    made.house.live.files["bedroom"] = FakeLiveRoom()
    made.house.store.put(a_night())
    made.clock.wait(86_400)
    yield made
    made.close()


def again_of(door: Door) -> Again:
    gate = door.app.wsgi_app
    assert isinstance(gate, Gate)
    again = gate._app
    assert isinstance(again, Again)
    return again


def warmed(door: Door) -> Browser:
    """Return a signed-in browser that has had everything that can be kept; a kiosk has, too."""
    kiosk = door.kiosk()
    browser = door.signed_in()
    for address in (NOW, f"{NOW}?room=bedroom", NIGHT, f"{NIGHT}?room=bedroom"):
        assert kiosk.get(address).status_code == 200
        assert browser.get(address).status_code == 200
    return browser


def visitors(door: Door) -> dict[str, Browser]:
    signed_out = door.signed_in()
    cookie = signed_out.cookie("nightroom_session") or ""
    door.auth.sessions.end(cookie)
    revoked = door.kiosk()
    door.auth.revoke_token(max(token.token_id for token in door.auth.tokens()))
    forged, swapped = door.browser(), door.browser()
    forged.give("nightroom_session", "a" * 43)
    swapped.give("nightroom_session", door.kiosk().cookie("nightroom_kiosk") or "")
    return {
        "household": warmed(door),
        "kiosk": door.kiosk(),
        "nobody": door.browser(),
        "signed out": signed_out,
        "revoked": revoked,
        "forged": forged,
        "swapped": swapped,
    }


def ask(browser: Browser, method: str, path: str, headers: dict[str, str]) -> TestResponse:
    length = {"CONTENT_LENGTH": headers["Content-Length"]} if "Content-Length" in headers else {}
    answer = browser.client.open(
        path,
        method=method,
        base_url=browser.own,
        headers=headers,
        environ_overrides={**browser.environ, **length},
    )
    answer.close()
    return answer


def said(answer: TestResponse) -> tuple[str, list[tuple[str, str]], bytes]:
    return answer.status.upper(), sorted(answer.headers), answer.data


@pytest.mark.slow
def test_whoever_asks_gets_what_the_application_would_say(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = visitors(door)
    asked = [
        (who, method, path, headers)
        for who, path in product(people, ADDRESSES)
        for method, headers in [
            *((method, HEADERS[0]) for method in METHODS),
            *(("GET", headers) for headers in HEADERS[1:]),
        ]
    ]
    quick = [said(ask(people[who], *rest)) for who, *rest in asked]
    monkeypatch.setattr(Again, "_find", lambda *_: None)
    whole = [said(ask(people[who], *rest)) for who, *rest in asked]
    different = [one for one, was, due in zip(asked, quick, whole, strict=True) if was != due]
    assert different == []


@pytest.mark.parametrize("address", [NOW, f"{NOW}?room=bedroom", NIGHT, f"{NIGHT}?room=bedroom"])
def test_what_is_kept_does_not_go_through_the_application(door: Door, address: str) -> None:
    browser = warmed(door)
    again_of(door)._app = lambda *_: pytest.fail("the application was asked")  # type: ignore[misc] # only here
    assert browser.get(address).status_code == 200


def test_an_api_token_sees_the_room_and_no_page(door: Door) -> None:
    warmed(door)
    secret = door.auth.make_token(TokenKind.API, "script")
    program = door.browser()
    given = {"Authorization": f"Bearer {secret}"}
    assert program.get(NOW, **given).status_code == 200
    assert program.get(NIGHT, **given).status_code == 403
    door.auth.revoke_token(door.auth.tokens()[0].token_id)
    assert program.get(NOW, **given).status_code == 401


def test_who_is_signed_out_sees_nothing_from_the_next_request_on(door: Door) -> None:
    browser = warmed(door)
    door.auth.sessions.end_peoples()
    assert browser.get(NOW).status_code == 401
    assert browser.get(NIGHT).status_code == 303


def test_a_kiosk_is_not_given_a_persons_page(door: Door) -> None:
    browser = door.signed_in()
    persons = browser.get(NIGHT).text
    kiosks = door.kiosk().get(NIGHT).text
    assert "/diary" in persons
    assert "/diary" not in kiosks
    assert browser.get(NIGHT).text == persons


def test_a_store_that_fails_lets_nobody_see_what_is_kept(door: Door) -> None:
    browser = warmed(door)
    door.writer._connection.close()
    assert browser.get(NOW).status_code == 503
    assert browser.get(NIGHT).status_code == 503


def test_before_the_first_password_nothing_is_given(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    for who, rule in product(Who, (NOW, "/nights/<night>")):
        assert not again_of(door)._guard.admits(who, "GET", rule)
    door.close()
