"""What becomes of a mark, and of one taken back, while nightroom is away or refuses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, Page, Route

from tests.browser.test_bedside import MOVABLE
from tests.fakes.bedroom import at
from tests.fakes.bedside import EVENING, NIGHT, a_house, arrives, kinds, step
from tests.fakes.broker import wait_until
from tests.fakes.browser import serving
from tests.fakes.house import FakeHouse, FakeLiveRoom

MARKS = "**/api/v1/marks**"
NO_ANSWER = "Kept: awake now, 22:31. Sent once nightroom answers."
UNSTORED = "Kept: awake now, 22:31. Sent once nightroom can store it."
BACK_LATER = "Taken back once nightroom answers: awake now, 22:31"
BACK = "Taken back: awake now, 22:31"


@contextmanager
def an_evening(browser: Browser, init: str = "") -> Iterator[tuple[FakeHouse, Page]]:
    house = a_house(EVENING, 20.0)
    with serving(house) as address, browser.new_page() as page:
        page.add_init_script(init)
        page.goto(f"{address}/bedside")
        yield house, page


def press(page: Page, kind: str = "awake") -> None:
    page.locator(f"button[value={kind}]").click()


def take_back(page: Page) -> None:
    page.locator(".undo button").click()


def expect(page: Page, words: str) -> None:
    wait_until(lambda: step(page) and page.locator(".noted").inner_text() == words, words)


def told(page: Page) -> str:
    return page.locator(".noted").inner_text()


def is_all_sent(page: Page) -> bool:
    return bool(page.evaluate("localStorage.getItem('nightroom-marks') === '[]'"))


def lose_the_answers(route: Route) -> None:
    """Let a mark arrive and lose the answer; let nothing else through."""
    if route.request.method == "POST":
        route.fetch()
    route.abort()


def test_a_mark_that_could_not_be_sent_is_taken_back_and_never_arrives(browser: Browser) -> None:
    with an_evening(browser) as (house, page):
        page.route(MARKS, lambda route: route.abort())
        press(page)
        expect(page, NO_ANSWER)
        take_back(page)
        expect(page, BACK_LATER)
        page.unroute(MARKS)
        expect(page, BACK)
        assert is_all_sent(page)
        assert house.household.said == []


@pytest.mark.parametrize("is_reloaded", [False, True], ids=["same page", "next page"])
def test_a_mark_whose_answer_was_lost_is_taken_back_once_the_server_answers(
    browser: Browser, is_reloaded: bool
) -> None:
    with an_evening(browser) as (house, page):
        page.route(MARKS, lose_the_answers)
        press(page)
        expect(page, NO_ANSWER)
        assert len(house.household.said) == 1
        take_back(page)
        expect(page, BACK_LATER)
        page.unroute(MARKS)
        if is_reloaded:
            page.reload()
        expect(page, BACK)
        assert is_all_sent(page)
        assert house.household.said == []


def test_a_mark_taken_back_on_a_way_that_leads_nowhere_is_not_said_to_be_kept(
    browser: Browser,
) -> None:
    on_its_way: list[Route] = []
    with an_evening(browser) as (house, page):
        page.route(MARKS, lambda route: on_its_way.append(route))  # noqa: PLW0108 - playwright marks what it is given
        press(page)
        wait_until(lambda: step(page) and bool(on_its_way), "the mark is on its way")
        take_back(page)
        expect(page, BACK_LATER)
        on_its_way.pop().abort()
        wait_until(lambda: step(page) and bool(on_its_way), "the taking back follows")
        assert page.locator(".noted").inner_text() == BACK_LATER
        on_its_way.pop().continue_()
        expect(page, BACK)
        assert house.household.said == []


@pytest.mark.parametrize("broken", ["setItem", "getItem"])
def test_a_mark_is_kept_where_the_browser_stores_nothing(browser: Browser, broken: str) -> None:
    full = f"Storage.prototype.{broken} = () => {{ throw new DOMException('full'); }}"
    with an_evening(browser, full) as (house, page):
        page.route(MARKS, lambda route: route.abort())
        press(page)
        expect(page, NO_ANSWER)
        page.unroute(MARKS)
        arrives(page, house)
        page.route(MARKS, lambda route: route.abort())
        take_back(page)
        expect(page, BACK_LATER)
        page.unroute(MARKS)
        wait_until(lambda: step(page) and not house.household.said, "it is taken back")


def test_a_mark_that_cannot_be_stored_there_is_kept_here_and_sent_again(browser: Browser) -> None:
    with an_evening(browser) as (house, page):
        house.household.broken = "The disk is full."
        press(page)
        expect(page, UNSTORED)
        house.household.broken = ""
        arrives(page, house)
        expect(page, "Noted: awake now, 22:31")
        wait_until(lambda: step(page) and not page.locator(".noted").inner_text(), "it is said", 20)


def test_a_mark_of_a_room_that_a_new_store_does_not_know_yet_waits_for_it(
    browser: Browser,
) -> None:
    house = a_house(EVENING, 20.0)
    house.live.files["nursery"] = FakeLiveRoom(room="nursery")
    with serving(house) as address, browser.new_page() as page:
        page.goto(f"{address}/bedside?room=bedroom")
        bedroom = house.live.files.pop("bedroom")
        press(page)
        expect(page, "Kept: awake now, 22:31. Sent once nightroom knows its room.")
        assert house.household.said == []

        # It keeps nothing here that another room can have.
        page.goto(f"{address}/bedside?room=nursery")
        page.locator("button[value=jerk]").click()
        expect(page, "Noted: jerk, 22:31")
        assert [room for room, _ in house.household.said] == ["nursery"]

        house.live.files["bedroom"] = bedroom
        arrives(page, house, 2)
        assert [room for room, _ in house.household.said] == ["nursery", "bedroom"]
        wait_until(lambda: step(page) and is_all_sent(page), "nothing waits")


def test_a_mark_does_not_overtake_one_that_waits_for_the_server(browser: Browser) -> None:
    with an_evening(browser) as (house, page):
        page.route(MARKS, lambda route: route.abort())
        press(page)
        expect(page, NO_ANSWER)
        press(page, "jerk")
        expect(page, NO_ANSWER.replace("awake now", "jerk"))
        page.unroute(MARKS)
        press(page, "note")
        expect(page, "Noted: note, 22:31")
        assert kinds(house) == ["awake", "jerk", "note"]
        assert is_all_sent(page)


def test_a_mark_does_not_overtake_one_that_waits_for_the_same_room(browser: Browser) -> None:
    house = a_house(EVENING, 20.0)
    house.live.files["nursery"] = FakeLiveRoom(room="nursery")
    with serving(house) as address, browser.new_page() as page:
        page.goto(f"{address}/bedside?room=bedroom")
        bedroom = house.live.files.pop("bedroom")
        for kind, words in (("awake", "awake now"), ("jerk", "jerk")):
            press(page, kind)
            expect(page, f"Kept: {words}, 22:31. Sent once nightroom knows its room.")
        house.live.files["bedroom"] = bedroom
        press(page, "note")
        arrives(page, house, 3)
        assert kinds(house) == ["awake", "jerk", "note"]
        expect(page, "Noted: note, 22:31")
        assert is_all_sent(page)


def fail_on(*failing: str) -> Callable[[Route], None]:
    """Return a server with a fault that these kinds of mark meet each time."""

    def answer(route: Route) -> None:
        if any(f'"{kind}"' in (route.request.post_data or "") for kind in failing):
            route.fulfill(status=500, body="{}")
        else:
            route.continue_()

    return answer


def try_once_more(page: Page) -> None:
    """Let the page's time pass until it has sent again what waits first."""
    with page.expect_response(MARKS):
        page.evaluate("moved.own += 60000")
    step(page)


