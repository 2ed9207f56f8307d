import itertools
import random
import statistics
from functools import partial

import pytest
from adafruit_bme280 import advanced

from firmware.sensors.bme280_trim import crc8
from firmware.simulation.bme280_chip import BMP280_ID, Bme280Chip, Bme280Fault
from firmware.simulation.i2c_bus import SimulatedI2C
from monitor.runtime.clock import VirtualClock

FORCED_X1 = 0x25


class Room:
    """Air that a test can change."""

    def __init__(self) -> None:
        self.air = (20.0, 50.0, 1000.0)
        self.asked = 0

    def __call__(self) -> tuple[float, float, float]:
        self.asked += 1
        return self.air


def driver_on(chip: Bme280Chip) -> advanced.Adafruit_BME280_I2C:
    driver = advanced.Adafruit_BME280_I2C(SimulatedI2C({0x77: chip}))
    driver.overscan_pressure = advanced.OVERSCAN_X1
    return driver


def register(chip: Bme280Chip, at: int, count: int = 1) -> bytes:
    chip.write(bytes((at,)))
    return chip.read(count)


def test_the_real_driver_reads_the_air_back_over_the_whole_range() -> None:
    room = Room()
    driver = driver_on(Bme280Chip(room))
    steps = itertools.product(range(-20, 61, 8), range(1, 100, 7), range(850, 1086, 47))
    for number, (temperature, humidity, pressure) in enumerate(steps):
        # An odd share of each step, so that not only round values are tried.
        share = number * 0.618 % 1.0
        room.air = (temperature + share, humidity + share / 2, pressure + share)
        assert driver.temperature == pytest.approx(room.air[0], abs=0.003)
        assert driver.relative_humidity == pytest.approx(room.air[1], abs=0.003)
        assert driver.pressure == pytest.approx(room.air[2], abs=0.02)


def test_more_oversampling_gives_a_finer_pressure() -> None:
    room = Room()
    driver = driver_on(Bme280Chip(room))
    driver.overscan_pressure = advanced.OVERSCAN_X16
    driver.overscan_temperature = advanced.OVERSCAN_X16
    for pressure_hpa in (900.001, 950.123, 1013.2512):
        room.air = (20.0, 50.0, pressure_hpa)
        assert driver.pressure == pytest.approx(pressure_hpa, abs=0.002)


def test_ctrl_hum_counts_only_after_a_write_to_ctrl_meas() -> None:
    chip = Bme280Chip(Room())
    chip.write(bytes((0xF4, FORCED_X1, 0xF2, 0x01)))
    assert register(chip, 0xFD, 2) == b"\x80\x00"
    chip.write(bytes((0xF4, FORCED_X1)))
    assert register(chip, 0xFD, 2) != b"\x80\x00"


def test_a_skipped_pressure_or_temperature_reads_as_its_reset_code() -> None:
    chip = Bme280Chip(Room())
    chip.write(bytes((0xF4, 0x21)))
    assert register(chip, 0xF7, 3) == b"\x80\x00\x00"
    chip.write(bytes((0xF4, 0x05)))
    assert register(chip, 0xFA, 3) == b"\x80\x00\x00"


def test_a_forced_measurement_falls_back_to_sleep() -> None:
    chip = Bme280Chip(Room())
    chip.write(bytes((0xF4, FORCED_X1)))
    assert register(chip, 0xF4)[0] & 0x03 == 0
    assert register(chip, 0xF3) == b"\x00"


def test_a_measurement_with_a_duration_is_seen_to_run_and_to_end() -> None:
    clock = VirtualClock(start_ms=0)
    chip = Bme280Chip(Room(), clock=clock, measurement_s=0.008)
    chip.write(bytes((0xF4, FORCED_X1)))
    assert register(chip, 0xF3) == b"\x08"
    assert register(chip, 0xFA, 3) == b"\x80\x00\x00"
    clock.wait(0.008)
    assert register(chip, 0xF3) == b"\x00"
    assert register(chip, 0xFA, 3) != b"\x80\x00\x00"


def test_normal_mode_keeps_measuring() -> None:
    room = Room()
    chip = Bme280Chip(room)
    chip.write(bytes((0xF5, 0xA2, 0xF4, 0x27)))
    before = register(chip, 0xFA, 3)
    room.air = (30.0, 50.0, 1000.0)
    assert register(chip, 0xFA, 3) != before
    assert register(chip, 0xF4)[0] & 0x03 == 3


def test_in_normal_mode_a_brown_out_is_a_plausible_warm_room_to_the_driver() -> None:
    chip = Bme280Chip(Room())
    driver = driver_on(chip)
    driver.mode = advanced.MODE_NORMAL
    chip.brown_out()
    assert driver.temperature == pytest.approx(26.5, abs=0.1)
    assert driver.pressure == pytest.approx(820, abs=1)
    assert 60.0 < driver.relative_humidity < 75.0


