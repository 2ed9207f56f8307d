"""On the page beside the bed nothing lies on anything else and nothing is cut, on any screen."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from monitor.score import words
from tests.fakes.bedroom import (
    a_live_score,
    a_night,
    a_state,
    a_window,
    at,
    climate_now,
    light_now,
    sound_now,
)
from tests.fakes.browser import serving
from tests.fakes.house import FakeHouse, FakeLiveRoom

NIGHT = "2026-11-23T03:12:08+13:00"
EVENING = "2026-11-22T21:31:08+13:00"
# The kiosk's from the smallest to the largest, and the smallest phones.
SCREENS = ((320, 240), (480, 320), (800, 480), (1024, 600), (320, 568), (360, 640))
# The most that each part ever has to say of a room that is well measured.
ADVICE = {
    "quiet": words.quiet_now(62.0, below_floor=True, peak_db=None, fine=False, air=True),
    "cool": words.cool_now(28.4, warm=True, fine=False, best_c=19.0, cooling_min=590.0),
    "dark": words.dark_now(12_345.0, fine=False),
}
MISPLACED = """() => {
  const main = document.querySelector("main");
  const shown = [...main.querySelectorAll("h1, h2, p, a, button")].filter((it) =>
    it.checkVisibility() && it.innerText.trim() && getComputedStyle(it).clipPath === "none");
  const name = (it) => `“${it.innerText.trim().replaceAll("\\n", " ")}”`;
  const found = [];
  shown.forEach((one, index) => {
    const a = one.getBoundingClientRect();
    if (a.left < 0 || a.top < 0 || a.right > innerWidth + 0.5 || a.bottom > innerHeight + 0.5)
      found.push(`${name(one)} is cut by the screen`);
    if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 8)
      found.push(`${name(one)} is larger than its box`);
    for (const other of shown.slice(index + 1)) {
      if (one.contains(other)) continue;
      const b = other.getBoundingClientRect();
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 0.5 && high > 0.5) found.push(`${name(one)} lies on ${name(other)}`);
    }
  });
  return found;
}"""


def a_house(
    now: str, *, flags: tuple[Flag, ...] = (), is_out: bool = False, age_s: float = 0.0
) -> FakeHouse:
    """Return a room of which the most is said that can be."""
    house = FakeHouse(clock=VirtualClock(start_ms=at(now)))
    now_ms = house.clock.now_ms()
    dark_lx = 12_345.0 if now == EVENING else 0.02
    # A sound below the microphone's own noise has a bound before its number and its score.
    sound = replace(sound_now(now_ms, None if is_out else 62.0, flags=flags), floor_db=62.0)
    climate = climate_now(now_ms, None if is_out else 28.4, flags=flags)
    light = light_now(now_ms, None if is_out else dark_lx, flags=flags)
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=now_ms - round(age_s * 1000),
        state=a_state(now_ms, sound=sound, climate=climate, light=light),
        score=a_live_score(rating=20.0, quiet=1.0, cool=20.0, dark=20.0, advice=ADVICE),
        night=a_night(window=a_window()) if now == NIGHT else None,
    )
    return house


def waiting() -> FakeHouse:
    house = a_house(EVENING)
    house.live.files["bedroom"] = FakeLiveRoom()
    return house


STUCK, FROZEN = (Flag.BUS_STUCK,), (Flag.FROZEN,)
STATES: dict[str, Callable[[], FakeHouse]] = {
    "evening": lambda: a_house(EVENING),
    "evening, old": lambda: a_house(EVENING, age_s=95.0),
    "evening, lost": lambda: a_house(EVENING, age_s=900.0),
    "evening, waiting": waiting,
    "evening, not to be trusted": lambda: a_house(EVENING, flags=FROZEN),
    "evening, out of order": lambda: a_house(EVENING, flags=STUCK, is_out=True),
    "night": lambda: a_house(NIGHT),
    "night, old": lambda: a_house(NIGHT, age_s=95.0),
    "night, lost": lambda: a_house(NIGHT, age_s=900.0),
    "night, out of order": lambda: a_house(NIGHT, flags=STUCK, is_out=True),
}


def misplaced(page: Page) -> list[str]:
    """Return what is cut or covered on each screen."""
    found = []
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width}x{height}: {what}" for what in page.evaluate(MISPLACED)]
    return found


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_cut_or_covered(browser: Browser, name: str) -> None:
    with serving(STATES[name]()) as address, browser.new_page() as page:
        page.route("**/api/v1/marks**", lambda route: route.abort())
        page.goto(f"{address}/bedside")
        assert misplaced(page) == []
        page.mouse.click(2, 2)
        page.locator(".marks").wait_for()
        assert misplaced(page) == []
        page.locator("button.large").click()
        page.locator(".noted", has_text="Kept: awake now").wait_for()
        assert page.locator(".undo").is_visible()
        assert misplaced(page) == []
        page.locator(".undo").click()
        page.locator(".noted", has_text="does not answer").wait_for()
        assert misplaced(page) == []


@pytest.mark.parametrize("name", ["evening", "night", "night, out of order"])
def test_nothing_is_cut_or_covered_without_javascript(browser: Browser, name: str) -> None:
    with (
        serving(STATES[name]()) as address,
        browser.new_context(java_script_enabled=False) as context,
        context.new_page() as page,
    ):
        page.goto(f"{address}/bedside")
        assert misplaced(page) == []
        page.goto(f"{address}/bedside?show=1")
        page.locator("button.large").click()
        page.locator(".noted", has_text="Noted").wait_for()
        assert page.locator(".undo").is_visible()
        assert misplaced(page) == []
