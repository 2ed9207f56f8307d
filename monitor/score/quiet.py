"""Quiet: what the steady level of a minute, a peak and an event are worth."""

from typing import Final

from monitor.night.floor import TrueLevel, without_floor
from monitor.score import model
from monitor.score.anchors import PEAK_LEVEL, STEADY_LEVEL
from monitor.score.curve import Curve, curve_of

BEST: Final = 100.0  # Source: the scale of every score
steady_curve: Final = curve_of(STEADY_LEVEL)
peak_curve: Final = curve_of(PEAK_LEVEL)
# Source: the table; bound once, because the range asks for every event six times.
_P_FROM_DB: Final = model.P_FROM.value
_P_SQUARE: Final = model.P_SQUARE.value
_P_LINEAR: Final = model.P_LINEAR.value
_P_CONSTANT: Final = model.P_CONSTANT.value
_P_MAX_PCT: Final = model.P_MAX.value


def floored_score(curve: Curve, level: TrueLevel, shift_db: float = 0.0) -> float:
    """Return the score of a level; below the floor the middle of what it can be.

    At the floor it is the middle of curve(floor) and 100, falling linearly to curve(floor)
    where the level counts as measured.
    """
    score = curve(level.level_db + shift_db)
    return middle_score(score, level) if level.below_floor else score


def middle_score(score: float, level: TrueLevel) -> float:
    """Return what a level below the floor is worth, from the score of the floor itself."""
    middle = (score + BEST) / 2
    return middle + (score - middle) * level.clearance_ratio


def awakening_pct(lasmax_db: float) -> float:
    """Return P(L), the additional awakenings expected of one event, percent.

    Source: Basner, Samel, Isermann 2006, within 32.7-73 dB; 0 below, capped at 20 %.
    """
    if lasmax_db < _P_FROM_DB:
        return 0.0
    return min(_P_SQUARE * lasmax_db**2 + _P_LINEAR * lasmax_db + _P_CONSTANT, _P_MAX_PCT)


def emergence_ratio(lasmax_db: float, background_db: float) -> float:
    """Return how far an event stands out: 0 up to 6 dB above the background, 1 from 12 dB."""
    above_db = lasmax_db - background_db - model.EMERGENCE.value
    return min(max(above_db / model.EMERGENCE.value, 0.0), 1.0)


def event_factor(awakenings: float) -> float:
    """Return E, what expected awakenings leave of Quiet, 0-1."""
    return float(2.0 ** (-awakenings / model.AWAKENINGS_HALF.value))


def live_quiet(
    laeq_db: float, lafmax_db: float | None, floor_db: float | None, shift_db: float = 0.0
) -> float:
    """Return Quiet of the minute now: the lower of steady level and single peak."""
    steady = floored_score(steady_curve, without_floor(laeq_db, floor_db), shift_db)
    if lafmax_db is None:
        return steady
    return min(steady, floored_score(peak_curve, without_floor(lafmax_db, floor_db), shift_db))


def live_sure_quiet(
    laeq_db: float, lafmax_db: float | None, floor_db: float | None, shift_db: float = 0.0
) -> float:
    """Return Quiet now with what lies below the floor taken to be at the floor."""
    sure = steady_curve(without_floor(laeq_db, floor_db).level_db + shift_db)
    if lafmax_db is None:
        return sure
    return min(sure, peak_curve(without_floor(lafmax_db, floor_db).level_db + shift_db))
