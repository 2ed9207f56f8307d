"""How bright the last hours before lights-out were: beside the rating, never in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.night import model

# Source: the table in model.py.
WIND_DOWN_MS: Final = model.WIND_DOWN.ms
TOO_BRIGHT_LX: Final = model.TOO_BRIGHT.value
NOBODY_BELOW_LX: Final = model.NOBODY_BELOW.value
NOBODY_ABOVE_RATIO: Final = model.NOBODY_SHARE.value
# Source: docs/scoring.md, "Missing data": below 60 % coverage there is no number.
LEAST_COVERAGE_RATIO: Final = 0.6


@dataclass(frozen=True, slots=True)
class EveningLight:
    """The light of (start_ms, end_ms], None where it was not measured."""

    start_ms: int
    end_ms: int
    melanopic_lx: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindDown:
    """Shares, 0-1: of the time seen that was too bright, and of the 3 h that was seen."""

    too_bright_ratio: float
    coverage_ratio: float


def wind_down(evening: Sequence[EveningLight], lights_out_ms: int) -> WindDown | None:
    """Return the share of the 3 h before lights-out above 10 melanopic lx.

    None when the room was below 1 melanopic lx for more than half of the time seen (nobody
    was there), or when less than 60 % of the 3 h was seen.

    Args:
        evening: minutes in any order, time outside the 3 h being ignored; where a clock was
            put back and two are of one time, both count.
        lights_out_ms: from the night's window.
    """
    begin_ms = lights_out_ms - WIND_DOWN_MS
    seen_ms = bright_ms = nobody_ms = 0
    for minute in evening:
        length_ms = min(minute.end_ms, lights_out_ms) - max(minute.start_ms, begin_ms)
        if length_ms <= 0 or minute.melanopic_lx is None:
            continue
        seen_ms += length_ms
        if minute.melanopic_lx > TOO_BRIGHT_LX:
            bright_ms += length_ms
        elif minute.melanopic_lx < NOBODY_BELOW_LX:
            nobody_ms += length_ms
    coverage_ratio = min(1.0, seen_ms / WIND_DOWN_MS)
    if coverage_ratio < LEAST_COVERAGE_RATIO or nobody_ms > NOBODY_ABOVE_RATIO * seen_ms:
        return None
    return WindDown(too_bright_ratio=bright_ms / seen_ms, coverage_ratio=coverage_ratio)
