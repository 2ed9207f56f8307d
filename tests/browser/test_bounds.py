"""Lights-out and get-up are moved on the picture: by mouse, finger and keys, and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.night.household import Correction
from tests.fakes.bedroom import (
    LIGHTS_OUT_MS,
    a_night,
    a_window,
    an_open_window,
    at,
    minutes_between,
)
from tests.fakes.browser import axe_violations, serving
from tests.fakes.full_house import a_house, everything, hear
from tests.fakes.house import FakeHouse


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A night's page in a browser, and the house it is of."""

    page: Page
    house: FakeHouse
    night: str = "2026-11-22"

    @property
    def corrected(self) -> Correction | None:
        return self.house.household.corrected.get(("bedroom", self.night))

    def place(self, share: float) -> tuple[float, float]:
        """Return a point inside the noise strip, share of the picture's width from its left."""
        box = self.page.locator(".night-strip > .strip").bounding_box()
        assert box is not None
        return box["x"] + box["width"] * share, box["y"] + 90

    @property
    def picture(self) -> str:
        return self.page.locator(".night-strip > .strip").inner_html()

    def label(self, bound: str) -> str:
        return self.page.locator(f'[data-bound="{bound}"] text').text_content() or ""

    def save(self) -> None:
        with self.page.expect_navigation():
            self.page.click("text=Save these times")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    with opening(browser, everything(), "2026-11-22") as made:
        yield made


@contextmanager
def opening(
    browser: Browser, house: FakeHouse, night: str, *, width: int = 390
) -> Iterator[Opened]:
    with (
        serving(house) as address,
        browser.new_context(viewport={"width": width, "height": 844}, has_touch=True) as context,
    ):
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text))
        page.goto(f"{address}/nights/{night}")
        page.wait_for_selector(".knob")
        page.locator(".night-strip > .strip").scroll_into_view_if_needed()
        yield Opened(page=page, house=house, night=night)
        assert [it for it in refused if "Content Security Policy" in it] == []


def clocks_go_back() -> FakeHouse:
    """Return a house in Berlin whose night of 24 October has two hours from two to three."""
    house = a_house(at("2026-10-25T10:00:00+01:00"))
    window = a_window(
        night="2026-10-24",
        zone="Europe/Berlin",
        lights_out_ms=at("2026-10-25T01:00:00+02:00"),
        get_up_ms=at("2026-10-25T07:00:00+01:00"),
    )
    house.store.kept["bedroom"] = minutes_between(window.lights_out_ms, window.get_up_ms)
    house.store.put(a_night(window=window))
    return house


def just_asleep() -> FakeHouse:
    """Return a house whose night has run for half an hour; nobody has got up."""
    so_far_ms = LIGHTS_OUT_MS + 30 * 60_000
    house = a_house(so_far_ms)
    window = an_open_window("2026-11-22", so_far_ms)
    hear(house, night=a_night(window=window))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS - 3_600_000, so_far_ms)
    return house


# The axis is 22:34:20 to 07:32, 538 minutes; lights-out at 23:04 is 30 minutes from its left.
OUT, UP = 30 / 538, 508 / 538


def test_a_mouse_drags_lights_out_and_the_form_takes_it(opened: Opened) -> None:
    mouse = opened.page.mouse
    mouse.move(*opened.place(OUT))
    mouse.down()
    mouse.move(*opened.place(0.2), steps=4)
    mouse.up()
    moved = opened.label("lights_out").removeprefix("lights out ")
    assert moved == "00:22"
    expect(opened.page.locator(".moved [role=status]")).to_have_text(
        "Corrected: lights out 00:22. Not saved yet."
    )
    assert opened.corrected is None
    opened.save()
    assert opened.corrected == Correction(lights_out_ms=at("2026-11-23T00:22:00+13:00"))
    expect(opened.page.locator(".running")).to_contain_text("being judged")


# The axis of that night is 00:30 to 07:30, eight hours: 02:45 comes after 135 and 195 minutes.
@pytest.mark.parametrize(
    ("share", "said"),
    [(135 / 480, "2026-10-25T02:45:00+02:00"), (195 / 480, "2026-10-25T02:45:00+01:00")],
    ids=["the first hour", "the second hour"],
)
def test_in_the_night_the_clocks_go_back_each_of_two_hours_can_be_dragged_to(
    browser: Browser, share: float, said: str
) -> None:
    with opening(browser, clocks_go_back(), "2026-10-24") as opened:
        mouse = opened.page.mouse
        mouse.move(*opened.place(30 / 480))
        mouse.down()
        mouse.move(*opened.place(share), steps=4)
        mouse.up()
        assert opened.label("lights_out") == "lights out 02:45"
        opened.save()
        assert opened.corrected == Correction(lights_out_ms=at(said))


