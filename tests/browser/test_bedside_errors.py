"""A screen beside the bed that meets an error, with nobody who touches it."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from monitor.cli.demo_place import any_free_port
from tests.fakes.access import Door
from tests.fakes.bedside import KIOSK, NIGHT, a_house, step
from tests.fakes.broker import wait_until
from tests.fakes.browser import HOST, assert_dark, serving
from tests.fakes.house import FakeHouse, FakeLiveRoom


def a_house_of_another_room() -> FakeHouse:
    """Return a house whose bedroom is not known yet, as after a restart."""
    house = a_house(NIGHT)
    house.live.files["guest"] = house.live.files.pop("bedroom")
    return house


def half_a_minute(page: Page) -> None:
    page.clock.run_for(30_500)
    page.wait_for_timeout(500)


def test_an_error_gives_way_to_the_page_of_its_bed_once_that_is_there_and_never_to_white(
    browser: Browser,
) -> None:
    house, port = a_house_of_another_room(), any_free_port(HOST)
    with browser.new_page(viewport=KIOSK) as page:  # type: ignore[arg-type] # playwright's own name for it
        page.clock.install()
        with serving(house, port) as address:
            page.goto(f"{address}/bedside?room=bedroom")
            half_a_minute(page)
            assert page.locator("h1").inner_text() == "Nothing here"
        half_a_minute(page)
        assert page.locator("h1").inner_text() == "Nothing here", "nobody answers"
        assert_dark(page)
        house.live.files["bedroom"] = FakeLiveRoom()
        with serving(house, port):
            half_a_minute(page)
            wait_until(lambda: step(page) and bool(page.locator(".clock").count()), "the page")
            assert page.url == f"{address}/bedside?room=bedroom"
            assert_dark(page)


def test_without_javascript_it_comes_anew_too(browser: Browser) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(serving(a_house_of_another_room()))
        context = stack.enter_context(browser.new_context(java_script_enabled=False))
        page = context.new_page()
        page.goto(f"{address}/bedside?room=bedroom")
        comes = page.locator("noscript meta").get_attribute("content")
        assert comes == "60; url=/bedside?room=bedroom"
        assert_dark(page)


@pytest.mark.parametrize("path", ["/bedside", "/bedside/nothing", "/bedside/self-light"])
def test_a_page_whose_stylesheet_does_not_come_is_black(browser: Browser, path: str) -> None:
    with serving(a_house(NIGHT)) as address, browser.new_page(color_scheme="light") as page:
        page.route("**/bedside.css*", lambda route: route.abort())
        page.goto(f"{address}{path}")
        page.wait_for_timeout(300)
        assert_dark(page)


@pytest.mark.parametrize("path", ["/login?next=%2Fbedside", "/marks"])
def test_so_is_a_login_beside_the_bed_whose_stylesheet_does_not_come(
    browser: Browser, door: Door, path: str
) -> None:
    with (
        serving(door.house, app=door.app) as address,
        browser.new_page(color_scheme="light") as page,
    ):
        page.route("**/door.css*", lambda route: route.abort())
        page.goto(address + path)
        page.wait_for_load_state()
        assert page.locator("main").count() == 1
        assert_dark(page)


def test_so_is_the_first_run_beside_the_bed(browser: Browser, tmp_path: Path) -> None:
    with (
        closing(Door(tmp_path, password=None)) as door,
        serving(door.house, app=door.app) as address,
        browser.new_page(color_scheme="light") as page,
    ):
        page.route("**/door.css*", lambda route: route.abort())
        page.goto(f"{address}/bedside")
        page.wait_for_load_state()
        assert page.locator("main").count() == 1
        assert_dark(page)


@pytest.mark.parametrize("path", ["/Bedside", "/BEDSIDE/", "/bedSide/nothing"])
def test_an_address_that_is_mistyped_beside_the_bed_is_dark(browser: Browser, path: str) -> None:
    with serving(a_house(NIGHT)) as address, browser.new_page(color_scheme="light") as page:
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 404
        assert_dark(page)
        assert page.locator("main a").get_attribute("href") == "/bedside"


def test_a_page_beside_the_bed_asks_for_its_stylesheet_once_more(browser: Browser) -> None:
    house = a_house(NIGHT)
    with serving(house) as address, browser.new_page(viewport=KIOSK) as page:  # type: ignore[arg-type] # as above
        page.route("**/bedside.css*", lambda route: route.abort())
        page.goto(f"{address}/bedside")
        page.unroute("**/bedside.css*")

        def is_there() -> bool:
            house.clock.wait(1)  # something new is heard
            return step(page) and page.locator(".clock").is_visible()

        wait_until(is_there, "the stylesheet", 40)
        assert_dark(page)
