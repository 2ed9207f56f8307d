"""The parts wired to this machine."""

from pathlib import Path

import pytest

from firmware.errors import BusError
from firmware.fitted import fitted_microphone, fitted_parts
from firmware.sensors.base import ClimateReading, LightReading
from firmware.sensors.bus import I2cBus
from firmware.sensors.microphone import Microphone
from firmware.simulation.wiring import RoomWiring
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import (
    ClimateSettings,
    LightSettings,
    MicrophoneSettings,
    Settings,
)
from tests.fakes.rooms import PlainRoom


class Machine:
    """A machine whose bus 1 may be missing."""

    def __init__(self) -> None:
        self.clock = VirtualClock(start_ms=0)
        self.bus = RoomWiring(PlainRoom(), self.clock).bus
        self.opened: list[int] = []
        self.present = True

    def bus_of(self, number: int) -> I2cBus:
        self.opened.append(number)
        if not self.present:
            raise BusError("enable I2C")
        return self.bus


def test_both_parts_share_one_bus_that_is_opened_when_first_asked() -> None:
    machine = Machine()
    parts = fitted_parts(Settings(), machine.clock, bus_of=machine.bus_of)
    assert machine.opened == []
    assert isinstance(parts.climate.sample(), ClimateReading)
    assert isinstance(parts.light.sample(), LightReading)
    assert machine.opened == [1]
    parts.climate.close()
    parts.light.close()


def test_a_bus_that_is_not_there_is_a_fault_that_says_what_to_do_and_heals() -> None:
    machine = Machine()
    machine.present = False
    parts = fitted_parts(Settings(), machine.clock, bus_of=machine.bus_of)
    fault = parts.climate.sample()
    assert (fault.flag, fault.message) == (Flag.NO_REPLY, "enable I2C")
    parts.climate.close()
    machine.present = True
    assert isinstance(parts.climate.sample(), ClimateReading)


def test_parts_that_are_not_fitted_are_not_made() -> None:
    settings = Settings(
        climate=ClimateSettings(fitted=False),
        light=LightSettings(fitted=False),
        microphone=MicrophoneSettings(fitted=False),
    )
    parts = fitted_parts(settings, VirtualClock(start_ms=0))
    assert (parts.climate, parts.light, parts.sound) == (None, None, None)


def test_intervals_and_floor_are_those_of_the_settings() -> None:
    parts = fitted_parts(Settings(climate=ClimateSettings(interval_s=20)), VirtualClock(start_ms=0))
    assert isinstance(parts.sound, Microphone)
    assert parts.climate_interval_s == 20
    assert (parts.sound_setup.floor_db, parts.sound_setup.calibrated) == (29.0, False)


def test_a_microphones_response_file_and_format_are_used(tmp_path: Path) -> None:
    file = tmp_path / "usb.txt"
    file.write_text("100 -2\n1000 0\n")
    usb = MicrophoneSettings(encoding="S16_LE", rate_hz=44_100, channels=1, response_file=file)
    microphone = fitted_microphone(usb, VirtualClock(start_ms=0))
    assert microphone._correction == ((100.0, 2.0), (1000.0, 0.0))
    assert microphone._capture.period_bytes == 4_410 * 2


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("100 x", "0 pairs")])
def test_a_response_file_that_is_none_is_an_error_of_the_configuration(
    tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "usb.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        fitted_microphone(MicrophoneSettings(response_file=file), VirtualClock(start_ms=0))
