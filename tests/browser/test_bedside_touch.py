"""A finger in the dark: the touch that wakes the page beside the bed marks nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.fakes.bedside import EVENING, a_house, arrives, display, kinds
from tests.fakes.browser import assert_dark, serving
from tests.fakes.house import FakeHouse

SIZES = [(320, 240), (800, 480)]


def places(page: Page) -> dict[str, tuple[float, float]]:
    """Return where each mark's button is once the values are shown."""
    page.keyboard.press("Shift")
    found = {}
    for button in page.locator(".marks button").all():
        box = button.bounding_box()
        assert box is not None
        kind = button.get_attribute("value") or ""
        found[kind] = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return found


def wakes_and_then_marks(
    house: FakeHouse, page: Page, press: Callable[[float, float], None], kind: str
) -> None:
    """Press a sleeping page twice where it has the button of a mark once it is awake."""
    page.reload()
    x, y = places(page)[kind]
    page.reload()
    assert display(page) == "night"
    press(x, y)
    page.locator(".marks").wait_for()
    page.wait_for_timeout(400)
    assert kinds(house) == []
    assert page.locator(".noted").inner_text() == ""
    press(x, y)
    arrives(page, house)
    assert kinds(house) == [kind]
    house.household.said.clear()


@pytest.mark.parametrize("size", SIZES, ids=lambda it: f"{it[0]}x{it[1]}")
def test_the_touch_that_wakes_the_page_marks_nothing_wherever_it_lands_and_the_next_one_does(
    browser: Browser, size: tuple[int, int]
) -> None:
    house = a_house()
    with (
        serving(house) as address,
        browser.new_context(
            has_touch=True, viewport={"width": size[0], "height": size[1]}
        ) as context,
        context.new_page() as page,
    ):
        page.goto(f"{address}/bedside")
        for kind in places(page):
            wakes_and_then_marks(house, page, page.touchscreen.tap, kind)


def test_a_mouse_that_wakes_the_page_marks_nothing_either(browser: Browser) -> None:
    house = a_house()
    with serving(house) as address, browser.new_page() as page:
        page.goto(f"{address}/bedside")
        wakes_and_then_marks(house, page, page.mouse.click, "awake")


def test_in_the_evening_nothing_is_hidden_and_the_first_touch_marks(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with (
        serving(house) as address,
        browser.new_context(has_touch=True) as context,
        context.new_page() as page,
    ):
        page.goto(f"{address}/bedside")
        page.locator("button.large").tap()
        arrives(page, house)


def test_a_key_that_wakes_the_page_marks_nothing_and_the_keyboard_marks_what_is_seen(
    browser: Browser,
) -> None:
    house = a_house()
    with serving(house) as address, browser.new_page() as page:
        page.clock.install()
        page.goto(f"{address}/bedside")
        x, y = places(page)["awake"]
        page.clock.run_for(10_500)
        # A touch that woke the page is over for the keyboard.
        page.mouse.click(x, y)
        page.locator("button.large").focus()
        page.keyboard.press("Enter")
        arrives(page, house, step=step_in)
        page.locator(".noted", has_text="Noted").wait_for()
        # The button that was pressed is hidden again: the same key shows it and no more.
        for key in ("Enter", " "):
            page.clock.run_for(10_500)
            assert not page.locator(".marks").is_visible()
            page.keyboard.press(key)
            assert page.locator(".marks").is_visible()
            page.clock.run_for(400)
            assert len(house.household.said) == 1
        page.locator("button.large").press("Enter")
        arrives(page, house, 2, step=step_in)


def step_in(page: Page) -> None:
    """Let a page's own clock go on for a moment."""
    page.clock.run_for(50)


@pytest.mark.parametrize("address", ["/bedside", "/bedside?room=nowhere", "/bedside/self-light"])
def test_text_that_a_finger_selects_in_the_dark_stays_dark(browser: Browser, address: str) -> None:
    with serving(a_house()) as ours, browser.new_page(color_scheme="light") as page:
        page.goto(f"{ours}{address}")
        page.keyboard.press("Control+a")
        assert page.evaluate("String(getSelection()).trim()")
        assert_dark(page)