@pytest.mark.parametrize("failing", [("awake",), ("awake", "jerk")])
def test_a_mark_that_the_server_fails_on_each_time_lets_the_others_past_and_is_still_told(
    browser: Browser, failing: tuple[str, ...]
) -> None:
    with an_evening(browser, MOVABLE) as (house, page):
        page.route(MARKS, fail_on(*failing))
        for kind, words in (("awake", "awake now"), ("jerk", "jerk"), ("note", "note")):
            press(page, kind)
            expect(page, UNSTORED.replace("awake now", words))
        assert kinds(house) == [], "it may be the server's, and pass"
        for _ in range(12):
            if not kinds(house):
                try_once_more(page)
        press(page, "lights_out")
        expect(page, "Noted: lights out, 22:31")
        taken = [kind for kind in ("jerk", "note", "lights_out") if kind not in failing]
        assert kinds(house) == taken
        page.evaluate("moved.own += 60000")
        wait_until(lambda: step(page) and told(page).startswith("Kept: "), "it is told")
        page.unroute(MARKS)
        page.evaluate("moved.own += 60000")
        arrives(page, house, 4)
        assert kinds(house) == [*taken, *failing]
        assert is_all_sent(page)


def test_where_the_server_fails_on_all_marks_for_long_they_keep_their_order(
    browser: Browser,
) -> None:
    with an_evening(browser, MOVABLE) as (house, page):
        page.route(MARKS, fail_on("awake", "jerk", "note"))
        for kind, words in (("awake", "awake now"), ("jerk", "jerk"), ("note", "note")):
            press(page, kind)
            expect(page, UNSTORED.replace("awake now", words))
        for _ in range(8):
            try_once_more(page)
        page.unroute(MARKS)
        page.evaluate("moved.own += 60000")
        arrives(page, house, 3)
        assert kinds(house) == ["awake", "jerk", "note"]
        expect(page, "Noted: note, 22:31")


