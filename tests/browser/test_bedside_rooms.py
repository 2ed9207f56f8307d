"""Beside which bed a page is, in a house of several rooms."""

import pytest
from playwright.sync_api import Browser, Page

from monitor.night.view_choices import MAX_NAME
from tests.browser.test_bedside_space import STATES, name_the_room
from tests.fakes.bedside import EVENING, KIOSK, NIGHT, SCREENS, a_house, opened
from tests.fakes.browser import assert_dark, serving


def cut(page: Page) -> bool:
    """Tell whether the name ends with three dots, for there is more of it than fits."""
    return bool(page.locator(".whose").evaluate("it => it.scrollWidth > it.clientWidth"))


@pytest.mark.parametrize("screen", SCREENS, ids=lambda it: str(it["width"]))
def test_in_the_evening_the_room_is_named_and_a_long_name_ends_with_three_dots(
    browser: Browser, screen: dict[str, int]
) -> None:
    for name, is_cut in (("Mia", False), ("W" * MAX_NAME, True)):
        house = a_house(EVENING, 20.0)
        name_the_room(house, name)
        with serving(house) as address, opened(browser, address, screen) as page:
            assert page.locator(".whose").inner_text() == name
            assert cut(page) is is_cut


@pytest.mark.parametrize("state", ["evening", "evening, lost", "evening, waiting"])
def test_on_an_upright_phone_a_name_is_whole_beside_whatever_word(
    browser: Browser, state: str
) -> None:
    house = STATES[state]()
    name_the_room(house, "Grandparents’ room")
    with serving(house) as address, opened(browser, address) as page:
        for width, height in ((320, 416), (320, 568), (360, 640), (390, 844), (430, 932)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.locator(".whose").is_visible()
            assert not cut(page), f"{width}x{height}"


def test_at_night_it_is_named_in_red_for_as_long_as_the_values_are_shown(browser: Browser) -> None:
    house = a_house(NIGHT)
    name_the_room(house, "W" * MAX_NAME)
    with serving(house) as address, opened(browser, address, KIOSK) as page:
        assert not page.locator(".whose").is_visible()
        assert_dark(page)
        page.mouse.click(400, 240)
        assert page.locator(".whose").is_visible()
        assert_dark(page)


def test_a_live_page_keeps_its_room_in_its_title(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    name_the_room(house, "Mia")
    with serving(house) as address, browser.new_page() as page:
        for path, word in (("/bedside", ".word"), ("/", ".room-word")):
            with page.expect_response("**/api/v1/**"):
                page.goto(address + path)
            page.wait_for_function("document.title.indexOf('Bedside') < 0")
            assert page.title() == f"{page.locator(word).text_content()} · Mia · nightroom"
