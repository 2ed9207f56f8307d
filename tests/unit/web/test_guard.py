from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from monitor.runtime.clock import VirtualClock
from monitor.store.access_rows import TokenKind
from tests.fakes.access import PASSWORD, Browser, Door
from tests.fakes.bedroom import a_night
from tests.fakes.full_house import everything
from tests.fakes.house import FakeHouse, FakeLiveRoom
from web.guard import Who, may
from web.origin import SAFE_METHODS

OUT = "/logout"
ACCESS = "/settings/access"
FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8081"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": ""},
    {"Origin": None},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": None, "Referer": "http://evil.example/"},
    {"Origin": None, "Referer": "http://localhost.evil.example/"},
]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield every (method, address) the dashboard has."""
    for rule in app.url_map.iter_rules():
        numbers = {"token_id", "deletion_id"}
        values = {name: 1 if name in numbers else "2026-11-22" for name in rule.arguments}
        _, path = rule.build(values) or ("", "")
        for method in rule.methods or ():
            yield method, path


def ask(browser: Browser, method: str, path: str, **headers: str) -> int:
    answer = browser.client.open(
        path,
        method=method,
        base_url=browser.own,
        headers={"Origin": browser.own, **headers},
        environ_overrides=browser.environ,
    )
    answer.close()
    return answer.status_code


def test_a_stranger_gets_nothing_but_the_door(door: Door) -> None:
    stranger = door.browser()
    closed = {
        (method, path): ask(stranger, method, path)
        for method, path in addresses(door.app)
        if not path.startswith(("/login", "/static", "/kiosk", "/setup"))
    }
    assert len(closed) > 20
    assert set(closed.values()) <= {303, 401, 403}
    assert all(closed[method, path] != 303 for method, path in closed if path.startswith("/api"))


def test_the_api_says_how_to_log_in(door: Door) -> None:
    answer = door.browser().get("/api/v1/now")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json is not None


def test_a_kiosk_reads_and_changes_nothing(door: Door) -> None:
    kiosk = door.kiosk()
    for method, path in addresses(door.app):
        if method not in SAFE_METHODS:
            assert ask(kiosk, method, path) == 403, (method, path)
    assert ask(kiosk, "GET", "/") == 200
    assert ask(kiosk, "GET", "/nights") == 200
    assert ask(kiosk, "GET", "/api/v1/now") == 200
    assert ask(kiosk, "GET", "/settings/access") == 403
    assert ask(kiosk, "GET", "/nowhere") == 404


def test_a_kiosk_makes_marks(door: Door) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    fields = {"id": "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10", "kind": "awake"}
    answer = door.kiosk().submit("/bedside", "/marks", fields)
    where = answer.headers["Location"]
    assert (answer.status_code, where) == (303, f"/bedside?marked={fields['id']}")
    assert len(door.house.household.said) == 1
    assert door.kiosk().submit("/bedside", "/marks/undo", fields).status_code == 303
    assert door.house.household.said == []


def test_a_kiosk_makes_no_more_marks_a_night_than_anybody_needs_and_people_go_on(
    door: Door,
) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    kiosk, person = door.kiosk(), door.signed_in()
    statuses = [press(kiosk, number).status_code for number in range(101)]
    assert statuses == [303] * 100 + [429]
    assert "made 100 marks of this night already" in press(kiosk, 101).text
    assert press(kiosk, 5).status_code == 303
    assert press(person, 102).status_code == 303
    door.clock.wait(86_400)
    assert press(kiosk, 103).status_code == 303


def test_no_kiosk_uses_up_the_marks_of_another_or_of_a_person(door: Door) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    kiosk, other, person = door.kiosk(), door.kiosk(), door.signed_in()
    assert {press(kiosk, number).status_code for number in range(100)} == {303}
    assert press(other, 200).status_code == 303
    of_person = {press(person, number).status_code for number in range(300, 402)}
    assert of_person == {303}
    # What a person has marked takes nothing from a kiosk either.
    assert press(other, 201).status_code == 303
    assert press(kiosk, 202).status_code == 429


def test_marks_of_a_time_that_was_deleted_are_counted_though_nobody_sees_them(door: Door) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    now_ms = door.clock.now_ms()
    door.house.household.delete("", 0, now_ms + 60_000, made_ms=now_ms)
    kiosk = door.kiosk()
    statuses = [press(kiosk, number).status_code for number in range(101)]
    assert statuses == [303] * 100 + [429]
    assert door.house.household.said == []


def test_a_mark_that_could_not_be_kept_is_not_counted(door: Door) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    kiosk = door.kiosk()
    door.house.household.broken = "disk full"
    assert {press(kiosk, number).status_code for number in range(101)} == {503}
    door.house.household.broken = ""
    assert press(kiosk, 1).status_code == 303


def test_a_token_takes_back_what_is_not_there_a_few_times_only(door: Door) -> None:
    """Each is a row for good, of which the house has a hundred a day."""
    kiosk, person = door.kiosk(), door.signed_in()

    def take_back(browser: Browser, number: int) -> int:
        fields = {"id": f"00000000-0000-4000-8000-{number:012}"}
        return browser.submit("/bedside", "/marks/undo", fields).status_code

    assert {take_back(kiosk, number) for number in range(12)} == {404}
    assert len(door.house.household.taken_back) == 10
    assert take_back(person, 12) == take_back(door.kiosk(), 13) == 404
    assert len(door.house.household.taken_back) == 12


def press(browser: Browser, number: int) -> TestResponse:
    mark = {"id": f"00000000-0000-4000-8000-{number:012}", "kind": "awake"}
    return browser.submit("/bedside", "/marks", mark)


def test_a_kiosk_tests_the_light_of_its_screen_and_sets_nothing_else(door: Door) -> None:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    kiosk = door.kiosk()
    headers = {"Origin": kiosk.own, "X-Form-Token": kiosk.form_token("/bedside")}
    answers = [
        kiosk.client.post(
            "/bedside/self-light",
            json={"black": [0.1, 0.1], "lit": [90.1, 90.1]} | more,
            base_url=kiosk.own,
            headers=headers,
            environ_overrides=kiosk.environ,
        ).status_code
        for more in ({"profile": "older_adult"}, {"self_light": None}, {})
    ]
    assert answers == [400, 400, 200]
    assert [(room, key) for room, key, _ in door.house.household.rows] == [
        ("bedroom", "self_light")
    ]


def test_a_kiosk_may_change_exactly_what_is_written_of_it(door: Door) -> None:
    changes = {
        (method, rule.rule)
        for rule in door.app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE_METHODS
        if may(Who.KIOSK, method, rule.rule)
    }
    assert changes == {
        ("POST", "/marks"),
        ("POST", "/marks/undo"),
        ("POST", "/api/v1/marks"),
        ("DELETE", "/api/v1/marks/<mark_id>"),
        ("POST", "/bedside/self-light"),
    }


def test_a_page_that_is_kept_says_nothing_of_who_looked_first(door: Door) -> None:
    door.house.store.put(a_night())
    door.clock.wait(86_400)
    first = door.signed_in().get("/nights/2026-11-22")
    second = door.signed_in("192.168.1.21").get("/nights/2026-11-22")
    assert "ETag" in first.headers
    assert first.data == second.data
    assert "form_token" not in first.text
    assert door.browser().get("/nights/2026-11-22").status_code == 303


@pytest.mark.parametrize(
    ("who", "method", "rule", "allowed"),
    [
        (Who.KIOSK, "POST", "/api/v1/marks", True),
        (Who.KIOSK, "POST", "/bedside/self-light", True),
        (Who.KIOSK, "DELETE", "/api/v1/nights/<night>", False),
        (Who.KIOSK, "GET", "/a/page/added/later", False),
        (Who.KIOSK, "DELETE", "/api/v1/marks/<mark_id>", True),
        (Who.KIOSK, "GET", "/settings/<slug>", False),
        (Who.KIOSK, "POST", "/nights/<night>/delete", False),
        (Who.KIOSK, "PUT", "/api/v1/nights/<night>/diary", False),
        (Who.API, "POST", "/api/v1/marks", True),
        (Who.API, "POST", "/settings/access/tokens", False),
        (Who.NOBODY, "GET", "/", False),
        (Who.HOUSEHOLD, "POST", "/a/page/added/later", True),
    ],
)
def test_what_is_not_listed_is_for_people_alone(
    who: Who, method: str, rule: str, allowed: bool
) -> None:
    assert may(who, method, rule) is allowed


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_change_from_another_site_is_refused(door: Door, headers: dict[str, str | None]) -> None:
    browser = door.signed_in()
    assert browser.submit(ACCESS, OUT, {}, **headers).status_code == 403
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": None, "Sec-Fetch-Site": "same-origin"},
        {"Origin": None, "Referer": "http://localhost/nights"},
    ],
    ids=str,
)
def test_a_change_from_our_own_page_is_made(door: Door, headers: dict[str, str | None]) -> None:
    browser = door.signed_in()
    assert browser.submit(ACCESS, OUT, {}, **headers).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "ü" * 43, None])
def test_a_change_without_the_pages_own_token_is_refused(door: Door, token: str | None) -> None:
    browser = door.signed_in()
    fields = {} if token is None else {"form_token": token}
    assert browser.post(OUT, fields).status_code == 403
    assert browser.get("/").status_code == 200


def test_the_token_of_another_browser_is_not_ours(door: Door) -> None:
    other = door.signed_in("192.168.1.66").form_token(ACCESS)
    assert door.signed_in().post(OUT, {"form_token": other}).status_code == 403


def test_a_script_of_ours_sends_the_token_as_a_header(door: Door) -> None:
    browser = door.signed_in()
    headers = {"X-Form-Token": browser.form_token(ACCESS)}
    assert browser.post(OUT, {}, **headers).status_code == 303


def test_the_login_itself_cannot_be_sent_by_another_site(door: Door) -> None:
    browser = door.browser()
    answer = browser.log_in(Origin="http://evil.example")
    assert answer.status_code == 403
    assert browser.cookie() is None


def test_a_login_form_of_an_old_visit_asks_for_a_reload(door: Door) -> None:
    answer = door.browser().post("/login", {"password": PASSWORD, "form_token": "of yesterday"})
    assert answer.status_code == 403
    assert "reload" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "LOGIN"])
def test_no_other_method_gets_past_the_door(door: Door, method: str) -> None:
    assert ask(door.browser(), method, "/") in (401, 405)
    assert ask(door.signed_in(), method, "/") == 405


def test_a_method_override_is_not_listened_to(door: Door) -> None:
    browser = door.signed_in()
    headers = {"X-HTTP-Method-Override": "POST"}
    assert browser.get("/settings/access?_method=POST", **headers).status_code == 200
    assert browser.get("/logout", **headers).status_code == 405


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer ", "bearer", "Basic YTpi", "Bearer é"])
def test_a_wrong_token_is_not_helped_by_a_cookie(door: Door, value: str) -> None:
    browser = door.signed_in()
    expected = 200 if value.startswith("Basic") else 401
    assert browser.get("/api/v1/now", Authorization=value).status_code == expected


def test_a_program_with_a_token_needs_no_origin(door: Door) -> None:
    secret = door.auth.make_token(TokenKind.API, "script")
    answer = door.browser().post("/api/v1/now", {}, Origin=None, Authorization=f"Bearer {secret}")
    assert answer.status_code == 405


def test_a_kiosk_token_is_no_bearer(door: Door) -> None:
    secret = door.auth.make_token(TokenKind.KIOSK, "bedside")
    answer = door.browser().get("/api/v1/now", Authorization=f"Bearer {secret}")
    assert answer.status_code == 401


def test_a_kiosks_cookie_is_no_persons_cookie(door: Door) -> None:
    browser = door.browser()
    browser.give("nightroom_session", door.kiosk().cookie("nightroom_kiosk") or "")
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_elsewhere_is_asked_again_from_a_page_of_ours(door: Door, site: str) -> None:
    answer = door.browser().get("/nights?until=2026-11-22", **{"Sec-Fetch-Site": site})
    assert answer.status_code == 200
    assert 'content="0; url=/nights?until=2026-11-22"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "next_page"),
    [("/kiosk/a-secret/", "%2Fbedside"), ("/kiosk/", "%2Fbedside"), ("/marks", "%2Fbedside"),
     ("/kiosk/a-secret/?room=nursery", "%2Fbedside%3Froom%3Dnursery"),
     ("/Kiosk/a-secret", "%2Fbedside"), ("/KIOSK/a-secret/", "%2Fbedside")],
)  # fmt: skip
def test_a_mistyped_kiosks_link_leads_to_a_login_in_the_dark_and_its_secret_nowhere(
    door: Door, path: str, next_page: str
) -> None:
    browser = door.browser()
    led = browser.get(path)
    assert led.headers["Location"] == f"/login?next={next_page}"
    assert "door-night" in browser.get(led.headers["Location"]).text
    onward = browser.get(path, **{"Sec-Fetch-Site": "cross-site"})
    assert 'content="0; url=/bedside' in onward.text


def test_behind_a_login_no_browser_keeps_a_night_that_its_way_back_would_show_after_signing_out(
    door: Door,
) -> None:
    full = everything()
    door.house.store, door.house.live = full.store, full.live
    door.clock.step((full.clock.now_ms() - door.clock.now_ms()) / 1000)
    door.app = door.new_app()
    browser = door.signed_in()
    drawn, kept = (browser.get("/nights/2026-11-22") for _ in range(2))
    known = browser.get("/nights/2026-11-22", **{"If-None-Match": kept.headers["ETag"]})
    assert [it.status_code for it in (drawn, kept, known)] == [200, 200, 304]
    assert {it.headers["Cache-Control"] for it in (drawn, kept, known)} == {"no-store"}
    without = full.app().test_client().get("/nights/2026-11-22")
    assert without.headers["Cache-Control"] == "private, no-cache"


def test_a_store_that_fails_lets_nobody_in(door: Door) -> None:
    browser = door.signed_in()
    door.writer._connection.close()
    assert browser.get("/nights").status_code == 503


def test_an_error_in_a_view_does_not_log_its_address(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    door.auth.token = fail  # type: ignore[method-assign, assignment] # only this test's door
    assert door.browser().get("/kiosk/a-secret-link").status_code == 500
    assert "/kiosk/<secret>" in caplog.text
    assert "a-secret-link" not in caplog.text


def test_nothing_that_opens_a_door_is_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    browser = door.signed_in()
    secret = door.auth.make_token(TokenKind.API, "script")
    browser.get("/api/v1/now", Authorization=f"Bearer {secret}")
    for _ in range(7):
        door.browser("192.168.1.66").log_in("a wrong guess")
    assert "guesses limited" in caplog.text
    for private in (PASSWORD, "a wrong guess", secret, browser.cookie() or ""):
        assert private not in caplog.text


def demo() -> Browser:
    return Browser(FakeHouse(clock=VirtualClock(start_ms=0)).app(), "127.0.0.1", "http")


def test_the_demo_asks_for_no_login_and_has_no_door() -> None:
    browser = demo()
    assert browser.get("/").status_code == 200
    assert browser.get("/login").status_code == 404
    assert "Sign out" not in browser.get("/").text


def test_the_demo_takes_no_orders_from_other_sites_either() -> None:
    app = FakeHouse(clock=VirtualClock(start_ms=0)).app()
    changed = []
    app.add_url_rule("/change", "change", lambda: changed.append(1) or "", methods=["POST"])
    app.add_url_rule("/form", "form", lambda: _field(app))
    browser = Browser(app, "127.0.0.1", "http")
    token = browser.form_token("/form")
    assert browser.post("/change", {"form_token": token}, Origin="http://evil").status_code == 403
    assert browser.post("/change", {}).status_code == 403
    assert changed == []
    assert browser.post("/change", {"form_token": token}).status_code == 200


def _field(app: Flask) -> str:
    values: dict[str, object] = {}
    app.update_template_context(values)
    token = values["form_token"]
    assert callable(token)
    return f'<input name="form_token" value="{token()}">'


def links_of(html: str) -> set[str]:
    """Return where a page leads: links, forms, and what its scripts ask."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    names = ("href", "action", "data-source", "data-events", "data-times", "data-verdict")
    found = {it.get(name, "") for it in tree.iter() for name in names}
    return {link.partition("#")[0] for link in found if link.startswith("/")}


