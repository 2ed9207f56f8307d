import re
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from monitor.contract.record import MarkKind
from monitor.night.household import PageMark
from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import LIGHTS_OUT_MS, at
from tests.fakes.full_house import everything
from tests.fakes.house import FakeHouse, FakeLiveRoom
from tests.fakes.opened import opened
from web.tokens import form_token

NOW_MS = at("2026-11-23T03:12:08+13:00")
OWN = {"Origin": "http://localhost"}
ID = "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10"


def a_house(*rooms: str) -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=NOW_MS))
    for room in rooms or ("bedroom",):
        house.live.files[room] = FakeLiveRoom(room=room)
    return house


def send(house: FakeHouse, headers: dict[str, str] | None = None, **mark: Any) -> TestResponse:  # noqa: ANN401 - what a page may send
    body = msgspec.json.encode({"id": ID, "kind": "awake"} | mark)
    return a_page(house).post("/api/v1/marks", data=body, headers=headers or OWN)


def a_page(house: FakeHouse) -> FlaskClient:
    """Return a browser with a page of ours open: it has the page's form token."""
    browser = house.app().test_client()
    browser.set_cookie("nightroom_visitor", "somebody", domain="localhost")
    browser.environ_base["HTTP_X_FORM_TOKEN"] = form_token("somebody")
    return browser


def test_a_mark_is_stamped_with_the_servers_time_less_its_age() -> None:
    house = a_house()
    assert send(house, age_s=90.5).status_code == 201
    ((room, mark),) = house.household.said
    assert (room, mark.kind, mark.at_ms) == ("bedroom", MarkKind.AWAKE, NOW_MS - 90_500)


def test_a_marks_words_have_no_character_that_no_page_may_have() -> None:
    house = a_house()
    send(house, kind="note", note="\x00a lorry\x1b[1m")
    ((_, mark),) = house.household.said
    assert mark.note == "a lorry [1m"


def test_a_mark_sent_again_changes_nothing() -> None:
    house = a_house()
    send(house)
    again = send(house, age_s=30)
    assert (again.status_code, again.json and again.json["new"]) == (200, False)
    assert len(house.household.said) == 1


def test_a_mark_sent_again_is_answered_with_what_is_kept_of_it() -> None:
    house = a_house("bedroom", "nursery")
    first = send(house, age_s=600, room="bedroom").json
    again = send(house, age_s=0, room="nursery", kind="note", note="other").json
    assert again == (first or {}) | {"new": False}


def test_a_mark_sent_again_after_it_was_taken_back_is_answered_as_taken_back() -> None:
    house = a_house()
    send(house)
    assert a_page(house).delete(f"/api/v1/marks/{ID}", headers=OWN).status_code == 200
    again = send(house)
    assert again.status_code == 200
    assert again.json is not None
    assert (again.json["new"], again.json["taken_back"]) == (False, True)


def test_bytes_that_are_no_text_are_refused_as_no_mark() -> None:
    body = b'{"id": "\xed\xa0\x80", "kind": "awake"}'
    answer = a_page(a_house()).post("/api/v1/marks", data=body, headers=OWN)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "1"},
        {"kind": "snore"},
        {"age_s": -1},
        {"age_s": 8 * 86_400},
        {"note": "x" * 201},
        {"at_ms": 5},
    ],
)
def test_what_is_no_mark_is_refused_in_words(wrong: dict[str, Any]) -> None:
    house = a_house()
    answer = send(house, **wrong)
    assert answer.status_code == 400
    assert "no mark" in answer.text
    assert house.household.said == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-Nothing": "said"},
    ],
)
def test_a_mark_from_another_page_is_refused(headers: dict[str, str]) -> None:
    house = a_house()
    assert send(house, headers).status_code == 403
    assert house.household.said == []


def test_a_browser_that_says_same_origin_is_believed() -> None:
    assert send(a_house(), {"Sec-Fetch-Site": "same-origin"}).status_code == 201


def test_a_mark_belongs_to_the_room_it_names() -> None:
    house = a_house("bedroom", "guest")
    send(house, room="guest")
    assert house.household.said[0][0] == "guest"
    assert send(house, room="attic").status_code == 404


def test_a_house_without_rooms_keeps_no_marks() -> None:
    house = a_house()
    house.live.files.clear()
    assert send(house).status_code == 409


def test_a_mark_that_waited_is_no_mark_of_an_unknown_room_before_any_is_known() -> None:
    house = a_house()
    house.live.files.clear()
    assert send(house, room="bedroom").status_code == 409
    house.store.broken = "nights.db: is being brought back"
    assert send(house, room="bedroom").status_code == send(house).status_code == 503
    house.live.files["nursery"] = FakeLiveRoom(room="nursery")
    assert send(house, room="bedroom").status_code == 503
    assert house.household.said == []


