from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.access_rows import TokenKind
from monitor.store.errors import StoreUnavailableError
from tests.fakes.access import CODE, PASSWORD, Door, a_code, a_password
from tests.fakes.full_house import hear
from web.auth import Auth
from web.hashing import WAITING

NEW = "three blind mice run"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()


@pytest.fixture
def first_run(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path, password=None)
    yield made
    made.close()


def setup_form(code: str = CODE, password: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"code": code, "password": password, "again": again}


@pytest.mark.parametrize("path", ["/", "/nights", "/login", "/settings/access", "/no/such/page"])
def test_before_the_first_run_every_page_leads_to_setup(first_run: Door, path: str) -> None:
    answer = first_run.browser().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")


@pytest.mark.parametrize("path", ["/bedside", "/bedside/self-light"])
def test_beside_the_bed_the_first_run_is_dark_and_leads_back(first_run: Door, path: str) -> None:
    browser = first_run.browser()
    location = browser.get(path).headers["Location"]
    assert location == f"/setup?next={path.replace('/', '%2F')}"
    assert "door-night" in browser.get(location).text
    assert "door-night" not in browser.get("/setup").text
    first_run.apply(a_code(first_run.clock))
    refused = browser.submit(location, "/setup", setup_form(again="other") | {"next": path})
    assert "door-night" in refused.text
    answer = browser.submit(location, "/setup", setup_form() | {"next": path})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


