"""The pages of the past: the list of nights, and one night with its picture."""

from datetime import UTC, date, datetime
from typing import Final

from flask import Blueprint, Response, abort, request
from markupsafe import Markup

from web.charts import night_picture
from web.habits import regularity_text, wind_down_text
from web.mark_strip import SPOKEN
from web.night_finder import (
    FoundNight,
    NightsPage,
    find_night,
    neighbours,
    nights_page,
    year_nights,
)
from web.night_page import night_text
from web.night_table import event_rows, night_table
from web.present import clock_text, zone_text
from web.rendered import RenderedPages, finished_page
from web.scene import scene_of
from web.site import Site, asked_room, page
from web.times import is_pending
from web.year import year_of

# judgement: no night lies outside, and sums of days stay inside the calendar.
YEARS: Final = range(1970, 2200)


def nights_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of nights."""
    views = Blueprint("nights", __name__)

    @views.get("/nights")
    def nights() -> Response:
        room = asked_room(site)
        until = request.args.get("until")
        found = (
            None if room is None else nights_page(site, room, None if until is None else day(until))
        )
        return _nights_page(site, room, found)

    @views.get("/nights/<night>")
    def night(night: str) -> Response:
        key = night, request.environ.get("QUERY_STRING", "")
        kept = rendered.find(*key)
        if kept is not None:
            return kept.answer()
        name = day(night).isoformat()
        room = asked_room(site)
        found = None if room is None else find_night(site, room, name)
        if room is None or found is None:
            abort(404, "There is no night of this date here.")
        response = _night_page(site, room, found)
        if not found.tag or site.clock.now_ms() <= found.score.window.get_up_ms:
            return response
        done = finished_page(response)
        rendered.keep(*key, page=done)
        return done.answer()

    return views


def day(text: str) -> date:
    """Return a date written YYYY-MM-DD; anything else ends the request with 404."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        abort(404, "A night is named by its evening, like 2026-11-22.")
    return found


def _nights_page(site: Site, room: str | None, found: NightsPage | None) -> Response:
    if room is None or found is None:
        return page("nights.html", site, None, found=None, nights=[], year=None)
    year = year_nights(site, room, found.last)
    unit = site.unit()
    overview = year_of(year, found.last)
    return page(
        "nights.html",
        site,
        room,
        found=found,
        nights=[night_text(score, unit) for score in found.nights],
        year=overview,
        trend=Markup(overview.trend),  # noqa: S704 - year.py writes figures and fixed words
        extremes=[
            (name, night_text(score, unit))
            for name, score in (("Best", overview.best), ("Worst", overview.worst))
            if score is not None
        ],
        regularity=regularity_text(year),
        wind_down=wind_down_text(site, room, year[-1]) if year else ("", ""),
    )


def _night_page(site: Site, room: str, found: FoundNight) -> Response:
    score = found.score
    window = score.window
    before, after = neighbours(site, room, window.night)
    scene = scene_of(site, room, score)
    now_ms = scene.until_ms
    return page(
        "night.html",
        site,
        room,
        night=night_text(score, scene.unit),
        picture=Markup(night_picture(scene)),  # noqa: S704 - charts.py escapes its text
        rows=night_table(window, scene.series, scene.costs, scene.unit),
        events=event_rows(window, scene.series.events),
        marks=[(clock_text(mark.at_ms, window.zone), SPOKEN[mark.kind]) for mark in scene.marks],
        before=before,
        after=after,
        unit=scene.unit.symbol,
        is_running=now_ms < window.get_up_ms,
        is_pending=is_pending(window, site.household.correction(room, window.night)),
        zone=zone_text(window.get_up_ms, window.zone, site.system_offset_s(window.get_up_ms)),
    )
