"""The parts wired to this machine."""

from firmware.errors import BusError
from firmware.fitted import fitted_parts
from firmware.sensors.base import ClimateReading, LightReading
from firmware.sensors.bus import I2cBus
from firmware.sensors.microphone import Microphone
from firmware.simulation.wiring import RoomWiring
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
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
