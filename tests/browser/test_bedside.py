"""The page beside the bed as somebody in a dark room meets it."""

import dataclasses
from contextlib import ExitStack

import pytest
from msgspec import UNSET
from msgspec.structs import replace
from playwright.sync_api import Browser, Route

from monitor.cli.demo_place import any_free_port
from monitor.contract.messages import ClimateState
from monitor.contract.record import Flag, MarkKind, instant
from monitor.runtime.clock import RealClock
from tests.fakes.bedroom import a_live_score, a_state, at, light_now
from tests.fakes.bedside import (
    EVENING,
    KIOSK,
    NIGHT,
    SCREENS,
    a_house,
    arrives,
    display,
    kinds,
    opened,
    step,
)
from tests.fakes.broker import wait_until
from tests.fakes.browser import HOST, assert_dark, filmed, serving
from tests.fakes.house import FakeHouse, FakeLiveRoom


@pytest.mark.parametrize("screen", SCREENS, ids=lambda it: str(it["width"]))
def test_the_night_display_is_red_on_black_and_a_clock(
    browser: Browser, screen: dict[str, int]
) -> None:
    with serving(a_house()) as address, opened(browser, address, screen) as page:
        assert_dark(page)
        assert page.locator(".clock").inner_text() == "03:12"
        assert not page.locator(".values").is_visible()
        assert page.locator(".dot").get_attribute("aria-label") == "recording"


def test_a_touch_shows_the_values_for_ten_seconds_in_the_same_red(browser: Browser) -> None:
    with serving(a_house()) as address, opened(browser, address) as page:
        page.clock.install()
        page.reload()
        page.mouse.click(400, 240)
        assert page.locator(".values").is_visible()
        assert_dark(page)
        page.clock.run_for(10_500)
        assert not page.locator(".values").is_visible()


def a_night_state(house: FakeHouse, **parts: object) -> FakeLiveRoom:
    now_ms = house.clock.now_ms()
    state = replace(a_state(now_ms, light=light_now(now_ms, 0.02)), **parts)
    return FakeLiveRoom(received_ms=now_ms, state=state, score=a_live_score())


def test_whatever_the_night_is_like_it_is_dark_and_a_dash_says_why(browser: Browser) -> None:
    house = a_house()
    long_ago_ms = house.clock.now_ms() - 900_000
    now = instant(house.clock.now_ms())
    no_reply = ClimateState(at=now, temperature_c=None, flags=(Flag.NO_REPLY,))
    states = {
        "No data yet": FakeLiveRoom(),
        "does not answer": a_night_state(house, climate=no_reply),
        "Not fitted": a_night_state(house, sound=UNSET),
        "No recent value": dataclasses.replace(a_night_state(house), received_ms=long_ago_ms),
    }
    with serving(house) as address:
        for words, live in states.items():
            house.live.files["bedroom"] = live
            house.clock.wait(0.3)
            with opened(browser, address) as page:
                assert_dark(page)
                page.mouse.click(400, 200)
                page.wait_for_selector(".values")
                assert words in page.locator(".values").inner_text()
                assert_dark(page)


def test_no_frame_of_a_reload_flashes_however_slow_the_stylesheet_is(browser: Browser) -> None:
    waiting: list[Route] = []
    with serving(a_house()) as address, opened(browser, address) as page:
        page.route("**/bedside.css*", lambda route: waiting.append(route))  # noqa: PLW0108 - playwright marks what it is given
        frames = filmed(page)
        for path in ("/bedside", "/bedside/nothing", "/bedside"):
            page.goto(address + path, wait_until="commit")
            wait_until(lambda: step(page) and bool(waiting), "the stylesheet is asked for")
            page.wait_for_timeout(700)
            waiting.pop().continue_()
            page.wait_for_load_state()
            page.wait_for_timeout(300)
        assert len(frames) >= 3
        assert_dark(page, *frames)


@pytest.mark.parametrize("path", ["/bedside/nothing", "/bedside?room=attic"])
def test_what_is_not_there_is_dark_too(browser: Browser, path: str) -> None:
    with serving(a_house()) as address, browser.new_page(viewport=KIOSK) as page:  # type: ignore[arg-type] # as above
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 404
        assert_dark(page)


def test_a_page_that_fails_is_dark_too(browser: Browser) -> None:
    house = a_house()
    house.live.files["bedroom"] = None  # type: ignore[assignment] # what a bug would leave
    house.household = None  # type: ignore[assignment] # the same
    with serving(house) as address, browser.new_page(viewport=KIOSK) as page:  # type: ignore[arg-type] # as above
        answer = page.goto(f"{address}/bedside")
        assert answer is not None
        assert answer.status == 500
        assert_dark(page)


def test_it_stays_dark_and_goes_on_through_a_restart(browser: Browser) -> None:
    port = any_free_port(HOST)
    house = a_house()
    with ExitStack() as first:
        address = first.enter_context(serving(house, port))
        page = opened(browser, address)
    note = page.locator(".lead [data-text=note]")
    wait_until(
        lambda: step(page) and "No answer from nightroom" in (note.text_content() or ""), "silence"
    )
    assert_dark(page)
    page.mouse.click(400, 240)
    assert "No answer from nightroom" in note.inner_text()
    assert_dark(page)
    house.live.files["bedroom"] = a_house(EVENING, 20.0).live.files["bedroom"]
    house.clock.step(-6 * 3600)
    with serving(house, port):
        wait_until(lambda: step(page) and display(page) == "evening", "the page lives again")
        page.close()


