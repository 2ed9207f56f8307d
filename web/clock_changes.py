"""Pure: when a room's clock is put forward or back."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from web.present import clock_text, local_time, utc_text, zone_text

QUARTER_S: Final = 900  # judgement: clocks change at a quarter of an hour


def clock_offsets(edges_s: Sequence[int], zone: str) -> list[tuple[int, int]]:
    """Return (from, how far the room's clock is ahead of UTC), both s, from the first edge on.

    Between two edges, which are in order of time, one change at most is found.

    >>> clock_offsets([1_792_800_100, 1_792_900_100], "Europe/Berlin")
    [(1792800100, 7200), (1792890000, 3600)]
    """
    found = [(edges_s[0], _ahead_s(edges_s[0], zone))]
    for start_s, end_s in pairwise(edges_s):
        # Twice a year at most: to look at each quarter of six weeks takes a Pi half a second.
        if _ahead_s(end_s, zone) == found[-1][1]:
            continue
        quarters = range(start_s // QUARTER_S * QUARTER_S + QUARTER_S, end_s + 1, QUARTER_S)
        changed_s = next(at_s for at_s in quarters if _ahead_s(at_s, zone) != found[-1][1])
        found.append((changed_s, _ahead_s(changed_s, zone)))
    return found


def _ahead_s(at_s: int, zone: str) -> int:
    ahead = local_time(at_s * 1000, zone).utcoffset() or timedelta()
    return round(ahead.total_seconds())


def night_zone_text(span_ms: tuple[int, int], zone: str, system_offset_s: int) -> str:
    """Return whose times a night's are where they are not this machine's, else nothing.

    >>> berlin = (1_792_874_700_000, 1_792_904_400_000)
    >>> night_zone_text(berlin, "Europe/Berlin", 0)
    'room time, UTC+02:00 until 03:00, then UTC+01:00'
    """
    start_ms, end_ms = span_ms
    (_, before_s), *changes = clock_offsets((start_ms // 1000, end_ms // 1000), zone)
    if not changes:
        return zone_text(end_ms, zone, system_offset_s)
    (at_s, after_s), *_ = changes
    before = zone_text(start_ms, zone, system_offset_s) or f"room time, {utc_text(before_s)}"
    # The clock read this when it was changed; what it reads since then may have been twice.
    until = clock_text((at_s + before_s) * 1000, "UTC")
    return f"{before} until {until}, then {utc_text(after_s)}"
