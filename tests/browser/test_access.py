"""The door in a real browser: by day, in the dark, and against other sites."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.fakes.access import PASSWORD, Door, a_code
from tests.fakes.bedside import arrives
from tests.fakes.browser import darkness, serving
from tests.fakes.house import FakeLiveRoom

SCREENS = [(320, 240), (390, 844), (800, 480), (1024, 600)]
DARK = 0.005


@pytest.fixture
def door(door: Door) -> Door:
    door.house.live.files["bedroom"] = FakeLiveRoom()
    return door


def a_page(browser: Browser, screen: tuple[int, int] = (390, 844)) -> Page:
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]}, color_scheme="light"
    )
    return context.new_page()


def is_dark(page: Page) -> bool:
    seen = darkness(page)
    return (seen.green, seen.blue) == (0, 0) and seen.mean_luminance <= DARK


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_run_beside_the_bed_is_red_on_black(
    browser: Browser, tmp_path: Path, screen: tuple[int, int]
) -> None:
    door = Door(tmp_path, password=None)
    with serving(door.house, app=door.app) as address:
        page = a_page(browser, screen)
        page.goto(f"{address}/bedside")
        assert page.url.endswith("/setup?next=%2Fbedside")
        assert is_dark(page)
        for name in ("code", "password", "again"):
            page.fill(f"#{name}", "a wrong one")
            assert is_dark(page)
        page.click("button")
        page.wait_for_selector("[role=alert]")
        assert is_dark(page)
        page.context.close()
    door.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_login_beside_the_bed_is_red_on_black(
    browser: Browser, door: Door, screen: tuple[int, int]
) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser, screen)
        page.goto(f"{address}/bedside")
        assert page.url.endswith("/login?next=%2Fbedside")
        assert is_dark(page)
        page.fill("#password", "a wrong one")
        assert is_dark(page)
        page.click("button")
        page.wait_for_selector("[role=alert]")
        assert is_dark(page)
        page.focus("button")
        assert is_dark(page)
        page.context.close()


def test_a_login_beside_the_bed_that_is_refused_gives_no_white_flash(
    browser: Browser, door: Door
) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(f"{address}/bedside")
        page.context.clear_cookies()
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_selector("text=Not allowed")
        assert is_dark(page)
        page.goto(f"{address}/bedside")
        page.fill("#password", PASSWORD)
        door.writer._connection.close()
        page.click("button")
        page.wait_for_selector("text=Not readable now")
        assert is_dark(page)
        page.context.close()


@pytest.mark.parametrize("link", ["/kiosk/a-secret", "/kiosk/a-secret?room=bedroom"])
def test_a_kiosk_before_the_first_run_gives_no_white_flash(
    browser: Browser, tmp_path: Path, link: str
) -> None:
    door = Door(tmp_path, password=None)
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(f"{address}{link}")
        assert "secret" not in page.url
        assert is_dark(page)
        page.context.close()
    door.close()


@pytest.mark.parametrize("path", ["/", "/rooms"])
def test_an_open_page_leads_to_the_login_once_its_session_is_over(
    browser: Browser, door: Door, path: str
) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(address + "/login")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(address + "/")
        page.goto(address + path)
        # An event stream lives for a minute at most; a page without one asks at once.
        page.evaluate("delete window.EventSource")
        door.auth.sessions.end_peoples()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_url("**/login?next=*", timeout=20_000)
        page.context.close()


def test_a_person_logs_in_looks_around_and_signs_out(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(f"{address}/nights")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/nights")
        page.click("text=Access, sign out")
        page.fill("#name", "kitchen tablet")
        page.click("text=Make it")
        assert "/kiosk/" in page.locator(".access-made code").inner_text()
        page.click("text=Sign out here")
        page.wait_for_url("**/login")
        page.goto(f"{address}/nights")
        assert "/login" in page.url
        page.context.close()


def test_the_first_run_is_a_code_and_a_password(browser: Browser, tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    door.apply(a_code(door.clock))
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(address)
        page.fill("#code", "0123 4567 89ab")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("button")
        page.wait_for_url(f"{address}/")
        page.context.close()
    door.close()


def test_the_marks_of_the_bedside_pass_the_guard(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser, (800, 480))
        page.goto(f"{address}/bedside")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url("**/bedside")
        page.mouse.click(400, 200)
        page.click("button.large")
        arrives(page, door.house)
        page.context.close()


def test_a_link_in_a_message_opens_for_who_is_signed_in(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(f"{address}/login?next=/nights")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url("**/nights")
        elsewhere = address.replace("127.0.0.1", "localhost")
        page.goto(f"{elsewhere}/static/favicon.svg")
        page.evaluate(f"location.href = '{address}/nights?until=2026-11-22'")
        page.wait_for_url("**/nights?until=2026-11-22")
        page.wait_for_selector("nav")
        assert page.title() != "One moment · nightroom"
        page.context.close()


def test_another_site_cannot_sign_anybody_out(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        page = a_page(browser)
        page.goto(f"{address}/login?next=/nights")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url("**/nights")
        page.route("http://evil.localhost/*", lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{address}/logout"><button>x</button></form>',
        ))  # fmt: skip
        page.goto("http://evil.localhost/")
        with page.expect_navigation() as away:
            page.click("button")
        answer = away.value
        assert answer is not None
        assert answer.status in (401, 403)
        page.goto(f"{address}/nights")
        assert "/login" not in page.url
        page.context.close()