def test_in_the_evening_it_says_the_room_in_words_and_values(browser: Browser) -> None:
    with serving(a_house(EVENING, 20.0)) as address, opened(browser, address) as page:
        assert display(page) == "evening"
        text = page.locator("main").inner_text()
        for words in ("22:31", "18.5", "Quiet", "Cool", "Dark", "Awake now"):
            assert words in text


def test_old_values_are_greyed_and_then_a_dash(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        cool = page.locator('[data-part="cool"]')
        house.clock.wait(40)
        wait_until(lambda: step(page) and cool.get_attribute("data-condition") == "stale", "greyed")
        assert "s ago" in cool.locator(".age").inner_text()
        house.clock.wait(600)
        wait_until(lambda: step(page) and cool.locator(".figure").inner_text() == "–", "a dash")
        assert page.locator(".dot").get_attribute("aria-label") == "not recording"


def test_a_mark_is_kept_while_the_server_is_away_and_sent_once_it_is_back(
    browser: Browser,
) -> None:
    port = any_free_port(HOST)
    house = a_house()
    with ExitStack() as first:
        address = first.enter_context(serving(house, port))
        page = opened(browser, address)
    page.mouse.click(400, 240)
    page.get_by_role("button", name="Awake now").click()
    page.locator(".noted", has_text="Sent once nightroom answers").wait_for()
    assert house.household.said == []
    with serving(house, port):
        arrives(page, house)
        wait_until(
            lambda: step(page) and page.evaluate("localStorage.getItem('nightroom-marks')") == "[]",
            "it is forgotten here",
        )
    ((_, mark),) = house.household.said
    assert mark.kind is MarkKind.AWAKE
    assert 1 <= (at(NIGHT) - mark.at_ms) / 1000 <= 20
    page.close()


# Lets a test move the browser's clocks: by a correction (date), by time that passes (both).
MOVABLE = """
  const [date, own] = [Date.now.bind(Date), performance.now.bind(performance)];
  window.moved = { date: 0, own: 0 };
  Date.now = () => date() + moved.date;
  performance.now = () => own() + moved.own;
"""
HOUR_S = 3600.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Away:
    """What the clocks say passed while a mark waits; a right one says an hour."""

    date_s: float = HOUR_S
    own_s: float = HOUR_S
    server_s: float = HOUR_S
    is_reloaded: bool = False


@pytest.mark.parametrize(
    "away",
    [
        pytest.param(Away(date_s=4 * HOUR_S), id="the browser's clock is put forward"),
        pytest.param(Away(date_s=-2 * HOUR_S), id="the browser's clock is put back"),
        pytest.param(Away(own_s=0), id="the phone slept"),
        pytest.param(Away(own_s=0, date_s=4 * HOUR_S), id="it slept and was put forward"),
        pytest.param(Away(date_s=4 * HOUR_S, is_reloaded=True), id="put forward, then reloaded"),
        pytest.param(Away(date_s=-2 * HOUR_S, is_reloaded=True), id="put back, then reloaded"),
    ],
)
def test_a_kept_mark_is_as_old_as_it_is_whatever_one_clock_says(
    browser: Browser, away: Away
) -> None:
    port = any_free_port(HOST)
    house = a_house()
    with ExitStack() as first, browser.new_page() as page:
        address = first.enter_context(serving(house, port))
        page.add_init_script(MOVABLE)
        page.goto(f"{address}/bedside")
        first.close()
        page.mouse.click(400, 240)
        page.get_by_role("button", name="Awake now").click()
        page.locator(".noted", has_text="Kept").wait_for()
        house.clock.step(away.server_s)
        page.evaluate(
            "([date, own]) => Object.assign(moved, { date: date * 1000, own: own * 1000 })",
            [away.date_s, away.own_s],
        )
        if away.is_reloaded:
            page.add_init_script(f"moved.date = {away.date_s * 1000}")
        with serving(house, port):
            if away.is_reloaded:
                page.goto(f"{address}/bedside")
            arrives(page, house)
    ((_, mark),) = house.household.said
    assert mark.at_ms == pytest.approx(at(NIGHT), abs=20_000)


def test_a_mark_is_never_of_the_future(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        page.evaluate("""localStorage.setItem("nightroom-marks", JSON.stringify([
          { id: "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10", kind: "awake", made: Date.now() + 9e6,
            words: "awake now, 22:00" }]))""")
        arrives(page, house)
    ((_, mark),) = house.household.said
    assert mark.at_ms == house.clock.now_ms()


def test_a_mark_that_is_never_taken_does_not_keep_the_next_one_waiting(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        page.evaluate("""localStorage.setItem("nightroom-marks", JSON.stringify([
          { id: "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10", kind: "awake", made: Date.now(),
            words: "awake now, 22:00", room: "attic" }]))""")
        page.get_by_role("button", name="Jerk").click()
        arrives(page, house)
        assert kinds(house) == [MarkKind.JERK]


def test_lights_out_darkens_the_page_at_once(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        page.get_by_role("button", name="Lights out").click()
        assert display(page) == "night"
        arrives(page, house)
        page.wait_for_timeout(1500)
        assert display(page) == "night"
        assert_dark(page)


def test_without_javascript_a_link_shows_values_and_marks_at_night(browser: Browser) -> None:
    house = a_house()
    with (
        serving(house) as address,
        browser.new_context(java_script_enabled=False, viewport=KIOSK) as context,  # type: ignore[arg-type] # as above
    ):
        page = context.new_page()
        page.goto(f"{address}/bedside")
        assert page.locator("noscript meta").get_attribute("content") == "60; url=/bedside"
        assert not page.get_by_role("button").count()
        assert_dark(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/bedside?show=1")
        assert "dB(A)" in page.locator("main").inner_text()
        assert_dark(page)
        page.get_by_role("button", name="Awake now").click()
        page.wait_for_url("**/bedside?marked=*")
        assert kinds(house) == [MarkKind.AWAKE]


@pytest.mark.parametrize("now", [NIGHT, EVENING], ids=["night", "evening"])
@pytest.mark.parametrize("size", [(320, 240), (800, 480)], ids=["small", "large"])
def test_without_javascript_a_mark_is_confirmed_and_taken_back(
    browser: Browser, now: str, size: tuple[int, int]
) -> None:
    house = a_house(now, 0.02 if now == NIGHT else 20.0)
    with (
        serving(house) as address,
        browser.new_context(
            java_script_enabled=False, viewport={"width": size[0], "height": size[1]}
        ) as context,
        context.new_page() as page,
    ):
        page.goto(f"{address}/bedside?show=1")
        page.get_by_role("button", name="Awake now").click()
        page.wait_for_url("**/bedside?marked=*")
        assert kinds(house) == [MarkKind.AWAKE]
        assert page.locator(".noted").inner_text() == f"Noted: awake now, {now[11:16]}"
        if now == NIGHT:
            assert_dark(page)
        page.get_by_role("button", name="Undo").click()
        page.locator(".noted", has_text="Taken back.").wait_for()
        assert house.household.said == []
        assert not page.get_by_role("button", name="Undo").count()
        if now == NIGHT:
            assert_dark(page)


def test_values_move_within_two_seconds_of_a_reading(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        now_ms = house.clock.now_ms()
        clock = RealClock()
        before_s = clock.monotonic_s()
        house.live.files["bedroom"] = FakeLiveRoom(
            received_ms=now_ms, state=a_state(now_ms, light=light_now(now_ms, 77.0))
        )
        house.clock.wait(0.3)
        dark = page.locator('[data-part="dark"] [data-text="value"]')
        wait_until(lambda: step(page) and dark.inner_text() == "77", "the value is shown")
        assert clock.monotonic_s() - before_s <= 2


def test_a_mark_just_made_can_be_taken_back(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        page.locator("button.large").click()
        page.locator(".noted", has_text="Noted").wait_for()
        assert len(house.household.said) == 1
        page.locator(".undo").click()
        page.locator(".noted", has_text="Taken back").wait_for()
        assert house.household.said == []
        assert page.locator(".undo").is_hidden()


def test_a_mark_taken_back_on_its_way_does_not_arrive_afterwards(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    on_its_way: list[Route] = []
    with serving(house) as address, opened(browser, address) as page:
        page.route("**/api/v1/marks", lambda route: on_its_way.append(route))  # noqa: PLW0108 - as above
        page.locator("button.large").click()
        wait_until(lambda: step(page) and bool(on_its_way), "the mark is on its way")
        page.locator(".undo").click()
        page.wait_for_timeout(300)
        on_its_way[0].continue_()
        page.locator(".noted", has_text="Taken back").wait_for()
        page.wait_for_timeout(500)
        assert house.household.said == []


def test_a_mark_that_the_server_never_had_is_taken_back_here(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, opened(browser, address) as page:
        page.route("**/api/v1/marks", lambda route: route.abort())
        page.locator("button.large").click()
        page.locator(".noted", has_text="Kept").wait_for()
        page.locator(".undo").click()
        page.locator(".noted", has_text="Taken back").wait_for()
        page.unroute("**/api/v1/marks")
        page.wait_for_timeout(6_000)
        assert house.household.said == []


def test_a_mark_refused_for_an_old_sign_in_says_so_and_is_sent_by_the_page_that_follows(
    browser: Browser,
) -> None:
    house = a_house(EVENING, 20.0)
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        refused.append(route)
        if len(refused) == 1:
            route.fulfill(status=403, body="{}")
        else:
            route.continue_()

    with serving(house) as address, opened(browser, address) as page:
        page.route("**/api/v1/marks", refuse_once)
        with page.expect_navigation():
            page.locator("button.large").click()
        page.locator(".noted", has_text="Noted").wait_for()
        assert kinds(house) == [MarkKind.AWAKE]
