"""Numbers, durations and times of day as they are written in every sentence."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.contract.record import instant


def clock(at_ms: float, zone: str) -> str:
    """Return the local time, HH:MM.

    >>> clock(0, "Europe/Berlin")
    '01:00'
    """
    local: datetime = instant(int(at_ms)).astimezone(ZoneInfo(zone))
    return f"{local.hour:02}:{local.minute:02}"


def whole(value: float) -> str:
    """Return an integer, half up after rounding to 6 decimals, as scores are shown."""
    return str(math.floor(round(value, 6) + 0.5))


def duration_text(minutes: float) -> str:
    """Return a duration.

    >>> duration_text(3), duration_text(60), duration_text(150)
    ('3 min', '1 h', '2 h 30 min')
    """
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def stretch_text(start_ms: int, end_ms: int, zone: str) -> str:
    """Return from when to when, and how long."""
    lasted = duration_text(max(1, (end_ms - start_ms) / 60_000))
    return f"from {clock(start_ms, zone)} to {clock(end_ms, zone)} ({lasted})"


def lux_text(lux: float) -> str:
    """Return illuminance with the decimals that mean something."""
    if lux < 1:
        return f"{lux:.2f} lx"
    return f"{lux:.1f} lx" if lux < 10 else f"{whole(lux)} lx"  # noqa: PLR2004 - two digits


def points_text(points: float) -> str:
    """Return points of the rating.

    >>> points_text(0.9), points_text(5.5)
    ('1 point', '6 points')
    """
    shown = whole(points)
    return f"{shown} point" if shown == "1" else f"{shown} points"
