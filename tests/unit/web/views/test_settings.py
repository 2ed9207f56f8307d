import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from monitor.night.household import Household
from tests.fakes.forms import fields_of
from tests.fakes.full_house import a_house, everything, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, at_once, opened
from web.sections import BY_SLUG

SECTIONS = ("night", "person", "display", "calibration")


def save(browser: FlaskClient, path: str, **written: str) -> str:
    """Open a page of settings, write in its form, send it; return where that leads."""
    text = browser.get(path).text
    (where,) = re.findall(r'<form class="entries" method="post" action="([^"]+)"', text)
    answer = browser.post(unescape(where), data=fields_of(text) | written, headers=OWN)
    assert answer.status_code == 303, unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return answer.headers["Location"]


def in_force(house: FakeHouse, room: str = "") -> Household:
    return house.household.in_force(room, house.clock.now_ms())


@pytest.mark.parametrize("section", SECTIONS)
def test_saving_what_is_shown_changes_nothing(section: str) -> None:
    house = everything()
    save(opened(house), f"/settings/{section}")
    assert house.household.rows == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_of_settings_says_what_it_is(section: str) -> None:
    text = unescape(opened(everything()).get(f"/settings/{section}").text)
    of = BY_SLUG[section]
    assert f"<h1>{of.title}</h1>" in text
    assert of.introduction in text


def test_a_bedtime_is_kept_and_holds_from_now_on() -> None:
    house = everything()
    browser = opened(house)
    where = save(browser, "/settings/night", bed_4="00:30")
    assert in_force(house).schedule.bedtime == ("23:00",) * 4 + ("00:30", "23:00", "23:00")
    assert [key for _, key, _ in house.household.rows] == ["schedule"]
    assert "It holds from 10:15 on." in browser.get(where).text


def test_a_night_has_the_wake_time_of_its_morning() -> None:
    rows = re.findall(r"<tr>.*?</tr>", opened(everything()).get("/settings/night").text, re.DOTALL)
    friday = next(row for row in rows if "Fri → Sat" in row)
    assert 'name="bed_4"' in friday
    assert 'name="wake_5" value="07:00" aria-label="Wake time, Saturday"' in friday
    assert 'name="wake_0"' in next(row for row in rows if "Sun → Mon" in row)


def test_who_saves_an_older_page_takes_nothing_back_that_another_saved_meanwhile() -> None:
    house = everything()
    browser = opened(house)
    older = fields_of(browser.get("/settings/night").text) | {"bed_4": "00:30"}
    save(browser, "/settings/night", bed_0="22:00", zone="Europe/Berlin")
    assert browser.post("/settings/night", data=older, headers=OWN).status_code == 303
    schedule = in_force(house).schedule
    assert (schedule.bedtime[0], schedule.bedtime[4]) == ("22:00", "00:30")
    assert in_force(house).zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("section", "name", "key"),
    [
        ("person", "offset", "offset_k"),
        ("calibration", "temperature_offset", "temperature_offset_k"),
    ],
)
def test_a_number_is_in_the_unit_that_stands_beside_it_whatever_another_has_chosen_since(
    section: str, name: str, key: str
) -> None:
    house = everything()
    browser = opened(house)
    in_kelvin = fields_of(browser.get(f"/settings/{section}").text) | {name: "1"}
    save(browser, "/settings/display", temperature_unit="fahrenheit")
    refused = browser.post(f"/settings/{section}", data=in_kelvin | {name: "99"}, headers=OWN)
    assert (refused.status_code, fields_of(refused.text)["shown_unit"]) == (400, "celsius")
    assert browser.post(f"/settings/{section}", data=in_kelvin, headers=OWN).status_code == 303
    assert getattr(in_force(house), key) == pytest.approx(1.0)
    assert fields_of(browser.get(f"/settings/{section}").text)[name] == "1.8"


@pytest.mark.parametrize("unit", ["", "kelvin", "°F"])
def test_a_form_that_names_no_unit_that_there_is_is_read_in_the_house_s(unit: str) -> None:
    house = everything()
    browser = opened(house)
    sent = fields_of(browser.get("/settings/person").text) | {"offset": "1", "shown_unit": unit}
    assert browser.post("/settings/person", data=sent, headers=OWN).status_code == 303
    assert in_force(house).offset_k == 1.0


def test_what_cannot_be_is_shown_with_what_was_written_and_nothing_is_kept() -> None:
    house = everything()
    browser = opened(house)
    sent = fields_of(browser.get("/settings/person").text) | {"offset": "9", "lamp": "candle"}
    answer = browser.post("/settings/person", data=sent, headers=OWN)
    assert answer.status_code == 400
    assert 'value="9"' in answer.text
    assert "1 entry cannot be so" in answer.text
    assert house.household.rows == []


