import random
import statistics
import sys
from functools import partial

import pytest

from firmware.sensors.base import ClimateReading, Fault
from firmware.sensors.climate import ClimateSensor
from firmware.simulation.bme280_chip import BMP280_ID, Bme280Chip, Bme280Fault
from firmware.simulation.bme280_codes import EXAMPLE_CALIBRATION, Calibration
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock

OTHER_PART = Calibration(
    t=(28000, 26000, 50), p=(37000, -10500, 3000, 3000, 100, -7, 9900, -10200, 4300),
    h=(75, 360, 0, 320, 50, 30),
)  # fmt: skip


class Bench:
    """A sensor on a simulated bus in a room that a test can change."""

    def __init__(self, address: int = 0x76, chip_id: int = 0x60) -> None:
        self.air = (21.0, 48.0, 1001.0)
        self.clock = VirtualClock(start_ms=0)
        self.chip = self.part(chip_id=chip_id)
        self.bus = SimulatedI2C({address: self.chip})
        self.sensor = ClimateSensor(self.bus, self.clock)

    def part(
        self, chip_id: int = 0x60, calibration: Calibration = EXAMPLE_CALIBRATION
    ) -> Bme280Chip:
        return Bme280Chip(lambda: self.air, chip_id=chip_id, calibration=calibration)

    def sample(self) -> ClimateReading | Fault:
        self.clock.wait(10.0)
        return self.sensor.sample()

    def flag(self) -> Flag | None:
        outcome = self.sample()
        return outcome.flag if isinstance(outcome, Fault) else None

    def reads_the_room(self) -> bool:
        outcome = self.sample()
        return isinstance(outcome, ClimateReading) and outcome == ClimateReading(
            temperature_c=pytest.approx(self.air[0], abs=0.003),
            humidity_pct=pytest.approx(self.air[1], abs=0.003),
            pressure_hpa=pytest.approx(self.air[2], abs=0.02),
        )


@pytest.mark.parametrize("address", [0x76, 0x77])
def test_the_part_is_found_at_either_address(address: int) -> None:
    bench = Bench(address)
    assert bench.sensor.fitted_part is None
    assert bench.reads_the_room()
    assert bench.sensor.fitted_part == f"BME280 at 0x{address:02x}"


def test_a_bmp280_is_recognised_and_has_no_humidity() -> None:
    bench = Bench(chip_id=BMP280_ID)
    outcome = bench.sample()
    assert isinstance(outcome, ClimateReading)
    assert outcome.humidity_pct is None
    assert outcome.temperature_c == pytest.approx(21.0, abs=0.003)
    assert bench.sensor.fitted_part == "BMP280 (no humidity) at 0x76"


def test_the_settings_are_forced_mode_x1_and_filter_off() -> None:
    bench = Bench()
    bench.sample()
    bench.chip.write(b"\xf2")
    ctrl_hum, _, ctrl_meas, config = bench.chip.read(4)
    assert (ctrl_hum, ctrl_meas, config) == (0x01, 0x24, 0x00)


@pytest.mark.parametrize(
    ("fault", "flag"),
    [
        (BusFault.ABSENT, Flag.NO_REPLY),
        (BusFault.NO_ACK, Flag.NO_REPLY),
        (BusFault.IO_ERROR, Flag.NO_REPLY),
        (BusFault.TIMEOUT, Flag.BUS_STUCK),
        (BusFault.ARBITRATION, Flag.BUS_STUCK),
        (BusFault.STUCK_LOW, Flag.BUS_STUCK),
        (BusFault.STUCK_HIGH, Flag.BUS_STUCK),
    ],
)
@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_fault_of_the_bus_is_named_and_healed_at_once(
    fault: BusFault, flag: Flag, *, from_the_start: bool
) -> None:
    bench = Bench()
    assert from_the_start or bench.reads_the_room()
    bench.bus.inject(fault)
    assert [bench.flag() for _ in range(5)] == [flag] * 5
    bench.bus.heal()
    assert bench.reads_the_room()


@pytest.mark.parametrize(
    ("fault", "flag"),
    [
        (Bme280Fault.BROWN_OUT, Flag.RESET),
        (Bme280Fault.CALIBRATION_ZERO, Flag.IMPLAUSIBLE),
        (Bme280Fault.CALIBRATION_CORRUPT, Flag.IMPLAUSIBLE),
        (Bme280Fault.STATUS_STUCK, Flag.BUS_STUCK),
    ],
)
def test_a_fault_of_the_chip_is_named_as_long_as_it_lasts(fault: Bme280Fault, flag: Flag) -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.chip.fault = fault
    assert [bench.flag() for _ in range(4)] == [flag] * 4
    bench.chip.fault = None
    assert bench.reads_the_room()


