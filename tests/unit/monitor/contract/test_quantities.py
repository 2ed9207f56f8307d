"""Values are rounded once and are then exact everywhere."""

import math

from hypothesis import given
from hypothesis import strategies as st

from monitor.contract.quantities import (
    BY_SUFFIX,
    ILLUMINANCE,
    SOUND_LEVEL,
    TEMPERATURE,
    quantity_of,
)


@given(st.sampled_from(list(BY_SUFFIX.values())), st.floats(min_value=0, max_value=1))
def test_a_rounded_value_survives_the_stored_integer_exactly(
    quantity: object, share: float
) -> None:
    assert isinstance(quantity, type(TEMPERATURE))
    value = quantity.rounded(quantity.low + share * (quantity.high - quantity.low))
    assert quantity.unscaled(quantity.scaled(value)) == value


def test_rounding_never_leaves_a_negative_zero() -> None:
    assert math.copysign(1, TEMPERATURE.rounded(-0.001)) == 1


def test_the_unit_suffix_of_a_name_tells_its_quantity() -> None:
    assert quantity_of("la90_db") is SOUND_LEVEL
    assert quantity_of("illuminance_max10s_lx") is ILLUMINANCE
    assert quantity_of("temperature_max_c") is TEMPERATURE
    assert quantity_of("sequence") is None


def test_a_value_no_part_can_report_is_not_allowed() -> None:
    assert TEMPERATURE.allows(-20.0)
    assert not TEMPERATURE.allows(-140.9)
