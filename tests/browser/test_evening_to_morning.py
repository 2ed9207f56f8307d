"""An evening, a night and a morning with it, as a person has them; only time is accelerated."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.browser import assert_dark, axe_violations, filmed
from tests.fakes.http_receiver import HttpReceiver, http_receiver
from tests.fakes.living_house import LivingHouse, living_house

ZONE = "Europe/Berlin"
PHONE, KIOSK = {"width": 390, "height": 844}, {"width": 800, "height": 480}
# Red on black is hard to read on purpose: nothing else may be wrong at night.
BY_NIGHT = ("color-contrast",)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 3, day, hour, minute, tzinfo=ZoneInfo(ZONE))


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, receiver: HttpReceiver) -> Iterator[LivingHouse]:
    """A warm room, in which somebody lights a lamp at three."""
    with living_house(tmp_path, start=local(18, 20, 20), zone=ZONE, told_from=local(20, 9)) as made:
        made.rings(f"ntfy://{receiver.address}/topic")
        yield made


def opened(browser: Browser, address: str, screen: dict[str, int]) -> Page:
    page = browser.new_page(viewport=screen)  # type: ignore[arg-type] # playwright's own name for it
    page.goto(address)
    return page


def told(receiver: HttpReceiver) -> list[tuple[str, str]]:
    bodies = [json.loads(one.body) for one in receiver.arrived]
    return [(body["title"], body["message"]) for body in bodies]


def test_an_evening_a_night_and_a_morning(
    browser: Browser, house: LivingHouse, receiver: HttpReceiver
) -> None:
    house.start()  # here: threads that start before the test are counted
    with house.pages() as address:
        house.lives_until(18, 20, 50)
        kiosk = opened(browser, f"{address}/bedside", KIOSK)
        phone = opened(browser, address, PHONE)
        the_evening(house, kiosk, phone, receiver)
        the_night(house, kiosk, receiver)
        the_morning(house, kiosk, phone, receiver)
        kiosk.close()
        phone.close()


def the_evening(house: LivingHouse, kiosk: Page, phone: Page, receiver: HttpReceiver) -> None:
    house.lives_while(lambda: bool(receiver.arrived), lambda: phone.wait_for_timeout(50))
    ((title, message),) = told(receiver)
    assert (title, "open the window" in message) == ("Too warm", True)
    expect(phone.locator("[data-part=cool]")).to_contain_text("26.")
    assert axe_violations(phone) == []
    kiosk.wait_for_selector("main[data-display=evening]")
    expect(kiosk.locator("[data-part=cool] .advice")).to_contain_text("open the window")
    assert axe_violations(kiosk) == []


def the_night(house: LivingHouse, kiosk: Page, receiver: HttpReceiver) -> None:
    house.lives_until(18, 23, 40)
    kiosk.wait_for_selector("main[data-display=night]")
    frames = filmed(kiosk)
    for hour, minute in ((0, 30), (2, 0), (3, 4), (3, 12)):
        house.lives_until(19, hour, minute)
        expect(kiosk.locator(".clock")).to_have_text(f"{hour:02d}:{minute:02d}")
    house.clock.pass_until(house.clock.now_ms() + 30_000)
    kiosk.mouse.click(400, 240)
    kiosk.get_by_role("button", name="Awake now").click()
    expect(kiosk.locator(".noted")).to_have_text("Noted: awake now, 03:12")
    assert axe_violations(kiosk, but=BY_NIGHT) == []
    expect(kiosk.locator("[data-part=dark] .figure")).to_contain_text("45")  # the lamp is on
    assert len(frames) > 4
    assert_dark(kiosk, *frames)
    titles = [title for title, _ in told(receiver)]
    assert titles == ["Too warm", "Bright before bed"], "a lamp at three wakes nobody"


def the_morning(house: LivingHouse, kiosk: Page, phone: Page, receiver: HttpReceiver) -> None:
    house.lives_until(19, 7, 10)
    kiosk.wait_for_selector("main[data-display=evening]")
    house.lives_until(19, 7, 25)
    house.lives_while(lambda: len(receiver.arrived) > 2, lambda: phone.wait_for_timeout(50))
    title, note = told(receiver)[-1]
    assert title.startswith("Last night: Fair")
    assert "Held back by Cool" in note
    assert "Change one thing tonight: let the room cool down" in note
    assert "Light in the night at 03:03 for 14 min." in note
    phone.click("nav >> text=Nights")
    phone.wait_for_url("**/nights")
    assert axe_violations(phone) == []
    phone.locator(".nights a").first.click()
    expect(phone.locator("main")).to_contain_text("03:12 awake")
    assert axe_violations(phone) == []
    it_was_later(house, phone)


def it_was_later(house: LivingHouse, phone: Page) -> None:
    """Correct the lights-out that the sensor saw; the night is judged again."""
    phone.click("text=Correct these times")
    phone.wait_for_url("**/times")
    phone.fill("#lights_out", "23:45")
    assert axe_violations(phone) == []
    phone.click("text=Save")
    expect(phone.locator(".running[role=status]")).to_contain_text("being judged")
    house.clock.pass_until(house.clock.now_ms() + 10_000)
    phone.click("text=Show the night again")
    expect(phone.locator("main")).to_contain_text("23:45, as you corrected it")
