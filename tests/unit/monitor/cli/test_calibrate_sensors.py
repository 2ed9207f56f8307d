"""Calibrating through the running daemon: readings in, one dated setting out."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from monitor.cli.calibrate_sensors import Calibrator, Listener, calibrator_of
from monitor.contract.record import ClockState, Flag
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.store.live import LiveRoom
from tests.fakes.bedroom import a_state, climate_now, light_now
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import EVENING_MS, MINUTE_MS, STREAM, minute, record


class Room:
    """A room whose live file moves on with the clock."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.clock = VirtualClock(start_ms=EVENING_MS)
        self.stop = threading.Event()
        self.temperature_c: float | None = 21.5
        self.illuminance_lx = 80.0
        self.flags: tuple[Flag, ...] = ()
        self.frozen = False
        self.settings = Settings(monitor=MonitorSettings(data_dir=folder.path))

    def live(self) -> LiveRoom:
        at_ms = EVENING_MS if self.frozen else self.clock.now_ms() // 5000 * 5000
        state = a_state(
            at_ms,
            climate=climate_now(at_ms, self.temperature_c, flags=self.flags),
            light=light_now(at_ms, self.illuminance_lx),
        )
        return LiveRoom(room="bedroom", written_ms=at_ms, state=state)

    def calibrator(self, live: Callable[[], LiveRoom | None] | None = None) -> Calibrator:
        shown: list[str] = []
        listen = Listener(
            live or self.live,
            clock=self.clock,
            stop=self.stop,
            show=lambda _share, words: shown.append(words),
        )
        return Calibrator(self.settings, self.clock, listen)

    def in_force(self) -> tuple[float, float]:
        household = self.folder.household_reader().household("bedroom", self.clock.now_ms())
        return household.temperature_offset_k, household.illuminance_factor


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with data_folder(tmp_path) as folder:
        yield Room(folder)


def test_a_reference_reading_becomes_a_dated_offset_of_the_room(room: Room) -> None:
    told = room.calibrator().temperature(20.3)
    assert "from +0.00 to -1.20 K" in told
    assert "vapour pressure" in told
    assert room.in_force() == (-1.2, 1.0)
    reader = room.folder.household_reader()
    assert reader.household("bedroom", EVENING_MS - 1).temperature_offset_k == 0.0
    assert reader.household("attic", room.clock.now_ms()).temperature_offset_k == 0.0


def test_without_the_time_it_starts_from_what_was_calibrated_last(room: Room) -> None:
    room.calibrator().temperature(20.3)
    room.temperature_c = 20.3  # the daemon has put the offset on
    room.clock.step(-14 * 86_400)
    room.clock.set_state(ClockState.UNSYNCED)
    assert "from -1.20 to -1.40 K" in room.calibrator().temperature(20.1)
    with pytest.raises(OperatorError, match="still on its way"):
        room.calibrator().temperature(20.1)


def test_a_second_calibration_starts_from_the_raw_reading(room: Room) -> None:
    room.calibrator().temperature(20.3)
    room.temperature_c = 20.3  # the daemon has put the offset on
    room.clock.wait(150)
    assert "from -1.20 to -1.20 K" in room.calibrator().temperature(20.3)


def test_readings_that_may_not_carry_the_last_calibration_yet_make_no_other(room: Room) -> None:
    room.calibrator().temperature(20.3)
    room.calibrator().light(100.0)  # another setting: the offset is none of its business
    for again in (lambda: room.calibrator().temperature(20.3), lambda: room.calibrator().light(90)):
        with pytest.raises(OperatorError, match="still on its way to the daemon"):
            again()
    with pytest.raises(OperatorError, match="still on its way to the daemon"):
        room.calibrator().warm_up(95)
    assert room.in_force() == (-1.2, 1.25)


def test_a_lux_meter_becomes_a_factor(room: Room) -> None:
    assert "from 1 to 1.25" in room.calibrator().light(100.0)
    assert room.in_force() == (0.0, 1.25)


def test_a_window_put_on_later_multiplies_the_scale(room: Room) -> None:
    room.calibrator().light(100.0)  # against a meter: 1.25
    room.clock.wait(150)
    room.illuminance_lx = 80.0 * 1.25 / 2  # a diffuser takes half, the factor is put on
    assert "from 1.25 to 2.5" in room.calibrator().light(100.0)


def test_a_warm_up_curve_is_read_from_the_stored_minutes(room: Room) -> None:
    writer = room.folder.nights_writer()
    records = []
    for index in range(90):
        climate = msgspec.structs.replace(
            minute().climate, temperature_c=round(20.0 + 1.6 * (1 - 0.9**index), 2)
        )
        end_ms = EVENING_MS - (90 - index) * MINUTE_MS
        made = msgspec.structs.replace(minute(end_ms=end_ms), climate=climate)
        records.append(record(index + 1, minute=made))
    writer.store_batch(
        room="bedroom", device="d", stream=STREAM, records=records, gaps=(), stored_seq=90
    )
    told = room.calibrator().warm_up(95)
    assert "From 20.0 °C it warmed itself by 1.6" in told
    assert room.in_force()[0] == pytest.approx(-1.6, abs=0.05)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature_c": None}, "no value"),
        ({"flags": (Flag.FROZEN,)}, "frozen"),
        ({"temperature_c": 45.0}, "offset of -24.7 K"),
        ({"frozen": True}, "no reading came"),
    ],
)
def test_a_sensor_that_is_not_well_changes_nothing(
    room: Room, change: dict[str, object], words: str
) -> None:
    for name, value in change.items():
        setattr(room, name, value)
    with pytest.raises(OperatorError, match=words):
        room.calibrator().temperature(20.3)
    assert room.in_force() == (0.0, 1.0)


def test_without_a_daemon_or_the_part_there_is_nothing_to_calibrate(room: Room) -> None:
    bare = msgspec.structs.replace(room.live().state, climate=UNSET)
    for live in (None, LiveRoom(room="bedroom", written_ms=0, state=bare)):
        with pytest.raises(OperatorError, match="no reading came"):
            room.calibrator(lambda live=live: live).temperature(20.0)


def test_ctrl_c_changes_nothing(room: Room) -> None:
    room.stop.set()
    with pytest.raises(OperatorError, match="nothing was changed"):
        room.calibrator().light(100.0)
    assert room.in_force() == (0.0, 1.0)


def test_it_listens_to_the_live_file_of_the_configured_room(room: Room) -> None:
    made = calibrator_of(room.settings, room.clock, room.stop, lambda _share, _words: None)
    with pytest.raises(OperatorError, match="no reading came"):
        made.light(100.0)