def test_from_the_second_hour_the_next_minute_is_the_next_minute(browser: Browser) -> None:
    with opening(browser, clocks_go_back(), "2026-10-24") as opened:
        knob = opened.page.get_by_role("slider", name="Correct lights out")
        for _ in range(13):
            knob.press("PageUp")
        assert knob.get_attribute("aria-valuetext") == "03:15"
        for _ in range(3):
            knob.press("PageDown")
        opened.save()
        assert opened.corrected == Correction(lights_out_ms=at("2026-10-25T02:30:00+01:00"))


def test_a_saved_move_is_undone_as_other_corrections_are(opened: Opened) -> None:
    opened.page.locator(".knob").first.press("PageUp")
    opened.save()
    assert opened.corrected == Correction(lights_out_ms=at("2026-11-22T23:19:00+13:00"))
    opened.page.click(".running >> text=Undo")
    with opened.page.expect_navigation():
        opened.page.click("text=Undo the correction")
    assert opened.corrected == Correction()


def test_a_finger_drags_get_up(opened: Opened) -> None:
    session = opened.page.context.new_cdp_session(opened.page)

    def touch(kind: str, share: float | None = None) -> None:
        x, y = opened.place(share or 0)
        points = [] if share is None else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", UP)
    for share in (0.9, 0.85, 0.8):
        touch("touchMove", share)
    touch("touchEnd")
    assert opened.label("get_up") == "get up 05:44"
    opened.save()
    assert opened.corrected == Correction(get_up_ms=at("2026-11-23T05:44:00+13:00"))


def test_arrow_keys_move_it_minute_by_minute_and_say_where_it_is(opened: Opened) -> None:
    knob = opened.page.get_by_role("slider", name="Correct lights out")
    assert knob.get_attribute("aria-valuetext") == "23:04"
    for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowLeft"):
        knob.press(key)
    assert knob.get_attribute("aria-valuetext") == "23:20"
    assert opened.label("lights_out") == "lights out 23:20"
    knob.press("Home")
    assert knob.get_attribute("aria-valuetext") == "22:34"
    knob.press("a")
    assert knob.get_attribute("aria-valuetext") == "22:34"


def test_neither_passes_the_other(opened: Opened) -> None:
    opened.page.get_by_role("slider", name="Correct lights out").press("End")
    assert opened.label("lights_out") == "lights out 06:32"
    up = opened.page.get_by_role("slider", name="Correct get up")
    up.press("PageDown")
    assert up.get_attribute("aria-valuetext") == "07:02"


def test_a_move_that_is_not_saved_is_taken_back_without_a_trace(opened: Opened) -> None:
    before = opened.picture
    opened.page.get_by_role("slider", name="Correct get up").press("PageDown")
    opened.page.get_by_role("slider", name="Correct lights out").press("PageUp")
    assert opened.picture != before
    opened.page.click("text=Leave as it was")
    assert opened.picture == before
    assert opened.page.locator("text=Save these times").is_hidden()
    assert opened.corrected is None


@pytest.mark.parametrize(
    ("moved", "back"),
    [("Correct get up", "Correct lights out"), ("Correct lights out", "Correct get up")],
)
def test_escape_takes_one_end_back_and_leaves_the_other_where_it_is(
    opened: Opened, moved: str, back: str
) -> None:
    before = opened.picture
    left, taken = (opened.page.get_by_role("slider", name=it) for it in (moved, back))
    left.press("PageDown")
    one_moved, told = opened.picture, opened.page.locator(".moved [role=status]").inner_text()
    taken.press("PageUp")
    taken.press("Escape")
    assert opened.picture == one_moved
    assert opened.page.locator(".moved [role=status]").inner_text() == told
    left.press("Escape")
    assert opened.picture == before
    assert opened.page.locator("text=Save these times").is_hidden()


