import re

from flask.testing import FlaskClient
from msgspec.structs import replace

from monitor.night.household import Correction
from monitor.night.window import Source
from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    a_night,
    a_window,
    an_open_window,
    at,
    minutes_between,
)
from tests.fakes.forms import fields_of
from tests.fakes.full_house import hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, at_once, opened

NIGHT = "/nights/2026-11-22"
LATER_MS = at("2026-11-22T23:40:00+13:00")


def a_house() -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-11-23T10:15:08+13:00")))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS)
    house.store.put(a_night())
    hear(house)
    return house


def save(browser: FlaskClient, **fields: str) -> tuple[int, str]:
    answer = browser.post(f"{NIGHT}/times", data=fields, headers=OWN)
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def test_the_form_shows_the_times_as_they_are() -> None:
    text = a_house().app().test_client().get(f"{NIGHT}/times").text
    assert 'value="23:04"' in text
    assert 'value="07:02"' in text
    assert "seen by the light sensor" in text
    assert "Undo" not in text


def test_a_correction_is_kept_and_leads_back_to_the_night() -> None:
    house = a_house()
    assert save(opened(house), lights_out="23:40", get_up="07:02") == (303, NIGHT)
    assert house.household.corrected["bedroom", "2026-11-22"] == Correction(lights_out_ms=LATER_MS)


def test_until_the_monitor_has_judged_it_the_night_says_so() -> None:
    house = a_house()
    browser = opened(house)
    save(browser, lights_out="23:40", get_up="07:02")
    assert "being judged" in browser.get(NIGHT).text
    window = replace(a_window(lights_out_ms=LATER_MS), lights_out_source=Source.CORRECTION)
    house.store.put(a_night(window=window), inputs_hash="two")
    house.clock.wait(1)
    text = browser.get(NIGHT).text
    assert "being judged" not in text
    assert "23:40, as you corrected it" in text


def test_while_the_monitor_is_down_a_correction_is_kept_and_waits_for_it() -> None:
    house = a_house()
    hear(house, written_ms=house.clock.now_ms() - 16_000)
    browser = opened(house)
    save(browser, lights_out="23:40", get_up="07:02")
    text = browser.get(NIGHT).text
    assert "being judged" not in text
    assert "The corrected times are kept. The night is judged by them as soon as" in text
    # The page is not kept with words that the monitor's coming back makes untrue.
    hear(house)
    assert "being judged" in browser.get(NIGHT).text


def test_a_second_correction_leaves_the_first_which_is_still_being_judged() -> None:
    house = a_house()
    browser = opened(house)
    save(browser, lights_out="23:40", get_up="07:02")
    form = fields_of(browser.get(f"{NIGHT}/times").text)
    assert form["lights_out"] == "23:40"
    save(browser, **{**form, "get_up": "07:30"})
    said = house.household.corrected["bedroom", "2026-11-22"]
    assert said == Correction(lights_out_ms=LATER_MS, get_up_ms=at("2026-11-23T07:30:00+13:00"))


def test_a_page_opened_earlier_changes_only_what_is_changed_on_it() -> None:
    house = a_house()
    browser = opened(house)
    earlier = fields_of(browser.get(f"{NIGHT}/times").text)
    save(browser, lights_out="23:40", get_up="07:02")
    save(browser, **{**earlier, "get_up": "07:30"})
    said = house.household.corrected["bedroom", "2026-11-22"]
    assert said == Correction(lights_out_ms=LATER_MS, get_up_ms=at("2026-11-23T07:30:00+13:00"))


def test_of_two_saves_at_the_same_moment_neither_takes_back_the_other() -> None:
    house = a_house()
    shown = {"shown_lights_out": "23:04", "shown_get_up": "07:02"}
    forms = [
        {**shown, "lights_out": "23:40", "get_up": "07:02"},
        {**shown, "lights_out": "23:04", "get_up": "07:30"},
    ]
    assert at_once(house, f"{NIGHT}/times", forms, slow="correction") == [303, 303]
    said = house.household.corrected["bedroom", "2026-11-22"]
    assert said == Correction(lights_out_ms=LATER_MS, get_up_ms=at("2026-11-23T07:30:00+13:00"))


def an_autumn_house() -> FakeHouse:
    """Return a house in Berlin, lights-out seen in the second of two hours from two to three."""
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-10-25T10:00:00+01:00")))
    window = a_window(
        night="2026-10-24",
        zone="Europe/Berlin",
        lights_out_ms=at("2026-10-25T02:40:00+01:00"),
        get_up_ms=at("2026-10-25T07:00:00+01:00"),
    )
    house.store.kept["bedroom"] = minutes_between(window.lights_out_ms, window.get_up_ms)
    house.store.put(a_night(window=window))
    return house


