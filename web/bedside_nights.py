"""Pure: the nights to come, as the page beside the bed carries them for when nobody answers."""

from datetime import timedelta
from itertools import pairwise
from typing import Final

from monitor.night.errors import NightError
from monitor.night.household import Household
from monitor.night.window import night_of, scheduled
from web.present import local_time

# judgement: a screen whose server stays away for six weeks is looked after before that.
NIGHTS_AHEAD: Final = 42
QUARTER_S: Final = 900  # judgement: clocks change at a quarter of an hour


def usual_nights(now_ms: int, household: Household) -> list[tuple[int, int]]:
    """Return (bedtime, wake time) of the usual nights, s of the epoch, in order of time.

    The first is over at now_ms, so that now lies within what is known.
    """
    newest = night_of(now_ms, household)
    nights = [newest + timedelta(days=days) for days in range(-1, NIGHTS_AHEAD + 1)]
    found = []
    for night in nights:
        try:
            bed_ms, wake_ms = scheduled(night, household)
        except NightError:  # a day that the zone skips has no night
            continue
        found.append((bed_ms // 1000, wake_ms // 1000))
    return found


def clock_offsets(nights: list[tuple[int, int]], zone: str) -> list[tuple[int, int]]:
    """Return (from, how far the room's clock is ahead of UTC), both s, for as long as nights.

    >>> clock_offsets([(1_792_800_000, 1_792_900_000)], "Europe/Berlin")
    [(1792800000, 7200), (1792890000, 3600)]
    """
    edges_s = [at_s for night in nights for at_s in night]
    found = [(edges_s[0], _ahead_s(edges_s[0], zone))]
    for start_s, end_s in pairwise(edges_s):
        # Twice a year at most: to look at each quarter of all of them takes a Pi half a second.
        if _ahead_s(end_s, zone) == found[-1][1]:
            continue
        quarters = range(start_s, end_s + 1, QUARTER_S)
        changed_s = next(at_s for at_s in quarters if _ahead_s(at_s, zone) != found[-1][1])
        found.append((changed_s, _ahead_s(changed_s, zone)))
    return found


def _ahead_s(at_s: int, zone: str) -> int:
    ahead = local_time(at_s * 1000, zone).utcoffset() or timedelta()
    return round(ahead.total_seconds())