def test_escape_brings_an_end_back_no_further_than_the_other_lets_it(opened: Opened) -> None:
    up = opened.page.get_by_role("slider", name="Correct get up")
    out = opened.page.get_by_role("slider", name="Correct lights out")
    up.press("End")
    out.press("End")
    assert (opened.label("lights_out"), opened.label("get_up")) == (
        "lights out 07:01",
        "get up 07:31",
    )
    up.press("Escape")
    assert opened.label("get_up") == "get up 07:31"
    out.press("Escape")
    up.press("Escape")
    assert opened.label("get_up") == "get up 07:02"


def test_escape_takes_a_move_back_in_a_night_shorter_than_one_can_be_made(
    browser: Browser,
) -> None:
    house = a_house(at("2026-11-23T10:00:00+13:00"))
    window = a_window(get_up_ms=LIGHTS_OUT_MS + 20 * 60_000)
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS - 3_600_000, window.get_up_ms)
    house.store.put(a_night(window=window))
    with opening(browser, house, "2026-11-22") as opened:
        before = opened.picture
        knob = opened.page.get_by_role("slider", name="Correct lights out")
        knob.press("ArrowLeft")
        assert opened.picture != before
        knob.press("Escape")
        assert opened.picture == before
        assert opened.page.locator("text=Save these times").is_hidden()


def test_an_end_that_is_moved_back_by_hand_leaves_no_trace(opened: Opened) -> None:
    before = opened.picture
    knob = opened.page.get_by_role("slider", name="Correct lights out")
    knob.press("ArrowRight")
    knob.press("ArrowLeft")
    assert opened.picture == before
    assert opened.page.locator("text=Save these times").is_hidden()


def test_beside_the_lines_the_picture_is_still_read_out(opened: Opened) -> None:
    mouse = opened.page.mouse
    mouse.move(*opened.place(0.5))
    assert opened.page.locator(".readout-clock").inner_text() == "03:03"
    mouse.down()
    mouse.move(*opened.place(0.7))
    mouse.up()
    assert opened.label("lights_out") == "lights out 23:04"
    assert opened.page.locator(".moved").is_hidden()


def test_a_server_that_does_not_answer_costs_nothing(opened: Opened) -> None:
    opened.page.get_by_role("slider", name="Correct lights out").press("PageUp")
    opened.page.route("**/times", lambda route: route.abort())
    opened.page.click("text=Save these times")
    expect(opened.page.locator(".moved [role=status]")).to_have_text(
        "nightroom does not answer. Nothing is saved; try again."
    )
    assert opened.corrected is None
    opened.page.unroute("**/times")
    opened.save()
    assert opened.corrected is not None


def test_the_words_of_the_rail_stand_where_no_knob_does_and_go_once_one_is_moved(
    opened: Opened,
) -> None:
    words = opened.page.locator(".rail-note")
    note = words.bounding_box()
    assert note is not None
    for knob in opened.page.locator(".knob").all():
        box = knob.bounding_box()
        assert box is not None
        middle = box["x"] + box["width"] / 2
        assert not note["x"] < middle < note["x"] + note["width"]
    opened.page.get_by_role("slider", name="Correct lights out").press("PageUp")
    expect(words).to_be_hidden()


# Half an hour after lights-out the two minutes' stretches of the rail are as wide: on the narrowest
# phone neither has room for the words.
@pytest.mark.parametrize(("width", "is_said"), [(320, False), (600, True)])
def test_where_no_stretch_of_the_rail_is_wide_enough_its_words_are_not_said(
    browser: Browser, width: int, is_said: bool
) -> None:
    with opening(browser, just_asleep(), "2026-11-22", width=width) as opened:
        assert opened.page.locator(".rail-note").is_visible() is is_said


def test_the_words_of_the_rail_come_as_soon_as_the_screen_has_room(browser: Browser) -> None:
    with opening(browser, just_asleep(), "2026-11-22", width=320) as opened:
        opened.page.set_viewport_size({"width": 600, "height": 320})
        expect(opened.page.locator(".rail-note")).to_be_visible()


def test_it_is_as_accessible_while_something_is_moved(opened: Opened) -> None:
    opened.page.get_by_role("slider", name="Correct lights out").press("PageUp")
    assert axe_violations(opened.page) == []
    opened.page.emulate_media(media="print")
    assert not opened.page.locator(".rail").is_visible()
    assert not opened.page.locator(".moved").is_visible()
