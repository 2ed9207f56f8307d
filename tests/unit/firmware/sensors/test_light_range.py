import adafruit_tsl2591
import pytest

from firmware.sensors.light_range import (
    RANGES,
    SPANS,
    illuminance_lx,
    least_illuminance_lx,
    next_range,
    range_to_look_in,
)
from firmware.simulation.i2c_bus import SimulatedI2C

LOW, MEDIUM, HIGH = range(3)


class Counts:
    """A chip with fixed counts under any settings."""

    def __init__(self, channel_0: int, channel_1: int) -> None:
        self.registers = bytearray(32)
        self.registers[0x12] = 0x50
        self.registers[0x14:0x18] = channel_0.to_bytes(2, "little") + channel_1.to_bytes(
            2, "little"
        )
        self.pointer = 0

    def write(self, data: bytes) -> None:
        if data:
            self.pointer = data[0] & 0x1F
            self.registers[self.pointer : self.pointer + len(data) - 1] = data[1:]

    def read(self, count: int) -> bytes:
        return bytes(self.registers[self.pointer : self.pointer + count])


@pytest.mark.parametrize("index", [LOW, MEDIUM, HIGH])
@pytest.mark.parametrize("counts", [(0, 0), (1000, 300), (1000, 560), (20_000, 19_000), (3, 1)])
def test_the_formula_is_the_drivers(index: int, counts: tuple[int, int]) -> None:
    driver = adafruit_tsl2591.TSL2591(SimulatedI2C({0x29: Counts(*counts)}))
    driver.gain = RANGES[index].gain_code
    driver.integration_time = RANGES[index].time_code
    assert illuminance_lx(*counts, RANGES[index]) == pytest.approx(driver.lux)


@pytest.mark.parametrize("index", [LOW, MEDIUM, HIGH])
def test_the_ends_of_the_counters_are_where_the_driver_refuses(index: int) -> None:
    span = RANGES[index]
    for channel_0 in (span.limit_counts - 1, span.limit_counts):
        driver = adafruit_tsl2591.TSL2591(SimulatedI2C({0x29: Counts(channel_0, 0)}))
        driver.gain, driver.integration_time = span.gain_code, span.time_code
        if span.saturated(channel_0, 0):
            with pytest.raises(RuntimeError, match="Overflow"):
                _ = driver.lux
        else:
            assert driver.lux > 0.0


def test_a_light_that_made_the_range_change_does_not_make_it_change_back() -> None:
    for index in (LOW, MEDIUM):
        for channel_0 in range(0, RANGES[index].limit_counts, 7):
            if next_range(index, channel_0, 0) > index:
                finer = RANGES[index + 1]
                there = round(channel_0 * finer.units / RANGES[index].units)
                assert next_range(index + 1, there, 0) > index


def test_either_channel_near_its_end_asks_for_less_gain() -> None:
    assert next_range(HIGH, 60_000, 100) == MEDIUM
    assert next_range(MEDIUM, 20_000, 34_000) == LOW
    assert next_range(LOW, 36_000, 0) == LOW


def test_darkness_asks_for_more_gain_as_far_as_there_is() -> None:
    assert next_range(LOW, 0, 0) == MEDIUM
    assert next_range(MEDIUM, 0, 0) == HIGH
    assert next_range(HIGH, 0, 0) == HIGH


def test_full_counters_show_some_light_and_less_where_infrared_is_full_too() -> None:
    full = RANGES[LOW].limit_counts
    assert least_illuminance_lx(full, full, RANGES[LOW]) > 10_000.0
    assert least_illuminance_lx(full, full, RANGES[LOW]) < least_illuminance_lx(
        full, full // 4, RANGES[LOW]
    )


def test_counts_tell_the_light_unless_too_few_or_too_many() -> None:
    assert RANGES[LOW].tells(1000, 300)
    assert not RANGES[LOW].tells(3, 1)
    assert not RANGES[LOW].tells(36_863, 300)


def test_the_control_byte_is_what_the_driver_writes() -> None:
    chip = Counts(0, 0)
    driver = adafruit_tsl2591.TSL2591(SimulatedI2C({0x29: chip}))
    for span in RANGES:
        driver.gain, driver.integration_time = span.gain_code, span.time_code
        assert chip.registers[0x01] == span.control


def test_no_light_counts_the_same_in_the_range_that_is_looked_in() -> None:
    for index, span in enumerate(RANGES):
        for counts in (1, 25, 999, 1000, 36_000):
            there = SPANS[range_to_look_in(index, counts)]
            light = counts / span.units
            expected = min(light * there.units, there.limit_counts)
            assert abs(expected - counts) > 0.5
