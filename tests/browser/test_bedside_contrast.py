"""A screen beside the bed whose system paints all pages in colours of its own (high contrast)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.fakes.access import Door
from tests.fakes.bedside import NIGHT, a_house
from tests.fakes.browser import assert_dark, serving
from tests.fakes.house import FakeLiveRoom


@contextmanager
def opening(browser: Browser, url: str, *, scheme: str = "light") -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 320, "height": 240},
        color_scheme=scheme,  # type: ignore[arg-type] # playwright's own name for it
        forced_colors="active",
    ) as context:
        page = context.new_page()
        page.goto(url)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        yield page


@pytest.fixture(params=["login", "first run"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """Return a house whose page beside the bed is its login, or its first run."""
    made = Door(tmp_path) if request.param == "login" else Door(tmp_path, password=None)
    made.house.live.files["bedroom"] = FakeLiveRoom()
    yield made
    made.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_night_stays_red_on_black_in_a_systems_own_colours(
    browser: Browser, scheme: str
) -> None:
    with (
        serving(a_house(NIGHT)) as address,
        opening(browser, f"{address}/bedside", scheme=scheme) as page,
    ):
        assert_dark(page)
        page.mouse.click(160, 120)
        page.wait_for_selector(".values")
        assert_dark(page)
        page.keyboard.press("Tab")
        assert_dark(page)
        page.keyboard.press("Control+a")
        assert_dark(page)


@pytest.mark.parametrize("path", ["/bedside/nothing", "/bedside?room=attic", "/bedside/self-light"])
def test_so_does_what_stands_in_its_place(browser: Browser, path: str) -> None:
    with serving(a_house(NIGHT)) as address, opening(browser, address + path) as page:
        assert_dark(page)
        page.keyboard.press("Tab")
        assert_dark(page)
        page.keyboard.press("Control+a")
        assert_dark(page)


def test_the_two_faces_of_the_self_light_test_are_black_and_red_on_black(browser: Browser) -> None:
    with (
        serving(a_house(NIGHT)) as address,
        opening(browser, f"{address}/bedside/self-light") as page,
    ):
        page.clock.install(time=0)
        page.reload()
        page.locator("button").click()
        page.wait_for_selector("[data-phase=black]")
        assert_dark(page)
        page.clock.run_for(10_000)
        page.wait_for_selector("[data-phase=lit]")
        assert_dark(page)


def test_the_door_beside_the_bed_is_red_on_black_whatever_is_done_there(
    browser: Browser, door: Door
) -> None:
    with (
        serving(door.house, app=door.app) as address,
        opening(browser, f"{address}/bedside") as page,
    ):
        assert_dark(page)
        page.fill("#password", "a wrong one")
        assert_dark(page)
        page.keyboard.press("Control+a")
        assert_dark(page)
        filled_in(page)
        assert_dark(page)
        page.click("button")
        page.wait_for_selector("[role=alert]")
        page.mouse.click(5, 5)
        page.keyboard.press("Control+a")
        assert_dark(page)


def test_the_scrollbar_of_the_door_is_as_dark(browser: Browser, door: Door) -> None:
    with (
        serving(door.house, app=door.app) as address,
        opening(browser, f"{address}/bedside") as page,
    ):
        painted = page.evaluate("getComputedStyle(document.documentElement).scrollbarColor")
        assert painted == "rgb(119, 0, 0) rgb(0, 0, 0)"


def test_by_day_the_systems_own_colours_hold(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address, opening(browser, f"{address}/") as page:
        assert page.evaluate("getComputedStyle(document.body).forcedColorAdjust") == "auto"


def filled_in(page: Page) -> None:
    """Have the browser paint the password as one that it has filled in itself."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelector", {"nodeId": root, "selector": "#password"})
    session.send(
        "CSS.forcePseudoState",
        {"nodeId": found["nodeId"], "forcedPseudoClasses": ["autofill"]},
    )
    assert page.evaluate("document.querySelector('#password').matches(':autofill')")
