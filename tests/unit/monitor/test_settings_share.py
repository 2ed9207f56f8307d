"""What the household set reaches the room's daemon: at once, once, and after a broker's restart."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.codec import decode
from monitor.contract.messages import RoomSettings
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf
from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import SampledLog
from monitor.settings_share import SettingsShare
from tests.fakes.folder import Folder, data_folder


class Share:
    """A share over a real household.db, with a broker that may be gone."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.clock = VirtualClock(start_ms=1_000_000)
        self.told: list[tuple[str, RoomSettings]] = []
        self.connected = True
        self.share = SettingsShare(
            folder.household_reader(),
            self.clock,
            self.publish,
            SampledLog(logging.getLogger("test"), self.clock),
        )

    def publish(self, room: str, leaf: Leaf, payload: bytes, *, qos: int = 0) -> bool:
        assert (leaf, qos) == (Leaf.SETTINGS, 1)
        if self.connected:
            self.told.append((room, decode(payload, RoomSettings)))
        return self.connected

    def run(self, seconds: int = 3, rooms: tuple[str, ...] = ("bedroom",)) -> "Share":
        for _ in range(seconds):
            self.share.step(rooms)
            self.clock.wait(1.0)
        return self


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    with data_folder(tmp_path) as folder:
        yield Share(folder)


def test_before_anybody_chose_the_defaults_are_told_once(share: Share) -> None:
    share.run(200)
    ((room, settings),) = share.told
    assert (room, settings.cal, settings.temperature_offset_k) == ("bedroom", 0, 0.0)
    assert settings.illuminance_factor == 1.0


def test_a_calibration_is_told_within_a_second_under_a_number_of_its_own(share: Share) -> None:
    share.run()
    writer = share.folder.household_writer()
    writer.set_value("temperature_offset_k", -1.2, valid_from_ms=0, room="bedroom")
    share.run(2)
    writer.set_value("zone", "Europe/Berlin", valid_from_ms=0)
    writer.set_value("illuminance_factor", 1.5, valid_from_ms=0, room="bedroom")
    share.run(2)
    _, first, second = (settings for _, settings in share.told)
    assert (first.temperature_offset_k, first.illuminance_factor) == (-1.2, 1.0)
    assert (second.temperature_offset_k, second.illuminance_factor) == (-1.2, 1.5)
    assert 0 < first.cal < second.cal
    assert first.sequence < second.sequence


def test_a_choice_that_is_no_calibration_keeps_the_number(share: Share) -> None:
    writer = share.folder.household_writer()
    writer.set_value("temperature_offset_k", -1.2, valid_from_ms=0, room="bedroom")
    share.run()
    writer.set_value("lamp", "warm", valid_from_ms=0)
    share.run()
    assert [settings.lamp for _, settings in share.told] == [None, "warm"]
    assert len({settings.cal for _, settings in share.told}) == 1


def test_a_boot_in_the_past_measures_with_the_calibration_that_people_made(share: Share) -> None:
    writer = share.folder.household_writer()
    week_on_ms = share.clock.now_ms() + 7 * 86_400_000
    writer.set_value("temperature_offset_k", -2.5, valid_from_ms=week_on_ms, room="bedroom")
    share.clock.set_state(ClockState.UNSYNCED)
    share.run(100)
    ((_, settings),) = share.told
    assert (settings.temperature_offset_k, settings.cal) == (-2.5, 1)
    assert settings.at == instant(1_000_000)


def test_a_setting_dated_in_advance_is_told_when_it_holds(share: Share) -> None:
    writer = share.folder.household_writer()
    later_ms = share.clock.now_ms() + 300_000
    writer.set_value("temperature_offset_k", 1.0, valid_from_ms=later_ms, room="bedroom")
    share.run(290)
    assert [settings.temperature_offset_k for _, settings in share.told] == [0.0]
    share.run(80)
    assert [settings.temperature_offset_k for _, settings in share.told] == [0.0, 1.0]


def test_rooms_are_told_apart_and_a_new_one_at_once(share: Share) -> None:
    writer = share.folder.household_writer()
    writer.set_value("temperature_offset_k", 1.0, valid_from_ms=0, room="attic")
    share.run()
    share.run(2, ("bedroom", "attic"))
    assert [(room, told.temperature_offset_k) for room, told in share.told] == [
        ("bedroom", 0.0),
        ("attic", 1.0),
    ]


def test_a_broker_that_was_away_is_told_again(share: Share) -> None:
    share.connected = False
    share.run(70)
    share.connected = True
    share.run(2)
    assert len(share.told) == 1
    share.share.forget()
    share.run(2)
    assert len(share.told) == 2


def test_a_household_that_cannot_be_read_stops_nothing(
    share: Share, caplog: pytest.LogCaptureFixture
) -> None:
    path = share.folder.path / "household.db"
    path.write_bytes(b"a letter, not a database" * 99)
    share.run(3)
    assert share.told == []
    assert "settings not told" in caplog.text
    path.unlink()
    share.run(3)
    assert len(share.told) == 1
