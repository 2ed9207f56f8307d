"""A night's page over real files: kept while nothing of it changes, right as soon as it does."""

import dataclasses
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, PageMark
from monitor.night.window import Window
from monitor.runtime.clock import RealClock, VirtualClock
from monitor.runtime.settings import WebSettings
from monitor.score.series import NightSeries
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.house import FakeLive
from tests.fakes.opened import OWN
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, minute, record, score
from web.app import create_app
from web.cookies import Cookies
from web.guard import Guard
from web.household import KeptHousehold
from web.kept import KeptNights
from web.site import Site
from web.tokens import form_token

ROOM = "bedroom"
NIGHT = "2026-11-22"
PAGE = f"/nights/{NIGHT}"
HOURS_MS = 3_600_000
NOW_MS = EVENING_MS + 12 * HOURS_MS
MARK_ID = str(uuid.UUID(int=7))
MARK = PageMark(mark_id=MARK_ID, at_ms=EVENING_MS + HOURS_MS, kind=MarkKind.NOTE)


class CountedNights(KeptNights):
    """Counts how often a night was drawn."""

    drawn = 0

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        self.drawn += 1
        return super().series(room, window, mark)


@dataclasses.dataclass(kw_only=True)
class StoredHouse:
    """One night of a room in files, and browsers that have its page open."""

    folder: Folder
    nights: NightsWriter
    writer: HouseholdWriter
    store: CountedNights
    household: KeptHousehold
    clock: VirtualClock

    def app(self) -> Flask:
        """Return a dashboard that has kept nothing yet."""
        return create_app(
            settings=WebSettings(),
            hostname="bedside",
            site=Site(
                store=self.store,
                live=FakeLive(),
                household=self.household,
                clock=self.clock,
                system_offset_s=lambda _: 0,
            ),
            guard=Guard(None, cookies=Cookies(https=False), random_bytes=secrets.token_bytes),
            new_id=lambda: str(uuid.uuid4()),
            pace=RealClock(),
        )

    def browser(self) -> FlaskClient:
        browser = self.app().test_client()
        browser.set_cookie("nightroom_visitor", "somebody", domain="localhost")
        browser.environ_base["HTTP_X_FORM_TOKEN"] = form_token("somebody")
        return browser

    def judge(self, night: str = NIGHT, room: str = ROOM) -> None:
        self.nights.save_night(room, score(night), inputs_hash="1", computed_ms=1)

    def draws(self, browser: FlaskClient, page: str = PAGE) -> int:
        """Return how often the night is drawn for one more look at it."""
        before = self.store.drawn
        browser.get(page)
        return self.store.drawn - before


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StoredHouse]:
    with data_folder(tmp_path) as folder:
        nights, writer = folder.nights_writer(), folder.household_writer()
        minutes = [minute(EVENING_MS + seq * MINUTE_MS) for seq in range(1, 481)]
        records = [record(seq, minute=one) for seq, one in enumerate(minutes, start=1)]
        nights.store_batch(
            room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=480
        )
        with (
            closing(CountedNights(tmp_path / "nights.db")) as store,
            closing(KeptHousehold(tmp_path / "household.db", writer)) as household,
        ):
            house = StoredHouse(
                folder=folder,
                nights=nights,
                writer=writer,
                store=store,
                household=household,
                clock=VirtualClock(start_ms=NOW_MS),
            )
            house.judge()
            house.writer.mark(ROOM, MARK, made_ms=NOW_MS)
            yield house


def post(path: str, **form: str) -> Callable[[StoredHouse, FlaskClient], object]:
    """Return the sending of a form by the browser that has the page."""
    return lambda _, browser: browser.post(path, data=form, headers=OWN)


def written(browser: FlaskClient, **body: object) -> object:
    return browser.put(f"/api/v1{PAGE}/diary", json=body, headers=OWN)


def marked(browser: FlaskClient, at_ms: int) -> object:
    body = {"id": str(uuid.UUID(int=at_ms)), "kind": "awake", "age_s": (NOW_MS - at_ms) / 1_000}
    answer = browser.post("/api/v1/marks", json=body, headers=OWN)
    assert answer.status_code == 201
    return answer


OWN_CHANGES = {
    "the night deleted": post(f"{PAGE}/delete"),
    "everything deleted": post("/settings/data/delete", sure="delete everything"),
    "a tag": lambda _, browser: written(browser, tags=["fan"], note=""),
    "a note": lambda _, browser: written(browser, tags=[], note="Window open."),
    "words with a mark": post(f"{PAGE}/diary", tags="", note="", **{f"mark-{MARK_ID}": "a truck"}),
    "a mark": lambda _, browser: marked(browser, EVENING_MS + 2 * HOURS_MS),
    "a mark taken back": lambda _, browser: browser.delete(
        f"/api/v1/marks/{MARK_ID}", headers=OWN
    ),
    "a correction": post(f"{PAGE}/times", lights_out="00:30", get_up="07:30"),
    "the unit": post("/settings/display", temperature_unit="fahrenheit"),
}  # fmt: skip


