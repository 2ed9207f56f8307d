"""An open page stays live: by events, and by asking where those are refused."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.contract.messages import LightState
from monitor.contract.record import Flag, instant
from tests.fakes.bedroom import a_state, climate_now
from tests.fakes.browser import serving
from tests.fakes.full_house import everything, hear
from tests.fakes.house import FakeHouse
from web.server import STREAMS
from web.streams import MAX_STREAMS, LiveStreams


def warm(house: FakeHouse, temperature_c: float) -> None:
    """Have the room say a temperature just now."""
    house.clock.wait(1)
    now_ms = house.clock.now_ms()
    hear(house, state=a_state(now_ms, climate=climate_now(now_ms, temperature_c)))


def asked_while(page: Page, act: Callable[[], None]) -> list[tuple[str, int]]:
    """Return (address without its host, status) of what a page asked the API meanwhile."""
    asked: list[tuple[str, int]] = []
    page.on("response", lambda it: asked.append((it.url.partition("/api/v1/")[2], it.status)))
    act()
    return [(path.partition("?")[0], status) for path, status in asked if path]


def shows(page: Page, temperature: str) -> None:
    expect(page.locator('[data-part="cool"] [data-text="value"]')).to_have_text(
        temperature, timeout=2_000
    )


@pytest.mark.parametrize("path", ["/", "/bedside"])
def test_a_page_too_many_is_refused_its_events_and_asks_instead(
    browser: Browser, path: str
) -> None:
    house = everything()
    app = house.app()
    streams: LiveStreams = app.extensions[STREAMS]
    opened = [streams.begin(lambda: None) for _ in range(MAX_STREAMS)]
    with serving(house, app=app) as address, browser.new_page() as page:

        def look() -> None:
            page.goto(address + path)
            for temperature_c in (17.1, 23.4):
                warm(house, temperature_c)
                shows(page, f"{temperature_c}")

        asked = asked_while(page, look)
        assert ("events", 503) in asked
        assert [path for path, _ in asked].count("events") == 1, "it may try again after 30 s"
        assert [it for it in asked if it == ("now", 200)] != []
        for stream in opened:
            assert stream is not None
            stream.close()


def test_a_page_that_has_its_events_does_not_ask(browser: Browser) -> None:
    house = everything()
    with serving(house) as address, browser.new_page() as page:
        page.goto(address + "/")
        warm(house, 17.1)
        shows(page, "17.1")

        def look() -> None:
            for temperature_c in (18.2, 23.4):
                warm(house, temperature_c)
                shows(page, f"{temperature_c}")

        assert asked_while(page, look) == []


def test_a_card_says_how_old_a_grey_value_is_and_why_a_dash_is_one(browser: Browser) -> None:
    house = everything()
    now_ms = house.clock.now_ms()
    no_reply = LightState(at=instant(now_ms), illuminance_lx=None, flags=(Flag.NO_REPLY,))
    state = a_state(now_ms, climate=climate_now(now_ms - 180_000, 18.5), light=no_reply)
    hear(house, state=state)
    with serving(house) as address, browser.new_page() as page:
        notes = {
            part: page.locator(f'[data-note-of="{part}"]') for part in ("quiet", "cool", "dark")
        }
        page.clock.install()
        page.goto(address + "/rooms")
        for _ in range(2):  # as the server sends it, and as the script puts it
            expect(notes["quiet"]).not_to_be_visible()
            assert notes["cool"].inner_text() == "Cool: 3 min ago"
            assert notes["dark"].inner_text().startswith("Dark: ")
            assert "does not answer" in notes["dark"].inner_text()
            page.clock.run_for(1_500)
            page.wait_for_timeout(300)
        page.route("**/api/v1/rooms", lambda route: route.abort())
        page.clock.fast_forward(300_000)
        expect(notes["cool"]).to_contain_text("Cool: 8 min ago")
        expect(notes["quiet"]).to_contain_text("Quiet: 5 min ago")


@pytest.mark.parametrize(("path", "of"), [("/", "data-part"), ("/rooms", "data-note-of")])
def test_a_sensor_that_is_out_has_no_age_also_while_the_server_is_silent(
    browser: Browser, path: str, of: str
) -> None:
    house = everything()
    now_ms = house.clock.now_ms()
    no_reply = LightState(at=instant(now_ms), illuminance_lx=None, flags=(Flag.NO_REPLY,))
    hear(house, state=a_state(now_ms, climate=climate_now(now_ms, 18.5), light=no_reply))
    with serving(house) as address, browser.new_page() as page:
        age = {
            part: page.locator(f'[{of}="{part}"] [data-text="age"]') for part in ("cool", "dark")
        }
        page.clock.install()
        # Before the page opens a stream: one that is open goes on telling it.
        page.route("**/api/**", lambda route: route.abort())
        page.goto(address + path)
        expect(age["dark"]).to_have_text("–")
        for passed_s, words in ((95, "1 min ago"), (240, "5 min ago"), (660, "16 min ago")):
            page.clock.fast_forward(passed_s * 1000)
            expect(age["cool"]).to_have_text(words)
            expect(age["dark"]).to_have_text("–")


def test_the_clock_of_this_machine_is_a_dash_with_the_rooms(browser: Browser) -> None:
    with serving(everything()) as address, browser.new_page() as page:
        page.clock.install()
        page.goto(address + "/")
        note = page.locator('[data-text="zone_note"]')
        before = note.inner_text()
        page.route("**/api/**", lambda route: route.abort())
        for _ in range(2):
            page.clock.fast_forward(20_000)
            page.clock.run_for(2_000)
            page.wait_for_timeout(200)
        expect(page.locator('[data-text="clock"]')).to_have_text("–")
        expect(note).to_have_text(before[:-5] + "–")
        page.unroute("**/api/**")
        page.clock.run_for(32_000)
        expect(note).to_have_text(before)


def test_rooms_that_nobody_answers_for_grow_stale_and_then_are_dashes(browser: Browser) -> None:
    with serving(everything()) as address, browser.new_page() as page:
        page.clock.install()
        page.goto(address + "/rooms")
        part = page.locator('[data-part="cool"]')
        expect(part).to_have_attribute("data-condition", "live")
        page.route("**/api/v1/rooms", lambda route: route.abort())
        for seconds, condition in ((40, "stale"), (620, "lost")):
            page.clock.fast_forward(seconds * 1000)
            expect(part).to_have_attribute("data-condition", condition)
        expect(part.locator('[data-text="value"]')).to_have_text("–")
        page.unroute("**/api/v1/rooms")
        page.clock.run_for(1_500)
        expect(part.locator('[data-text="value"]')).to_have_text("18.5")


@pytest.mark.parametrize(("path", "word"), [("/", ".room-word"), ("/rooms", ".card-word")])
def test_a_room_that_nobody_answers_for_is_not_called_ready_any_more(
    browser: Browser, path: str, word: str
) -> None:
    with browser.new_page() as page:
        page.clock.install()
        with serving(everything()) as address:
            page.goto(address + path)
            page.clock.run_for(1_000)
            expect(page.locator(word)).to_have_text("Ready")
        for _ in range(14):
            page.clock.fast_forward(50_000)
            page.clock.run_for(1_500)
            page.wait_for_timeout(100)
        expect(page.locator(word)).to_have_text("No recent values")
        expect(page.locator('[data-text="clock"]')).to_have_text("–")
