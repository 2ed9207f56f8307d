import math

import pytest

from firmware.sensors.base import Fault, LightReading
from firmware.sensors.light import LightSensor
from firmware.sensors.light_range import RANGES
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from firmware.simulation.tsl2591_chip import Tsl2591Chip, Tsl2591Fault
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock


class Bench:
    """A sensor sampled once a second in light that a test can change."""

    def __init__(self, illuminance_lx: float = 5.0, ir_ratio: float = 0.3) -> None:
        self.light = (illuminance_lx, ir_ratio)
        self.clock = VirtualClock(start_ms=0)
        self.chip = Tsl2591Chip(lambda: self.light, self.clock)
        self.bus = SimulatedI2C({0x29: self.chip})
        self.sensor = LightSensor(self.bus, self.clock)

    def sample(self) -> LightReading | Fault:
        self.clock.wait(1.0)
        return self.sensor.sample()

    def reading(self) -> LightReading:
        outcome = self.sample()
        assert isinstance(outcome, LightReading), outcome
        return outcome

    def flag(self) -> Flag | None:
        outcome = self.sample()
        return outcome.flag if isinstance(outcome, Fault) else None


def near(illuminance_lx: float) -> float:
    """Within three hundredths, or two counts of the finest range."""
    return pytest.approx(illuminance_lx, rel=0.03, abs=0.003)


@pytest.mark.parametrize("illuminance_lx", [0.0, 0.01, 0.1, 5.0, 40.0, 300.0, 5000.0, 60_000.0])
def test_from_starlight_to_daylight_the_first_sample_is_right(illuminance_lx: float) -> None:
    reading = Bench(illuminance_lx).reading()
    assert reading.illuminance_lx == near(illuminance_lx)
    assert reading.flags == ()


def test_a_lamp_switched_on_and_off_is_right_in_the_same_sample() -> None:
    bench = Bench()
    for illuminance_lx in (0.02, 300.0, 0.02, 20_000.0, 5.0, 0.5):
        bench.light = (illuminance_lx, 0.3)
        assert bench.reading().illuminance_lx == near(illuminance_lx)


def test_a_steady_sample_does_not_wait_and_a_change_is_soon_over() -> None:
    bench = Bench(illuminance_lx=0.1)
    bench.reading()
    waited = []
    for illuminance_lx in (0.1, 0.2, 20_000.0, 0.1):
        bench.light = (illuminance_lx, 0.3)
        before_s = bench.clock.monotonic_s()
        bench.reading()
        waited.append(bench.clock.monotonic_s() - before_s - 1.0)
    assert waited[:2] == pytest.approx([0.0, 0.0])
    assert max(waited) < 2.0


def test_a_light_that_defies_every_range_does_not_hold_the_sample() -> None:
    bench = Bench()

    def contrary() -> tuple[float, float]:
        return (5_000.0 if bench.sensor._index == len(RANGES) - 1 else 0.0), 0.3

    bench.bus.attach(0x29, Tsl2591Chip(contrary, bench.clock))
    for _ in range(10):
        before_s = bench.clock.monotonic_s()
        assert isinstance(bench.sample(), LightReading)
        assert bench.clock.monotonic_s() - before_s < 5.0


def test_a_dusk_and_a_dawn_are_followed_through_all_ranges() -> None:
    bench = Bench()
    exponents = [4.0 - step / 50.0 for step in range(300)]
    for exponent in exponents + exponents[::-1]:
        bench.light = (10.0**exponent, 0.3)
        assert bench.reading().illuminance_lx == near(bench.light[0])


def test_counts_are_told_at_gain_1_and_100_ms_in_any_range() -> None:
    bench = Bench()
    for illuminance_lx in (1.0, 100.0, 10_000.0):
        bench.light = (illuminance_lx, 0.3)
        reading = bench.reading()
        # The driver's formula at gain 1 and 100 ms, solved for channel 0.
        counts = illuminance_lx * 100.0 / 408.0 / (1.0 - 1.64 * 0.3)
        assert reading.visible_ir_counts == pytest.approx(counts, rel=0.01)
        assert reading.ir_counts == pytest.approx(0.3 * counts, rel=0.01)


def test_more_light_than_the_part_can_tell_is_at_least_so_much() -> None:
    reading = Bench(illuminance_lx=90_000.0).reading()
    assert reading.flags == (Flag.SATURATED,)
    assert 20_000.0 < reading.illuminance_lx < 90_000.0


