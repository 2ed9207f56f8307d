import pytest

from firmware.sensors.base import ClimateReading
from firmware.sensors.climate_gates import ClimateGates, RawSample
from monitor.contract.record import Flag

RESET = b"\x80\x00\x00"


def reading(
    temperature_c: float = 20.0, humidity_pct: float | None = 50.0, pressure_hpa: float = 1000.0
) -> ClimateReading:
    return ClimateReading(
        temperature_c=temperature_c, humidity_pct=humidity_pct, pressure_hpa=pressure_hpa
    )


def raw(
    temperature: bytes = b"\x7e\x00\x00",
    pressure: bytes = b"\x65\x00\x00",
    humidity: bytes | None = b"\x70\x00",
    second: bytes | None = None,
) -> RawSample:
    return RawSample(
        temperatures=(temperature, second or temperature), pressure=pressure, humidity=humidity
    )


def flag_of(
    sample: ClimateReading | None = None, codes: RawSample | None = None, *, repeated: bool = False
) -> Flag | None:
    fault = ClimateGates("part").objection(
        sample or reading(), codes or raw(), 0.0, repeated=repeated
    )
    return fault.flag if fault else None


def test_an_ordinary_bedroom_passes() -> None:
    assert flag_of() is None
    assert flag_of(reading(humidity_pct=None), raw(humidity=None)) is None


@pytest.mark.parametrize(
    "codes",
    [
        raw(temperature=bytes(3)),
        raw(pressure=b"\xff\xff\xff"),
        raw(humidity=b"\x00\x00"),
        raw(second=b"\xff\xff\xff"),
    ],
)
def test_codes_of_a_line_held_low_or_high_are_a_stuck_bus(codes: RawSample) -> None:
    assert flag_of(codes=codes) is Flag.BUS_STUCK


@pytest.mark.parametrize(
    "codes",
    [
        raw(pressure=RESET),
        raw(temperature=RESET),
        raw(humidity=b"\x80\x00"),
        raw(temperature=RESET, pressure=RESET, humidity=b"\x80\x00"),
    ],
)
def test_a_reset_code_is_a_reset_when_first_seen(codes: RawSample) -> None:
    assert flag_of(codes=codes) is Flag.RESET


def test_measured_again_one_reset_code_alone_is_the_rooms_value() -> None:
    assert flag_of(codes=raw(temperature=RESET), repeated=True) is None
    assert flag_of(codes=raw(humidity=b"\x80\x00"), repeated=True) is None


def test_measured_again_two_reset_codes_or_the_pressures_are_a_reset() -> None:
    both = raw(temperature=RESET, humidity=b"\x80\x00")
    assert flag_of(codes=both, repeated=True) is Flag.RESET
    assert flag_of(codes=raw(pressure=RESET), repeated=True) is Flag.RESET


@pytest.mark.parametrize(
    "sample",
    [
        reading(temperature_c=-140.9),
        reading(temperature_c=60.1),
        reading(pressure_hpa=820.0),
        reading(pressure_hpa=1090.0),
        reading(humidity_pct=0.0),
        reading(humidity_pct=100.0),
    ],
)
def test_what_no_bedroom_has_is_implausible(sample: ClimateReading) -> None:
    assert flag_of(sample) is Flag.IMPLAUSIBLE


def test_a_house_high_up_sets_its_own_lowest_pressure() -> None:
    gates = ClimateGates("part", lowest_pressure_hpa=700.0)
    assert gates.objection(reading(pressure_hpa=780.0), raw(), 0.0) is None


def test_temperatures_that_disagree_within_one_sample_are_implausible() -> None:
    assert flag_of(codes=raw(second=b"\x7f\x00\x00")) is Flag.IMPLAUSIBLE


def test_a_faster_change_than_two_kelvin_a_minute_is_implausible() -> None:
    gates = ClimateGates("part")
    assert gates.objection(reading(20.0), raw(), 0.0) is None
    assert gates.objection(reading(21.9), raw(), 60.0) is None
    fault = gates.objection(reading(24.1), raw(), 120.0)
    assert fault is not None
    assert fault.flag is Flag.IMPLAUSIBLE
    assert "+2.2 K in 60 s" in fault.message


def test_a_quick_schedule_does_not_turn_noise_into_a_jump() -> None:
    gates = ClimateGates("part")
    assert gates.objection(reading(20.0), raw(), 0.0) is None
    assert gates.objection(reading(20.1), raw(), 0.5) is None


def test_started_afresh_any_room_is_believed() -> None:
    gates = ClimateGates("part")
    gates.objection(reading(20.0), raw(), 0.0)
    gates.start_afresh()
    assert gates.objection(reading(30.0), raw(), 10.0) is None


def test_codes_that_stand_still_are_frozen_within_a_minute_and_well_when_they_move() -> None:
    gates = ClimateGates("part")
    judged = [gates.objection(reading(), raw(), at_s) for at_s in range(0, 61, 10)]
    assert judged[:5] == [None] * 5
    assert judged[-1] is not None
    assert judged[-1].flag is Flag.FROZEN
    assert "not moved for 60 s" in judged[-1].message
    moved = raw(pressure=b"\x65\x00\x10")
    assert gates.objection(reading(), moved, 70.0) is None


def test_without_humidity_codes_may_stand_for_longer() -> None:
    gates = ClimateGates("part")
    bare = raw(humidity=None)
    judged = [gates.objection(reading(humidity_pct=None), bare, at_s) for at_s in range(0, 361, 10)]
    assert judged[:30] == [None] * 30
    assert judged[-1] is not None
    assert judged[-1].flag is Flag.FROZEN
