"""Pages of a machine that does not know the time yet: what was chosen last is in force."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.contract.record import ClockState
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import VirtualClock
from monitor.store.household_reader import NEWEST_MS, in_force_ms
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.folder import data_folder
from tests.fakes.full_house import MORNING_MS, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, opened
from web.household import KeptHousehold
from web.site import Site

WEEKS_MS = 14 * 86_400_000
PHONE = Channel(name="phone", url="ntfys://ntfy.example/topic")


@dataclass(kw_only=True)
class TimelessHouse(FakeHouse):
    """A house with its household on disk, and a clock that is weeks behind and knows it."""

    kept: KeptHousehold
    writer: HouseholdWriter

    def site(self) -> Site:
        return replace(super().site(), household=self.kept)

    def choose(self, room: str = "", **values: object) -> None:
        """Have people have chosen, when the clock was right."""
        self.writer.set_values(values, valid_from_ms=MORNING_MS, room=room)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TimelessHouse]:
    clock = VirtualClock(start_ms=MORNING_MS - WEEKS_MS, state=ClockState.UNSYNCED)
    with data_folder(tmp_path) as folder:
        writer = folder.household_writer()
        kept = KeptHousehold(tmp_path / "household.db", writer)
        house = TimelessHouse(clock=clock, kept=kept, writer=writer)
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
    found = house.kept.alert_choices(in_force_ms(house.clock)).alert_channels
    assert [one.name for one in found] == ["phone", "hook"]


def test_what_was_rendered_before_the_time_was_found_is_rendered_anew(
    house: TimelessHouse,
) -> None:
    site = house.site()
    before = site.surroundings()
    assert site.surroundings() == before
    house.clock.set_state(ClockState.SYNCED)
    house.clock.wait(1.0)
    assert site.surroundings() != before


def test_the_machine_is_asked_once_a_second(house: TimelessHouse) -> None:
    site = house.site()
    assert site.in_force_ms() == NEWEST_MS
    house.clock.set_state(ClockState.SYNCED)
    house.clock.wait(0.9)
    assert site.in_force_ms() == NEWEST_MS
    house.clock.wait(0.1)
    assert site.in_force_ms() == house.clock.now_ms()
