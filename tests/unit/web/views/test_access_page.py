import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.access_rows import TokenKind
from tests.fakes.access import PASSWORD, Browser, Door, a_password
from tests.fakes.full_house import hear

PAGE = "/settings/access"
NEW = "three blind mice run"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()


def made_secret(browser: Browser, kind: str) -> str:
    answer = browser.submit(PAGE, f"{PAGE}/tokens", {"name": "tablet", "kind": kind})
    found = re.search(r"<code>([^<]+)</code>", answer.text)
    assert found is not None
    return found[1]


def test_a_kiosk_link_is_shown_once_and_works(door: Door) -> None:
    browser = door.signed_in()
    link = made_secret(browser, "kiosk")
    assert link.startswith("http://localhost/kiosk/")
    assert link not in browser.get(PAGE).text
    kiosk = door.browser("192.168.1.30")
    kiosk.get(link.removeprefix("http://localhost"))
    assert kiosk.get("/").status_code == 200


def test_with_several_rooms_a_kiosk_gets_a_link_for_each(door: Door) -> None:
    for room in ("bedroom", "nursery"):
        hear(door.house, room)
    door.house.household.choose("nursery", {"room_name": "Ida’s room"}, valid_from_ms=0)
    answer = door.signed_in().submit(PAGE, f"{PAGE}/tokens", {"name": "tablet", "kind": "kiosk"})
    links = re.findall(r"“([^”]+)”: <code>http://localhost(/kiosk/[^<]+)</code>", answer.text)
    assert [name for name, _ in links] == ["Bedroom", "Ida’s room"]
    kiosk = door.browser("192.168.1.30")
    assert kiosk.get(links[1][1]).headers["Location"] == "/bedside?room=nursery"


def test_an_api_token_reads_the_api_and_no_page(door: Door) -> None:
    secret = made_secret(door.signed_in(), "api")
    program = door.browser("192.168.1.40")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/now", **bearer).status_code == 200
    assert program.get("/api/v1/nothing", **bearer).status_code == 404
    assert program.get("/nights", **bearer).status_code == 403
    assert program.get(PAGE, **bearer).status_code == 403


def test_neither_token_nor_session_is_kept_in_the_clear(door: Door) -> None:
    browser = door.signed_in()
    secret = made_secret(browser, "api")
    kept = b"".join(file.read_bytes() for file in door.folder.iterdir())
    assert secret.encode() not in kept
    assert (browser.cookie() or "").encode() not in kept
    assert b"tablet" in kept


def test_a_revoked_token_is_dead_at_once_with_all_it_opened(door: Door) -> None:
    browser, kiosk = door.signed_in(), door.kiosk()
    assert kiosk.get("/").status_code == 200
    (token,) = door.auth.tokens()
    browser.submit(PAGE, f"{PAGE}/tokens/{token.token_id}/revoke", {})
    assert kiosk.get("/").status_code == 303
    assert "None yet" in browser.get(PAGE).text


@pytest.mark.parametrize("kind", ["", "household", "admin"])
def test_there_are_no_other_kinds_of_token(door: Door, kind: str) -> None:
    browser = door.signed_in()
    fields = {"name": "tablet", "kind": kind}
    assert browser.submit(PAGE, f"{PAGE}/tokens", fields).status_code == 400
    assert door.auth.tokens() == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x07b", "a\u202eb", "\u200d"])
def test_a_token_has_a_name_that_can_be_read(door: Door, name: str) -> None:
    browser = door.signed_in()
    fields = {"name": name, "kind": "api"}
    assert browser.submit(PAGE, f"{PAGE}/tokens", fields).status_code == 400


@pytest.mark.parametrize("name", ["👨\u200d👩\u200d👧", "می\u200cتر"])
def test_a_token_is_named_as_people_write_with_pictures_and_joined_letters(
    door: Door, name: str
) -> None:
    fields = {"name": name, "kind": "api"}
    assert door.signed_in().submit(PAGE, f"{PAGE}/tokens", fields).status_code == 200
    assert [token.name for token in door.auth.tokens()] == [name]


def test_a_form_that_is_sent_again_makes_no_second_token(door: Door) -> None:
    browser = door.signed_in()
    fields = {"form_token": browser.form_token(PAGE), "name": "tablet", "kind": "kiosk"}
    assert browser.post(f"{PAGE}/tokens", fields).status_code == 200
    again = browser.post(f"{PAGE}/tokens", fields)
    assert again.status_code == 400
    assert "There is one named “tablet” already" in again.text
    assert 'value="tablet"' in again.text
    assert "/kiosk/" not in again.text
    assert len(door.auth.tokens()) == 1


def test_signing_out_everywhere_leaves_nobody_but_kiosks(door: Door) -> None:
    phone, laptop, kiosk = door.signed_in(), door.signed_in("192.168.1.21"), door.kiosk()
    phone.submit(PAGE, f"{PAGE}/sign-out-everywhere", {})
    assert phone.get("/").status_code == 303
    assert laptop.get("/").status_code == 303
    assert kiosk.get("/").status_code == 200


def test_changing_the_password_keeps_this_browser_and_no_other(door: Door) -> None:
    phone, laptop = door.signed_in(), door.signed_in("192.168.1.21")
    fields = {"old": PASSWORD, "password": NEW, "again": NEW}
    assert phone.submit(PAGE, f"{PAGE}/password", fields).status_code == 303
    assert phone.get("/").status_code == 200
    assert laptop.get("/").status_code == 303
    assert door.browser().log_in(NEW).status_code == 303


def test_without_the_old_password_it_stays(door: Door) -> None:
    phone = door.signed_in()
    fields = {"old": "something else", "password": NEW, "again": NEW}
    answer = phone.submit(PAGE, f"{PAGE}/password", fields)
    assert answer.status_code == 403
    assert "stays as it was" in answer.text
    assert door.browser("192.168.1.21").log_in().status_code == 303


def test_a_weak_new_password_is_refused(door: Door) -> None:
    fields = {"old": PASSWORD, "password": "short", "again": "short"}
    assert door.signed_in().submit(PAGE, f"{PAGE}/password", fields).status_code == 400


def test_roots_new_password_wins_over_one_being_changed(door: Door) -> None:
    phone = door.signed_in()
    check = door.hashing._check

    def slowly(password: str, kept: str) -> bool:
        door.apply(a_password("set by root meanwhile"))
        return check(password, kept)

    token = phone.form_token(PAGE)
    door.hashing._check = slowly
    fields = {"form_token": token, "old": PASSWORD, "password": NEW, "again": NEW}
    assert phone.post(f"{PAGE}/password", fields).status_code == 403
    door.hashing._check = check
    assert door.browser("192.168.1.9").log_in("set by root meanwhile").status_code == 303


def test_guessing_the_old_password_is_limited_too(door: Door) -> None:
    phone = door.signed_in()
    fields = {"old": "guess number", "password": NEW, "again": NEW}
    said = [phone.submit(PAGE, f"{PAGE}/password", fields).status_code for _ in range(6)]
    assert said == [403] * 5 + [429]


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999", "-1", "x"])
def test_revoking_what_is_not_there_harms_nothing(door: Door, number: str) -> None:
    door.auth.make_token(TokenKind.API, "script")
    browser = door.signed_in()
    assert browser.submit(PAGE, f"{PAGE}/tokens/{number}/revoke", {}).status_code in (303, 404)
    assert len(door.auth.tokens()) == 1
