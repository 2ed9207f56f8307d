"""Pages of a machine that does not know the time yet: what was chosen last is in force."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.contract.record import ClockState
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import VirtualClock
from monitor.store.household_reader import NEWEST_MS, HouseholdReader, in_force_ms
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.folder import data_folder
from tests.fakes.forms import fields_of
from tests.fakes.full_house import MORNING_MS, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, opened
from web.caretaker import Caretaker
from web.household import KeptHousehold
from web.site import Site

WEEKS_MS = 14 * 86_400_000
PHONE = Channel(name="phone", url="ntfys://ntfy.example/topic")


@dataclass(kw_only=True)
class TimelessHouse(FakeHouse):
    """A house with its household on disk, and a clock that is weeks behind and knows it."""

    kept: KeptHousehold
    writer: HouseholdWriter
    folder: Path

    def site(self) -> Site:
        return replace(super().site(), household=self.kept)

    def choose(self, room: str = "", **values: object) -> None:
        """Have people have chosen, when the clock was right."""
        now_ms = self.clock.now_ms()
        self.clock.step((MORNING_MS - now_ms) / 1000)
        self.clock.set_state(ClockState.SYNCED)
        self.writer.set_values(values, valid_from_ms=MORNING_MS, room=room)
        self.clock.step((now_ms - MORNING_MS) / 1000)
        self.clock.set_state(ClockState.UNSYNCED)

    def find_time(self) -> None:
        """Put the clock right, and have the caretaker have looked."""
        self.clock.step(WEEKS_MS / 1000)
        self.clock.set_state(ClockState.SYNCED)
        self.clock.wait(1.0)
        Caretaker(None, self.folder, writer=self.writer, clock=self.clock).look()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TimelessHouse]:
    clock = VirtualClock(start_ms=MORNING_MS - WEEKS_MS, state=ClockState.UNSYNCED)
    with data_folder(tmp_path) as folder:
        writer = folder.household_writer(clock)
        kept = KeptHousehold(tmp_path / "household.db", writer)
        house = TimelessHouse(clock=clock, kept=kept, writer=writer, folder=tmp_path)
        hear(house)
        yield house
        kept.close()


def test_pages_show_what_was_chosen_last(house: TimelessHouse) -> None:
    house.choose(
        zone="Asia/Tokyo", lamp="candle", temperature_unit="fahrenheit", alert_channels=(PHONE,)
    )
    house.choose("bedroom", room_name="The blue room", temperature_offset_k=-1.5)
    browser = opened(house)

    overview = browser.get("/settings").text
    assert all(it in overview for it in ("Asia/Tokyo", "candle", "°F", "phone"))
    assert "°F" in browser.get("/").text
    assert "ntfys://…" in browser.get("/privacy").text
    assert "Asia/Tokyo" in browser.get("/settings/night").text
    assert 'value="The blue room"' in browser.get("/settings/display").text
    assert 'value="-2.7"' in browser.get("/settings/calibration?room=bedroom").text
    now = browser.get("/api/v1/now").json
    assert now is not None
    assert (now["title"], now["clock"]) == ("The blue room", "06:15")


def test_a_channel_added_then_takes_none_of_the_others_away(house: TimelessHouse) -> None:
    house.choose(alert_channels=(PHONE,))
    form = {"name": "hook", "url": "json://box/hook"}
    answer = opened(house).post("/settings/alerts/channels", data=form, headers=OWN)
    assert answer.status_code == 303
    found = house.kept.alert_choices(in_force_ms(house.clock, house.kept)).alert_channels
    assert [one.name for one in found] == ["phone", "hook"]


def test_what_was_rendered_before_the_time_was_found_is_rendered_anew(
    house: TimelessHouse,
) -> None:
    site = house.site()
    before = site.written()
    assert site.written() == before
    house.clock.set_state(ClockState.SYNCED)
    house.clock.wait(1.0)
    assert site.written() != before


def test_what_is_chosen_on_a_page_then_holds_once_the_time_is_found(house: TimelessHouse) -> None:
    house.choose("bedroom", temperature_offset_k=-2.5)
    house.choose(alert_channels=(PHONE,))
    page = "/settings/calibration?room=bedroom"
    sent = fields_of(opened(house).get(page).text) | {"temperature_offset": "-1.0"}
    assert opened(house).post(page, data=sent, headers=OWN).status_code == 303
    form = {"name": "phone", "url": "json://box/other"}
    assert (
        opened(house).post("/settings/alerts/channels", data=form, headers=OWN).status_code == 303
    )
    house.find_time()

    site = house.site()
    assert site.household.in_force("bedroom", site.in_force_ms()).temperature_offset_k == -1.0
    (phone,) = site.household.alert_choices(site.in_force_ms()).alert_channels
    assert phone.url == "json://box/other"
    before = site.household.in_force("bedroom", MORNING_MS - 1)
    assert before.temperature_offset_k == 0.0


def test_a_mark_made_on_a_page_then_is_of_its_minute_once_the_time_is_found(
    house: TimelessHouse,
) -> None:
    body = b'{"id": "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10", "kind": "lights_out", "age_s": 60}'
    browser = opened(house)
    assert browser.post("/api/v1/marks", data=body, headers=OWN).status_code == 201
    house.find_time()
    (mark,) = house.kept.marks("bedroom", 0, NEWEST_MS)
    assert mark.at_ms == MORNING_MS - 60_000
    with closing(HouseholdReader(house.folder / "household.db")) as reader:
        assert not reader.is_undated()


def test_the_machine_is_asked_once_a_second(house: TimelessHouse) -> None:
    site = house.site()
    assert site.in_force_ms() == NEWEST_MS
    house.clock.set_state(ClockState.SYNCED)
    house.clock.wait(0.9)
    assert site.in_force_ms() == NEWEST_MS
    house.clock.wait(0.1)
    assert site.in_force_ms() == house.clock.now_ms()
