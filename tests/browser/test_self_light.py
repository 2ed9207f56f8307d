"""The self-light test runs its minute: black and lit in turn, and the room's sensor tells."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.bedroom import a_state, light_now
from tests.fakes.browser import assert_dark, serving
from tests.fakes.full_house import EVENING_MS, a_house, hear
from tests.fakes.house import FakeHouse

ROOM_LX = 0.12
STEP_MS = 1000


def see(house: FakeHouse, lux: float) -> None:
    """Have the light sensor say something just now."""
    now_ms = house.clock.now_ms()
    hear(house, state=a_state(now_ms, light=light_now(now_ms, lux)))


def run_a_minute(page: Page, house: FakeHouse, screen_lx: float) -> list[str]:
    """Press the button, live through the minute, return the phase of every second."""
    # The page's clock is steered: a minute takes seconds, and no sensor is out of step.
    page.clock.install(time=0)
    page.reload()
    page.clock.pause_at(60_000)
    page.locator("button").click()
    page.wait_for_selector("[data-phase]")
    phases = []
    for _ in range(60_000 // STEP_MS - 1):
        phase = page.evaluate("document.getElementById('self-light').dataset.phase")
        phases.append(phase)
        house.clock.wait(STEP_MS / 1000)
        see(house, ROOM_LX + (screen_lx if phase == "lit" else 0.0))
        with page.expect_response("**/api/v1/now*") as answer:
            page.clock.run_for(STEP_MS)
        answer.value.finished()
        # What is answered behind it finds that the page has taken it, in the phase it is of.
        page.evaluate("fetch(location.href).then((answer) => answer.text())")
    page.clock.run_for(STEP_MS)
    return phases


@pytest.mark.parametrize(
    ("screen_lx", "told"),
    [
        (0.05, "The night display adds 0.05 lx at the sensor. For sleeping that is dark."),
        (7.5, "The night display adds 7.50 lx at the sensor. Dim the screen or turn it away."),
    ],
)
def test_a_minute_of_black_and_lit_tells_what_the_screen_adds(
    browser: Browser, screen_lx: float, told: str
) -> None:
    house = a_house(EVENING_MS)
    see(house, ROOM_LX)
    with serving(house) as address, browser.new_page() as page:
        page.goto(f"{address}/bedside/self-light")
        phases = run_a_minute(page, house, screen_lx)
        assert phases == ((["black"] * 10 + ["lit"] * 10) * 3)[:-1]
        expect(page.locator(".verdict")).to_contain_text(told)
        expect(page.locator("button")).to_be_focused()
        assert_dark(page)
    kept = house.household.view_choices("bedroom", 0).self_light
    assert kept is not None
    assert kept.added_lx == pytest.approx(screen_lx)


def test_a_room_without_a_light_sensor_is_told_so(browser: Browser) -> None:
    house = a_house(EVENING_MS)
    with serving(house) as address, browser.new_page() as page:
        page.clock.install(time=0)
        page.goto(f"{address}/bedside/self-light")
        page.locator("button").click()
        page.wait_for_selector("[data-phase]")
        for _ in range(6):
            page.clock.run_for(10_000)
        expect(page.locator(".verdict")).to_contain_text("Too few values came")


def test_a_double_click_runs_one_test(browser: Browser) -> None:
    house = a_house(EVENING_MS)
    sent = []
    with serving(house) as address, browser.new_page() as page:
        page.on("request", lambda it: it.method == "POST" and sent.append(it.url))
        page.clock.install(time=0)
        page.goto(f"{address}/bedside/self-light")
        page.locator("button").dblclick()
        page.wait_for_selector("[data-phase]")
        for _ in range(6):
            page.clock.run_for(10_000)
        expect(page.locator("button")).to_be_focused()
        expect(page.locator(".verdict")).to_contain_text("Too few values came")
    assert len(sent) == 1


@pytest.mark.parametrize("how", ["Escape", "touch", "full screen"])
@pytest.mark.parametrize("phase", ["black", "lit"])
def test_it_is_stopped_by_a_key_or_a_touch_and_then_nothing_is_sent(
    browser: Browser, how: str, phase: str
) -> None:
    house = a_house(EVENING_MS)
    sent = []
    with serving(house) as address, browser.new_page() as page:
        page.on("request", lambda it: it.method == "POST" and sent.append(it.url))
        page.clock.install(time=0)
        page.goto(f"{address}/bedside/self-light")
        expect(page.locator(".said").first).to_contain_text("A touch or Escape stops it.")
        page.locator("button").click()
        page.wait_for_selector("[data-phase=black]")
        page.clock.run_for(2000 if phase == "black" else 12_000)
        page.wait_for_selector(f"[data-phase={phase}]")
        if how == "Escape":
            page.keyboard.press("Escape")
        elif how == "touch":
            page.mouse.click(200, 200)
        else:
            page.evaluate("document.exitFullscreen()")
        expect(page.locator(".verdict")).to_have_text(
            "Stopped before its end: nothing was measured."
        )
        expect(page.locator("button")).to_be_focused()
        assert page.evaluate("document.fullscreenElement") is None
        assert_dark(page)
        page.clock.run_for(70_000)
        assert page.locator("[data-phase]").count() == 0
    assert sent == []


def test_a_touch_that_is_told_to_the_page_itself_alone_stops_it(browser: Browser) -> None:
    """As on iOS, where what has no listener of its own is never clicked."""
    with serving(a_house(EVENING_MS)) as address, browser.new_page() as page:
        page.clock.install(time=0)
        page.goto(f"{address}/bedside/self-light")
        page.locator("button").click()
        page.wait_for_selector("[data-phase=black]")
        page.clock.run_for(2000)
        page.locator("#self-light").evaluate("it => it.dispatchEvent(new MouseEvent('click'))")
        expect(page.locator(".verdict")).to_contain_text("Stopped")


def test_one_that_was_stopped_can_be_run_again(browser: Browser) -> None:
    with serving(a_house(EVENING_MS)) as address, browser.new_page() as page:
        page.clock.install(time=0)
        page.goto(f"{address}/bedside/self-light")
        page.locator("button").click()
        page.wait_for_selector("[data-phase]")
        page.keyboard.press("Escape")
        expect(page.locator(".verdict")).to_contain_text("Stopped")
        page.locator("button").click()
        page.wait_for_selector("[data-phase]")
        for _ in range(6):
            page.clock.run_for(10_000)
        expect(page.locator(".verdict")).to_contain_text("Too few values came")
