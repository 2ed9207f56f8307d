"""A page beside the bed that stays open for days and weeks, while nobody answers it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Page

from tests.fakes.bedroom import a_state, light_now
from tests.fakes.bedside import KIOSK, a_house, display
from tests.fakes.browser import assert_dark, darkness, serving
from tests.fakes.house import FakeHouse, FakeLiveRoom

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
TEN, EIGHT_PM = "2026-11-22T10:00:00+13:00", "2026-11-22T20:00:00+13:00"


@contextmanager
def left_open(browser: Browser, house: FakeHouse) -> Iterator[tuple[Page, ExitStack]]:
    """Open a page whose time goes on with pass_by() alone; closing its server sends it away."""
    with ExitStack() as server, browser.new_page(viewport=KIOSK) as page:  # type: ignore[arg-type] # playwright's own name for it
        address = server.enter_context(serving(house))
        page.clock.install()
        page.goto(f"{address}/bedside")
        page.clock.run_for(1_000)
        yield page, server


def pass_by(page: Page, seconds: float) -> None:
    """Let time pass in the browser, and the page find out what has become of the server."""
    page.clock.fast_forward(round(seconds * 1000))
    for _ in range(2):
        page.clock.run_for(2_000)
        # Answered or refused after what the page itself asked before.
        page.evaluate("fetch('/favicon.svg', { cache: 'no-store' }).catch(() => null)")
        page.wait_for_timeout(150)


def lives_on(page: Page, house: FakeHouse, seconds: float) -> None:
    """Let time pass with the server there and a lamp lit."""
    house.clock.wait(seconds)
    now_ms = house.clock.now_ms()
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=now_ms, state=a_state(now_ms, light=light_now(now_ms, 20.0))
    )
    pass_by(page, seconds)


def clock(page: Page) -> str:
    return page.locator(".clock").inner_text()


def assert_day(page: Page) -> None:
    assert display(page) == "evening"
    assert darkness(page).blue > 0


def assert_night(page: Page) -> None:
    assert display(page) == "night"
    assert_dark(page)


def day_and_night(page: Page, *, days: int) -> None:
    """From ten in the morning on: dark from 23:00 to 07:00, light else."""
    for _ in range(days):
        pass_by(page, 13 * HOUR_S - 10 * MINUTE_S)
        assert_day(page)
        pass_by(page, 15 * MINUTE_S)
        assert clock(page).startswith("23:0")
        assert_night(page)
        pass_by(page, 2 * HOUR_S)
        assert clock(page).startswith("01:0")
        assert_night(page)
        pass_by(page, 6 * HOUR_S - 15 * MINUTE_S)
        assert clock(page).startswith("06:5")
        assert_night(page)
        pass_by(page, 15 * MINUTE_S)
        assert clock(page).startswith("07:0")
        assert_day(page)
        pass_by(page, 3 * HOUR_S - 5 * MINUTE_S)


def test_opened_in_the_forenoon_it_is_dark_in_every_night_and_light_in_every_morning(
    browser: Browser,
) -> None:
    with left_open(browser, a_house(TEN, 20.0)) as (page, server):
        server.close()
        day_and_night(page, days=2)


def test_open_for_days_before_the_server_goes_it_knows_the_nights_to_come(
    browser: Browser,
) -> None:
    house = a_house(EIGHT_PM, 20.0)
    with left_open(browser, house) as (page, server):
        for _ in range(3):
            lives_on(page, house, DAY_S)
        assert_day(page)
        server.close()
        pass_by(page, 5 * HOUR_S)
        assert clock(page).startswith("01:0")
        assert_night(page)
        pass_by(page, 9 * HOUR_S)
        day_and_night(page, days=2)


def test_after_the_weeks_it_knows_it_is_dark(browser: Browser) -> None:
    with left_open(browser, a_house(TEN, 20.0)) as (page, server):
        server.close()
        pass_by(page, 40 * DAY_S)
        assert_day(page)
        pass_by(page, 5 * DAY_S)
        assert_night(page)


def test_weeks_with_the_server_do_not_use_up_what_it_knows(browser: Browser) -> None:
    house = a_house(TEN, 20.0)
    with left_open(browser, house) as (page, server):
        for _ in range(4):
            lives_on(page, house, 14 * DAY_S)
        server.close()
        day_and_night(page, days=1)


def test_a_bedtime_that_is_changed_meanwhile_is_learnt(browser: Browser) -> None:
    house = a_house(TEN, 20.0)
    with left_open(browser, house) as (page, server):
        hours = {"bedtime": ["21:00"] * 7, "wake_time": ["07:00"] * 7}
        house.household.choose("bedroom", {"schedule": hours}, valid_from_ms=0)
        lives_on(page, house, HOUR_S)
        server.close()
        pass_by(page, 10 * HOUR_S + MINUTE_S)
        assert clock(page).startswith("21:0")
        assert_night(page)


def test_the_clocks_change_also_while_nobody_answers(browser: Browser) -> None:
    house = a_house("2026-10-24T10:00:00+02:00", 20.0)
    house.household.zone = "Europe/Berlin"
    with left_open(browser, house) as (page, server):
        server.close()
        pass_by(page, 21 * HOUR_S + 30 * MINUTE_S)
        assert clock(page).startswith("06:3")
        assert_night(page)
        pass_by(page, HOUR_S)
        assert clock(page).startswith("07:3")
        assert_day(page)


def test_lights_out_that_was_pressed_early_holds_until_the_morning(browser: Browser) -> None:
    with left_open(browser, a_house(EIGHT_PM, 20.0)) as (page, server):
        server.close()
        page.get_by_role("button", name="Lights out").click()
        pass_by(page, HOUR_S)
        assert_night(page)
        pass_by(page, 9 * HOUR_S)
        assert_night(page)
        pass_by(page, 2 * HOUR_S)
        assert clock(page).startswith("08:0")
        assert_day(page)


def test_a_night_that_goes_on_in_a_dark_room_is_not_lit_at_the_usual_time(
    browser: Browser,
) -> None:
    with left_open(browser, a_house("2026-11-23T07:30:00+13:00")) as (page, server):
        assert_night(page)
        server.close()
        pass_by(page, HOUR_S)
        assert_night(page)
        pass_by(page, HOUR_S)
        assert_day(page)


def test_a_phone_that_slept_and_is_touched_in_the_night_is_dark_within_a_second(
    browser: Browser,
) -> None:
    """The page's own clock stood still meanwhile, the browser's went on."""
    with browser.new_page() as page, ExitStack() as server:
        address = server.enter_context(serving(a_house(EIGHT_PM, 20.0)))
        page.clock.install()
        page.goto(f"{address}/bedside")
        assert_day(page)
        server.close()
        now_s = page.evaluate("Date.now()") / 1000
        page.clock.pause_at(now_s + 1)
        page.clock.set_system_time(now_s + 5 * HOUR_S)
        page.clock.run_for(1_000)
        assert_night(page)
