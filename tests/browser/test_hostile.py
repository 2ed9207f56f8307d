"""Forty hostile texts through every door, looked at in a browser: nothing happens."""

import json
from urllib.parse import quote

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from monitor.contract.codec import decode
from monitor.contract.errors import ContractError
from monitor.contract.messages import State
from monitor.contract.record import Mark, MarkKind
from monitor.night.household import PageMark
from monitor.score.result import Sentence
from monitor.store.access_rows import TokenKind
from tests.fakes.access import PASSWORD, Door
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS, a_live_score, a_night, a_state
from tests.fakes.browser import serving
from tests.fakes.hostile import HOSTILE
from tests.fakes.house import FakeFinding, FakeLiveRoom

SETTLE_MS = 120
# In handfuls: a page load costs a third of a second, and one that acts is enough to see.
TOGETHER = [" ".join(HOSTILE[first::8]) for first in range(8)]
NIGHT = "/nights/2026-11-22"


class Watched:
    """A page on which every dialog, violation, error and foreign request is noted."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.found: list[str] = []
        self.page: Page = browser.new_page()
        self.page.on("dialog", lambda dialog: (self.found.append("dialog"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.found.append(str(error)))
        self.page.on("console", lambda said: self._heard(said.text))
        self.page.on("request", lambda request: self._asked(request.url))

    def _heard(self, text: str) -> None:
        # Chromium says "Failed to load resource" of every 4xx, which is what is wanted here.
        if "Content Security Policy" in text or "Refused" in text:
            self.found.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith(self.address):
            self.found.append(f"asked {url}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self) -> None:
        """Touch what a person would touch; give what was planted time to act."""
        for index in range(min(3, self.page.locator("details").count())):
            self.page.locator("details").nth(index).evaluate("it => it.open = true")
        self.page.wait_for_timeout(SETTLE_MS)
        assert self.page.evaluate("document.body.offsetHeight") > 0
        own = "[...document.scripts].every((it) => it.src.startsWith(`${location.origin}/static/`))"
        assert self.page.evaluate(own)
        assert self.page.url.startswith(self.address)


def fill(door: Door, text: str) -> None:
    """Put a text wherever the store, the live file or a page could carry one."""
    kinds = ("cost", "good", "change", "note")
    night = a_night(
        headline=text,
        label=text,
        provisional=text,
        sentences=tuple(Sentence(kind=kind, text=f"{text}: {text}") for kind in kinds),
    )
    door.house.store.put(night)
    now_ms = door.clock.now_ms()
    score = a_live_score()
    advice = dict.fromkeys(("quiet", "cool", "dark"), text)
    door.house.live.files["bedroom"] = FakeLiveRoom(
        state=a_state(now_ms),
        received_ms=now_ms,
        score=msgspec.structs.replace(score, advice=advice, label=text),
        findings=(FakeFinding(text=text),),
    )
    door.house.household.said = [
        ("bedroom", PageMark(mark_id=text, at_ms=at_ms, kind=MarkKind.NOTE, note=text))
        for at_ms in (LIGHTS_OUT_MS + 60_000, GET_UP_MS - 60_000)
    ]


def test_texts_from_sensors_scores_and_marks_are_only_text(browser: Browser, door: Door) -> None:
    door.clock.step((GET_UP_MS - door.clock.now_ms()) / 1000 + 3600)
    with serving(door.house, app=door.app) as address:
        watched = Watched(browser, address)
        log_in(watched)
        for text in TOGETHER:
            fill(door, text)
            for path in ("/", "/bedside", "/nights", NIGHT, "/status"):
                watched.open(path)
            assert watched.found == [], text
        watched.page.close()


def test_texts_from_addresses_and_forms_are_only_text(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        watched = Watched(browser, address)
        for text in TOGETHER:
            said = quote(text, safe="")
            for path in (f"/login?next={said}", f"/login?next=/{said}", f"/{said}"):
                watched.open(path)
            watched.page.goto(f"{address}/login")
            watched.page.fill("#password", text[:200])
            watched.page.click("button")
            watched.page.wait_for_selector("[role=alert]")
            watched.settle()
            assert watched.found == [], text
        watched.page.close()


def test_texts_a_person_gives_are_only_text(browser: Browser, door: Door) -> None:
    with serving(door.house, app=door.app) as address:
        watched = Watched(browser, address)
        log_in(watched)
        watched.open("/settings/access")
        watched.page.fill("#name", HOSTILE[0])
        watched.page.click("text=Make it")
        assert watched.page.locator(".token-name").inner_text() == HOSTILE[0]
        for text in HOSTILE:
            door.auth.make_token(TokenKind.API, text)
        watched.open("/settings/access")
        for text in TOGETHER:
            for path in (
                "/?room=",
                "/nights?until=",
                "/nights?tag=",
                "/nights/",
                "/kiosk/",
                "/bedside/",
            ):
                watched.open(path + quote(text, safe=""))
        assert watched.found == []
        watched.page.close()


# Where people write, and the page that shows what was refused.
FORMS = (
    "/settings/night",
    "/settings/person",
    "/settings/display",
    "/settings/calibration",
    "/settings/alerts",
    "/settings/data",
    f"{NIGHT}/diary",
    f"{NIGHT}/times",
)
FILL = """(text) => {
  for (const it of document.querySelectorAll("main input, main textarea, main select option")) {
    if (it.type === "hidden" || it.type === "checkbox") continue;
    if (it.type === "time") it.type = "text";
    for (const name of ["maxlength", "required", "pattern"]) it.removeAttribute(name);
    it.value = text;
  }
  for (const it of document.querySelectorAll("main form")) it.noValidate = true;
}"""


def test_every_field_of_every_form_takes_any_text_as_text(browser: Browser, door: Door) -> None:
    fill(door, "a night")
    door.clock.step((GET_UP_MS - door.clock.now_ms()) / 1000 + 3600)
    everything = " ".join(HOSTILE).replace("\0", "")
    with serving(door.house, app=door.app) as address:
        watched = Watched(browser, address)
        log_in(watched)
        for path in FORMS:
            watched.open(path)
            for number in range(watched.page.locator("main form").count()):
                watched.page.goto(address + path)
                watched.page.evaluate(FILL, everything)
                form = watched.page.locator("main form").nth(number)
                with watched.page.expect_navigation():
                    form.locator("button").first.click()
                watched.settle()
                assert watched.found == [], path
        watched.page.close()


def test_what_people_wrote_and_named_is_only_text(browser: Browser, door: Door) -> None:
    fill(door, "a night")
    door.clock.step((GET_UP_MS - door.clock.now_ms()) / 1000 + 3600)
    household = door.house.household
    household.notes["bedroom", "2026-11-22"] = " ".join(HOSTILE)
    household.tagged["bedroom", "2026-11-22"] = HOSTILE
    door.house.live.files["guest"] = door.house.live.files["bedroom"]
    with serving(door.house, app=door.app) as address:
        watched = Watched(browser, address)
        log_in(watched)
        for text in HOSTILE:
            household.rows.append(("bedroom", "room_name", json.dumps(text[:40])))
        named = quote(HOSTILE[0], safe="")
        tagged = (f"/nights?tag={named}", f"/nights/sets?a={named}")
        for path in (
            "/",
            "/rooms",
            NIGHT,
            f"{NIGHT}/diary",
            "/settings/display",
            "/nights",
            *tagged,
        ):
            watched.open(path)
            assert watched.found == [], path
        watched.page.close()


@pytest.mark.parametrize("field", ["device", "session", "fault"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_state_with_such_a_text_never_gets_past_the_door_of_mqtt(field: str, text: str) -> None:
    state = msgspec.to_builtins(a_state(0))
    assert isinstance(state, dict)
    if field == "fault":
        state["climate"] = {**state["climate"], "flags": [text]}
    else:
        state[field] = text
    with pytest.raises(ContractError):
        decode(msgspec.json.encode(state), State)


def log_in(watched: Watched) -> None:
    watched.page.goto(f"{watched.address}/login")
    watched.page.fill("#password", PASSWORD)
    watched.page.click("button")
    watched.page.wait_for_url(f"{watched.address}/")


def test_a_mark_of_the_button_has_no_text() -> None:
    assert set(Mark.__struct_fields__) == {"at_ms", "kind"}