@pytest.mark.parametrize("change", OWN_CHANGES.values(), ids=OWN_CHANGES)
def test_what_is_changed_on_a_page_is_on_the_night_at_once(
    house: StoredHouse, change: Callable[[StoredHouse, FlaskClient], object]
) -> None:
    browser = house.browser()
    before = browser.get(PAGE)
    assert before.status_code == 200
    assert house.draws(browser) == 0

    change(house, browser)

    after, fresh = browser.get(PAGE), house.browser().get(PAGE)
    assert after.data != before.data
    assert (after.status_code, after.data) == (fresh.status_code, fresh.data)


def delete(house: StoredHouse, start_ms: int, end_ms: int) -> int:
    return house.writer.diary().delete(ROOM, start_ms, end_ms, made_ms=NOW_MS, night=NIGHT)


OTHERS_CHANGES = {
    "the night deleted": lambda house: delete(house, EVENING_MS - HOURS_MS, NOW_MS),
    "an hour of it deleted": lambda house: delete(house, EVENING_MS, EVENING_MS + HOURS_MS),
    "a tag and a note": lambda house: house.writer.diary().write(
        ROOM, NIGHT, tags=("fan",), note="Window open.", words={}, made_ms=NOW_MS
    ),
    "a mark taken back": lambda house: house.writer.unmark(MARK_ID, made_ms=NOW_MS),
    "a correction": lambda house: house.writer.correct(
        ROOM, NIGHT, Correction(lights_out_ms=EVENING_MS + 600_000), made_ms=NOW_MS
    ),
    "the unit": lambda house: house.writer.set_values(
        {"temperature_unit": "fahrenheit"}, valid_from_ms=NOW_MS
    ),
}


@pytest.mark.parametrize("change", OTHERS_CHANGES.values(), ids=OTHERS_CHANGES)
def test_what_another_process_writes_is_on_the_night_within_a_second(
    house: StoredHouse, change: Callable[[StoredHouse], object]
) -> None:
    browser = house.browser()
    before = browser.get(PAGE)
    change(house)
    house.clock.wait(1.0)
    after, fresh = browser.get(PAGE), house.browser().get(PAGE)
    assert after.data != before.data
    assert (after.status_code, after.data) == (fresh.status_code, fresh.data)


def test_a_deletion_that_is_undone_brings_the_same_page_back(house: StoredHouse) -> None:
    browser = house.browser()
    before = browser.get(PAGE)
    browser.post(f"{PAGE}/delete", headers=OWN)
    assert browser.get(PAGE).status_code == 404
    browser.post("/settings/data/1/undo", headers=OWN)
    assert browser.get(PAGE).data == before.data


def test_what_is_said_of_another_night_has_no_page_drawn_anew(house: StoredHouse) -> None:
    browser = house.browser()
    browser.get(PAGE)
    house.judge("2026-11-20")
    marked(browser, EVENING_MS - 24 * HOURS_MS)
    house.writer.diary().write(
        ROOM, "2026-11-20", tags=("fan",), note="", words={}, made_ms=NOW_MS
    )  # fmt: skip
    house.writer.set_values({"temperature_offset_k": -0.5}, valid_from_ms=NOW_MS, room=ROOM)
    house.writer.set_values({"zone": "Asia/Tokyo", "lamp": "candle"}, valid_from_ms=NOW_MS)
    house.clock.wait(1.0)
    # The night before is new to it, and that alone.
    assert house.draws(browser) == 1
    for number in range(3):
        marked(browser, EVENING_MS - (25 + number) * HOURS_MS)
        house.clock.wait(60.0)
        assert house.draws(browser) == 0


def test_a_room_is_named_in_the_row_of_rooms_at_once(house: StoredHouse) -> None:
    house.judge(room="attic")
    browser = house.browser()
    assert "The blue room" not in browser.get(PAGE).text
    form = {"name_attic": "The blue room", "temperature_unit": "celsius"}
    assert browser.post("/settings/display", data=form, headers=OWN).status_code == 303
    assert "The blue room" in browser.get(PAGE).text


def test_another_rooms_night_that_is_deleted_is_not_linked_to(house: StoredHouse) -> None:
    house.judge(room="attic")
    browser = house.browser()
    page = f"{PAGE}?room={ROOM}"
    assert f'href="{PAGE}?room=attic"' in browser.get(page).text
    browser.post(f"{PAGE}/delete?room=attic", headers=OWN)
    assert f'href="{PAGE}?room=attic"' not in browser.get(page).text


def test_a_unit_chosen_for_later_is_shown_when_its_time_has_come(house: StoredHouse) -> None:
    house.writer.set_values(
        {"temperature_unit": "fahrenheit"}, valid_from_ms=NOW_MS + 10 * MINUTE_MS
    )
    browser = house.browser()
    assert "°F" not in browser.get(PAGE).text
    house.clock.wait(9 * 60.0)
    assert house.draws(browser) == 0
    house.clock.wait(60.0)
    assert "°F" in browser.get(PAGE).text


def test_a_night_that_was_deleted_is_not_shown_while_the_store_cannot_be_read(
    house: StoredHouse,
) -> None:
    browser = house.browser()
    assert browser.get(PAGE).status_code == 200
    browser.post(f"{PAGE}/delete", headers=OWN)
    (house.folder.path / "nights.db").write_bytes(b"no database")
    for _ in range(3):
        assert browser.get(PAGE).status_code in (404, 503)
