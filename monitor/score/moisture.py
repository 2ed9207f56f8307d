"""Moisture: what humid heat feels like, and what dry or humid air takes off a minute."""

import math
from collections.abc import Sequence
from typing import Final

from monitor.score import model
from monitor.score.anchors import HUMIDITY
from monitor.score.curve import curve_of

# Source: anchors of the humidity deduction: nothing is taken off from 30 to 60 %RH.
COMFORT_END_PCT: Final = 60.0
_DEDUCTION: Final = curve_of(HUMIDITY)
# Source: the table; bound once, because they are used for every minute of every night.
_HEAT_FROM_C: Final = model.HUMID_HEAT_FROM.value
_HEAT_WIDTH_K: Final = model.HUMID_HEAT_WIDTH.value
_HEAT_SHARE: Final = model.HUMID_HEAT.value
_DEW_POINT_C: Final = model.DEW_POINT.value
_FADE_NONE_C: Final = model.HUMIDITY_FADE_NONE.value
_FADE_FULL_C: Final = model.HUMIDITY_FADE_FULL.value
_MAGNUS_A: Final = model.MAGNUS_A.value
_MAGNUS_B: Final = model.MAGNUS_B.value
# Points taken off a minute for its humidity, and whether they fade in the cold.
Deduction = tuple[float, bool]


def dew_point_c(temperature_c: float, humidity_pct: float) -> float:
    """Return the dew point over water, °C; humidity is held to 1-100 %RH.

    Source: Magnus formula with the coefficients of the table.
    """
    return _dew_point_c(temperature_c, _log_share(humidity_pct))


def _log_share(humidity_pct: float) -> float:
    return math.log(min(max(humidity_pct, 1.0), 100.0) / 100.0)


def _dew_point_c(temperature_c: float, log_share: float) -> float:
    gamma = log_share + _MAGNUS_A * temperature_c / (_MAGNUS_B + temperature_c)
    return _MAGNUS_B * gamma / (_MAGNUS_A - gamma)


def effective_c(temperature_c: float, humidity_pct: float | None) -> float:
    """Return the temperature that humid heat feels like, °C; as measured without humidity."""
    if humidity_pct is None:
        return temperature_c
    return felt_c([temperature_c], [_log_share(humidity_pct)], 0.0)[0] or 0.0


def felt_c(
    temperatures_c: Sequence[float | None], log_shares: Sequence[float | None], shift_k: float
) -> list[float | None]:
    """Return the effective temperatures of minutes warmer by shift_k than measured.

    log_shares: logs of the relative humidity as a share; None for a minute that may count as
    measured. In one loop, with the dew point written out a second time: the range asks for five of
    every muggy minute, and the calls would take longer than the arithmetic in them.
    """
    found: list[float | None] = []
    for measured, log_share in zip(temperatures_c, log_shares, strict=True):
        warm = None if measured is None else measured + shift_k
        if log_share is not None and warm is not None and warm > _HEAT_FROM_C:
            gamma = log_share + _MAGNUS_A * warm / (_MAGNUS_B + warm)
            excess_k = _MAGNUS_B * gamma / (_MAGNUS_A - gamma) - _DEW_POINT_C
            if excess_k > 0:
                over_k = warm - _HEAT_FROM_C
                onset = over_k / _HEAT_WIDTH_K if over_k < _HEAT_WIDTH_K else 1.0
                warm += _HEAT_SHARE * onset * excess_k
        found.append(warm)
    return found


def share_if_muggy(temperature_c: float, humidity_pct: float) -> float | None:
    """Return the log of relative humidity as a share where it adds to the heat, else None."""
    if temperature_c <= _HEAT_FROM_C:
        return None
    log_share = _log_share(humidity_pct)
    return log_share if _dew_point_c(temperature_c, log_share) > _DEW_POINT_C else None


def deduction(temperature_c: float, humidity_pct: float | None) -> float:
    """Return the points taken off for dry or humid air."""
    if humidity_pct is None:
        return 0.0
    return _faded(temperature_c, humidity_pct, _DEDUCTION(humidity_pct))


def _faded(temperature_c: float, humidity_pct: float, points: float) -> float:
    if humidity_pct <= COMFORT_END_PCT:
        return points
    return points * fade(temperature_c)


def fade(temperature_c: float) -> float:
    """Return the share of the deduction for humid air that is left in the cold, 0-1."""
    if temperature_c >= _FADE_FULL_C:
        return 1.0
    return max((temperature_c - _FADE_NONE_C) / (_FADE_FULL_C - _FADE_NONE_C), 0.0)


def deductions(humidities_pct: Sequence[float | None]) -> list[Deduction | None]:
    """Return the deductions of minutes, None where there is none."""
    return [
        (points, humidity_pct > COMFORT_END_PCT) if points and humidity_pct is not None else None
        for humidity_pct, points in zip(
            humidities_pct, _DEDUCTION.along(humidities_pct), strict=True
        )
    ]
