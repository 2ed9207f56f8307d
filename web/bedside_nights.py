"""Pure: the nights to come, as the page beside the bed carries them for when nobody answers."""

from datetime import timedelta
from typing import Final

from monitor.night.errors import NightError
from monitor.night.household import Household
from monitor.night.window import night_of, scheduled

# judgement: a screen whose server stays away for six weeks is looked after before that.
NIGHTS_AHEAD: Final = 42


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
