"""Finds nights by what people wrote on them."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from monitor.score.result import NightScore
from web.night_finder import NightsPage, today_of, year_nights
from web.site import Site
from web.tagged_nights import NightSet
from web.year import MONTHS, first_day


def tagged_page(site: Site, room: str, tag: str, until: date | None) -> NightsPage:
    """Return the nights with a tag in the twelve months up to until, newest first."""
    today = today_of(site, room)
    last = today if until is None else min(until, today)
    first = first_day(last).isoformat()
    named = site.household.tagged_nights(room, tag)
    nights = _those(year_nights(site, room, last), named)
    before = [night for night in named if night < first]
    after = [night for night in named if last.isoformat() < night <= today.isoformat()]
    return NightsPage(
        nights=tuple(reversed(nights)),
        last=last,
        earlier=before[-1] if before else "",
        later=min(_year_from(date.fromisoformat(after[0])), today).isoformat() if after else "",
    )


def tagged_sets(site: Site, room: str, tag: str, other: str) -> tuple[NightSet, NightSet]:
    """Return the last twelve months' nights with a tag, and those with another.

    Without another the second set is every night that does not have the first tag.
    """
    year = year_nights(site, room, today_of(site, room))
    named = site.household.tagged_nights(room, tag)
    if other:
        rest = NightSet(
            name=f"with “{other}”",
            nights=_those(year, site.household.tagged_nights(room, other)),
        )
    else:
        rest = NightSet(
            name="without it", nights=tuple(it for it in year if it.window.night not in set(named))
        )
    return NightSet(name=f"with “{tag}”", nights=_those(year, named)), rest


def _those(nights: Iterable[NightScore], named: Collection[str]) -> tuple[NightScore, ...]:
    wanted = set(named)
    return tuple(it for it in nights if it.window.night in wanted)


def _year_from(day: date) -> date:
    """Return the last day of the twelve months that begin with a day's."""
    months = day.year * 12 + day.month - 1 + MONTHS
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
