"""Pure: how much light the bedside screen adds at the pillow, by the room's own sensor."""

import math
from collections.abc import Sequence
from typing import Final

from monitor.score.dark import melanopic_lx
from web.present import figure

LEAST: Final = 2  # judgement: three black and three lit phases give six to thirty each
# Source: TSL2591 data sheet, table of gains: at its highest gain one count is some 0.2 mlx;
# the last digit our pages show is what people can check.
TELLS_LX: Final = 0.01
# Judgement: 2 standard errors, as one would say "surely".
SURE: Final = 2.0
# Source: the Dark anchors (docs/scoring.md): up to 1 melanopic lx at night is dark.
DARK_MEL_LX: Final = 1.0
TOO_FEW: Final = (
    "Too few values came from the light sensor. Is it fitted and on? Look at the status page."
)


def verdict(black_lx: Sequence[float], lit_lx: Sequence[float], lamp: str | None = "red") -> str:
    """Return in words what the screen adds to the room's light.

    Args:
        black_lx: illuminance while the screen was black.
        lit_lx: illuminance while it showed its night display.
        lamp: whose colour the screen has; the night display is red.

    >>> verdict([0.10, 0.10, 0.11], [0.16, 0.15, 0.15])
    'The night display adds 0.05 lx at the sensor. For sleeping that is dark.'
    """
    if min(len(black_lx), len(lit_lx)) < LEAST:
        return TOO_FEW
    added_lx = _mean(lit_lx) - _mean(black_lx)
    doubt_lx = SURE * math.hypot(_error(black_lx), _error(lit_lx))
    if added_lx < max(TELLS_LX, doubt_lx):
        limit = figure(max(TELLS_LX, doubt_lx, added_lx), 2)
        return (
            f"The night display adds less than {limit} lx at the sensor, which is all that can"
            f" be told now{_hint(doubt_lx)}."
        )
    is_dark = melanopic_lx(added_lx, daylight=False, lamp=lamp) <= DARK_MEL_LX
    judged = "For sleeping that is dark." if is_dark else "Dim the screen or turn it away."
    return f"The night display adds {figure(added_lx, 2)} lx at the sensor. {judged}"


def _hint(doubt_lx: float) -> str:
    return "" if doubt_lx <= TELLS_LX else "; try again in a darker room"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _error(values: Sequence[float]) -> float:
    """Return the standard error of the mean."""
    mean = _mean(values)
    variance = sum((it - mean) ** 2 for it in values) / (len(values) - 1)
    return math.sqrt(variance / len(values))