def test_a_store_that_is_full_says_so_and_the_page_keeps_the_mark() -> None:
    house = a_house()
    house.household.broken = "household.db: disk full"
    answer = send(house)
    assert answer.status_code == 503
    assert "disk full" in answer.text


def test_the_form_marks_and_leads_back_to_the_bed() -> None:
    house = a_house("bedroom", "guest")
    fields = {"id": ID, "kind": "jerk"}
    answer = a_page(house).post("/marks?room=guest", data=fields, headers=OWN)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/bedside?room=guest&")
    assert house.household.said[0][1].kind is MarkKind.JERK


def pressed(house: FakeHouse, browser: FlaskClient, **fields: str) -> str:
    """Return the page that answers the form's mark."""
    sent = {"id": ID, "kind": "awake"} | fields
    answer = browser.post("/marks?room=guest", data=sent, headers=OWN)
    house.clock.wait(2)
    return browser.get(answer.headers["Location"]).text


def test_the_answer_to_the_form_says_what_was_marked_and_when_and_takes_it_back() -> None:
    house = a_house("bedroom", "guest")
    browser = a_page(house)
    text = pressed(house, browser)
    assert "Noted: awake now, " in text
    assert re.search(r'<form class="undo" method="post" action="/marks/undo\?room=guest">', text)
    answer = browser.post("/marks/undo?room=guest", data={"id": ID}, headers=OWN)
    assert answer.status_code == 303
    assert house.household.said == []
    after = browser.get(answer.headers["Location"]).text
    assert "Taken back." in after
    assert "Noted: " not in after


def test_what_was_taken_back_already_is_no_mark_any_more() -> None:
    house = a_house("bedroom", "guest")
    browser = a_page(house)
    pressed(house, browser)
    fields = {"id": ID}
    assert browser.post("/marks/undo", data=fields, headers=OWN).status_code == 303
    again = browser.post("/marks/undo", data=fields, headers=OWN)
    assert again.status_code == 404
    assert 'class="bedside failed"' in again.text
    assert browser.post("/marks/undo", headers=OWN).status_code == 404


def test_a_mark_that_comes_after_it_was_taken_back_is_not_taken() -> None:
    house = a_house()
    assert a_page(house).delete(f"/api/v1/marks/{ID}", headers=OWN).status_code == 404
    late = send(house)
    assert (late.status_code, late.json and late.json["new"]) == (200, False)
    assert house.household.said == []


@pytest.mark.parametrize("name", ["nothing", ID.upper(), f"{ID}\n", "x" * 500])
def test_what_no_mark_is_called_is_not_written_down_as_taken_back(name: str) -> None:
    house = a_house()
    browser = a_page(house)
    assert browser.delete(f"/api/v1/marks/{quote(name)}", headers=OWN).status_code == 404
    assert browser.post("/marks/undo", data={"id": name}, headers=OWN).status_code == 404
    assert house.household.changes == 0


@pytest.mark.parametrize("of", ["?marked=nothing", f"?marked={ID}&room=guest", "?marked="])
def test_a_page_says_nothing_of_a_mark_that_was_not_just_made(of: str) -> None:
    house = a_house("bedroom", "guest")
    browser = a_page(house)
    send(house, room="bedroom")
    assert "Noted: " not in browser.get(f"/bedside{of}").text
    house.clock.wait(120)
    assert "Noted: " not in browser.get(f"/bedside?marked={ID}&room=bedroom").text


def test_a_form_that_is_refused_is_answered_in_the_dark() -> None:
    answer = a_page(a_house()).post("/marks", data={"kind": "awake"}, headers=OWN)
    assert 'class="bedside failed"' in answer.text


def test_a_form_that_is_no_mark_is_refused() -> None:
    browser = a_page(a_house())
    assert browser.post("/marks", data={"kind": "awake"}, headers=OWN).status_code == 400


def test_the_marks_of_a_night_are_listed() -> None:
    house = a_house()
    browser = house.app().test_client()
    send(house)
    listed = browser.get("/api/v1/marks?night=2026-11-22").json
    assert listed is not None
    assert [mark["kind"] for mark in listed["marks"]] == ["awake"]
    assert browser.get("/api/v1/marks?night=2026-11-20").json == {
        "v": 1,
        "room": "bedroom",
        "night": "2026-11-20",
        "marks": [],
    }
    assert browser.get("/api/v1/marks").status_code == 404


def test_the_marks_of_a_night_are_those_of_its_own_clock_whatever_zone_was_chosen_since() -> None:
    house = everything()
    house.household.said = [
        ("bedroom", PageMark(mark_id="one", at_ms=LIGHTS_OUT_MS, kind=MarkKind.AWAKE, note=""))
    ]
    house.household.moved = (LIGHTS_OUT_MS, "America/New_York")
    listed = opened(house).get("/api/v1/marks?night=2026-11-22&room=bedroom").json
    assert listed is not None
    assert [mark["mark_id"] for mark in listed["marks"]] == ["one"]
