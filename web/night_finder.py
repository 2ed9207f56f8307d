"""Finds nights for the pages: kept ones, the running one, and their neighbours."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from monitor.contract.record import Minute
from monitor.score.result import NightScore
from web.charts import MARGIN_MS
from web.present import local_time
from web.site import Site

PAGE_DAYS: Final = 35  # judgement: five weeks are one screenful of a scroll
NEIGHBOUR_DAYS: Final = 400  # judgement: a longer pause than a year starts a new history


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNight:
    """A night's judgement; tag names its content where it is final, else it is ''."""

    score: NightScore
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NightsPage:
    """Some weeks of nights, newest first, and where earlier and later ones begin."""

    nights: tuple[NightScore, ...]
    earlier: str
    later: str


def find_night(site: Site, room: str, night: str) -> FoundNight | None:
    """Return a night: as kept, else as it runs; None where there is neither."""
    kept = site.store.night(room, night)
    if kept is not None:
        over = not kept.score.window.provisional
        tag = hashlib.blake2b(kept.inputs_hash.encode(), digest_size=12)
        tag.update(msgspec.json.encode(kept.score))
        return FoundNight(score=kept.score, tag=tag.hexdigest() if over else "")
    running = _running(site, room)
    if running is not None and running.window.night == night:
        return FoundNight(score=running, tag="")
    return None


def night_minutes(site: Site, room: str, score: NightScore) -> Sequence[Minute]:
    """Return the minutes of a night's picture: its window with a margin on both sides."""
    window = score.window
    return site.store.minutes(
        room, window.lights_out_ms - MARGIN_MS, window.get_up_ms + MARGIN_MS
    )


def neighbours(site: Site, room: str, night: str) -> tuple[str, str]:
    """Return the names of the nights before and after; '' where there is none."""
    evening = date.fromisoformat(night)
    reach = timedelta(days=NEIGHBOUR_DAYS)
    day = timedelta(days=1)
    before = site.store.nights(room, _day(evening, -reach), _day(evening, -day))
    after = [
        kept.score.window.night
        for kept in site.store.nights(room, _day(evening, day), _day(evening, reach))
    ]
    running = _running(site, room)
    if running is not None and running.window.night > night:
        after.append(running.window.night)
    return before[-1].score.window.night if before else "", after[0] if after else ""


def nights_page(site: Site, room: str, until: date | None) -> NightsPage:
    """Return five weeks of nights up to and including until, by default the newest."""
    zone = site.zone(site.live.read(room))
    today = local_time(site.clock.now_ms(), zone).date()
    last = today if until is None else min(until, today)
    first = last - timedelta(days=PAGE_DAYS - 1)
    nights = [
        kept.score for kept in site.store.nights(room, first.isoformat(), last.isoformat())
    ]
    running = _running(site, room)
    named = {score.window.night for score in nights}
    if running is not None and last == today and running.window.night not in named:
        nights.append(running)
    oldest_ms = site.store.oldest_end_ms(room)
    older = oldest_ms is not None and local_time(oldest_ms, zone).date() < first
    return NightsPage(
        nights=tuple(reversed(nights)),
        earlier=(first - timedelta(days=1)).isoformat() if older else "",
        later=(last + timedelta(days=PAGE_DAYS)).isoformat() if last < today else "",
    )


def _running(site: Site, room: str) -> NightScore | None:
    live = site.live.read(room)
    return None if live is None else live.night


def _day(evening: date, by: timedelta) -> str:
    """Return a date some days off, held to the calendar's ends."""
    try:
        return (evening + by).isoformat()
    except OverflowError:
        return (date.min if by < timedelta() else date.max).isoformat()