def test_what_is_left_empty_at_the_door_is_said_in_its_own_words_and_costs_no_try(
    first_run: Door,
) -> None:
    """A browser's own bubble is white, also beside the bed."""
    browser = first_run.browser()
    first_run.apply(a_code(first_run.clock))
    assert '<form method="post" action="/setup" novalidate>' in browser.get("/setup").text
    for _ in range(8):
        empty = browser.submit("/setup", "/setup", setup_form(code=" "))
        assert (empty.status_code, "Write the one-time code." in empty.text) == (400, True)
    assert browser.submit("/setup", "/setup", setup_form()).status_code == 303

    other = first_run.browser()
    assert '<form method="post" action="/login" novalidate>' in other.get("/login").text
    for _ in range(8):
        empty = other.submit("/login", "/login", {"password": ""})
        assert (empty.status_code, "Write the password." in empty.text) == (400, True)
    assert other.submit("/login", "/login", {"password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("path", "next_page"),
    [("/bedside?room=nursery", "%2Fbedside%3Froom%3Dnursery"),
     ("/kiosk/a-secret", "%2Fbedside"),
     ("/kiosk/a-secret?room=nursery", "%2Fbedside%3Froom%3Dnursery"),
     ("/login?next=%2Fbedside%3Froom%3Dnursery", "%2Fbedside%3Froom%3Dnursery"),
     ("/marks", "%2Fbedside")],
)  # fmt: skip
def test_a_kiosk_before_the_first_run_is_led_to_its_room_and_its_secret_nowhere(
    first_run: Door, path: str, next_page: str
) -> None:
    answer = first_run.browser().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/setup?next={next_page}")
    assert "door-night" in first_run.browser().get(answer.headers["Location"]).text


@pytest.mark.parametrize("to", ["/bedside", "/bedside?room=bedroom"])
def test_a_login_beside_the_bed_is_refused_in_the_dark(door: Door, to: str) -> None:
    browser = door.browser()
    stale = {"form_token": "of an old visit", "password": PASSWORD}
    refused = browser.post("/login", stale | {"next": to})
    assert (refused.status_code, 'class="dark"' in refused.text) == (403, True)
    by_day = browser.post("/login", stale | {"next": "/nights"})
    assert (by_day.status_code, 'class="dark"' in by_day.text) == (403, False)


def test_a_form_that_cannot_be_read_is_refused_all_the_same(door: Door) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    answer = door.browser().client.post(
        "/login?next=/bedside",
        data=f"{part * 1100}--x--",
        content_type="multipart/form-data; boundary=x",
        headers={"Origin": "http://localhost"},
        environ_overrides={"REMOTE_ADDR": "192.168.1.20"},
    )
    assert (answer.status_code, 'class="dark"' in answer.text) == (413, True)


def test_the_first_run_leads_nowhere_else(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    form = setup_form() | {"next": "//evil.example"}
    answer = first_run.browser().submit("/setup", "/setup", form)
    assert answer.headers["Location"] == "/"


def test_before_the_first_run_the_api_and_kiosks_are_closed(first_run: Door) -> None:
    browser = first_run.browser()
    assert browser.get("/api/v1/now").status_code == 403
    assert browser.post("/login", {"password": PASSWORD}).status_code == 403


def test_the_code_and_a_password_open_the_house(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    browser = first_run.browser()
    answer = browser.submit("/setup", "/setup", setup_form(" o123 4567-89ab "))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.get("/").status_code == 200
    assert first_run.browser().log_in(NEW).status_code == 303


def test_without_a_code_nothing_is_set_up(first_run: Door) -> None:
    answer = first_run.browser().submit("/setup", "/setup", setup_form())
    assert answer.status_code == 403
    assert "sudo nightroom setup-code" in answer.text
    assert not first_run.auth.is_set_up()


def test_a_code_counts_once(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    first_run.browser().submit("/setup", "/setup", setup_form())
    assert first_run.browser().get("/setup").status_code == 404
    assert first_run.auth.sessions.find(None) is None
    assert first_run.rows.code() is None


def test_a_code_is_over_after_thirty_minutes(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    first_run.clock.wait(30 * 60 + 1)
    assert first_run.browser().submit("/setup", "/setup", setup_form()).status_code == 403


def test_a_code_outlives_a_step_of_the_wall_clock(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    first_run.clock.step(400 * 86_400)
    assert first_run.browser().submit("/setup", "/setup", setup_form()).status_code == 303


def test_the_sixth_try_is_refused_even_if_it_is_right(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    for number in range(5):
        browser = first_run.browser(f"192.168.1.{number}")
        assert browser.submit("/setup", "/setup", setup_form("WRONG")).status_code == 403
    answer = first_run.browser("192.168.1.99").submit("/setup", "/setup", setup_form())
    assert answer.status_code == 403
    assert not first_run.auth.is_set_up()


def test_tries_are_counted_across_a_restart(first_run: Door) -> None:
    first_run.apply(a_code(first_run.clock))
    for number in range(5):
        first_run.browser(f"192.168.1.{number}").submit("/setup", "/setup", setup_form("WRONG"))
        first_run.auth = first_run.new_auth()
        first_run.app = first_run.new_app()
    assert first_run.browser().submit("/setup", "/setup", setup_form()).status_code == 403


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "At least 10"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "different"),
        (NEW, "three blind mice ran", "differ"),
        ("x" * 150 + NEW * 3, "x" * 150 + NEW * 3, "At most"),
    ],
)
def test_a_weak_password_costs_no_try(
    first_run: Door, password: str, again: str, words: str
) -> None:
    first_run.apply(a_code(first_run.clock))
    answer = first_run.browser().submit("/setup", "/setup", setup_form(CODE, password, again))
    assert answer.status_code == 400
    assert words in answer.text
    code = first_run.rows.code()
    assert code is not None
    assert code.tries_left == 5


def test_a_code_after_the_first_run_is_ignored(door: Door) -> None:
    door.apply(a_code(door.clock))
    assert door.rows.code() is None
    assert door.browser().post("/setup", setup_form()).status_code == 403


def test_the_right_password_leads_to_the_page_that_was_wanted(door: Door) -> None:
    browser = door.browser()
    asked = browser.get("/nights?until=2026-11-22")
    assert asked.headers["Location"] == "/login?next=%2Fnights%3Funtil%3D2026-11-22"
    answer = browser.log_in(to="/nights?until=2026-11-22")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nights?until=2026-11-22")


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", ""]
)
def test_a_login_never_leads_to_another_site(door: Door, evil: str) -> None:
    assert door.browser().log_in(to=evil).headers["Location"] == "/"


def test_a_wrong_password_is_said_and_nothing_is_opened(door: Door) -> None:
    browser = door.browser()
    answer = browser.log_in("a lamp, a fan, a dog")
    assert answer.status_code == 403
    assert "not right" in answer.text
    assert browser.get("/").status_code == 303


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(door: Door) -> None:
    (cookie,) = [
        value
        for value in door.browser().log_in().headers.getlist("Set-Cookie")
        if value.startswith("nightroom_session=")
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie


def test_behind_tls_every_cookie_travels_encrypted_only(tmp_path: Path) -> None:
    door = Door(tmp_path, https=True)
    cookies = door.browser().log_in().headers.getlist("Set-Cookie")
    door.close()
    assert len(cookies) == 3
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)


def test_behind_tls_the_pages_say_so_and_a_kiosk_link_is_never_plain(tmp_path: Path) -> None:
    new, door = Door(tmp_path / "new", password=None, https=True), Door(tmp_path, https=True)
    assert "unencrypted" not in new.browser().get("/setup").text
    browser = door.signed_in()
    made = browser.submit(
        "/settings/access", "/settings/access/tokens", {"name": "x", "kind": "kiosk"}
    )
    assert "https://localhost/kiosk/" in made.text
    new.close()
    door.close()


def test_in_plain_http_the_first_run_says_that_others_can_listen(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    assert "unencrypted" in door.browser().get("/setup").text
    door.close()


def test_a_session_id_planted_before_the_login_is_worth_nothing(door: Door) -> None:
    victim = door.browser()
    victim.give("nightroom_session", "planted")
    victim.log_in()
    assert victim.cookie() != "planted"
    attacker = door.browser("192.168.1.66")
    attacker.give("nightroom_session", "planted")
    assert attacker.get("/").status_code == 303


def test_a_second_login_gives_a_new_id_and_ends_the_old_one(door: Door) -> None:
    browser = door.signed_in()
    old = browser.cookie()
    token = browser.form_token("/settings/access")
    browser.post("/login", {"form_token": token, "password": PASSWORD})
    assert browser.cookie() != old
    assert door.auth.sessions.find(old) is None


def test_who_is_signed_in_already_is_sent_on(door: Door) -> None:
    answer = door.signed_in().get("/login?next=/nights")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nights")


def test_signing_out_ends_the_session_itself_not_only_its_cookie(door: Door) -> None:
    browser = door.signed_in()
    cookie = browser.cookie()
    browser.submit("/settings/access", "/logout", {})
    assert browser.cookie() is None
    assert door.auth.sessions.find(cookie) is None


def test_a_kiosk_link_sets_a_cookie_and_leads_to_the_bedside(door: Door) -> None:
    secret = door.auth.make_token(TokenKind.KIOSK, "bedside")
    browser = door.browser()
    answer = browser.get(f"/kiosk/{secret}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/bedside")
    assert secret not in (browser.cookie("nightroom_kiosk") or secret)
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "location"),
    [("?room=nursery", "/bedside?room=nursery"), ("?room=%2F%2Fevil.example", "/bedside"),
     ("?room=a%0d%0aSet-Cookie:x", "/bedside"), ("?room=", "/bedside")],
)  # fmt: skip
def test_a_kiosk_link_leads_to_its_room(door: Door, asked: str, location: str) -> None:
    link = f"/kiosk/{door.auth.make_token(TokenKind.KIOSK, 'nursery')}"
    browser = door.browser()
    assert browser.get(link + asked).headers["Location"] == location
    assert browser.get(link + asked).headers["Location"] == location, "after a power cut"


def test_the_kiosk_of_a_room_shows_and_marks_that_room(door: Door) -> None:
    for room in ("bedroom", "nursery"):
        hear(door.house, room)
    browser = door.browser()
    link = f"/kiosk/{door.auth.make_token(TokenKind.KIOSK, 'nursery')}?room=nursery"
    page = browser.get(browser.get(link).headers["Location"]).text
    assert 'data-room="nursery"' in page
    assert 'action="/marks?room=nursery"' in page


def test_a_kiosk_that_may_not_go_on_is_led_to_the_bed_its_link_named(door: Door) -> None:
    link = f"/kiosk/{door.auth.make_token(TokenKind.KIOSK, 'nursery')}"
    browser = door.browser()
    for room, bed in (("?room=nursery", "/bedside?room=nursery"), ("?room=%0d", "/bedside")):
        browser.get(link + room)
        assert browser.get("/login?next=/settings").headers["Location"] == bed
        other = browser.get("/login?next=/settings%3Froom%3Dattic").headers["Location"]
        assert other == "/bedside?room=attic"
    browser.give("nightroom_bed", "//evil.example")
    assert browser.get("/login?next=/settings").headers["Location"] == "/bedside"


def test_an_error_beside_the_bed_leads_back_to_the_same_bed(door: Door) -> None:
    for room in ("bedroom", "nursery"):
        hear(door.house, room)
    kiosk = door.kiosk()
    refused = kiosk.post("/marks?room=nursery", {"kind": "awake", "id": "x"})
    assert (refused.status_code, 'href="/bedside?room=nursery"' in refused.text) == (403, True)
    gone = kiosk.get("/bedside?room=attic")
    assert (gone.status_code, 'href="/bedside"' in gone.text) == (404, True)
    for wanted in ("/bedside?room=nursery", "/marks?room=nursery"):
        stale = door.browser().post("/login", {"next": wanted})
        assert 'href="/bedside?room=nursery"' in stale.text


@pytest.mark.parametrize(
    ("path", "again"),
    [("/bedside?room=attic", "/bedside?room=attic"), ("/bedside/nothing?room=a", "/bedside?room=a"),
     ("/bedside?room=%C3%A9", "/bedside"), ("/marks/undo?room=nursery", "/bedside?room=nursery"),
     ("/login?next=/bedside%3Froom%3Da", "/bedside?room=a")],
)  # fmt: skip
def test_an_error_beside_the_bed_goes_to_that_bed_by_itself(
    door: Door, path: str, again: str
) -> None:
    hear(door.house, "bedroom")
    kiosk = door.kiosk()
    text = (kiosk.post if path.startswith(("/marks", "/login")) else kiosk.get)(path).text
    assert f'class="bedside failed" data-again="{again}"' in text
    assert f'content="60; url={again}"' in text


def unreadable(*_: object) -> None:
    raise StoreUnavailableError("household.db cannot be read")


def test_a_kiosk_link_that_fails_is_tried_again_and_one_that_is_not_valid_is_not(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "again.js" not in door.browser().get("/kiosk/revoked").text
    monkeypatch.setattr(Auth, "token", unreadable)
    text = door.browser().get("/kiosk/secret-of-it").text
    assert "again.js" in text
    assert '<meta http-equiv="refresh" content="60">' in text
    assert "secret-of-it" not in text


def test_a_kiosk_that_starts_every_morning_keeps_its_session(door: Door) -> None:
    secret = door.auth.make_token(TokenKind.KIOSK, "bedside")
    browser = door.browser()
    browser.get(f"/kiosk/{secret}")
    first = browser.cookie("nightroom_kiosk")
    browser.get(f"/kiosk/{secret}")
    assert browser.cookie("nightroom_kiosk") == first


def test_a_kiosk_link_does_not_take_a_persons_rights_away(door: Door) -> None:
    browser = door.signed_in()
    browser.get(f"/kiosk/{door.auth.make_token(TokenKind.KIOSK, 'bedside')}")
    assert browser.get("/settings/access").status_code == 200


@pytest.mark.parametrize("secret", ["x", "x" * 3000, "%00", "%F0%9F%92%A4", "..%2F.."])
def test_a_wrong_kiosk_link_opens_nothing(door: Door, secret: str) -> None:
    browser = door.browser()
    assert browser.get(f"/kiosk/{secret}").status_code in (303, 404)
    assert browser.cookie("nightroom_kiosk") is None


def test_a_kiosk_link_that_is_no_longer_valid_is_said_in_the_dark(door: Door) -> None:
    answer = door.browser().get("/kiosk/revoked")
    assert answer.status_code == 404
    assert 'class="dark"' in answer.text
    assert "Make another under Access." in answer.text


def test_an_api_token_is_no_kiosk_link(door: Door) -> None:
    secret = door.auth.make_token(TokenKind.API, "script")
    assert door.browser().get(f"/kiosk/{secret}").status_code == 404


def test_a_new_password_from_root_signs_everybody_out(door: Door) -> None:
    browser = door.signed_in()
    door.apply(a_password(NEW))
    assert browser.get("/").status_code == 303
    assert door.browser("192.168.1.21").log_in(PASSWORD).status_code == 403
    assert door.browser("192.168.1.22").log_in(NEW).status_code == 303


def test_too_many_at_once_are_asked_to_come_back(door: Door) -> None:
    browser = door.browser()
    token = browser.form_token("/login")
    for _ in range(WAITING):
        door.hashing._places.acquire()
    answer = browser.post("/login", {"form_token": token, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


@pytest.mark.parametrize(
    ("path", "is_night"),
    [("/login?next=/bedside", True), ("/login?next=%2Fbedside%3Froom%3Da", True), ("/login", False),
     ("/login?next=/bedsidesomething", False)],
)  # fmt: skip
def test_the_login_for_the_bedside_is_for_the_dark(door: Door, path: str, is_night: bool) -> None:
    assert ("door-night" in door.browser().get(path).text) is is_night
