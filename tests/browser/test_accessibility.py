"""axe-core finds nothing on any page, in both themes, on phone, kiosk and desktop."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from msgspec import structs
from playwright.sync_api import Browser

from monitor.contract.record import MarkKind
from monitor.night.alert_choices import Channel
from monitor.night.household import PageMark
from monitor.store.access_rows import TokenKind
from tests.fakes.access import PASSWORD, Door
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS, a_state, light_now
from tests.fakes.browser import axe_violations, serving
from tests.fakes.full_house import EVENING_MS, a_house, earlier_night, everything, hear
from tests.fakes.house import FakeFinding, FakeHouse

SCREENS = {
    "small phone": (320, 568),
    "phone": (390, 844),
    "kiosk": (800, 480),
    "tablet": (1024, 768),
}
# How many lines the first word of each button takes.
LINES_OF_WORDS = """(all) => all.map((button) => {
  const text = button.firstChild;
  const word = document.createRange();
  word.setStart(text, 0);
  word.setEnd(text, text.textContent.trimEnd().split(" ")[0].length);
  return word.getClientRects().length;
})"""
# Each theme narrow and wide; what differs between them is colour and layout, not both at once.
Theme = Literal["dark", "light"]
LOOKS: tuple[tuple[Theme, str], ...] = (
    ("dark", "phone"),
    ("light", "kiosk"),
    ("light", "small phone"),
    ("dark", "tablet"),
)
CHANNEL = Channel(name="phone", url="ntfys://ntfy.example/topic")
PAGES = (
    "/",
    "/nights",
    "/nights/2026-11-22",
    "/nights/2026-11-21",
    "/nights/2026-11-22/times",
    "/nights/2026-11-22/diary",
    "/nights/compare?a=2026-11-22&b=2026-11-20",
    "/nights?tag=fan",
    "/nights/sets?a=fan",
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
    "/nowhere",
)


def a_full_house() -> FakeHouse:
    house = everything()
    for days in range(3, 17):
        house.store.put(earlier_night(days, rating=70.0 + days))
    hear(house, "guest")
    house.household.tagged["bedroom", "2026-11-22"] = ("fan", "window open")
    house.household.notes["bedroom", "2026-11-22"] = "The dog."
    house.household.delete("bedroom", 0, 1, made_ms=house.clock.now_ms())
    house.household.choose("", {"alert_channels": [CHANNEL]}, valid_from_ms=0)
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


@pytest.mark.parametrize(("theme", "screen"), LOOKS)
def test_axe_finds_nothing_on_any_page(browser: Browser, theme: str, screen: str) -> None:
    found = {}
    with serving(a_full_house()) as full, serving(an_evening()) as evening:
        for path in PAGES:
            address = evening if path == "/bedside" else full
            found[path] = violations(browser, address, path, theme, screen)
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(("theme", "screen"), LOOKS)
def test_axe_finds_nothing_on_the_doors_and_behind_them(
    browser: Browser, tmp_path: Path, theme: Theme, screen: str
) -> None:
    width, height = SCREENS[screen]
    first_run, door = Door(tmp_path / "new", password=None), Door(tmp_path / "old")
    door.auth.make_token(TokenKind.KIOSK, "bedside")
    found = {}
    with (
        serving(first_run.house, app=first_run.app) as new,
        serving(door.house, app=door.app) as old,
        browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme) as page,
    ):

        def look(address: str) -> None:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            found[address] = axe_violations(page)

        look(f"{new}/setup")
        look(f"{old}/login")
        for password in ("a wrong one", PASSWORD):
            page.fill("#password", password)
            page.click("button")
            page.wait_for_load_state()
            found[f"{password} typed"] = axe_violations(page)
        look(f"{old}/settings/access")
    first_run.close()
    door.close()
    assert {where: what for where, what in found.items() if what} == {}


def test_on_a_small_phone_no_button_is_broken_within_its_word(browser: Browser, door: Door) -> None:
    door.auth.make_token(TokenKind.KIOSK, "the small screen beside the bed")
    width, height = SCREENS["small phone"]
    with (
        serving(door.house, app=door.app) as address,
        browser.new_page(viewport={"width": width, "height": height}) as page,
    ):
        page.goto(f"{address}/login?next=%2Fsettings%2Faccess")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_selector("text=Revoke")
        lines = page.locator("button").evaluate_all(LINES_OF_WORDS)
        assert set(lines) == {1}


def test_axe_finds_nothing_but_faint_letters_on_the_self_light_test(browser: Browser) -> None:
    with serving(an_evening()) as address, browser.new_page() as page:
        page.goto(address + "/bedside/self-light")
        # Red on black, and faint: the page is what it measures.
        assert axe_violations(page, but=("color-contrast",)) == []


def test_the_first_evening_is_as_accessible(browser: Browser) -> None:
    with serving(a_house(EVENING_MS)) as address:
        for path in ("/", "/nights", "/status", "/rooms", "/nights/compare", "/nights/sets"):
            assert violations(browser, address, path, "dark", "phone") == []


SHORTER = ("/", "/nights", "/nights/2026-11-22", "/settings/night", "/settings/alerts", "/about")
FOCUSABLE = """[...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter((it) => it.checkVisibility() && !it.disabled).length"""
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return -1;
  if (getComputedStyle(at).outlineStyle === 'none') return -2;
  return [...document.querySelectorAll('*')].indexOf(at);
}"""


def test_text_twice_as_large_still_fits_and_nothing_moves_by_itself(browser: Browser) -> None:
    with (
        serving(a_full_house()) as address,
        browser.new_page(viewport={"width": 640, "height": 450}, reduced_motion="reduce") as page,
    ):
        for path in SHORTER:
            page.goto(address + path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            page.wait_for_timeout(50)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
            assert page.evaluate("document.getAnimations().length") == 0


def a_house_of_long_words() -> FakeHouse:
    """Return a house in which whatever people write has no space to break a line at."""
    house = a_full_house()
    longest, address = "W" * 40, f"https://example.org/{'x' * 400}"
    named = {"alert_channels": [Channel(name="w" * 32, url=f"ntfys://ntfy.example/{'t' * 80}")]}
    house.household.choose("", named, valid_from_ms=0)
    house.household.choose("bedroom", {"room_name": longest}, valid_from_ms=0)
    house.household.tagged["bedroom", "2026-11-22"] = ("fan", longest)
    house.household.notes["bedroom", "2026-11-22"] = address
    noted = PageMark(
        mark_id="one", at_ms=LIGHTS_OUT_MS + MINUTE_MS, kind=MarkKind.NOTE, note=address
    )
    house.household.said.append(("bedroom", noted))
    house.live.files["bedroom"] = replace(
        house.live.files["bedroom"], findings=(FakeFinding(text=address),)
    )
    return house


@pytest.mark.parametrize("screen", ["phone", "tablet"])
def test_the_best_and_the_worst_night_are_set_alike(browser: Browser, screen: str) -> None:
    width, height = SCREENS[screen]
    house = a_full_house()
    # "at least 88" is a wider number than 71, and must not alone push its band to a new line.
    bound = {"at_least": True, "sure_rating": 88.0}
    house.store.put(structs.replace(earlier_night(4, rating=90.0), **bound))
    with (
        serving(house) as address,
        browser.new_page(viewport={"width": width, "height": height}) as page,
    ):
        page.goto(f"{address}/nights")
        nights = page.locator(".badges div:has(.band)")
        heights = [box["height"] for one in nights.all() if (box := one.bounding_box()) is not None]
        assert len(heights) == 2
        assert heights[0] == pytest.approx(heights[1], abs=1)


def test_what_people_write_without_a_space_widens_no_page(browser: Browser) -> None:
    width, height = SCREENS["small phone"]
    by_tag = [f"/nights?tag={'W' * 40}", f"/nights/sets?a={'W' * 40}"]
    by_tag.append(f"{by_tag[1]}&b=fan")
    with (
        serving(a_house_of_long_words()) as address,
        browser.new_page(viewport={"width": width, "height": height}) as page,
    ):
        for path in (*PAGES, *by_tag):
            page.goto(address + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


def test_what_a_kiosk_is_called_without_a_space_widens_no_page(
    browser: Browser, door: Door
) -> None:
    width, height = SCREENS["small phone"]
    for room in ("bedroom", "guest"):
        hear(door.house, room)
    door.house.household.choose("guest", {"room_name": "W" * 40}, valid_from_ms=0)
    with (
        serving(door.house, app=door.app) as address,
        browser.new_page(viewport={"width": width, "height": height}) as page,
    ):
        page.goto(f"{address}/login?next=/settings/access")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.fill("#name", "W" * 60)
        page.click("text=Make it")
        page.wait_for_selector(".access-made")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_a_mouse_can_press_a_keyboard_reaches_and_shows(browser: Browser) -> None:
    with serving(a_full_house()) as address, browser.new_page() as page:
        for path in ("/", "/nights/2026-11-22", "/settings/person"):
            page.goto(address + path)
            page.wait_for_timeout(300)
            wanted = page.evaluate(FOCUSABLE)
            seen = set()
            for _ in range(wanted + 5):
                page.keyboard.press("Tab")
                seen.add(page.evaluate(FOCUSED))
            assert -2 not in seen, f"{path}: focus cannot be seen"
            assert len(seen - {-1}) >= wanted, path


def test_a_setting_is_changed_without_a_mouse_and_without_a_script(browser: Browser) -> None:
    house = a_full_house()
    with serving(house) as address, browser.new_page(java_script_enabled=False) as page:
        page.goto(address + "/settings/person")
        page.locator("#offset").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("0.5")
        page.keyboard.press("Enter")
        page.wait_for_url("**/settings/person?at=*")
        assert page.locator("[role=status]").inner_text().startswith("Saved.")
    assert house.household.in_force("bedroom", 0).offset_k == 0.5


def test_the_first_page_and_all_it_needs_is_small(browser: Browser) -> None:
    sizes: dict[str, int] = {}
    with serving(a_full_house()) as address, browser.new_page() as page:
        page.on("response", lambda it: "/api/" in it.url or sizes.update({it.url: len(it.body())}))
        page.goto(address + "/", wait_until="load")
        page.wait_for_timeout(300)
    assert len(sizes) >= 3
    assert sum(sizes.values()) <= 60_000, sizes