@pytest.mark.parametrize("zone", ["Factory", "posixrules", "localtime", "right/Europe/Berlin"])
def test_a_zone_of_no_place_is_refused_with_what_to_write(zone: str) -> None:
    house = everything()
    browser = opened(house)
    sent = fields_of(browser.get("/settings/night").text) | {"zone": zone}
    answer = browser.post("/settings/night", data=sent, headers=OWN)
    assert answer.status_code == 400
    said = unescape(answer.text)
    assert f"This cannot be: '{zone}' is the zone of no place: write one such as Europe" in said
    assert house.household.rows == []


def test_a_house_that_reads_fahrenheit_reads_it_everywhere() -> None:
    house = everything()
    browser = opened(house)
    save(browser, "/settings/display", temperature_unit="fahrenheit")
    now = browser.get("/api/v1/now").json
    assert (now["parts"][1]["value"], now["parts"][1]["unit"]) == ("65.2", "°F")
    night = browser.get("/nights/2026-11-22").text
    assert "peak 76\N{NO-BREAK SPACE}°F" in night
    assert "°C" not in night
    assert "°C" not in browser.get("/nights").text
    save(browser, "/settings/person", offset="0.9")
    assert in_force(house).offset_k == pytest.approx(0.5)


def test_numbers_of_the_api_stay_in_celsius_and_its_texts_are_those_of_the_pages() -> None:
    house = everything()
    browser = opened(house)
    addresses = (
        "/api/v1/now", "/api/v1/rooms", "/api/v1/nights", "/api/v1/nights/2026-11-22",
        "/api/v1/nights/2026-11-22/readings", "/api/v1/nights/2026-11-22/minutes",
    )  # fmt: skip
    before = [browser.get(address) for address in addresses]
    save(browser, "/settings/display", temperature_unit="fahrenheit")
    house.clock.wait(1)
    after = [browser.get(address) for address in addresses]

    assert after[0].json["values"]["temperature_c"] == 18.45
    assert after[0].json["parts"][1]["value"] == "65.2"
    assert "peak 76 °F" in after[2].json["nights"][0]["headline"]
    assert "peak 76 °F" in after[3].json["night"]["headline"]
    for was, found in zip(before, after, strict=True):
        assert numbers_of(was.json) == numbers_of(found.json)
        assert not re.search(r"°C|\d K\b", found.text)
        assert "°F" not in was.text


def numbers_of(value: object) -> list[object]:
    """Return what a program reads of a document: its numbers, without what time changed."""
    if isinstance(value, dict):
        return [it for key, one in value.items() if key != "age_s" for it in numbers_of(one)]
    if isinstance(value, list):
        return [it for one in value for it in numbers_of(one)]
    return [] if isinstance(value, str) else [value]


def test_a_night_kept_by_a_program_comes_anew_with_another_unit() -> None:
    house = everything()
    browser = opened(house)
    address = "/api/v1/nights/2026-11-22"
    tag = {"If-None-Match": browser.get(address).headers["ETag"]}
    assert browser.get(address, headers=tag).status_code == 304
    save(browser, "/settings/display", temperature_unit="fahrenheit")
    assert browser.get(address, headers=tag).status_code == 200


def test_a_room_may_differ_from_the_house() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    save(browser, "/settings/night?room=guest", bed_0="22:00")
    assert in_force(house, "guest").schedule.bedtime[0] == "22:00"
    assert in_force(house, "bedroom").schedule.bedtime[0] == "23:00"
    assert browser.get("/settings/night?room=attic").status_code == 404


def test_what_a_command_measured_in_the_only_room_is_shown_and_can_be_changed() -> None:
    """`nightroom calibrate` keeps it for the room, whose own values stand before the house's."""
    house = everything()
    house.household.choose("bedroom", {"temperature_offset_k": -1.4}, valid_from_ms=1)
    browser = opened(house)
    assert "set by you" in browser.get("/settings").text
    assert 'value="-1.4"' in browser.get("/settings/calibration").text

    save(browser, "/settings/calibration", temperature_offset="-2")
    assert in_force(house, "bedroom").temperature_offset_k == -2
    assert in_force(house).temperature_offset_k == -2


def test_what_was_saved_is_told_once_and_with_the_time_it_was() -> None:
    house = a_house()
    browser = opened(house)
    told = save(browser, "/settings/person", offset="1")
    first = browser.get(told).text
    assert "Saved. It holds from" in first
    house.clock.wait(59)
    said = first.partition("Saved. It holds from")[2][:6]
    assert browser.get(told).text.partition("Saved. It holds from")[2][:6] == said
    house.clock.wait(2)
    assert "Saved." not in browser.get(told).text


def test_a_saved_calibration_is_not_said_to_reach_the_sensors_without_the_monitor() -> None:
    browser = opened(everything())
    saved = browser.get(save(browser, "/settings/calibration", temperature_offset="-2")).text
    assert "the sensors use it from the first minute after nightroom-monitor has told them" in saved


