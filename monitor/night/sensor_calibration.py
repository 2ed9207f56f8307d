"""A thermometer's and a light sensor's calibration out of what they read. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.night.errors import NightError

# Judgement: fewer readings than this are an accident, not a measurement.
LEAST_READINGS: Final = 3
# Judgement: a room whose air moves by more than this meanwhile has no one temperature.
TEMPERATURE_WANDERS_K: Final = 0.3
# Source: BME280 data sheet, 1 K; a board's own heat adds some; more is another fault.
LARGEST_OFFSET_K: Final = 10.0
# Judgement: daylight through clouds moves by this much while one reads a meter.
LIGHT_WANDERS_RATIO: Final = 0.1
# Judgement: below, both meters tell little.
LEAST_LX: Final = 5.0
FACTORS: Final = (0.01, 100.0)
# A warm-up of a small board: its time constant lies between these (judgement).
TIME_CONSTANTS_MIN: Final = tuple(1.25**step for step in range(21))
LEAST_WARM_UP_MIN: Final = 30.0
# After so many time constants 95 % of the rise is over.
SETTLED_CONSTANTS: Final = 3.0
# Judgement: a board of half a watt in the open warms its sensor by less.
LARGEST_RISE_K: Final = 8.0


class SensorCalibrationError(NightError):
    """What was measured makes no calibration; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How much a sensor reads too high once the box is warm, and how long that takes."""

    rise_k: float
    time_constant_min: float
    cold_c: float


def offset_against(readings_c: Sequence[float], reference_c: float, in_force_k: float) -> float:
    """Return the temperature offset after a thermometer one trusts read reference_c.

    Args:
        readings_c: what the room's sensor said meanwhile, in_force_k put on.
        reference_c: what the other one said beside it.
        in_force_k: the offset that holds now.

    Raises:
        SensorCalibrationError: too few readings, or they wander, or are impossibly far off.
    """
    if len(readings_c) < LEAST_READINGS:
        raise SensorCalibrationError(f"only {len(readings_c)} readings came: measure longer")
    wandered_k = max(readings_c) - min(readings_c)
    if wandered_k > TEMPERATURE_WANDERS_K:
        raise SensorCalibrationError(
            f"the temperature moved by {wandered_k:.1f} K meanwhile: close the window, wait an"
            " hour and try again"
        )
    raw_c = math.fsum(readings_c) / len(readings_c) - in_force_k
    return _possible_offset(reference_c - raw_c)


def factor_against(readings_lx: Sequence[float], reference_lx: float, in_force: float) -> float:
    """Return the light factor after a meter, or this sensor without its window, read so much.

    Args:
        readings_lx: what the room's sensor said meanwhile, in_force put on.
        reference_lx: what the other reading was, in the same light.
        in_force: the factor that holds now.

    Raises:
        SensorCalibrationError: as offset_against, or the light is too dim to compare.
    """
    if len(readings_lx) < LEAST_READINGS:
        raise SensorCalibrationError(f"only {len(readings_lx)} readings came: measure longer")
    mean_lx = math.fsum(readings_lx) / len(readings_lx)
    if min(mean_lx, reference_lx) < LEAST_LX:
        raise SensorCalibrationError(
            f"{min(mean_lx, reference_lx):.2g} lx is too little to compare: use a lamp that gives"
            f" {LEAST_LX:.0f} lx or more"
        )
    if max(readings_lx) - min(readings_lx) > LIGHT_WANDERS_RATIO * mean_lx:
        raise SensorCalibrationError(
            f"the light moved between {min(readings_lx):.3g} and {max(readings_lx):.3g} lx"
            " meanwhile: use a lamp, draw the curtain"
        )
    factor = reference_lx / (mean_lx / in_force)
    if not FACTORS[0] <= factor <= FACTORS[1]:
        raise SensorCalibrationError(
            f"{reference_lx:.3g} lx against {mean_lx:.3g} lx would be a factor of {factor:.3g}:"
            " are both sensors in the same light?"
        )
    return round(factor, 4)


def warm_up(readings: Sequence[tuple[float, float]]) -> WarmUp:
    """Fit T = cold + rise x (1 - exp(-t / tau)) to what a box read after a cold start.

    Args:
        readings: (minutes since it was switched on, °C as the part gave it), in a room that
            keeps its temperature.

    Raises:
        SensorCalibrationError: too short, or no warm-up at all.
    """
    length_min = readings[-1][0] - readings[0][0] if readings else 0.0
    if length_min < LEAST_WARM_UP_MIN:
        raise SensorCalibrationError(
            f"{length_min:.0f} min of a warm-up are too few: at least {LEAST_WARM_UP_MIN:.0f}"
        )
    fits = [(*_fit(readings, tau_min), tau_min) for tau_min in TIME_CONSTANTS_MIN]
    _, cold_c, rise_k, tau_min = min(fits)
    if length_min < SETTLED_CONSTANTS * tau_min:
        raise SensorCalibrationError(
            f"it was still warming after {length_min:.0f} min: let it run"
            f" {SETTLED_CONSTANTS * tau_min:.0f} min"
        )
    if not 0 <= rise_k <= LARGEST_RISE_K:
        raise SensorCalibrationError(
            f"it changed by {rise_k:+.1f} K: a warm-up rises by 0 to {LARGEST_RISE_K:.0f} K in a"
            " room that keeps its temperature, after an hour without power"
        )
    return WarmUp(rise_k=rise_k, time_constant_min=tau_min, cold_c=cold_c)


def offset_of(warm: WarmUp) -> float:
    """Return the offset that takes a box's own heat away, where there is no other thermometer."""
    return _possible_offset(-warm.rise_k)


def _fit(readings: Sequence[tuple[float, float]], tau_min: float) -> tuple[float, float, float]:
    """Return (squared error, cold °C, rise K) of the best curve with one time constant."""
    shares = [1 - math.exp(-at_min / tau_min) for at_min, _ in readings]
    values = [temperature_c for _, temperature_c in readings]
    count = len(readings)
    mean_share, mean_c = math.fsum(shares) / count, math.fsum(values) / count
    spread = math.fsum((share - mean_share) ** 2 for share in shares)
    pairs = zip(shares, values, strict=True)
    rise_k = math.fsum((share - mean_share) * (value - mean_c) for share, value in pairs) / spread
    cold_c = mean_c - rise_k * mean_share
    errors = (
        (value - cold_c - rise_k * share) ** 2 for share, value in zip(shares, values, strict=True)
    )
    return math.fsum(errors), cold_c, rise_k


def _possible_offset(offset_k: float) -> float:
    if abs(offset_k) > LARGEST_OFFSET_K:
        raise SensorCalibrationError(
            f"an offset of {offset_k:+.1f} K is more than any BME280 is off by: do both"
            " thermometers hang in the same air?"
        )
    return round(offset_k, 2) + 0.0
