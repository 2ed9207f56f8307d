"""Every page in every state, photographed into test-output/pages for people to look at.

What a machine can tell is held here: nothing is cut off, the dark pages are dark, and the
empty and the faulty states say in words what is and what to do.
"""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from monitor.score.result import Status
from tests.fakes.access import PASSWORD, Door
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    a_climate,
    a_light,
    a_live_score,
    a_minute,
    a_part,
    a_sound,
    a_state,
    an_open_window,
    at,
    climate_now,
    light_now,
    minutes_between,
    parts,
)
from tests.fakes.browser import assert_dark, serving
from tests.fakes.full_house import (
    DAY_MS,
    EVENING_MS,
    a_house,
    earlier_night,
    everything,
    hear,
)
from tests.fakes.house import FakeHouse

PICTURES = Path(__file__).resolve().parents[2] / "test-output" / "pages"
NIGHT = "/nights/2026-11-22"
COMPARED = "/nights/compare?a=2026-11-22&b=2026-11-20"
SETS = "/nights/sets?a=fan"
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
    "ten years": frozenset({SETS}),
}
AT_THREE_MS = at("2026-11-23T03:00:08+13:00")
TEN_YEARS = 3_650


def first_evening() -> FakeHouse:
    return a_house(EVENING_MS)


def sensor_out() -> FakeHouse:
    house = a_house(EVENING_MS)
    now_ms = house.clock.now_ms()
    climate = climate_now(now_ms, None, flags=(Flag.NO_REPLY,))
    state = a_state(now_ms, climate=climate, light=light_now(now_ms, 20.0))
    hear(house, state=state, score=a_live_score(cool=None, rating=80.0, at_most=True))
    # It went at one in the night before; of the night before that nothing else was heard.
    out_ms = LIGHTS_OUT_MS - DAY_MS + 120 * 60_000
    no_climate = a_climate(None, humidity_pct=None, n=0)
    house.store.kept["bedroom"] = minutes_between(
        LIGHTS_OUT_MS - DAY_MS,
        GET_UP_MS - DAY_MS,
        lambda end: a_minute(
            end,
            sound=a_sound(),
            climate=a_climate() if end < out_ms else no_climate,
            light=a_light(),
        ),
    )
    for days, coverage in ((1, 0.25), (2, 0.0), (3, 0.0)):
        cool = a_part("cool", None, status=Status.MISSING, coverage=coverage)
        label = "of 2 parts, temperature not measured"
        of = parts(a_part("quiet"), cool, a_part("dark"))
        house.store.put(earlier_night(days, of=of, label=label, at_most=True))
    return house


def ten_years() -> FakeHouse:
    house = everything()
    newest = earlier_night(0)
    for days in range(3, TEN_YEARS):
        name = str(date(2026, 11, 22) - timedelta(days=days))
        window = replace(newest.window, night=name)
        house.store.put(replace(newest, window=window, rating=55.0 + days * 7 % 45))
    return house


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
SAYS = {
    ("first evening", "/"): "Waiting for the first values",
    ("first evening", "/nights"): "A night appears here in the morning",
    ("first evening", "/rooms"): "as soon as its sensors say something",
    ("first evening", "/status"): "Start nightroom-sensors",
    ("sensor out", "/"): "The sensor does not answer; check its four wires.",
    ("sensor out", "/status"): "check its four wires",
    ("sensor out", "/nights"): "temperature not measured",
    ("sensor out", "/nights/2026-11-21"): "temperature not measured",
    ("ten years", "/nights"): "Evenings of the week",
}


def photograph(page: Page, state: str, path: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    words = re.sub(r"[^\w-]+", " ", path).strip() or "now"
    name = f"{state} {words}.png".replace(" ", "-")
    page.screenshot(path=PICTURES / name, full_page=True)


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
