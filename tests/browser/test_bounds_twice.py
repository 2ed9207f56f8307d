"""An end is moved on the picture in the night the clocks go back: an hour of it comes twice."""

import pytest
from playwright.sync_api import Browser

from monitor.night.household import Correction
from tests.fakes.bedroom import a_night, a_window, at, minutes_between
from tests.fakes.browser import serving
from tests.fakes.full_house import a_house
from tests.fakes.house import FakeHouse

NIGHT = "2026-10-24"


def a_house_of(lights_out: str) -> FakeHouse:
    house = a_house(at("2026-10-25T12:00:00+01:00"))
    window = a_window(
        night=NIGHT,
        zone="Europe/Berlin",
        lights_out_ms=at(lights_out),
        get_up_ms=at("2026-10-25T09:00:00+01:00"),
    )
    house.store.kept["bedroom"] = minutes_between(window.lights_out_ms, window.get_up_ms)
    house.store.put(a_night(window=window))
    return house


def said(browser: Browser, house: FakeHouse, knob: int, key: str) -> Correction | None:
    """Return what is kept after a knob was moved by five keys and saved."""
    with serving(house) as address, browser.new_page() as page:
        page.goto(f"{address}/nights/{NIGHT}")
        moved = page.locator(".knob").nth(knob)
        moved.focus()
        for _ in range(5):
            moved.press(key)
        with page.expect_navigation():
            page.get_by_role("button", name="Save these times").click()
    return house.household.corrected.get(("bedroom", NIGHT))


@pytest.mark.parametrize("lights_out", ["02:40:00+01:00", "02:40:00+02:00"])
def test_lights_out_stays_in_its_hour_and_where_only_get_up_moves_as_it_was(
    browser: Browser, lights_out: str
) -> None:
    # In the later hour the picture begins inside it: the earlier one is not on it.
    seen = f"2026-10-25T{lights_out}"
    moved = said(browser, a_house_of(seen), 0, "ArrowRight")
    assert moved == Correction(lights_out_ms=at(seen) + 5 * 60_000)
    moved = said(browser, a_house_of(seen), 1, "ArrowLeft")
    assert moved == Correction(get_up_ms=at("2026-10-25T08:55:00+01:00"))
