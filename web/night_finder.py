"""Finds nights for the pages: kept ones, the running one, and their neighbours."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import abort

from monitor.contract.record import epoch_ms
from monitor.night.window import NOON
from monitor.score.result import NightScore
from monitor.score.series import picture_span
from web.in_sight import running_night
from web.present import local_time
from web.site import Site, asked_room
from web.sources import KeptNight
from web.year import first_day

# judgement: no night lies outside, and sums of days stay inside the calendar.
YEARS: Final = range(1970, 2200)
PAGE_DAYS: Final = 35  # judgement: five weeks are one screenful of a scroll
# judgement: nearly always a neighbour is the day before or after; after a pause of a year
# nobody steps on. Every night within reach is read.
NEIGHBOUR_DAYS: Final = (1, 4, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNight:
    """A night's judgement; tag names its content where it is final, else it is ''."""

    score: NightScore
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NightsPage:
    """Some weeks of nights, newest first, and where earlier and later ones begin; last day."""

    nights: tuple[NightScore, ...]
    last: date
    earlier: str
    later: str


def find_night(site: Site, room: str, night: str) -> FoundNight | None:
    """Return a night: as kept, else as it runs; None where there is neither."""
    kept = site.store.night(room, night)
    if kept is not None:
        over = not kept.score.window.provisional
        # What is judged of the same inputs is the same but for a change of this program.
        tag = hashlib.blake2b(kept.inputs_hash.encode() + kept.seal, digest_size=12)
        return FoundNight(score=kept.score, tag=tag.hexdigest() if over else "")
    running = _running(site, room)
    if running is not None and running.window.night == night:
        return FoundNight(score=running, tag="")
    return None


class Material(NamedTuple):
    """What differs whenever the page of one finished night may have changed.

    The tag of its judgement, the mark of its picture's minutes, the nights before and after,
    the other rooms that have this night too.
    """

    tag: str
    minutes: tuple[int, int]
    before: str
    after: str
    elsewhere: tuple[str, ...]


def material_of(site: Site, room: str, found: FoundNight, rooms: Iterable[str]) -> Material:
    """Return what the page of a night is made of now; rooms: all there are."""
    window = found.score.window
    minutes = site.store.minutes_mark(room, *picture_span(window))
    others = (one for one in rooms if one != room)
    elsewhere = tuple(one for one in others if has_night(site, one, window.night))
    return Material(found.tag, minutes, *_neighbours(site, room, window.night), elsewhere)


def has_night(site: Site, room: str, night: str) -> bool:
    """Tell whether a room has a page of a night: judged, or running."""
    if _names(site, room, night, night):
        return True
    running = _running(site, room)
    return running is not None and running.window.night == night


def material_now(site: Site, room: str, night: str, rooms: Iterable[str]) -> Material | None:
    """Return the same for a night looked up anew, None where there is none any more."""
    found = find_night(site, room, night)
    return None if found is None else material_of(site, room, found, rooms)


def asked_night(site: Site, night: str) -> tuple[str, FoundNight]:
    """Return the room and night a request asks for; it ends with 404 where there is none."""
    name = day(night).isoformat()
    room = asked_room(site)
    found = None if room is None else find_night(site, room, name)
    if room is None or found is None:
        abort(404, "There is no night of this date here.")
    return room, found


def day(text: str) -> date:
    """Return the day a night is named by; what is no such day ends the request with 404."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        abort(404, "A night is named by its evening, like 2026-11-22.")
    return found


def _neighbours(site: Site, room: str, night: str) -> tuple[str, str]:
    """Return the names of the nights before and after; '' where there is none."""
    evening = date.fromisoformat(night)
    before = after = ""
    for reach in NEIGHBOUR_DAYS:
        if not before:
            before = max(_names(site, room, _off(evening, -reach), _off(evening, -1)), default="")
        if not after:
            after = min(_names(site, room, _off(evening, 1), _off(evening, reach)), default="")
    if not after:
        running = _running(site, room)
        if running is not None and running.window.night > night:
            after = running.window.night
    return before, after


def _names(site: Site, room: str, first: str, last: str) -> list[str]:
    return [kept.score.window.night for kept in site.store.nights(room, first, last)]


def today_of(site: Site, room: str) -> date:
    """Return the day it is in a room."""
    zone = site.zone(room)
    return local_time(site.clock.now_ms(), zone).date()


def nights_page(site: Site, room: str, until: date | None) -> NightsPage:
    """Return five weeks of nights up to and including until, by default the newest."""
    today = today_of(site, room)
    last = today if until is None else min(until, today)
    first = last - timedelta(days=PAGE_DAYS - 1)
    nights = [kept.score for kept in site.store.nights(room, first.isoformat(), last.isoformat())]
    running = _running(site, room)
    named = {score.window.night for score in nights}
    if running is not None and last == today and running.window.night not in named:
        nights.append(running)
    return NightsPage(
        nights=tuple(reversed(nights)),
        last=last,
        earlier=_weeks_before(site, room, first),
        later=_weeks_after(site, room, last, today),
    )


def _weeks_before(site: Site, room: str, first: date) -> str:
    """Return the last day before the weeks from first on of which anything is kept.

    Whole years may lie between: one old row must not make people leaf through all of them.
    """
    zone = site.zone(room)
    noon_ms = epoch_ms(datetime.combine(first, NOON, ZoneInfo(zone)))
    newest_ms = site.store.newest_end_ms(room, noon_ms)
    if newest_ms is None:
        return ""
    before = min(local_time(newest_ms, zone).date(), first - timedelta(days=1))
    return before.isoformat() if before.year in YEARS else ""


def _weeks_after(site: Site, room: str, last: date, today: date) -> str:
    """Return the last day of the next weeks with a night, of the newest where it is far."""
    if last >= today:
        return ""
    later = _names(site, room, _off(last, 1), _off(last, NEIGHBOUR_DAYS[-1]))
    found = date.fromisoformat(later[0]) if later else today
    return min(found + timedelta(days=PAGE_DAYS - 1), today).isoformat()


def year_outlines(site: Site, room: str, last: date) -> Sequence[KeptNight]:
    """Return the outlines of the judged nights of twelve months as kept, in order of time."""
    return site.store.nights(room, first_day(last).isoformat(), last.isoformat())


def year_nights(site: Site, room: str, last: date) -> list[NightScore]:
    """Return the outlines of the judged nights of twelve months, in order of time."""
    return [kept.score for kept in year_outlines(site, room, last)]


def _running(site: Site, room: str) -> NightScore | None:
    live = site.live.read(room)
    if live is None or live.night is None:
        return None
    return running_night(live, site.household.deletions())


def _off(evening: date, days: int) -> str:
    return (evening + timedelta(days=days)).isoformat()