def test_both_channels_at_their_end_is_neither_missing_nor_zero() -> None:
    bench = Bench()
    bench.chip.fault = Tsl2591Fault.SATURATED
    reading = bench.reading()
    assert reading.flags == (Flag.SATURATED,)
    assert reading.illuminance_lx > 10_000.0


def test_infrared_alone_is_dark_and_says_so() -> None:
    reading = Bench(illuminance_lx=2.0, ir_ratio=0.9).reading()
    assert reading.illuminance_lx == 0.0
    assert reading.flags == (Flag.IR_DOMINATED,)
    assert reading.ir_counts > 0.0


def test_a_few_dark_counts_are_not_infrared_light() -> None:
    reading = Bench(illuminance_lx=0.002, ir_ratio=0.9).reading()
    assert reading.illuminance_lx == 0.0
    assert reading.flags == ()


def test_after_a_brown_out_there_is_a_fault_and_then_light_never_darkness() -> None:
    bench = Bench()
    bench.reading()
    bench.chip.brown_out()
    outcome = bench.sample()
    assert isinstance(outcome, Fault)
    assert outcome.flag is Flag.RESET
    assert "ENABLE 0x00" in outcome.message
    assert bench.reading().illuminance_lx == near(5.0)


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
    assert from_the_start or bench.reading()
    bench.bus.inject(fault)
    assert [bench.flag() for _ in range(5)] == [flag] * 5
    bench.bus.heal()
    assert bench.reading().illuminance_lx == near(5.0)


@pytest.mark.parametrize("fault", [BusFault.STUCK_LOW, BusFault.STUCK_HIGH, BusFault.NO_ACK])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("before_lx", [0.02, 100.0, 8000.0])
def test_a_disturbance_of_a_few_transfers_never_becomes_a_value(
    fault: BusFault, count: int, before_lx: float
) -> None:
    for after in range(25):
        bench = Bench(illuminance_lx=before_lx)
        bench.reading()
        bench.light = (100.0, 0.3)
        bench.bus.inject(fault, after=after, count=count)
        for outcome in (bench.sample(), bench.sample(), bench.sample()):
            assert isinstance(outcome, Fault) or outcome.illuminance_lx == near(100.0)


def test_counts_beyond_the_end_of_the_counter_are_implausible() -> None:
    bench = Bench(illuminance_lx=300.0)
    bench.reading()
    full = bytes((0x50, 0x01)) + b"\xff" * 4
    # As if the data lines alone were held high: the settings read as they should.
    bench.chip.fault = Tsl2591Fault.FROZEN
    bench.chip._registers[0x12:] = full
    outcome = bench.sample()
    assert isinstance(outcome, Fault)
    assert outcome.flag is Flag.IMPLAUSIBLE
    assert "65535" in outcome.message


@pytest.mark.parametrize("illuminance_lx", [0.003, 0.02, 0.2, 1.0, 30.0, 95.0, 400.0, 20_000.0])
def test_a_part_that_freezes_is_found_out_within_a_minute_and_heals(illuminance_lx: float) -> None:
    bench = Bench(illuminance_lx)
    bench.reading()
    bench.chip.fault = Tsl2591Fault.FROZEN
    bench.light = (illuminance_lx / 3, 0.3)
    until_s = bench.clock.monotonic_s() + 60
    outcomes = []
    while bench.clock.monotonic_s() < until_s:
        outcomes.append(bench.sample())
    # What it held when it froze is believed for a while, and never read in another range.
    for outcome in outcomes:
        if isinstance(outcome, LightReading):
            assert outcome.illuminance_lx == near(illuminance_lx)
    assert isinstance(outcomes[-1], Fault)
    assert outcomes[-1].flag is Flag.FROZEN
    assert [bench.flag() for _ in range(60)] == [Flag.FROZEN] * 60
    bench.chip.fault = None
    assert bench.flag() in (None, Flag.FROZEN)
    assert bench.reading().illuminance_lx == near(illuminance_lx / 3)


@pytest.mark.parametrize("illuminance_lx", [0.0, 0.02, 0.2, 1.0, 30.0, 95.0, 150.0, 9_000.0])
def test_a_light_that_stands_still_is_no_frozen_part(illuminance_lx: float) -> None:
    bench = Bench(illuminance_lx)
    before_s = bench.clock.monotonic_s()
    for _ in range(600):
        assert bench.reading().illuminance_lx == near(illuminance_lx)
    # Looking into another range takes its time, but only once in a while.
    assert bench.clock.monotonic_s() - before_s < 640


