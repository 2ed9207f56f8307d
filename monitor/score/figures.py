"""Numbers, durations and times of day as they are written in every sentence."""

import math
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.contract.record import instant
from monitor.score import phrases

MINUS: Final = "−"  # the typographic minus, as wide as a figure
# Rounding to 6 decimals moves a value by half of this: farther from a tie it changes nothing.
NEAR: Final = 1e-6


def clock(at_ms: float, zone: str) -> str:
    """Return the local time, HH:MM.

    >>> clock(0, "Europe/Berlin")
    '01:00'
    """
    local: datetime = instant(int(at_ms)).astimezone(ZoneInfo(zone))
    return phrases.CLOCK.format(hour=local.hour, minute=local.minute)


def half_up(value: float, decimals: int = 0) -> float:
    """Return value rounded half up, after rounding to 6 decimals.

    >>> half_up(74.5), half_up(74.49999999), half_up(0.25, 1)
    (75.0, 75.0, 0.3)
    """
    factor: float = 10.0**decimals
    return _nearest(value * factor) / factor


def figure(value: float, decimals: int = 0) -> str:
    """Return a number for reading, with a real minus sign.

    >>> figure(-3.25, 1), figure(0.05, 2)
    ('−3.2', '0.05')
    """
    if not decimals:
        shown = _nearest(value)
        return str(shown) if shown >= 0 else f"{MINUS}{-shown}"
    one = 10**decimals
    shown = _nearest(value * one)
    units, rest = divmod(abs(shown), one)
    return f"{MINUS if shown < 0 else ''}{units}.{str(rest).zfill(decimals)}"


def whole(value: float) -> str:
    """Return an integer, half up after rounding to 6 decimals, as scores are shown."""
    return str(_nearest(value))


def _nearest(value: float) -> int:
    """Return the nearest whole number, half up after rounding to 6 decimals."""
    # A page shows two hundred figures, and round() takes longer than all the rest of one.
    shown = math.floor(value + (0.5 - NEAR))
    if shown == math.floor(value + (0.5 + NEAR)):
        return shown
    return math.floor(round(value, 6) + 0.5)


def count_text(count: int) -> str:
    """Return a count, as a word as far as there is one."""
    return phrases.NUMBERS[count] if count < len(phrases.NUMBERS) else str(count)


def counted(forms: phrases.Forms, count: str, *, one: bool, **more: str) -> str:
    """Return the form for a count, filled in; count is the word or figure that is shown."""
    return forms[0 if one else 1].format(count=count, **more)


def capitalised(text: str) -> str:
    """Return text with its first letter a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def duration_text(minutes: float) -> str:
    """Return a duration.

    >>> duration_text(3), duration_text(60), duration_text(150)
    ('3 min', '1 h', '2 h 30 min')
    """
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return phrases.MINUTES.format(minutes=rest)
    if not rest:
        return phrases.HOURS.format(hours=hours)
    return phrases.HOURS_AND_MINUTES.format(hours=hours, minutes=rest)


def stretch_text(start_ms: int, end_ms: int, zone: str) -> str:
    """Return from when to when, and how long."""
    lasted = duration_text(max(1, (end_ms - start_ms) / 60_000))
    begin, end = clock(start_ms, zone), clock(end_ms, zone)
    return phrases.STRETCH.format(begin=begin, end=end, lasted=lasted)


def lux_text(lux: float) -> str:
    """Return illuminance with the decimals that mean something."""
    if lux < 1:
        return phrases.DIM.format(lux=lux)
    if lux < 10:  # noqa: PLR2004 - two digits
        return phrases.FAINT.format(lux=lux)
    return phrases.LIT.format(lux=whole(lux))


def points_text(points: float) -> str:
    """Return points of the rating. "0 points" is less than what the pages' decimal shows.

    >>> points_text(0.9), points_text(5.5), points_text(0.1), points_text(0.04)
    ('1 point', '6 points', 'less than half a point', '0 points')
    """
    shown = whole(points)
    if shown == "0" and whole(10 * points) != "0":
        return phrases.FEW_POINTS
    return counted(phrases.POINTS, shown, one=shown == "1")
