"""A page beside the bed, opened in Chromium, and the walk to a mark there."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Browser, Page

from monitor.contract.record import MarkKind
from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import a_live_score, a_night, a_state, a_window, at, light_now
from tests.fakes.broker import wait_until
from tests.fakes.house import FakeHouse, FakeLiveRoom

NIGHT: Final = "2026-11-23T03:12:08+13:00"
EVENING: Final = "2026-11-22T22:31:08+13:00"
KIOSK: Final = {"width": 800, "height": 480}
SCREENS: Final = [{"width": 320, "height": 240}, KIOSK, {"width": 1024, "height": 600}]


def a_house(now: str = NIGHT, illuminance_lx: float = 0.02) -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=at(now)))
    now_ms = house.clock.now_ms()
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=now_ms,
        state=a_state(now_ms, light=light_now(now_ms, illuminance_lx)),
        score=a_live_score(),
        night=a_night(window=a_window()) if now == NIGHT else None,
    )
    return house


def opened(browser: Browser, address: str, screen: dict[str, int] = KIOSK) -> Page:
    page = browser.new_page(viewport=screen)  # type: ignore[arg-type] # playwright's own name for it
    page.goto(f"{address}/bedside")
    return page


def display(page: Page) -> str | None:
    return page.locator("main").get_attribute("data-display")


def step(page: Page) -> bool:
    page.wait_for_timeout(20)
    return True


def kinds(house: FakeHouse) -> list[MarkKind]:
    """Return what was marked, in the order in which it arrived."""
    return [mark.kind for _, mark in house.household.said]


def arrives(
    page: Page, house: FakeHouse, number: int = 1, *, step: Callable[[Page], object] = step
) -> None:
    """Wait until so many marks have come; step lets the page go on meanwhile."""

    def are_there() -> bool:
        step(page)
        return len(kinds(house)) == number

    wait_until(are_there, "the mark arrives", 20)