@pytest.mark.parametrize("illuminance_lx", [0.02, 0.2, 95.0])
def test_a_disturbance_while_it_looks_into_another_range_never_becomes_a_value(
    illuminance_lx: float,
) -> None:
    for after in range(30):
        bench = Bench(illuminance_lx)
        for _ in range(44):
            bench.reading()
        bench.bus.inject(BusFault.NO_ACK, after=after, count=2)
        outcomes = [bench.sample() for _ in range(6)]
        told = [one for one in outcomes if isinstance(one, LightReading)]
        assert all(one.illuminance_lx == near(illuminance_lx) for one in told)
        assert isinstance(outcomes[-1], LightReading)


@pytest.mark.parametrize("illuminance_lx", [0.1, 95.0])
def test_a_part_that_freezes_while_it_is_looked_at_is_not_believed(illuminance_lx: float) -> None:
    bench = Bench(illuminance_lx)
    bench.reading()
    while bench.sensor._index in (1, 2) and bench.sensor._settled_at_s is None:
        bench.reading()  # the look has just ended, its counts still stand in the registers
    bench.chip.fault = Tsl2591Fault.FROZEN
    outcomes = [bench.sample() for _ in range(5)]
    assert all(isinstance(one, Fault) and one.flag is Flag.FROZEN for one in outcomes)


def test_a_part_that_freezes_while_its_range_changes_is_not_believed_in_the_new_one() -> None:
    bench = Bench(illuminance_lx=250.0)
    bench.reading()
    bench.chip.fault = Tsl2591Fault.FROZEN
    # Counts that ask for the finest range, as they stood when the light went out.
    bench.chip._registers[0x14:] = bytes((60, 0, 20, 0))
    outcomes = [bench.sample() for _ in range(5)]
    assert all(isinstance(one, Fault) and one.flag is Flag.FROZEN for one in outcomes[1:])


def test_a_part_that_does_not_integrate_is_not_dark() -> None:
    bench = Bench()
    still = VirtualClock(start_ms=0)
    bench.bus.attach(0x29, Tsl2591Chip(lambda: (5.0, 0.3), still))
    assert bench.flag() is Flag.FAULT


def test_another_chip_at_the_address_is_named() -> None:
    class Stranger:
        def write(self, data: bytes) -> None:
            pass

        def read(self, count: int) -> bytes:
            return b"\x42" * count

    bench = Bench()
    bench.bus.attach(0x29, Stranger())
    outcome = bench.sample()
    assert isinstance(outcome, Fault)
    assert "0x42" in outcome.message


def test_a_bus_that_stays_locked_does_not_hang() -> None:
    bench = Bench()
    bench.reading()
    assert bench.bus.try_lock()
    assert bench.flag() is Flag.BUS_STUCK


def test_closed_the_part_sleeps_even_if_it_does_not_answer() -> None:
    bench = Bench()
    bench.sensor.close()
    bench.reading()
    bench.sensor.close()
    bench.chip.write(b"\xa0")
    assert bench.chip.read(1) == b"\x00"
    bench.reading()
    bench.bus.detach(0x29)
    bench.sensor.close()


@pytest.mark.slow
def test_a_night_from_a_thousandth_of_a_lux_to_sixty_thousand_is_right_all_along() -> None:
    bench = Bench(illuminance_lx=0.001, ir_ratio=0.14)
    night_s = 8 * 3600
    decades = math.log10(60_000 / 0.001)
    for second in range(0, night_s, 2):
        share = 1 - abs(2 * second / night_s - 1)
        illuminance_lx = 0.001 * 10 ** (decades * share)
        bench.light = (illuminance_lx, 0.14)
        reading = bench.reading()
        span = RANGES[bench.sensor._index]
        # Half a count on each channel (rounding), through the driver's formula.
        count_lx = 408.0 / (100.0 * span.units) * (1 + 1.64) / 2
        error_lx = abs(reading.illuminance_lx - illuminance_lx)
        assert reading.illuminance_lx >= 0
        assert math.isfinite(reading.illuminance_lx)
        assert reading.flags == ()
        assert error_lx <= max(0.02 * illuminance_lx, count_lx), illuminance_lx
