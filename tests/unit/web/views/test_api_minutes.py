import csv
import io

import msgspec
import pytest

from monitor.contract.record import Flag, Mark, MarkKind, Minute
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_minute,
    a_sound,
    an_event,
    minutes_between,
)
from tests.fakes.full_house import DAY_MS, a_house, everything
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, opened
from web.minutes_out import COLUMNS

RANGE = "?from=2026-11-22T10:00:00Z&to=2026-11-22T12:00:00Z"
TEN_YEARS = "?from=2016-01-01T00:00:00Z&to=2026-12-31T00:00:00%2B00:00"


def rows(house: FakeHouse, query: str = RANGE) -> list[dict[str, str]]:
    answer = house.app().test_client().get(f"/api/v1/minutes{query}&format=csv")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_range_comes_back_as_it_was_recorded() -> None:
    house = everything()
    body = house.app().test_client().get(f"/api/v1/minutes{RANGE}").json
    minutes = msgspec.convert(body["minutes"], tuple[Minute, ...])
    kept = [it for it in house.store.kept["bedroom"] if it in minutes]
    assert list(minutes) == kept
    assert len(minutes) > 60


def test_the_table_has_a_line_a_minute_and_units_in_its_head() -> None:
    found = rows(everything())
    assert tuple(found[0]) == COLUMNS
    assert found[0]["temperature_c"] == "19"
    assert found[0]["laeq_db"] == "31"
    assert found[0]["end"].endswith("+00:00")


def test_what_was_not_measured_is_an_empty_cell_with_its_reason() -> None:
    house = a_house()
    end_ms = LIGHTS_OUT_MS + 10 * MINUTE_MS
    sound = a_sound(None, lafmax_db=None, flags=(Flag.SILENT,), events=(an_event(),))
    mark = Mark(at_ms=end_ms, kind=MarkKind.AWAKE)
    house.store.kept["bedroom"] = [a_minute(end_ms, sound=sound, marks=(mark,))]
    (row,) = rows(house)
    assert (row["laeq_db"], row["temperature_c"], row["illuminance_lx"]) == ("", "", "")
    assert (row["flags"], row["events"], row["marks"]) == ("silent", "1", "awake")


def test_ten_years_are_sent_an_hour_at_a_time() -> None:
    house = a_house()
    days = (0, 1, 30)
    house.store.kept["bedroom"] = [
        minute
        for day in days
        for minute in minutes_between(LIGHTS_OUT_MS + day * DAY_MS, GET_UP_MS + day * DAY_MS)
    ]
    asked = house.store.questions
    answer = house.app().test_client().get(f"/api/v1/minutes{TEN_YEARS}", buffered=False)
    pieces = list(answer.response)
    assert max(map(len, pieces)) < 30_000
    assert len(msgspec.json.decode(b"".join(pieces))["minutes"]) == len(house.store.kept["bedroom"])
    assert house.store.questions - asked < 31 * 24 + 10


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?from=yesterday&to=2026-11-22T12:00:00Z",
        "?from=2026-11-22T10:00:00&to=2026-11-22T12:00:00Z",
        f"{RANGE}&format=xml",
    ],
)
def test_a_range_that_is_none_is_told(query: str) -> None:
    answer = everything().app().test_client().get(f"/api/v1/minutes{query}")
    assert answer.status_code == 400
    assert answer.json["error"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_range_that_is_turned_round_is_no_file_without_minutes(form: str) -> None:
    browser = everything().app().test_client()
    turned = "?from=2026-11-22T12:00:00Z&to=2026-11-22T10:00:00Z"
    answer = browser.get(f"/api/v1/minutes{turned}&format={form}")
    assert (answer.status_code, answer.json["status"]) == (400, 400)
    assert "“from” is after “to”" in answer.json["error"]
    # Asked again and again for what is new, there may be nothing yet.
    at_once = "?from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z"
    assert browser.get(f"/api/v1/minutes{at_once}").json["minutes"] == []


def test_a_house_without_minutes_answers_with_none() -> None:
    house = a_house()
    assert house.app().test_client().get(f"/api/v1/minutes{RANGE}").status_code == 404
    house.store.kept["bedroom"] = [a_minute(LIGHTS_OUT_MS, climate=a_climate())]
    house.store.kept["empty"] = []
    body = house.app().test_client().get(f"/api/v1/minutes{RANGE}&room=empty").json
    assert body["minutes"] == []
    assert rows(house, f"{RANGE}&room=empty") == []


def test_a_program_writes_on_a_night_and_reads_it_back() -> None:
    house = everything()
    browser = opened(house)
    where = "/api/v1/nights/2026-11-22/diary"
    answer = browser.put(where, json={"tags": ["fan"], "note": "hot"}, headers=OWN)
    assert (answer.status_code, answer.json["tags"]) == (200, ["fan"])
    assert browser.get(where).json["note"] == "hot"
    assert browser.get("/api/v1/tags").json["tags"] == {"fan": 1}
    for bad in ({"tags": ["x" * 41]}, {"tags": "fan"}, {"mood": "bad"}):
        assert browser.put(where, json=bad, headers=OWN).status_code == 400


def test_every_room_comes_at_once() -> None:
    body = everything().app().test_client().get("/api/v1/rooms").json
    assert [room["room"] for room in body["rooms"]] == ["bedroom"]