def test_a_kiosk_is_shown_no_way_it_may_not_go(door: Door) -> None:
    full = everything()
    door.house.store.scored.update(full.store.scored)
    door.house.store.kept.update(full.store.kept)
    door.house.live.files.update(full.live.files)
    door.house.household.tagged["bedroom", "2026-11-22"] = ("fan",)
    # What a person has been shown is kept for the next one, and must not be for a kiosk.
    person = door.signed_in()
    assert "/nights/2026-11-22/times" in person.get("/nights/2026-11-22").text
    kiosk = door.kiosk()
    to_see, seen = ["/", "/nowhere", "/bedside/self-light"], set()
    while to_see:
        path = to_see.pop()
        if path in seen or path.startswith("/static/"):
            continue
        seen.add(path)
        answer = kiosk.get(path)
        assert answer.status_code != 403, path
        if answer.mimetype == "text/html":
            to_see += links_of(answer.text)
        answer.close()
    assert {"/nights/2026-11-22", "/nights?tag=fan", "/status", "/privacy", "/bedside"} <= seen


def test_over_plain_http_a_link_from_elsewhere_finds_who_is_signed_in(door: Door) -> None:
    # No browser says there whence it comes, and a link elsewhere brings no cookie along.
    named = {"base_url": "http://bedside.local"}
    browser = door.signed_in()
    stranger = door.browser()
    answer = stranger.client.get("/nights?tag=fan", headers={"Accept": "text/html"}, **named)
    onward = "/login?next=%2Fnights%3Ftag%3Dfan"
    assert (answer.status_code, f"url={onward}" in answer.text) == (200, True)
    followed = browser.get(onward)
    assert (followed.status_code, followed.headers["Location"]) == (303, "/nights?tag=fan")
    assert stranger.get("/nights").status_code == 303, "a loopback address is trustworthy"


