"""axe-core finds nothing on any page, in both themes, on phone, kiosk and desktop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.fakes.bedroom import a_state, light_now
from tests.fakes.browser import axe_violations, chromium, serving
from tests.fakes.full_house import EVENING_MS, a_house, earlier_night, everything, hear
from tests.fakes.house import FakeHouse

SCREENS = {"phone": (390, 844), "kiosk": (800, 480), "desktop": (1280, 900)}
PAGES = (
    "/",
    "/nights",
    "/nights/2026-11-22",
    "/nights/2026-11-21",
    "/nights/2026-11-22/times",
    "/status",
    "/bedside",
    "/nowhere",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def a_full_house() -> FakeHouse:
    house = everything()
    for days in range(3, 17):
        house.store.put(earlier_night(days, rating=70.0 + days))
    return house


def an_evening() -> FakeHouse:
    """Return a house before bedtime: by night the bedside page is red on purpose."""
    house = a_house(EVENING_MS)
    now_ms = house.clock.now_ms()
    hear(house, state=a_state(now_ms, light=light_now(now_ms, 20.0)))
    return house


def violations(browser: Browser, address: str, path: str, theme: str, screen: str) -> list[str]:
    width, height = SCREENS[screen]
    with browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
    ) as page:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "too wide"
        return axe_violations(page)


@pytest.mark.parametrize("screen", list(SCREENS))
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_on_any_page(browser: Browser, theme: str, screen: str) -> None:
    found = {}
    with serving(a_full_house()) as full, serving(an_evening()) as evening:
        for path in PAGES:
            address = evening if path == "/bedside" else full
            found[path] = violations(browser, address, path, theme, screen)
    assert {path: what for path, what in found.items() if what} == {}


def test_the_first_evening_is_as_accessible(browser: Browser) -> None:
    with serving(a_house(EVENING_MS)) as address:
        for path in ("/", "/nights", "/status"):
            assert violations(browser, address, path, "dark", "phone") == []