def test_the_house_says_where_something_else_holds() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    assert "Other values hold" not in browser.get("/settings/night").text
    save(browser, "/settings/night?room=guest", bed_0="22:00")
    assert "another in Guest" in browser.get("/settings").text
    assert "Other values hold in Guest" in browser.get("/settings/night").text
    assert "Other values hold" not in browser.get("/settings/night?room=guest").text


def test_a_room_has_the_name_its_people_give_it() -> None:
    house = everything()
    browser = opened(house)
    save(browser, "/settings/display", name_bedroom="Under the roof")
    assert "Under the roof" in browser.get("/").text
    save(browser, "/settings/display", name_bedroom="")
    assert "Bedroom" in browser.get("/").text


def test_a_page_of_names_opened_earlier_takes_no_name_back() -> None:
    house = everything()
    browser = opened(house)
    older = fields_of(browser.get("/settings/display").text) | {"temperature_unit": "fahrenheit"}
    save(browser, "/settings/display", name_bedroom="Loft")
    assert browser.post("/settings/display", data=older, headers=OWN).status_code == 303
    choices = house.household.view_choices("bedroom", house.clock.now_ms())
    assert choices.room_name == "Loft"
    assert "°F" in browser.get("/").text


def test_a_form_without_names_changes_none() -> None:
    house = everything()
    browser = opened(house)
    save(browser, "/settings/display", name_bedroom="Loft")
    only = {"temperature_unit": "fahrenheit"} | {
        name: value
        for name, value in fields_of(browser.get("/settings/display").text).items()
        if "name_bedroom" not in name and name != "temperature_unit"
    }
    assert browser.post("/settings/display", data=only, headers=OWN).status_code == 303
    choices = house.household.view_choices("bedroom", house.clock.now_ms())
    assert choices.room_name == "Loft"


def test_days_saved_at_the_same_moment_are_all_kept() -> None:
    house = everything()
    older = fields_of(opened(house).get("/settings/night").text)
    days = [older | {f"bed_{day}": f"22:0{day}"} for day in range(7)]
    assert at_once(house, "/settings/night", days, slow="in_force") == [303] * 7
    assert in_force(house).schedule.bedtime == tuple(f"22:0{day}" for day in range(7))


def test_a_name_too_long_is_told() -> None:
    browser = opened(everything())
    sent = fields_of(browser.get("/settings/display").text) | {"name_bedroom": "x" * 41}
    answer = browser.post("/settings/display", data=sent, headers=OWN)
    assert answer.status_code == 400
    assert "at most 40 characters" in answer.text


def test_a_room_is_named_as_people_write_with_pictures_and_joined_letters() -> None:
    house = everything()
    for name in ("👨\u200d👩\u200d👧", "می\u200cتر"):
        save(opened(house), "/settings/display", name_bedroom=name)
        assert f"°C, {name}<" in opened(house).get("/settings").text


def test_no_two_rooms_get_one_name() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    shown = fields_of(browser.get("/settings/display").text)
    for written in ({"name_bedroom": "guest"}, {"name_bedroom": "Loft", "name_guest": "loft"}):
        answer = browser.post("/settings/display", data=shown | written, headers=OWN)
        assert answer.status_code == 400
        assert "Another room is called “" in answer.text
    assert house.household.rows == []
    swapped = {"name_bedroom": "Guest", "name_guest": "Bedroom"}
    assert browser.post("/settings/display", data=shown | swapped, headers=OWN).status_code == 303


def test_a_name_with_what_is_not_seen_is_told_so() -> None:
    browser = opened(everything())
    for name in ("attic\u202e", "\u200d", "a\x07b"):
        sent = fields_of(browser.get("/settings/display").text) | {"name_bedroom": name}
        answer = browser.post("/settings/display", data=sent, headers=OWN)
        assert answer.status_code == 400
        assert "without any that is not seen" in answer.text


def test_the_overview_says_what_is_in_force() -> None:
    house = a_house()
    browser = opened(house)
    assert "23:00 to 07:00" in browser.get("/settings").text
    save(browser, "/settings/night", bed_4="00:30")
    save(browser, "/settings/person", lamp="candle", offset="-1")
    save(browser, "/settings/calibration", sound_offset_db="1.5")
    text = browser.get("/settings").text
    for word in ("00:30 … 23:00", "-1.0 K", "lamp candle", "set by you", "no channel yet"):
        assert word in text


def test_the_overview_leads_to_the_names_of_the_rooms() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    save(browser, "/settings/display", name_bedroom="Loft")
    text = browser.get("/settings").text
    assert "<b>Units and names</b>" in text
    assert "°C, Loft, Guest" in text
    assert "<h1>Units and names</h1>" in browser.get("/settings/display").text
