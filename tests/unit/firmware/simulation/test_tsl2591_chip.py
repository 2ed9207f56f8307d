import adafruit_tsl2591
import pytest

from firmware.simulation.i2c_bus import SimulatedI2C
from firmware.simulation.tsl2591_chip import Tsl2591Chip, Tsl2591Fault
from monitor.runtime.clock import VirtualClock


class Bench:
    """A lit chip with the real driver on it."""

    def __init__(self, illuminance_lx: float = 100.0, ir_ratio: float = 0.3) -> None:
        self.light = (illuminance_lx, ir_ratio)
        self.clock = VirtualClock(start_ms=0)
        self.chip = Tsl2591Chip(lambda: self.light, self.clock)
        self.driver = adafruit_tsl2591.TSL2591(SimulatedI2C({0x29: self.chip}))

    def set(self, gain: int, integration_time: int) -> None:
        self.driver.gain = gain
        self.driver.integration_time = integration_time

    def lux(self) -> float:
        self.clock.wait(1.0)
        return float(self.driver.lux)

    def register(self, at: int) -> int:
        self.chip.write(bytes((0xA0 | at,)))
        return self.chip.read(1)[0]


@pytest.mark.parametrize("ir_ratio", [0.0, 0.15, 0.3, 0.5, 0.6])
@pytest.mark.parametrize(
    ("gain", "time", "lights_lx"),
    [
        (adafruit_tsl2591.GAIN_LOW, 0, (1000.0, 8_000.0)),
        (adafruit_tsl2591.GAIN_MED, 2, (5.0, 100.0)),
        (adafruit_tsl2591.GAIN_HIGH, 5, (0.5, 3.0)),
        (adafruit_tsl2591.GAIN_MAX, 5, (0.02, 0.2)),
    ],
)
def test_the_real_driver_reads_the_light_back(
    gain: int, time: int, lights_lx: tuple[float, ...], ir_ratio: float
) -> None:
    bench = Bench(ir_ratio=ir_ratio)
    bench.set(gain, time)
    for illuminance_lx in lights_lx:
        bench.light = (illuminance_lx, ir_ratio)
        assert bench.lux() == pytest.approx(illuminance_lx, rel=0.01)


def test_infrared_beyond_what_the_formula_knows_reads_negative() -> None:
    bench = Bench(illuminance_lx=50.0, ir_ratio=0.9)
    assert bench.lux() == pytest.approx(-50.0, rel=0.01)


def test_the_first_read_after_start_is_zero() -> None:
    bench = Bench()
    assert bench.driver.raw_luminosity == (0, 0)
    assert bench.register(0x13) == 0x00
    bench.clock.wait(0.1)
    assert bench.driver.raw_luminosity != (0, 0)
    assert bench.register(0x13) == 0x01


def test_old_counts_stay_until_a_full_integration_under_the_new_gain() -> None:
    bench = Bench(illuminance_lx=5.0)
    bench.set(adafruit_tsl2591.GAIN_HIGH, 5)
    bench.clock.wait(1.0)
    bench.set(adafruit_tsl2591.GAIN_LOW, 0)
    bench.clock.wait(0.09)
    assert bench.driver.lux > 1000.0
    bench.clock.wait(0.02)
    assert bench.driver.lux < 10.0


def test_counts_change_once_an_integration() -> None:
    bench = Bench()
    bench.clock.wait(0.1)
    before = bench.driver.raw_luminosity
    bench.light = (200.0, 0.3)
    bench.clock.wait(0.05)
    assert bench.driver.raw_luminosity == before
    bench.clock.wait(0.05)
    assert bench.driver.raw_luminosity[0] == pytest.approx(2 * before[0], abs=2)


@pytest.mark.parametrize(("time", "limit"), [(0, 36_863), (1, 65_535), (5, 65_535)])
def test_the_counter_ends_earlier_at_100_ms(time: int, limit: int) -> None:
    bench = Bench(illuminance_lx=80_000.0)
    bench.set(adafruit_tsl2591.GAIN_HIGH, time)
    bench.clock.wait(1.0)
    assert bench.driver.raw_luminosity == (limit, limit)
    with pytest.raises(RuntimeError, match="Overflow"):
        bench.lux()


def test_after_a_brown_out_it_is_perfectly_dark_until_enabled_again() -> None:
    bench = Bench()
    assert bench.lux() > 0.0
    bench.chip.brown_out()
    assert [bench.lux(), bench.lux()] == [0.0, 0.0]
    bench.driver.enable()
    assert bench.lux() > 0.0


def test_a_frozen_part_shows_the_light_of_before() -> None:
    bench = Bench()
    before = bench.lux()
    bench.chip.fault = Tsl2591Fault.FROZEN
    bench.light = (1.0, 0.3)
    assert bench.lux() == before


def test_a_saturated_part_is_full_in_any_range() -> None:
    bench = Bench(illuminance_lx=1.0)
    bench.chip.fault = Tsl2591Fault.SATURATED
    bench.clock.wait(1.0)
    assert bench.driver.raw_luminosity == (36_863, 36_863)


def test_a_system_reset_stops_it_and_the_id_stays() -> None:
    bench = Bench()
    bench.chip.write(bytes((0xA1, 0x80)))
    assert bench.register(0x00) == 0x00
    assert bench.register(0x12) == 0x50


def test_thresholds_are_kept_read_only_registers_and_special_functions_are_not() -> None:
    bench = Bench()
    bench.driver.threshold_low = 0x1234
    bench.driver.clear_interrupt(adafruit_tsl2591.CLEAR_ALL_INTERRUPTS)
    bench.chip.write(bytes((0xB2, 0x00)))
    bench.chip.write(b"")
    assert bench.driver.threshold_low & 0xFF == 0x34
    assert bench.register(0x12) == 0x50


def test_a_reset_ends_a_freeze() -> None:
    chip = Tsl2591Chip(lambda: (5.0, 0.3), VirtualClock(start_ms=0))
    chip.fault = Tsl2591Fault.FROZEN
    chip.brown_out()
    assert chip.fault is None
