"""The status page of the store: what it takes, what is written, what is wrong and what to do."""

import re

from msgspec import UNSET

from monitor.contract.record import Flag
from monitor.runtime.findings import Finding
from tests.fakes.bedroom import a_minute, a_state, climate_now, light_now
from tests.fakes.full_house import DAY_MS, a_house, hear
from tests.fakes.house import FakeFinding, FakeHouse
from tests.unit.web.views.test_pages import page, text_of


def test_status_says_what_the_store_takes_and_what_was_written() -> None:
    house = a_house()
    house.store.kept["bedroom"] = [a_minute(DAY_MS)] * 1_440
    house.store.bytes, house.store.log_bytes = 4_250_000, 4_000_000
    hear(house, written_today_bytes=3_100_000)

    text = text_of(page(house, "/status"))

    assert "4.3 MB; about 91.3 MB a year" in text
    assert "3.1 MB today (UTC) by the monitor" in text


def test_what_a_sensor_did_not_give_is_no_last_value_of_it() -> None:
    house = a_house()
    now_ms = house.clock.now_ms()
    unread = climate_now(now_ms, None, flags=(Flag.NO_REPLY,))
    hear(house, state=a_state(now_ms, climate=unread, light=light_now(now_ms, 20.0)))

    text = page(house, "/status")
    climate, light = (
        re.search(f'<dt class="part-{part}">.*\n.*', text)[0]  # type: ignore[index] # else it fails
        for part in ("cool", "dark")
    )

    assert "just now" not in climate
    assert "just now" in light


def sensors(house: FakeHouse) -> list[tuple[str, str]]:
    """Return how each sensor is called, good or bad, and the words."""
    text = page(house, "/status")
    return re.findall(r'<dd><span class="(good|bad)">([^<]*)</span> <small>Last', text)


def test_a_sensor_that_is_not_heard_is_not_called_working() -> None:
    house = a_house()
    hear(house)
    assert sensors(house) == [("good", "Working.")] * 3
    house.clock.wait(30)
    assert sensors(house) == [("good", "Working.")] * 3
    house.clock.wait(1)
    assert sensors(house) == [("bad", "Not heard for 31 s.")] * 3
    house.clock.wait(3 * 86_400)
    assert sensors(house) == [("bad", "Not heard for 3 days.")] * 3
    assert page(house, "/status").count("Last value: 3 days ago.") == 3


def test_a_sensor_that_was_at_fault_and_is_not_heard_says_both() -> None:
    house = a_house()
    now_ms = house.clock.now_ms()
    unread = climate_now(now_ms, None, flags=(Flag.NO_REPLY,))
    hear(house, state=a_state(now_ms, climate=unread, light=UNSET))
    (_, before) = sensors(house)[1]
    house.clock.wait(3_600)
    assert sensors(house)[1] == ("bad", f"Not heard for 1 h. Before that: {before}")
    assert sensors(house)[2] == ("good", "Not fitted.")


def test_status_says_what_is_wrong_with_the_store_even_where_it_cannot_be_read() -> None:
    house = a_house()
    house.store.broken = "nights.db has schema 77"
    house.store.conditions = (
        Finding(what="household.db", ok=True, words="opens"),
        Finding(what="nights.db", ok=False, words="has schema 77", fix="upgrade nightroom"),
    )

    text = text_of(page(house, "/status"))

    assert "nights.db: has schema 77. What to do: upgrade nightroom." in text
    assert "household.db" not in text
    assert "Nothing heard yet" not in text


def test_what_is_found_says_temperatures_in_the_house_s_unit() -> None:
    house = a_house()
    words = "85.0 °C is outside -40 to 70 °C, after a change of +9.0 K in 5 s."
    hear(house, findings=(FakeFinding(text=words),))
    assert words in page(house, "/status")
    house.household.choose("", {"temperature_unit": "fahrenheit"}, valid_from_ms=0)
    text = page(house, "/status")
    assert "185 °F is outside −40 to 158 °F, after a change of +16.2 °F in 5 s." in text


def test_a_number_is_not_parted_from_its_unit_and_a_table_has_its_heading() -> None:
    house = a_house()
    hear(house)
    text = page(house, "/status")
    assert "Recorded of the last 24\N{NO-BREAK SPACE}h: 0\N{NO-BREAK SPACE}%." in text
    assert "a year’s size is known after the first day" in text
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", text) == ["Processes", "Sensors"]
