"""What the household set for a room's sensors, put on each reading. Pure.

Values are stored calibrated; the raw ones are recovered through the record's cal id.
"""

from dataclasses import replace
from math import exp
from typing import Final

from firmware.sensors.base import ClimateReading, LightReading, SoundSecond
from monitor.contract.messages import RoomSettings

# Source: WMO-No. 8 (CIMO guide), annex 4.B: Magnus over water.
MAGNUS_B: Final = 17.62
MAGNUS_C: Final = 243.12


def calibrated_climate(reading: ClimateReading, settings: RoomSettings) -> ClimateReading:
    """Return the reading with its temperature offset, and the humidity that then is right.

    The moisture of the air does not change with a thermometer's error, so the humidity
    is recomputed through the vapour pressure.
    """
    offset_k = settings.temperature_offset_k
    if offset_k == 0:
        return reading
    temperature_c = reading.temperature_c + offset_k
    humidity_pct = reading.humidity_pct
    if humidity_pct is not None:
        drier = exp(_exponent(reading.temperature_c) - _exponent(temperature_c))
        humidity_pct = min(100.0, humidity_pct * drier)
    return replace(reading, temperature_c=temperature_c, humidity_pct=humidity_pct)


def calibrated_light(reading: LightReading, settings: RoomSettings) -> LightReading:
    """Return the reading times the user's factor; the channels stay raw."""
    if settings.illuminance_factor == 1:
        return reading
    return replace(reading, illuminance_lx=reading.illuminance_lx * settings.illuminance_factor)


def calibrated_sound(second: SoundSecond, settings: RoomSettings) -> SoundSecond:
    """Return the second with the offset on every level."""
    offset_db = settings.sound_offset_db
    if offset_db == 0:
        return second
    return replace(
        second,
        laeq_db=second.laeq_db + offset_db,
        lafmax_db=_plus(second.lafmax_db, offset_db),
        lasmax_db=_plus(second.lasmax_db, offset_db),
        lceq_db=_plus(second.lceq_db, offset_db),
    )


def _exponent(temperature_c: float) -> float:
    return MAGNUS_B * temperature_c / (MAGNUS_C + temperature_c)


def _plus(level_db: float | None, offset_db: float) -> float | None:
    return None if level_db is None else level_db + offset_db
