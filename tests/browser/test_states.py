"""Every page in every state, photographed into test-output/pages for people to look at.

What a machine can tell is held here: nothing is cut off, the dark pages are dark, and the
empty and the faulty states say in words what is and what to do.
"""

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from monitor.runtime.clock import VirtualClock
from tests.fakes.access import PASSWORD, Door
from tests.fakes.bedroom import a_state, an_open_window, at, light_now
from tests.fakes.browser import assert_dark, picture_of, serving
from tests.fakes.full_house import EVENING_MS, a_house, everything, hear
from tests.fakes.house import FakeHouse
from tests.fakes.years import sensor_out, ten_years

PICTURES = Path(__file__).resolve().parents[2] / "test-output" / "pages"
NIGHT = "/nights/2026-11-22"
COMPARED = "/nights/compare?a=2026-11-22&b=2026-11-20"
SETS = "/nights/sets?a=fan"
LONG_AGO = "/nights?until=2017-05-20"
PAGES = (
    "/",
    "/nights",
    NIGHT,
    "/nights/2026-11-21",
    f"{NIGHT}/times",
    f"{NIGHT}/diary",
    COMPARED,
    "/nights?tag=fan",
    SETS,
    LONG_AGO,
    "/rooms",
    "/status",
    "/settings",
    "/settings/night",
    "/settings/person",
    "/settings/display",
    "/settings/calibration",
    "/settings/alerts",
    "/settings/data",
    "/about",
    "/privacy",
    "/bedside",
    "/bedside/self-light",
    "/nowhere",
)
OF_A_NIGHT = frozenset(path for path in PAGES if path.startswith("/nights/2026"))
# What these states have nothing for: that page says so, as every address does that leads nowhere.
NOT_THERE: dict[str, Collection[str]] = {
    "first evening": OF_A_NIGHT,
    "sensor out": {path for path in OF_A_NIGHT if NIGHT in path} | {COMPARED, SETS},
}
AT_THREE_MS = at("2026-11-23T03:00:08+13:00")


def first_evening() -> FakeHouse:
    return a_house(EVENING_MS)


def day() -> FakeHouse:
    return tagged(everything())


def night() -> FakeHouse:
    """Return the house at three, the night still running."""
    house = everything()
    house.clock = VirtualClock(start_ms=AT_THREE_MS)
    score = house.store.scored.pop(("bedroom", "2026-11-22")).score
    window = an_open_window("2026-11-22", AT_THREE_MS)
    so_far = replace(score, window=window, minute_costs={"cool": (0.05,) * 260})
    kept = house.store.kept
    kept["bedroom"] = [it for it in kept["bedroom"] if it.end_ms <= AT_THREE_MS]
    dark = a_state(AT_THREE_MS, light=light_now(AT_THREE_MS, 0.02))
    tagged(house, state=dark)
    hear(house, state=dark, night=so_far)
    return house


def tagged(house: FakeHouse, **live: object) -> FakeHouse:
    house.household.tagged["bedroom", "2026-11-22"] = ("fan", "window open")
    for room in ("guest", "nursery"):
        hear(house, room, **live)
    return house


STATES: dict[str, Callable[[], FakeHouse]] = {
    "day": day,
    "night": night,
    "first evening": first_evening,
    "sensor out": sensor_out,
    "ten years": ten_years,
}
NO_TEMPERATURE = "There are no values of the temperature sensor from 01:04 to 07:02."
SAYS = {
    ("first evening", "/"): "Waiting for the first values",
    ("first evening", "/nights"): "A night appears here in the morning",
    ("first evening", "/rooms"): "as soon as its sensors say something",
    ("first evening", "/status"): "Start nightroom-sensors",
    ("sensor out", "/"): "The sensor does not answer; check its four wires.",
    ("sensor out", "/status"): "check its four wires",
    ("sensor out", "/nights"): NO_TEMPERATURE,
    ("sensor out", "/nights/2026-11-21"): NO_TEMPERATURE,
    ("ten years", "/nights"): "← Earlier nights",
    ("ten years", LONG_AGO): "of 2 parts, noise not measured",
    ("ten years", SETS): "with “fan”",
}

# The numbers of the calendar that are wider than their day; a night of 100 is.
CUT_DAYS = """[...document.querySelectorAll(".day")]
  .filter((day) => day.scrollWidth > day.clientWidth).map((day) => day.textContent)"""


def photograph(page: Page, state: str, path: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    words = re.sub(r"[^\w-]+", " ", path).strip() or "now"
    name = f"{state} {words}.png".replace(" ", "-")
    picture_of(page, path=PICTURES / name, full_page=True)


@pytest.mark.parametrize("state", list(STATES))
def test_every_page_of_every_state_is_whole_and_says_what_is(browser: Browser, state: str) -> None:
    theme: Literal["light", "dark"] = "light" if state == "day" else "dark"
    with (
        serving(STATES[state]()) as address,
        browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=theme) as page,
    ):
        for path in PAGES:
            is_there = path != "/nowhere" and path not in NOT_THERE.get(state, ())
            answer = page.goto(address + path) or pytest.fail(path)
            assert answer.status == (200 if is_there else 404), path
            photograph(page, state, path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            assert page.evaluate(CUT_DAYS) == [], path
            assert SAYS.get((state, path), "") in page.locator("main").inner_text(), path


@pytest.mark.parametrize("state", ["day", "night"])
def test_the_doors_of_every_state_are_whole(browser: Browser, tmp_path: Path, state: str) -> None:
    theme: Literal["light", "dark"] = "light" if state == "day" else "dark"
    beside = "?next=%2Fbedside" if state == "night" else ""
    first_run, door = Door(tmp_path / "new", password=None), Door(tmp_path / "old")
    with browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=theme) as page:
        for made, path in ((first_run, "/setup"), (door, "/login")):
            with serving(made.house, app=made.app) as address:
                page.goto(address + path + beside)
                photograph(page, state, path)
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
                page.fill("#password", "a wrong one")
                if path == "/login":
                    page.click("button")
                    page.wait_for_selector("[role=alert]")
                    photograph(page, f"{state} wrong", path)
                    page.fill("#password", PASSWORD)
                    page.click("button")
                    page.wait_for_url("**/bedside" if beside else address + "/")
                    page.goto(address + "/settings/access")
                    photograph(page, state, "/settings/access")
                    assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            made.close()


@pytest.mark.parametrize(("width", "height"), [(320, 240), (480, 320), (800, 480), (1024, 600)])
def test_the_page_beside_the_bed_fits_its_screen_and_is_dark_at_night(
    browser: Browser, width: int, height: int
) -> None:
    house = sensor_out()
    with (
        serving(house) as address,
        browser.new_page(viewport={"width": width, "height": height}) as page,
    ):
        page.goto(address + "/bedside")
        photograph(page, f"evening {width}", "/bedside")
        for part in ("main", "button.large", ".values"):
            box = page.locator(part).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height + 1, part
        page.goto(address + "/bedside/self-light")
        photograph(page, f"evening {width}", "/bedside/self-light")
        assert_dark(page)
        page.locator("button").click()
        assert_dark(page)
        assert page.locator("h1").is_hidden()
