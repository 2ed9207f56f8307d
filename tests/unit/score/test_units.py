import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.score import figures, units
from monitor.score.units import TemperatureUnit

CELSIUS, FAHRENHEIT = TemperatureUnit.CELSIUS, TemperatureUnit.FAHRENHEIT
DEGREES = st.floats(min_value=-60, max_value=120)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(units).failed == 0
    assert doctest.testmod(figures).failed == 0


@pytest.mark.parametrize(("degrees_c", "text"), [(0.0, "32.0"), (100.0, "212.0"), (-40.0, "−40.0")])
def test_the_fixed_points_of_the_scale(degrees_c: float, text: str) -> None:
    assert FAHRENHEIT.text(degrees_c) == text


def test_a_difference_of_one_kelvin_is_not_a_temperature() -> None:
    assert FAHRENHEIT.difference(1.0) == pytest.approx(1.8)
    assert FAHRENHEIT.difference(0.0) == 0.0
    assert CELSIUS.difference(1.5) == 1.5


@given(DEGREES, st.sampled_from(TemperatureUnit))
def test_there_and_back_is_the_same(degrees: float, unit: TemperatureUnit) -> None:
    assert unit.celsius(unit.of(degrees)) == pytest.approx(degrees, abs=1e-9)
    assert unit.kelvin(unit.difference(degrees)) == pytest.approx(degrees, abs=1e-9)


@given(DEGREES, DEGREES)
def test_a_difference_is_the_difference_of_two_temperatures(one_c: float, other_c: float) -> None:
    apart = FAHRENHEIT.of(one_c) - FAHRENHEIT.of(other_c)
    assert FAHRENHEIT.difference(one_c - other_c) == pytest.approx(apart, abs=1e-9)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Warm from 23:10, peak 24.6 °C at 01:00.", "Warm from 23:10, peak 76 °F at 01:00."),
        ("17.9 to 20.3 °C", "64 to 69 °F"),
        ("open the window, 19 °C takes about 50 min", "open the window, 66 °F takes about 50 min"),
        ("for an adult, shifted by −0.5 K", "for an adult, shifted by −0.9 °F"),
        ("up to 45 lx, 29 dB, 61 %", "up to 45 lx, 29 dB, 61 %"),
        ("LED 2700 K (warm white)", "LED 2700 K (warm white)"),
    ],
)
def test_a_sentence_has_its_temperatures_in_the_unit_of_the_house(said: str, shown: str) -> None:
    assert FAHRENHEIT.said(said) == shown
    assert CELSIUS.said(said) == said


@given(DEGREES)
def test_a_sentence_and_the_value_beside_it_are_never_two_different_tenths(degrees: float) -> None:
    said, symbol = FAHRENHEIT.said(f"{CELSIUS.text(degrees)} °C").split()
    assert symbol == "°F"
    assert "." not in said
    # Half a degree of whole ones, and what a tenth of °C leaves open.
    assert abs(float(said.replace("−", "-")) - FAHRENHEIT.of(degrees)) <= 0.5 + 0.09 + 1e-6


def test_the_symbols_tell_a_temperature_from_a_difference() -> None:
    assert (CELSIUS.symbol, CELSIUS.difference_symbol) == ("°C", "K")
    assert (FAHRENHEIT.symbol, FAHRENHEIT.difference_symbol) == ("°F", "°F")
