"""What no room can be never enters a minute."""

from dataclasses import replace
from math import inf, nan

import pytest

from firmware.plausible import checked_climate, checked_light, checked_sound
from firmware.sensors.base import Fault
from monitor.contract.record import Flag
from tests.fakes.parts import a_climate, a_light, a_second


def test_possible_values_pass_unchanged() -> None:
    assert checked_climate(a_climate(humidity_pct=None)) == a_climate(humidity_pct=None)
    assert checked_light(a_light(0.0)) == a_light(0.0)
    assert checked_sound(a_second()) == a_second()


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature_c", 85.0), ("temperature_c", nan), ("humidity_pct", 101.0), ("pressure_hpa", 0)],
)
def test_an_impossible_climate_is_a_fault_with_its_value(name: str, value: float) -> None:
    fault = checked_climate(replace(a_climate(), **{name: value}))
    assert isinstance(fault, Fault)
    assert fault.flag is Flag.IMPLAUSIBLE
    assert f"{value:g}" in fault.message


@pytest.mark.parametrize("name", ["illuminance_lx", "visible_ir_counts", "ir_counts"])
def test_an_impossible_light_is_a_fault(name: str) -> None:
    assert isinstance(checked_light(replace(a_light(), **{name: -1.0})), Fault)


@pytest.mark.parametrize("name", ["laeq_db", "lafmax_db", "lasmax_db", "lceq_db"])
def test_an_impossible_level_is_a_fault(name: str) -> None:
    assert isinstance(checked_sound(replace(a_second(), **{name: -inf})), Fault)