def test_a_frozen_part_is_found_out_and_stays_so_over_a_reset() -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.chip.fault = Bme280Fault.FROZEN
    flags = [bench.flag() for _ in range(100)]
    assert flags[:4] == [None] * 4
    # A soft reset shows a frozen part's reset codes, which are rejected as well.
    assert None not in flags[6:]
    assert Flag.FROZEN in flags[4:6]


@pytest.mark.slow
def test_a_part_in_the_stillest_room_moves_by_its_own_noise() -> None:
    bench = Bench()
    noise = partial(random.Random(5).gauss, 0.0, 1.0)
    bench.bus.attach(0x76, Bme280Chip(lambda: bench.air, noise=noise))
    readings = [bench.sample() for _ in range(8640)]  # a day
    assert all(isinstance(one, ClimateReading) for one in readings)
    for name, true, noise_of_part in (
        ("temperature_c", 21.0, 0.005),
        ("pressure_hpa", 1001.0, 0.033),
    ):
        values = [getattr(one, name) for one in readings]
        assert statistics.fmean(values) == pytest.approx(true, abs=noise_of_part / 2)
        assert 0.7 * noise_of_part < statistics.pstdev(values) < 1.5 * noise_of_part


def test_a_brown_out_between_two_samples_costs_nothing() -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.chip.brown_out()
    assert bench.reads_the_room()


def test_a_calibration_spoilt_on_the_first_read_is_refused_then_read_right() -> None:
    bench = Bench()
    bench.chip.fault = Bme280Fault.CALIBRATION_CORRUPT
    bench.bus.inject(BusFault.NO_ACK, after=4, count=1)
    assert bench.flag() is Flag.NO_REPLY
    bench.chip.fault = None
    assert bench.reads_the_room()


def test_a_driver_that_read_another_calibration_than_we_did_is_not_used() -> None:
    bench = Bench()
    # The probe, our read of the block, the driver's id, settings and reset pass; not its read.
    bench.bus.inject(BusFault.STUCK_LOW, after=11, count=1)
    flags = [bench.flag(), bench.flag()]
    assert flags == [Flag.IMPLAUSIBLE, None]


def test_a_replaced_part_is_set_up_with_its_own_calibration() -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.bus.attach(0x76, bench.part(calibration=OTHER_PART))
    assert bench.flag() is Flag.RESET
    assert bench.reads_the_room()


def test_a_part_replugged_at_the_other_address_is_found_again() -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.bus.detach(0x76)
    bench.bus.attach(0x77, bench.chip)
    assert [bench.flag() for _ in range(3)] == [Flag.NO_REPLY] * 3
    assert bench.reads_the_room()


def test_a_jump_is_refused_three_times_and_then_believed() -> None:
    bench = Bench()
    assert bench.reads_the_room()
    bench.air = (26.0, 48.0, 1001.0)
    assert [bench.flag() for _ in range(3)] == [Flag.IMPLAUSIBLE] * 3
    assert bench.reads_the_room()


def test_a_room_that_has_the_value_of_a_reset_code_is_read() -> None:
    bench = Bench()
    # 0x80000 decodes to this with the example calibration.
    bench.air = (26.4625, 48.0, 1001.0)
    bench.sample()
    bench.chip.write(b"\xfa")
    assert bench.chip.read(3) == b"\x80\x00\x00"
    assert bench.reads_the_room()


def test_another_chip_at_the_address_is_named() -> None:
    bench = Bench(chip_id=0x61)
    outcome = bench.sample()
    assert isinstance(outcome, Fault)
    assert outcome.flag is Flag.FAULT
    assert "0x61" in outcome.message


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_bus_that_stays_locked_does_not_hang(*, from_the_start: bool) -> None:
    bench = Bench()
    assert from_the_start or bench.reads_the_room()
    assert bench.bus.try_lock()
    assert bench.flag() is Flag.BUS_STUCK


def test_a_missing_library_is_this_parts_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    monkeypatch.setitem(sys.modules, "adafruit_bme280", None)
    assert bench.flag() is Flag.FAULT


def test_closed_it_holds_nothing() -> None:
    bench = Bench()
    bench.sample()
    bench.sensor.close()
    assert bench.sensor.fitted_part is None
