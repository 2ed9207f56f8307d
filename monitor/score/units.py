"""Pure: temperatures in the household's unit. Inside all is °C; here is the edge."""

import re
from enum import StrEnum
from typing import Final

from monitor.score.figures import MINUS, figure

# Source: BIPM SI brochure, 9th edition, and NIST SP 811: t/°F = 1.8 t/°C + 32.
RATIO: Final = 1.8
ZERO_F: Final = 32.0
_NUMBER: Final = r"[-−]?\d+(?:\.\d+)?"
# What our own sentences say of temperatures: "24.6 °C", "17.9 to 20.3 °C", "+0.5 K". A
# lamp's 2700 K is its colour: no difference of temperatures in a bedroom has three digits.
_RANGE: Final = re.compile(rf"({_NUMBER}) to ({_NUMBER}) °C")
_ONE: Final = re.compile(rf"({_NUMBER}) °C")
_DIFFERENCE: Final = re.compile(r"(?<![\d.])([+]?[-−]?\d{1,2}(?:\.\d+)?) K\b")


class TemperatureUnit(StrEnum):
    """What people read temperatures in."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"

    @property
    def symbol(self) -> str:
        """Return the unit of a temperature."""
        return "°F" if self is TemperatureUnit.FAHRENHEIT else "°C"

    @property
    def difference_symbol(self) -> str:
        """Return the unit of a difference of temperatures."""
        return "°F" if self is TemperatureUnit.FAHRENHEIT else "K"

    def of(self, temperature_c: float) -> float:
        """Return a temperature in this unit."""
        if self is TemperatureUnit.FAHRENHEIT:
            return temperature_c * RATIO + ZERO_F
        return temperature_c

    def celsius(self, value: float) -> float:
        """Return a temperature of this unit in °C."""
        return (value - ZERO_F) / RATIO if self is TemperatureUnit.FAHRENHEIT else value

    def difference(self, difference_k: float) -> float:
        """Return a difference in this unit: 1 K is 1.8 °F, and never 33.8."""
        return difference_k * RATIO if self is TemperatureUnit.FAHRENHEIT else difference_k

    def kelvin(self, difference: float) -> float:
        """Return a difference of this unit in K."""
        return difference / RATIO if self is TemperatureUnit.FAHRENHEIT else difference

    def text(self, temperature_c: float, decimals: int = 1) -> str:
        """Return a temperature without its unit.

        >>> TemperatureUnit.FAHRENHEIT.text(19.0)
        '66.2'
        """
        return figure(self.of(temperature_c), decimals)

    def said(self, text: str) -> str:
        """Return a sentence of ours with its temperatures in this unit.

        A tenth of °C is nearly two of °F: of what was rounded to one, tenths of °F would be
        others than those of the reading beside the sentence.

        >>> TemperatureUnit.FAHRENHEIT.said("Warm, peak 24.6 °C, shifted by +0.5 K.")
        'Warm, peak 76 °F, shifted by +0.9 °F.'
        >>> TemperatureUnit.FAHRENHEIT.said("18.4 to 18.6 °C; in full from 2 K above.")
        '65 °F; in full from 3.6 °F above.'
        """
        if self is TemperatureUnit.CELSIUS:
            return text
        text = _RANGE.sub(lambda it: self._range_again(it[1], it[2]), text)
        text = _ONE.sub(lambda it: f"{self._again(it[1])} °F", text)
        return _DIFFERENCE.sub(lambda it: f"{self._difference_again(it[1])} °F", text)

    def _range_again(self, first: str, last: str) -> str:
        """Return a range; a steady room's is one number, whose ends differ by less than it says."""
        low, high = self._again(first), self._again(last)
        return f"{low} °F" if low == high else f"{low} to {high} °F"

    def _again(self, figures: str) -> str:
        return figure(self.of(_number(figures)), max(0, _decimals(figures) - 1))

    def _difference_again(self, figures: str) -> str:
        sign = "+" if figures.startswith("+") else ""
        return sign + figure(self.difference(_number(figures)), max(1, _decimals(figures)))


def _number(figures: str) -> float:
    return float(figures.replace(MINUS, "-"))


def _decimals(figures: str) -> int:
    return len(figures.partition(".")[2])