def test_a_soft_reset_clears_the_settings_and_other_words_do_nothing() -> None:
    chip = Bme280Chip(Room())
    chip.write(bytes((0xF5, 0x10)))
    chip.write(bytes((0xE0, 0x00)))
    chip.write(bytes((0x88, 0x55)))
    assert register(chip, 0xF5) == b"\x10"
    chip.write(bytes((0xE0, 0xB6)))
    assert register(chip, 0xF5) == b"\x00"
    assert register(chip, 0xD0) == b"\x60"


def test_the_stored_checksum_is_that_of_the_block() -> None:
    chip = Bme280Chip(Room())
    block = register(chip, 0x88, 26) + register(chip, 0xE1, 7)
    assert register(chip, 0xE8)[0] == crc8(block)
    chip.fault = Bme280Fault.CALIBRATION_CORRUPT
    spoilt = register(chip, 0x88, 26) + register(chip, 0xE1, 7)
    assert register(chip, 0xE8)[0] != crc8(spoilt)


def test_a_zeroed_calibration_is_zero_degrees_to_the_driver() -> None:
    chip = Bme280Chip(Room())
    chip.fault = Bme280Fault.CALIBRATION_ZERO
    driver = driver_on(chip)
    assert driver.temperature == 0.0
    assert driver.relative_humidity == 0.0


def test_a_frozen_chip_shows_the_air_of_before() -> None:
    room = Room()
    chip = Bme280Chip(room)
    driver = driver_on(chip)
    before = driver.temperature
    chip.fault = Bme280Fault.FROZEN
    room.air = (5.0, 20.0, 900.0)
    assert driver.temperature == before
    assert chip.fault is Bme280Fault.FROZEN
    chip.fault = None
    assert driver.temperature == pytest.approx(5.0, abs=0.003)


def test_a_stuck_status_says_measuring_for_ever() -> None:
    chip = Bme280Chip(Room())
    chip.fault = Bme280Fault.STATUS_STUCK
    assert register(chip, 0xF3) == b"\x08"
    chip.write(bytes((0xF4, FORCED_X1)))
    assert register(chip, 0xF3) == b"\x08"


def test_a_browned_out_chip_takes_no_settings() -> None:
    chip = Bme280Chip(Room())
    chip.fault = Bme280Fault.BROWN_OUT
    chip.write(bytes((0xF2, 0x01)))
    chip.write(b"")
    assert register(chip, 0xF2) == b"\x00"


def test_a_bmp280_has_its_own_id_and_no_humidity() -> None:
    chip = Bme280Chip(Room(), chip_id=BMP280_ID)
    chip.write(bytes((0xF2, 0x01, 0xF4, FORCED_X1)))
    assert register(chip, 0xD0) == b"\x58"
    assert register(chip, 0xFD, 2) == b"\x80\x00"
    assert register(chip, 0xE1, 8) == bytes(8)


@pytest.mark.slow
def test_its_noise_is_the_data_sheets_at_x1_and_less_at_x16() -> None:
    # Source: BST-BME280-DS002, tables 1, 9 and 11, 3.4: 0.005 °C, 3.3 Pa, 0.07 %RH at x1.
    driver = driver_on(Bme280Chip(Room(), noise=partial(random.Random(2).gauss, 0.0, 1.0)))
    readings = [
        (driver.temperature, driver.pressure, driver.relative_humidity) for _ in range(2000)
    ]
    temperature_c, pressure_hpa, humidity_pct = zip(*readings, strict=True)
    assert statistics.fmean(temperature_c) == pytest.approx(20.0, abs=0.003)
    assert statistics.fmean(pressure_hpa) == pytest.approx(1000.0, abs=0.02)
    assert statistics.pstdev(temperature_c) == pytest.approx(0.005, rel=0.2)
    assert statistics.pstdev(pressure_hpa) == pytest.approx(0.033, rel=0.2)
    assert 0.03 < statistics.pstdev(humidity_pct) < 0.1  # one part's step is not another's
    driver.overscan_pressure = advanced.OVERSCAN_X16
    driver.overscan_temperature = advanced.OVERSCAN_X16
    finer = [driver.pressure for _ in range(2000)]
    assert statistics.pstdev(finer) < statistics.pstdev(pressure_hpa) / 2


def test_what_is_not_measured_has_no_noise() -> None:
    chip = Bme280Chip(Room(), chip_id=BMP280_ID, noise=partial(random.Random(2).gauss, 0.0, 1.0))
    chip.write(bytes((0xF4, FORCED_X1)))
    data = register(chip, 0xF7, 8)
    assert data[6:] == b"\x80\x00"
    chip.write(bytes((0xF4, 0x01)))
    assert register(chip, 0xF7, 8) == b"\x80\x00\x00" * 2 + b"\x80\x00"