@pytest.mark.parametrize(
    ("wanted", "location"),
    [("%2Fnights%3Ftag%3Dfan", "/nights?tag=fan"), ("%2Fbedside%3Froom%3Db", "/bedside?room=b"),
     ("%2F", "/"), ("%2Fsettings", "/bedside"), ("%2Fnights%2F2026-11-22%2Ftimes", "/bedside"),
     ("%2Fno%2Fsuch%2Fpage", "/bedside"), ("%2Fmarks", "/bedside"),
     ("%2Fmarks%3Froom%3Db", "/bedside?room=b"),
     ("%2Fsettings%3Froom%3Da%26room%3Db", "/bedside?room=a"),
     ("%2Fsettings%3Froom%3D%252Fevil.example", "/bedside")],
)  # fmt: skip
def test_over_plain_http_a_link_from_elsewhere_finds_a_kiosk_too(
    door: Door, wanted: str, location: str
) -> None:
    answer = door.kiosk().get(f"/login?next={wanted}")
    assert (answer.status_code, answer.headers["Location"]) == (303, location)


def test_a_person_can_log_in_where_a_kiosk_is_signed_in(door: Door) -> None:
    kiosk = door.kiosk()
    assert kiosk.get("/login").status_code == 200
    assert kiosk.log_in().status_code == 303
    assert kiosk.get("/settings").status_code == 200


def test_a_revoked_kiosk_gets_the_login(door: Door) -> None:
    kiosk = door.kiosk()
    door.auth.revoke_token(door.auth.tokens()[0].token_id)
    assert 'name="password"' in kiosk.get("/login?next=%2Fbedside").text