def test_a_mark_that_was_stored_nowhere_is_taken_back_at_once(browser: Browser) -> None:
    with an_evening(browser) as (house, page):
        house.household.broken = "The disk is full."
        press(page)
        expect(page, UNSTORED)
        take_back(page)
        expect(page, BACK)
        assert is_all_sent(page)
        house.household.broken = ""
        page.wait_for_timeout(6_000)
        assert house.household.said == []


@pytest.mark.parametrize("is_reloaded", [False, True], ids=["same page", "next page"])
def test_a_mark_of_a_phone_that_had_slept_is_not_older_than_it_is(
    browser: Browser, is_reloaded: bool
) -> None:
    house = a_house()
    with serving(house) as address, browser.new_page() as page:
        page.add_init_script(MOVABLE)
        page.goto(f"{address}/bedside")
        page.locator(".dot[aria-label=recording]").wait_for()
        page.route("**/api/v1/**", lambda route: route.abort())
        # Its page's clock stood still for an hour; nobody has answered it since.
        house.clock.step(3600)
        page.evaluate("moved.date = 3600000")
        page.keyboard.press("Shift")
        press(page)
        page.locator(".noted", has_text="Kept").wait_for()
        page.add_init_script("moved.date = 3600000")
        page.unroute("**/api/v1/**")
        if is_reloaded:
            page.reload()
        arrives(page, house)
    ((_, mark),) = house.household.said
    assert mark.at_ms == pytest.approx(at(NIGHT) + 3_600_000, abs=20_000)


def test_a_mark_refused_without_a_session_storage_is_sent_when_it_is_not_refused_any_more(
    browser: Browser,
) -> None:
    none = """Object.defineProperty(window, "sessionStorage", {
      get() { throw new DOMException("no", "SecurityError"); } })"""
    failures: list[Error] = []
    with an_evening(browser, none) as (house, page):
        page.on("pageerror", lambda error: failures.append(error))  # noqa: PLW0108 - as above
        page.route(MARKS, lambda route: route.fulfill(status=403, body="{}"))
        press(page)
        expect(page, "Kept: awake now, 22:31. Sent once you are signed in.")
        page.unroute(MARKS)
        arrives(page, house)
    assert failures == []
