import re

import msgspec
import pytest
from msgspec.structs import replace
from werkzeug.test import TestResponse

from monitor.contract.record import Minute
from monitor.runtime.clock import VirtualClock
from monitor.score.result import NightScore, Status
from monitor.score.words import check
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    a_live_score,
    a_night,
    a_part,
    a_state,
    a_window,
    at,
    minutes_between,
)
from tests.fakes.full_house import everything, hear
from tests.fakes.house import FakeHouse, FakeLiveRoom

MORNING_MS = at("2026-11-23T10:15:08+13:00")


def a_house(now_ms: int = MORNING_MS) -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=now_ms))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS)
    house.store.put(a_night())
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=now_ms, state=a_state(now_ms), score=a_live_score()
    )
    return house


def get(house: FakeHouse, path: str, **headers: str) -> TestResponse:
    return house.app().test_client().get(path, headers=headers)


def test_now_names_every_value_with_its_unit() -> None:
    now = get(a_house(), "/api/v1/now").json
    assert now["v"] == 1
    assert {"temperature_c", "humidity_pct", "illuminance_lx", "laeq_db"} <= set(now["values"])
    assert [part["part"] for part in now["parts"]] == ["quiet", "cool", "dark"]


def test_now_is_never_kept_by_anyone_on_the_way() -> None:
    assert get(a_house(), "/api/v1/now").headers["Cache-Control"] == "no-store"


def test_a_night_comes_back_as_it_was_judged() -> None:
    body = get(a_house(), "/api/v1/nights/2026-11-22").json
    assert msgspec.convert(body["night"], NightScore) == a_night()
    assert body["room"] == "bedroom"


def test_of_a_night_of_which_something_was_deleted_no_sensor_is_blamed() -> None:
    house = a_house()
    house.store.put(replace(a_night(), sentences=(check(["dark"]),)))
    whole = get(house, "/api/v1/nights/2026-11-22")
    assert whole.json["night"]["sentences"] != []
    house.household.delete("bedroom", LIGHTS_OUT_MS, LIGHTS_OUT_MS + 3_600_000, made_ms=MORNING_MS)

    body = get(house, "/api/v1/nights/2026-11-22", If_None_Match=whole.headers["ETag"]).json

    assert body["night"]["sentences"] == []
    assert body["deleted"].startswith("What was recorded from 23:0")
    assert whole.json["deleted"] == ""


def test_minutes_come_back_as_they_were_recorded() -> None:
    body = get(a_house(), "/api/v1/nights/2026-11-22/minutes").json
    minutes = msgspec.convert(body["minutes"], tuple[Minute, ...])
    assert len(minutes) == (a_window().end_ms - a_window().start_ms) // 60_000


def test_nights_are_listed_newest_first() -> None:
    house = a_house()
    house.store.put(a_night(window=a_window(night="2026-11-20")))
    body = get(house, "/api/v1/nights").json
    assert [night["window"]["night"] for night in body["nights"]] == ["2026-11-22", "2026-11-20"]
    older = get(house, "/api/v1/nights?until=2026-11-21").json
    assert [night["window"]["night"] for night in older["nights"]] == ["2026-11-20"]
    assert older["later"]


def test_a_house_without_rooms_has_no_nights_and_that_is_no_error() -> None:
    house = FakeHouse(clock=VirtualClock(start_ms=MORNING_MS))
    body = get(house, "/api/v1/nights").json
    assert body["nights"] == []


