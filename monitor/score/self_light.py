"""How much light the bedside screen adds at the pillow, by the room's own sensor."""

import math
from collections.abc import Sequence
from typing import Final

from monitor.night.view_choices import MOST_LX, SelfLight
from monitor.score import phrases
from monitor.score.figures import whole

LEAST: Final = 2  # judgement: three black and three lit phases give six to thirty each
# Source: TSL2591 data sheet, table of gains: at its highest gain one count is some 0.2 mlx;
# the last digit our pages show is what people can check.
TELLS_LX: Final = 0.01
# Judgement: 2 standard errors, as one would say "surely".
SURE: Final = 2.0
# Source: the Dark anchors (docs/scoring.md): up to 1 melanopic lx at night is dark. Judged as
# if the screen were white: no screen's red is pure, and 90 lx of it light up a bedroom.
DARK_LX: Final = 1.0


def measured(black_lx: Sequence[float], lit_lx: Sequence[float]) -> SelfLight | None:
    """Return what a screen adds to the room's light, None where too few values came.

    Args:
        black_lx: illuminance while the screen was black.
        lit_lx: illuminance while it showed its night display.
    """
    if min(len(black_lx), len(lit_lx)) < LEAST:
        return None
    doubt_lx = SURE * math.hypot(_error(black_lx), _error(lit_lx))
    return SelfLight(
        added_lx=_possible(_mean(lit_lx) - _mean(black_lx)),
        told_from_lx=_possible(max(TELLS_LX, doubt_lx)),
    )


def self_light_text(found: SelfLight) -> str:
    """Return what was measured in words.

    >>> self_light_text(SelfLight(added_lx=0.05, told_from_lx=0.01))
    'adds 0.05 lx at the sensor'
    >>> self_light_text(SelfLight(added_lx=0.0, told_from_lx=0.01))
    'adds less than 0.01 lx at the sensor, which is all that can be told'
    """
    if found.added_lx < found.told_from_lx:
        return phrases.SCREEN_ADDS_LESS.format(light=_lux(found.told_from_lx))
    return phrases.SCREEN_ADDS.format(light=_lux(found.added_lx))


def is_dark(found: SelfLight) -> bool:
    """Tell whether what a screen adds, or may add untold, is dark for sleeping."""
    return max(found.added_lx, found.told_from_lx) <= DARK_LX


def _possible(illuminance_lx: float) -> float:
    """Return illuminance within what can be kept: values that leap give doubts beyond it."""
    return min(max(0.0, illuminance_lx), MOST_LX)


def _lux(illuminance_lx: float) -> str:
    if illuminance_lx < 10:  # noqa: PLR2004 - two digits
        return phrases.DIM.format(lux=illuminance_lx)
    return phrases.LIT.format(lux=whole(illuminance_lx))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _error(values: Sequence[float]) -> float:
    """Return the standard error of the mean."""
    mean = _mean(values)
    variance = sum((it - mean) ** 2 for it in values) / (len(values) - 1)
    return math.sqrt(variance / len(values))
