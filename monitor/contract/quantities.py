"""The quantities of a bedroom: names, units, resolution and what is possible.

The resolution is the one of the wire and of the store: a value is rounded once,
when its minute is made, and is then exact everywhere (the store keeps it as a
scaled integer). The range is what the fitted parts could report at all; a value
outside it is a fault of the source, never a room.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One measured quantity: display unit, decimals kept, possible range."""

    unit: str
    decimals: int
    low: float
    high: float

    def rounded(self, value: float) -> float:
        """Return value at the resolution of the wire and the store."""
        return round(value, self.decimals) + 0.0  # + 0.0 turns -0.0 into 0.0

    def scaled(self, value: float) -> int:
        """Return value as the integer the store keeps."""
        return round(value * 10.0**self.decimals)

    def unscaled(self, scaled: int) -> float:
        """Return the value of a stored integer; the inverse of scaled for rounded values."""
        return scaled / 10.0**self.decimals

    def allows(self, value: float) -> bool:
        """Tell whether the fitted parts could report value at all."""
        return self.low <= value <= self.high


# Source: BME280 data sheet BST-BME280-DS001, operating range, held to a bedroom.
TEMPERATURE: Final = Quantity(unit="°C", decimals=2, low=-20.0, high=60.0)
HUMIDITY: Final = Quantity(unit="%", decimals=2, low=0.0, high=100.0)
PRESSURE: Final = Quantity(unit="hPa", decimals=2, low=300.0, high=1100.0)
# Source: TSL2591 data sheet, up to 88 klx; user factors for window and scale on top.
ILLUMINANCE: Final = Quantity(unit="lx", decimals=4, low=0.0, high=1_000_000.0)
# Channel counts normalised to gain 1 and 100 ms, so that ranges can be averaged.
CHANNEL_COUNTS: Final = Quantity(unit="counts", decimals=4, low=0.0, high=1_000_000.0)
# Source: MEMS microphone range with margin; IEC 61672-1 levels.
SOUND_LEVEL: Final = Quantity(unit="dB", decimals=2, low=-20.0, high=160.0)
# Percent of what a converter can tell: an index of one microphone, never a sound level.
LOUDNESS: Final = Quantity(unit="%", decimals=2, low=0.0, high=100.0)
DURATION: Final = Quantity(unit="s", decimals=3, low=0.0, high=86_400.0)
# Back from the end of a minute: an event is carried by the minute in which it ended.
OFFSET: Final = Quantity(unit="s", decimals=3, low=-86_400.0, high=0.0)

BY_SUFFIX: Final[dict[str, Quantity]] = {
    "temperature_c": TEMPERATURE,
    "temperature_min_c": TEMPERATURE,
    "temperature_max_c": TEMPERATURE,
    "humidity_pct": HUMIDITY,
    "pressure_hpa": PRESSURE,
    "_lx": ILLUMINANCE,
    "_counts": CHANNEL_COUNTS,
    "_db": SOUND_LEVEL,
    "loudness_pct": LOUDNESS,
    "loudness_max_pct": LOUDNESS,
    "_offset_s": OFFSET,  # before the shorter suffix
    "_s": DURATION,
}


@cache
def quantity_of(field: str) -> Quantity | None:
    """Return the quantity of a field by its name's unit suffix, None if it has none.

    >>> quantity_of("laeq_db").unit
    'dB'
    >>> quantity_of("n") is None
    True
    """
    for suffix, quantity in BY_SUFFIX.items():
        if field.endswith(suffix):
            return quantity
    return None
