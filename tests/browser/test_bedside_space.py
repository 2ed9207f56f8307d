"""On the page beside the bed nothing lies on anything else and nothing is cut, on any screen."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from monitor.contract.record import Flag
from monitor.night.view_choices import MAX_NAME
from monitor.runtime.clock import VirtualClock
from monitor.score import words
from tests.fakes.bedroom import (
    a_live_score,
    a_night,
    a_part,
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
# Kiosks and phones, upright and lying, and odd ones around each place where the shape changes.
SCREENS = (
    *((320, 240), (353, 240), (400, 240), (320, 375), (480, 320), (568, 320), (599, 360)),
    *((320, 416), (320, 480), (360, 540), (360, 640), (400, 600), (480, 480), (540, 600)),
    *((320, 568), (360, 740), (390, 844), (412, 915)),
    *((600, 336), (640, 480), (667, 375), (667, 480), (720, 480), (720, 540), (800, 480)),
    *((800, 600), (854, 600), (1024, 600)),
)
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
  const values = main.querySelector(".values");
  if (values.scrollHeight > values.clientHeight + 1) found.push("the values must be scrolled");
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
    now: str,
    *,
    flags: tuple[Flag, ...] = (),
    light_flags: tuple[Flag, ...] = (),
    is_out: bool = False,
    age_s: float = 0.0,
    rating: float = 20.0,
    at_least: float | None = None,
) -> FakeHouse:
    """Return a room of which the most is said that can be."""
    house = FakeHouse(clock=VirtualClock(start_ms=at(now)))
    now_ms = house.clock.now_ms()
    dark_lx = 12_345.0 if now == EVENING else 0.02
    # A sound below the microphone's own noise has a bound before its number and its score.
    sound = replace(sound_now(now_ms, None if is_out else 62.0, flags=flags), floor_db=62.0)
    climate = climate_now(now_ms, None if is_out else 28.4, flags=flags)
    light = light_now(now_ms, None if is_out else dark_lx, flags=flags + light_flags)
    score = a_live_score(rating=rating, quiet=1.0, cool=rating, dark=rating, advice=ADVICE)
    if at_least is not None:  # as of every quiet room
        _, *others = score.parts
        score = replace(score, parts=(a_part("quiet", at_least, at_least=True), *others))
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=now_ms - round(age_s * 1000),
        state=a_state(now_ms, sound=sound, climate=climate, light=light),
        score=score,
        night=a_night(window=a_window()) if now == NIGHT else None,
    )
    return house


def waiting() -> FakeHouse:
    house = a_house(EVENING)
    house.live.files["bedroom"] = FakeLiveRoom()
    return house


STUCK, FROZEN, BRIGHT = (Flag.BUS_STUCK,), (Flag.FROZEN,), (Flag.SATURATED,)
STATES: dict[str, Callable[[], FakeHouse]] = {
    "evening": lambda: a_house(EVENING),
    "evening, quiet": lambda: a_house(EVENING, rating=100.0, at_least=92.0),
    "evening, old": lambda: a_house(EVENING, age_s=95.0),
    "evening, lost": lambda: a_house(EVENING, age_s=900.0),
    "evening, waiting": waiting,
    "evening, not to be trusted": lambda: a_house(EVENING, flags=FROZEN),
    "evening, too bright to measure": lambda: a_house(EVENING, light_flags=BRIGHT, rating=97.0),
    "evening, out of order": lambda: a_house(EVENING, flags=STUCK, is_out=True),
    "night": lambda: a_house(NIGHT),
    "night, quiet": lambda: a_house(NIGHT, rating=100.0, at_least=92.0),
    "night, old": lambda: a_house(NIGHT, age_s=95.0),
    "night, lost": lambda: a_house(NIGHT, age_s=900.0),
    "night, out of order": lambda: a_house(NIGHT, flags=STUCK, is_out=True),
}


# One room, and one of several whose name is as long as a name can be; that one in the other
# unit where there is a temperature.
CASES = [(name, "celsius", "") for name in STATES] + [
    (name, "celsius" if name.endswith((", lost", ", waiting", ", out of order")) else "fahrenheit",
     "W" * MAX_NAME)
    for name in STATES
]  # fmt: skip


def name_the_room(house: FakeHouse, name: str) -> None:
    """Give a house a second room, and the one that is looked at a name."""
    house.live.files["guest"] = FakeLiveRoom()
    house.household.choose("bedroom", {"room_name": name}, valid_from_ms=0)


def misplaced(page: Page, *, is_shown: bool = True) -> list[str]:
    """Return what is cut or covered on each screen, once awake and kept so if it is shown."""
    found = []
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        if is_shown:
            page.keyboard.press("Shift")
        assert page.locator(".marks").is_visible() or not is_shown
        found += [f"{width}x{height}: {what}" for what in page.evaluate(MISPLACED)]
    return found


@pytest.mark.parametrize(("name", "unit", "room_name"), CASES)
def test_nothing_is_cut_or_covered(browser: Browser, name: str, unit: str, room_name: str) -> None:
    house = STATES[name]()
    if room_name:
        name_the_room(house, room_name)
    house.household.rows.append(("", "temperature_unit", f'"{unit}"'))
    with serving(house) as address, browser.new_page() as page:
        page.route("**/api/v1/marks**", lambda route: route.abort())
        page.goto(f"{address}/bedside")
        assert misplaced(page, is_shown=False) == []
        page.mouse.click(2, 2)
        assert misplaced(page) == []
        page.locator("button.large").click()
        page.locator(".noted", has_text="Kept: awake now").wait_for()
        assert page.locator(".undo").is_visible()
        assert misplaced(page) == []
        page.locator(".undo").click()
        page.locator(".noted", has_text="nightroom").wait_for()
        assert misplaced(page) == []


@pytest.mark.parametrize("name", ["evening", "night", "night, out of order"])
def test_nothing_is_cut_or_covered_without_javascript(browser: Browser, name: str) -> None:
    with (
        serving(STATES[name]()) as address,
        browser.new_context(java_script_enabled=False) as context,
        context.new_page() as page,
    ):
        page.goto(f"{address}/bedside")
        assert misplaced(page, is_shown=False) == []
        page.goto(f"{address}/bedside?show=1")
        page.locator("button.large").click()
        page.locator(".noted", has_text="Noted").wait_for()
        assert page.locator(".undo").is_visible()
        assert misplaced(page) == []