@pytest.mark.parametrize("path", ["", "/minutes"])
def test_a_finished_night_travels_once(path: str) -> None:
    house = a_house()
    first = get(house, f"/api/v1/nights/2026-11-22{path}")
    again = get(
        house, f"/api/v1/nights/2026-11-22{path}", **{"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_night_that_was_judged_again_travels_again() -> None:
    house = a_house()
    first = get(house, "/api/v1/nights/2026-11-22")
    house.store.put(a_night(rating=66.0), inputs_hash="two")
    again = get(house, "/api/v1/nights/2026-11-22", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("provisional", [True, False])
def test_a_night_that_is_not_over_has_no_tag(provisional: bool) -> None:
    house = a_house(MORNING_MS if provisional else at("2026-11-23T05:00:00+13:00"))
    house.store.put(a_night(window=a_window(provisional=provisional)))
    assert "ETag" not in get(house, "/api/v1/nights/2026-11-22").headers


def test_the_running_night_is_served_while_it_runs() -> None:
    house = a_house(at("2026-11-24T02:00:00+13:00"))
    tonight = a_window(night="2026-11-23", provisional=True)
    house.live.files["bedroom"] = FakeLiveRoom(night=a_night(window=tonight))
    assert get(house, "/api/v1/nights/2026-11-23").status_code == 200


@pytest.mark.parametrize(
    "path", ["/nights/1999-01-01", "/nights/soon", "/now?room=attic", "/nights/1999-01-01/minutes"]
)
def test_what_does_not_exist_is_said_as_json(path: str) -> None:
    answer = get(a_house(), f"/api/v1{path}")
    assert answer.status_code == 404
    assert answer.json["status"] == 404
    assert answer.json["error"]


def test_a_store_that_cannot_be_read_is_said_as_json() -> None:
    house = a_house()
    house.store.broken = "nights.db: disk I/O error"
    answer = get(house, "/api/v1/nights/2026-11-22")
    assert answer.status_code == 503
    assert "disk I/O error" in answer.json["error"]


def test_now_and_nights_give_the_shown_number_and_no_other_beside_at_least() -> None:
    house = everything()
    quiet = a_part("quiet", 92.3, at_least=True, sure_score=86.4)
    parts = (quiet, a_part("cool", 71.2), a_part("dark", 64.0, at_most=True))
    score = replace(a_night(of=parts, rating=82.4), at_least=True, sure_rating=79.6)
    house.store.put(score, inputs_hash="two")
    live = replace(a_live_score(rating=82.4), parts=parts, at_least=True, sure_rating=79.6)
    hear(house, score=live)
    browser = house.app().test_client()
    outline = browser.get("/api/v1/nights").json["nights"][0]
    night = browser.get("/api/v1/nights/2026-11-22").json["night"]
    now = browser.get("/api/v1/now").json
    for told in (outline, night, now):
        assert told["rating"] == 79.6
        assert [part["score"] for part in told["parts"]] == [86.4, 71.2, 64.0]
    assert (now["score_bound"], now["shown"]) == ("at least", "80")
    assert [part["shown"] for part in now["parts"]] == ["86", "71", "64"]


def test_a_limit_is_one_number_on_page_list_and_in_the_api() -> None:
    house = everything()
    quiet = a_part("quiet", 92.3, at_least=True, sure_score=86.4)
    parts = (quiet, a_part("cool"), a_part("dark", None, status=Status.MISSING))
    bounds = {"at_least": True, "sure_rating": 91.56, "high": 97.84}
    score = a_night(of=parts, rating=92.75, at_most=True, provisional="no light", word=None)
    house.store.put(replace(score, **bounds), inputs_hash="two")
    hear(house, score=replace(a_live_score(rating=92.75, at_most=True), **bounds))
    browser = house.app().test_client()
    assert browser.get("/api/v1/nights/2026-11-22").json["night"]["rating"] == 97.84
    assert browser.get("/api/v1/nights").json["nights"][0]["rating"] == 97.84
    now = browser.get("/api/v1/now").json
    assert (now["rating"], now["score_bound"], now["shown"]) == (97.84, "at most", "98")
    for path in ("/nights/2026-11-22", "/nights"):
        words = " ".join(re.sub("<[^>]+>", " ", browser.get(path).text).split())
        assert "at most 98" in words
        assert "93" not in words


def test_years_between_two_minutes_are_not_looked_through_hour_by_hour() -> None:
    house = a_house()
    stray = minutes_between(0, 60_000)
    house.store.kept["bedroom"] = [*stray, *house.store.kept["bedroom"]]
    every = "from=1970-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    body = get(house, f"/api/v1/minutes?{every}").json
    assert len(body["minutes"]) == len(house.store.kept["bedroom"])
    assert house.store.asked_for_minutes < 20
