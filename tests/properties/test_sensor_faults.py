"""Faults drawn at random on a shared bus: a value is either the room's or a Fault."""

import math
from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.sensors.base import ClimateReading, LightReading
from firmware.sensors.climate import ClimateSensor
from firmware.sensors.light import LightSensor
from firmware.simulation.bme280_chip import Bme280Chip, Bme280Fault
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from firmware.simulation.tsl2591_chip import Tsl2591Chip
from monitor.runtime.clock import VirtualClock

CHIP_FAULTS = (
    Bme280Fault.BROWN_OUT,
    Bme280Fault.CALIBRATION_CORRUPT,
    Bme280Fault.CALIBRATION_ZERO,
)


@dataclass(frozen=True)
class Moment:
    """What happens during one round of samples."""

    bus_fault: BusFault | None
    after: int
    count: int | None
    chip_fault: Bme280Fault | None
    brown_out: bool
    illuminance_lx: float


MOMENTS = st.builds(
    Moment,
    bus_fault=st.none() | st.sampled_from(BusFault),
    after=st.integers(0, 45),
    count=st.none() | st.integers(1, 20),
    chip_fault=st.sampled_from((None, None, None, *CHIP_FAULTS)),
    brown_out=st.booleans(),
    illuminance_lx=st.sampled_from((0.0, 0.02, 1.0, 30.0, 250.0, 8000.0)),
)


class Bedroom:
    """Both sensors on one bus, in air that moves slowly."""

    def __init__(self) -> None:
        self.clock = VirtualClock(start_ms=0)
        self.illuminance_lx = 1.0
        self.climate_chip = Bme280Chip(self.air)
        self.light_chip = Tsl2591Chip(lambda: (self.illuminance_lx, 0.3), self.clock)
        self.bus = SimulatedI2C({0x76: self.climate_chip, 0x29: self.light_chip})
        self.climate = ClimateSensor(self.bus, self.clock)
        self.light = LightSensor(self.bus, self.clock)

    def air(self) -> tuple[float, float, float]:
        at_h = self.clock.monotonic_s() / 3600.0
        return 21.0 - at_h / 2, 45.0 + 5 * math.sin(at_h), 1000.0 + math.cos(at_h)

    def play(self, moment: Moment) -> None:
        self.bus.heal()
        self.climate_chip.fault = moment.chip_fault
        self.illuminance_lx = moment.illuminance_lx
        if moment.brown_out:
            self.climate_chip.brown_out()
            self.light_chip.brown_out()
        if moment.bus_fault is not None:
            self.bus.inject(moment.bus_fault, after=moment.after, count=moment.count)

    def assert_only_the_truth_is_told(self) -> None:
        climate = self.climate.sample()
        if isinstance(climate, ClimateReading):
            temperature_c, humidity_pct, pressure_hpa = self.air()
            assert abs(climate.temperature_c - temperature_c) < 0.003
            assert climate.humidity_pct is not None
            assert abs(climate.humidity_pct - humidity_pct) < 0.003
            assert abs(climate.pressure_hpa - pressure_hpa) < 0.02
        light = self.light.sample()
        if isinstance(light, LightReading):
            assert not light.flags
            allowed_lx = 0.03 * self.illuminance_lx + 0.003
            assert abs(light.illuminance_lx - self.illuminance_lx) < allowed_lx


# The command to measure is swallowed by a bus held low for a moment: the registers then
# still hold the sample before.
@example(
    [
        Moment(None, 0, None, None, brown_out=False, illuminance_lx=0.0),
        Moment(None, 0, None, Bme280Fault.CALIBRATION_CORRUPT, brown_out=False, illuminance_lx=0.0),
        Moment(BusFault.STUCK_LOW, 2, 2, None, brown_out=False, illuminance_lx=0.0),
    ]
)
@settings(max_examples=60)
@given(st.lists(MOMENTS, min_size=1, max_size=20))
def test_no_fault_becomes_a_value_and_both_sensors_are_back_after_it(
    moments: list[Moment],
) -> None:
    bedroom = Bedroom()
    bedroom.assert_only_the_truth_is_told()
    for moment in moments:
        bedroom.play(moment)
        bedroom.clock.wait(10.0)
        bedroom.assert_only_the_truth_is_told()
    bedroom.play(Moment(None, 0, None, None, brown_out=False, illuminance_lx=1.0))
    for _ in range(2):
        bedroom.clock.wait(10.0)
        outcomes = (bedroom.climate.sample(), bedroom.light.sample())
    assert isinstance(outcomes[0], ClimateReading), outcomes[0]
    assert isinstance(outcomes[1], LightReading), outcomes[1]
