"""A last gate before a value enters a minute: what no room can be is a fault. Pure.

The receiver refuses a whole batch for one impossible number, so none may leave here.
"""

from typing import Final

from firmware.sensors.base import ClimateReading, Fault, LightReading, SoundSecond
from monitor.contract.quantities import (
    CHANNEL_COUNTS,
    HUMIDITY,
    ILLUMINANCE,
    PRESSURE,
    SOUND_LEVEL,
    TEMPERATURE,
    Quantity,
)
from monitor.contract.record import Flag

_WHAT_TO_DO: Final = "check the sensor and its calibration"


def checked_climate(reading: ClimateReading) -> ClimateReading | Fault:
    """Return the reading, or the fault of its first impossible value."""
    return (
        _fault("climate temperature", TEMPERATURE, reading.temperature_c)
        or _fault("climate humidity", HUMIDITY, reading.humidity_pct)
        or _fault("climate pressure", PRESSURE, reading.pressure_hpa)
        or reading
    )


def checked_light(reading: LightReading) -> LightReading | Fault:
    """Return the reading, or the fault of its first impossible value."""
    return (
        _fault("light", ILLUMINANCE, reading.illuminance_lx)
        or _fault("light channel 0", CHANNEL_COUNTS, reading.visible_ir_counts)
        or _fault("light channel 1", CHANNEL_COUNTS, reading.ir_counts)
        or reading
    )


def checked_sound(second: SoundSecond) -> SoundSecond | Fault:
    """Return the second, or the fault of its first impossible level."""
    return (
        _fault("sound LAeq", SOUND_LEVEL, second.laeq_db)
        or _fault("sound LAFmax", SOUND_LEVEL, second.lafmax_db)
        or _fault("sound LASmax", SOUND_LEVEL, second.lasmax_db)
        or _fault("sound LCeq", SOUND_LEVEL, second.lceq_db)
        or second
    )


def _fault(what: str, quantity: Quantity, value: float | None) -> Fault | None:
    # not allows() is true of NaN as well
    if value is None or quantity.allows(value):
        return None
    return Fault(
        flag=Flag.IMPLAUSIBLE,
        message=f"{what}: {value:g} {quantity.unit} is outside {quantity.low:g} to"
        f" {quantity.high:g} {quantity.unit}; {_WHAT_TO_DO}",
    )
