"""A newcomer's first look, in Debian's Chromium: the room now, the nights, one night."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.fakes.browser import picture_of
from tests.fakes.demo import RunningDemo

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PHONE, DESKTOP = (390, 844), (1280, 900)
# The newest of a fortnight, which tests/system/test_demo.py looks at: its stories count from now.
NIGHTS = ("--nights", "5")


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningDemo]:
    is_shown = request.config.getoption("--update-screenshots")
    running = RunningDemo(tmp_path_factory.mktemp("demo"), *(() if is_shown else NIGHTS))
    yield running
    running.end()


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, problems: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport=size(DESKTOP), color_scheme="dark")
    made = context.new_page()
    made.on("pageerror", lambda error: problems.append(str(error)))
    made.on("console", lambda said: said.type == "error" and problems.append(said.text))
    yield made
    context.close()


def live(page: Page) -> None:
    """Wait until every part has said something."""
    for part in ("quiet", "cool", "dark"):
        page.wait_for_selector(f"[data-part={part}][data-condition=live]")


def size(pair: tuple[int, int]) -> dict[str, int]:
    return {"width": pair[0], "height": pair[1]}


def test_the_room_now_moves_by_itself(demo: RunningDemo, page: Page, problems: list[str]) -> None:
    page.goto(demo.address)
    live(page)
    seen = set()
    for _ in range(24):
        seen.add(page.locator("[data-part=cool] [data-text=age]").inner_text())
        page.wait_for_timeout(250)
    assert len(seen) > 1
    assert problems == []


def test_what_is_shown_is_never_older_than_two_seconds_and_a_sample(
    demo: RunningDemo, page: Page
) -> None:
    page.goto(demo.address)
    live(page)
    ages: set[str] = set()
    for _ in range(40):
        ages.add(page.locator("[data-part=dark] [data-text=age]").inner_text())
        page.wait_for_timeout(250)
    assert ages <= {"just now", "1 s ago", "2 s ago"}


def test_three_parts_have_value_unit_and_age(demo: RunningDemo, page: Page) -> None:
    page.goto(demo.address)
    live(page)
    for part, unit in (("quiet", "dB(A)"), ("cool", "°C"), ("dark", "lx")):
        text = page.locator(f"[data-part={part}]").inner_text()
        assert unit in text
        assert "ago" in text or "just now" in text


def test_a_night_tells_rating_reasons_and_strip(demo: RunningDemo, page: Page) -> None:
    page.goto(demo.address + "/nights")
    page.locator("a[href^='/nights/2']").nth(2).click()
    page.wait_for_url("**/nights/2*")
    main = page.locator("main").inner_text()
    for word in ("of 100", "Change one thing tonight", "Quiet", "Cool", "Dark", "Noise"):
        assert word in main
    assert page.locator("main svg").count() >= 1


def test_it_works_without_javascript(demo: RunningDemo, browser: Browser) -> None:
    context = browser.new_context(viewport=size(PHONE), java_script_enabled=False)
    page = context.new_page()
    demo.wait_for_values()
    page.goto(demo.address)
    assert "°C" in page.locator("main").inner_text()
    page.goto(demo.address + "/nights")
    page.locator("a[href^='/nights/2']").first.click()
    assert page.locator("main svg").count() >= 1
    context.close()


def test_nothing_is_asked_of_anybody_else(demo: RunningDemo, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/nights", "/status"):
        page.goto(demo.address + path)
    assert asked
    assert all(url.startswith((demo.address, "data:")) for url in asked)


def test_no_page_is_wider_than_a_phone(demo: RunningDemo, browser: Browser) -> None:
    context = browser.new_context(viewport=size(PHONE))
    page = context.new_page()
    for path in ("/", "/nights", "/status", last_night(demo)):
        page.goto(demo.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
    context.close()


def test_the_readme_shows_what_is_there(
    demo: RunningDemo, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = IMAGES if request.config.getoption("--update-screenshots") else tmp_path
    for name, path, scheme, shape in (
        ("now.png", "/", "dark", (1000, 620)),
        ("night.png", last_night(demo, nights_ago=2), "light", (1000, 960)),
    ):
        context = browser.new_context(viewport=size(shape), color_scheme=scheme)
        page = context.new_page()
        page.goto(demo.address + path)
        page.wait_for_timeout(1_000)
        picture_of(page, path=folder / name)
        assert (folder / name).stat().st_size > 10_000
        assert (IMAGES / name).exists(), "run ./test screenshots"
        context.close()


def last_night(demo: RunningDemo, nights_ago: int = 1) -> str:
    """Return the address of a past night of the demo; they are printed oldest first."""
    printed = [line.split()[0] for line in demo.text().splitlines() if line.startswith("20")]
    return f"/nights/{printed[-nights_ago]}"
