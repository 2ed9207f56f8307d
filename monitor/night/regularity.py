"""How regular lights-out and get-up were: beside the rating, never in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import mean, stdev
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from monitor.contract.record import instant
from monitor.night import model
from monitor.night.window import NOON, Source, Window

DAY_S: Final = 86_400.0
# Source: the table in model.py.
NIGHTS: Final = int(model.REGULAR_NIGHTS.value)
LEAST_NIGHTS: Final = int(model.REGULAR_LEAST.value)
LEAST_PAIRS: Final = LEAST_NIGHTS - 1
STEADY_BELOW_S: Final = model.STEADY_BELOW.ms / 1000
FAIRLY_STEADY_UP_TO_S: Final = model.FAIRLY_STEADY.ms / 1000


class Steadiness(StrEnum):
    """How far clock times spread; the words for it are in monitor/score/phrases.py."""

    STEADY = "steady"
    FAIRLY_STEADY = "fairly_steady"
    IRREGULAR = "irregular"


class Regularity(msgspec.Struct, frozen=True, kw_only=True):
    """Spread of the last nights' clock times; None where fewer than 7 nights tell.

    The standard deviations are those of a sample. sri is the Sleep Regularity Index of
    the lights-out state, 100 for the same times every day, 0 for chance; never compare it
    with published quantiles, algorithms differ. word judges the larger deviation.
    """

    nights: int
    lights_out_sd_s: float | None
    get_up_sd_s: float | None
    sri: float | None
    word: Steadiness


def regularity(windows: Sequence[Window], last_night: date) -> Regularity | None:
    """Return the regularity of the 14 nights up to last_night, None below 7 of them.

    An end that only the schedule gave says nothing about the person and is left out; so is
    a running night whose lights-out is provisional. Clock times are local ones, counted
    from the noon before, so midnight is no seam and a changed zone or clock no shift.

    Args:
        windows: one a night, in any order; nights outside the 14 are ignored.
        last_night: the newest night that counts.
    """
    lights_out: dict[date, float] = {}
    get_up: dict[date, float] = {}
    for window in windows:
        night = date.fromisoformat(window.night)
        if not timedelta(0) <= last_night - night < timedelta(days=NIGHTS) or window.provisional:
            continue
        if window.lights_out_source is not Source.SCHEDULE:
            lights_out[night] = _after_noon_s(window.lights_out_ms, window)
        if window.get_up_source is not Source.SCHEDULE:
            get_up[night] = _after_noon_s(window.get_up_ms, window)
    spreads = _sd_s(lights_out), _sd_s(get_up)
    known = [sd_s for sd_s in spreads if sd_s is not None]
    if not known:
        return None
    return Regularity(
        nights=len(lights_out.keys() | get_up.keys()),
        lights_out_sd_s=spreads[0],
        get_up_sd_s=spreads[1],
        sri=_sri(lights_out, get_up),
        word=steadiness(max(known)),
    )


def steadiness(sd_s: float) -> Steadiness:
    """Return the word for a standard deviation in seconds."""
    if sd_s < STEADY_BELOW_S:
        return Steadiness.STEADY
    return Steadiness.FAIRLY_STEADY if sd_s <= FAIRLY_STEADY_UP_TO_S else Steadiness.IRREGULAR


def _after_noon_s(at_ms: int, window: Window) -> float:
    """Return what a clock on the wall has moved since the noon that the night began at."""
    local = instant(at_ms).astimezone(ZoneInfo(window.zone)).replace(tzinfo=None)
    noon = datetime.combine(date.fromisoformat(window.night), NOON)
    return (local - noon).total_seconds()


def _sd_s(times_s: Mapping[date, float]) -> float | None:
    return stdev(times_s.values()) if len(times_s) >= LEAST_NIGHTS else None


def _sri(lights_out: Mapping[date, float], get_up: Mapping[date, float]) -> float | None:
    """Return the Sleep Regularity Index over all pairs of consecutive nights that are known.

    Source: Phillips 2017 (doi 10.1038/s41598-017-03171-4), SRI = -100 + 200/(M(N-1)) times
    the number of epochs in the same state 24 h apart; here of the lights-out state and
    with epochs of no length, which the two intervals give exactly.
    """
    same: list[float] = []
    one_day = timedelta(days=1)
    for night in sorted(lights_out.keys() & get_up.keys()):
        following = night + one_day
        if following in lights_out and following in get_up:
            first = lights_out[night], get_up[night]
            second = lights_out[following], get_up[following]
            both_s = max(0.0, min(first[1], second[1]) - max(first[0], second[0]))
            only_one_s = first[1] - first[0] + second[1] - second[0] - 2.0 * both_s
            same.append(1.0 - only_one_s / DAY_S)
    return -100.0 + 200.0 * mean(same) if len(same) >= LEAST_PAIRS else None