def autumn_said(house: FakeHouse, **changes: str) -> Correction:
    """Return what the form of that night corrects, some of its fields changed."""
    browser = opened(house)
    form = {**fields_of(browser.get("/nights/2026-10-24/times").text), **changes}
    form = {name: value for name, value in form.items() if value != "not sent"}
    browser.post("/nights/2026-10-24/times", data=form, headers=OWN)
    return house.household.corrected["bedroom", "2026-10-24"]


def test_an_end_that_nobody_moved_stays_whatever_the_other_end_says_of_its_hour() -> None:
    get_up = Correction(get_up_ms=at("2026-10-25T06:55:00+01:00"))
    assert autumn_said(an_autumn_house(), get_up="06:55") == get_up
    assert autumn_said(an_autumn_house(), get_up="06:55", second_get_up="no") == get_up
    first = autumn_said(an_autumn_house(), lights_out="02:35", second_lights_out="no")
    assert first == Correction(lights_out_ms=at("2026-10-25T02:35:00+02:00"))
    second = autumn_said(an_autumn_house(), lights_out="02:35", second_lights_out="yes")
    assert second == Correction(lights_out_ms=at("2026-10-25T02:35:00+01:00"))


def test_the_tick_alone_says_that_the_other_one_of_two_times_is_meant() -> None:
    said = autumn_said(an_autumn_house(), second="not sent")
    assert said == Correction(lights_out_ms=at("2026-10-25T02:40:00+02:00"))


def test_the_night_on_which_the_clocks_go_back_asks_which_of_two_times() -> None:
    house = an_autumn_house()
    browser = opened(house)
    assert 'data-second="lights_out"' in browser.get("/nights/2026-10-24").text
    form = fields_of(browser.get("/nights/2026-10-24/times").text)
    assert form["second"] == "yes"
    browser.post("/nights/2026-10-24/times", data={**form, "lights_out": "02:45"}, headers=OWN)
    said = house.household.corrected["bedroom", "2026-10-24"]
    assert said == Correction(lights_out_ms=at("2026-10-25T02:45:00+01:00"))


def test_a_correction_can_be_undone() -> None:
    house = a_house()
    browser = opened(house)
    save(browser, lights_out="23:40", get_up="07:02")
    assert "Undo" in browser.get(f"{NIGHT}/times").text
    assert save(browser, do="undo", lights_out="nonsense") == (303, NIGHT)
    assert house.household.corrected["bedroom", "2026-11-22"] == Correction()


def test_a_wrong_time_is_said_beside_what_was_written() -> None:
    house = a_house()
    status, text = save(opened(house), lights_out="23:40", get_up="23:10")
    assert status == 400
    assert "half an hour after" in text
    assert 'value="23:10"' in text
    assert house.household.corrected == {}


def test_a_correction_from_elsewhere_is_refused() -> None:
    house = a_house()
    answer = house.app().test_client().post(f"{NIGHT}/times", data={"lights_out": "23:40"})
    assert answer.status_code == 403
    assert house.household.corrected == {}


def test_there_are_no_times_of_a_night_that_is_not_there() -> None:
    assert a_house().app().test_client().get("/nights/2026-11-01/times").status_code == 404


def test_lights_out_of_the_running_night_is_corrected_and_the_night_goes_on() -> None:
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-11-23T02:09:40+13:00")))
    so_far_ms = at("2026-11-23T02:09:00+13:00")
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, so_far_ms)
    hear(house, night=a_night(window=an_open_window("2026-11-22", so_far_ms)))
    browser = opened(house)
    form = browser.get(f"{NIGHT}/times").text
    assert re.search(r'name="get_up" value=""', form)
    house.clock.wait(100.0)
    assert save(browser, lights_out="23:40", get_up="") == (303, NIGHT)
    assert house.household.corrected["bedroom", "2026-11-22"] == Correction(lights_out_ms=LATER_MS)


def test_a_correction_taken_back_is_not_called_a_correction_while_the_night_is_judged() -> None:
    house = a_house()
    window = replace(a_window(lights_out_ms=LATER_MS), lights_out_source=Source.CORRECTION)
    house.store.put(a_night(window=window))
    browser = opened(house)
    save(browser, lights_out="23:40", get_up="07:02")
    save(browser, do="undo")
    running = browser.get(NIGHT).text.partition('class="running"')[2].partition("</p>")[0]
    assert "The correction is taken back. The night is being judged again" in running
    assert "corrected times" not in running
    assert "Undo" not in running
    hear(house, written_ms=house.clock.now_ms() - 16_000)
    assert "The night is judged again as soon as nightroom-monitor runs" in browser.get(NIGHT).text
