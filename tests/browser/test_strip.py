"""The night's picture is read out by mouse, by finger and by keys; without a script it stands."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.score.result import Span
from tests.fakes.bedroom import LIGHTS_OUT_MS, a_night
from tests.fakes.browser import serving
from tests.fakes.full_house import everything
from tests.fakes.house import FakeHouse

NIGHT = "/nights/2026-11-22"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(everything()) as served:
        yield served


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    made = context.new_page()
    made.goto(address + NIGHT)
    made.wait_for_selector(".scrub")
    yield made
    context.close()


def clock(page: Page) -> str:
    return page.locator(".readout-clock").inner_text()


def at(page: Page, share: float) -> tuple[float, float]:
    page.locator(".strip").scroll_into_view_if_needed()
    box = page.locator(".night-strip > .strip").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * share, box["y"] + 100


def test_on_the_narrowest_screen_no_strips_words_run_into_what_it_cost(
    browser: Browser, address: str
) -> None:
    with browser.new_page(viewport={"width": 320, "height": 568}) as narrow:
        narrow.goto(address + NIGHT)
        # As wide as any: a night has 100 points, with one decimal.
        cross = narrow.evaluate("""[...document.querySelectorAll(".strip-lost")].map((lost) => {
          lost.textContent = "−100.0 points";
          const unit = lost.parentNode.querySelector(".strip-unit").getBoundingClientRect();
          const box = lost.getBoundingClientRect();
          return box.left < unit.right && box.bottom > unit.top + 4;
        })""")
        hours = narrow.evaluate("""[...document.querySelectorAll(".hour-label")]
          .map((hour) => hour.getBoundingClientRect()).filter((box) => box.width)
          .map((box) => [box.left, box.right])""")
    assert cross == [False] * 3
    assert len(hours) > 3
    assert all(left > right for (_, right), (left, _) in itertools.pairwise(hours))


def test_arrow_keys_go_minute_by_minute_and_say_what_they_find(page: Page) -> None:
    page.focus(".scrub")
    first = clock(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = page.get_attribute(".scrub", "aria-valuetext") or ""
    assert clock(page) != first
    assert said.startswith(clock(page))
    assert "Temperature 19.0 °C" in said
    page.keyboard.press("Home")
    assert clock(page) == "22:34"
    page.keyboard.press("End")
    assert clock(page) == "07:31"


@pytest.mark.parametrize("key", ["Home", "End"])
def test_outside_the_night_a_minute_says_that_it_is_not_judged(page: Page, key: str) -> None:
    page.locator(".scrub").press(key)
    said = page.get_attribute(".scrub", "aria-valuetext") or ""
    assert "Lost not judged" in said
    assert page.locator(".readout > div:has-text('Lost') dd").inner_text() == "not judged"


def test_no_line_lies_on_the_picture_before_somebody_reads_it(page: Page) -> None:
    assert page.locator(".cursor").count() == 0
    page.locator(".scrub").press("ArrowRight")
    assert page.locator(".cursor").count() == 1


def test_a_mouse_over_the_picture_reads_the_minute_below_it(page: Page) -> None:
    page.mouse.move(*at(page, 0.5))
    assert clock(page) == "03:03"
    assert page.locator(".cursor").get_attribute("x1") == page.locator(".cursor").get_attribute(
        "x2"
    )


def test_a_finger_on_the_picture_reads_the_minute_below_it(page: Page) -> None:
    page.touchscreen.tap(*at(page, 0.25))
    assert clock(page) == "00:48"


def test_a_minute_that_was_lost_reads_as_dashes(page: Page) -> None:
    page.touchscreen.tap(*at(page, 0.28))
    assert page.locator(".readout .part-cool dd").first.inner_text() == "–"


# Where each of them lies on the picture, whose first minute is 22:34, and in the tables.
CAUSES = (
    ("quiet", "steady", 60, 120, "00:04"),
    ("quiet", "event", 185, 185, "02:09"),
    ("cool", "warm", 10, 300, "23:14"),
    ("cool", "humid", 320, 330, "04:24"),
    ("dark", "lamp", 200, 215, "02:24"),
)


def costly() -> FakeHouse:
    house = everything()
    spans = tuple(
        Span(
            part=part,
            cause=cause,
            start_ms=LIGHTS_OUT_MS + first * 60_000,
            end_ms=LIGHTS_OUT_MS + last * 60_000,
            points=4.0,
        )
        for part, cause, first, last, _ in CAUSES
    )
    house.store.put(a_night(spans=spans), inputs_hash="costly")
    return house


def test_every_cost_leads_to_its_place_on_the_strip(browser: Browser) -> None:
    with serving(costly()) as address, browser.new_page() as page:
        page.goto(address + NIGHT)
        page.wait_for_selector(".scrub")
        links = page.locator(".causes a")
        assert links.count() == len(CAUSES)
        led = set()
        for index in range(links.count()):
            link = links.nth(index)
            part = link.locator("xpath=ancestor::section").get_attribute("aria-label") or ""
            told = link.locator("xpath=..").inner_text()
            link.click()
            assert clock(page) in told
            led.add((part.lower(), clock(page)))
            expect(page.locator(".scrub")).to_be_focused()
            expect(page.locator(".night-strip > .strip")).to_be_in_viewport()
            minute = next(first for *_, first, _, at in CAUSES if at == clock(page))
            x = float((page.locator(".cursor").get_attribute("x1") or "").removesuffix("%"))
            # The picture begins half an hour before lights-out and has 538 minutes.
            assert x == pytest.approx(100 * (minute + 30 + 0.5) / 538, abs=0.01)
        assert led == {(part, at) for part, *_, at in CAUSES}


def test_without_a_script_every_cost_leads_to_its_half_hour(browser: Browser) -> None:
    with (
        serving(costly()) as address,
        browser.new_page(java_script_enabled=False) as page,
    ):
        page.goto(address + NIGHT)
        causes = page.locator(".causes li").all_inner_texts()
        assert len(causes) == len(CAUSES)
        for index, told in enumerate(causes):
            page.goto(address + NIGHT)
            page.locator(".causes a").nth(index).click()
            row = page.locator("tr:target")
            expect(row).to_be_in_viewport()
            at = next(at for *_, at in CAUSES if at in told)
            begins = row.locator("th").inner_text()
            assert 0 <= minutes_of(at) - minutes_of(begins) < 30


def minutes_of(clock_text: str) -> int:
    """Return minutes from noon."""
    hours, minutes = map(int, clock_text.split(":"))
    return (hours * 60 + minutes - 720) % 1440


def test_a_scripts_absence_leaves_picture_words_and_tables(browser: Browser, address: str) -> None:
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(address + NIGHT)
        assert page.locator(".strip .ground").count() == 4
        assert page.locator(".scrub").count() == 0
        assert "Noise from" in (page.locator(".strip desc").text_content() or "")
        assert page.locator("tbody tr").count() > 15


def test_paper_shows_the_picture_and_not_the_scrubber(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator(".strip").first.is_visible()
    assert not page.locator(".scrubber").is_visible()
    assert not page.locator("nav").first.is_visible()


def test_paper_has_the_night_as_tables_which_nobody_can_unfold_there(page: Page) -> None:
    cells = page.locator(".as-text td")
    assert not cells.last.is_visible()
    page.emulate_media(media="print")
    assert cells.first.is_visible()
    assert cells.last.is_visible()
    box = page.locator(".as-text").bounding_box()
    assert box is not None
    assert box["height"] > 500
