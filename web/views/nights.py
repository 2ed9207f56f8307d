"""The pages of the past: the list of nights, and one night with its picture."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from flask import Blueprint, Response, abort, request
from markupsafe import Markup

from monitor.contract.record import Mark, Minute
from monitor.night.window import Window
from monitor.score.result import NightScore
from web.charts import axis_of, night_picture
from web.habits import regularity_text, wind_down_text
from web.night_finder import (
    FoundNight,
    NightsPage,
    find_night,
    neighbours,
    night_minutes,
    nights_page,
    year_nights,
)
from web.night_page import night_text
from web.night_table import event_rows, night_table
from web.present import clock_text, zone_text
from web.rendered import RenderedPages, finished_page
from web.series import read_series
from web.site import Site, asked_room, page
from web.strips import NightPicture
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
    overview = year_of(year, found.last)
    return page(
        "nights.html",
        site,
        room,
        found=found,
        nights=[night_text(score) for score in found.nights],
        year=overview,
        trend=Markup(overview.trend),  # noqa: S704 - year.py writes figures and fixed words
        extremes=[
            (name, night_text(score))
            for name, score in (("Best", overview.best), ("Worst", overview.worst))
            if score is not None
        ],
        regularity=regularity_text(year),
        wind_down=wind_down_text(site, room, year[-1]) if year else ("", ""),
    )


def _night_page(site: Site, room: str, found: FoundNight) -> Response:
    score = found.score
    window = score.window
    minutes = night_minutes(site, room, score)
    series = read_series(minutes)
    now_ms = site.clock.now_ms()
    before, after = neighbours(site, room, window.night)
    picture = NightPicture(
        window=window,
        series=series,
        costs=score.minute_costs,
        points_lost=_points_lost(score),
        marks=_marks(site, room, window, minutes),
        until_ms=now_ms,
    )
    return page(
        "night.html",
        site,
        room,
        night=night_text(score),
        picture=Markup(night_picture(picture)),  # noqa: S704 - charts.py escapes its text
        rows=night_table(window, series, score.minute_costs),
        events=event_rows(window, series.events),
        marks=[(clock_text(mark.at_ms, window.zone), mark.kind) for mark in picture.marks],
        before=before,
        after=after,
        is_running=now_ms < window.get_up_ms,
        is_pending=is_pending(window, site.household.correction(room, window.night)),
        zone=zone_text(window.get_up_ms, window.zone, site.system_offset_s(window.get_up_ms)),
    )


def _points_lost(score: NightScore) -> dict[str, float]:
    return {part.part: part.points_lost for part in score.parts if part.score is not None}


def _marks(site: Site, room: str, window: Window, minutes: Sequence[Minute]) -> tuple[Mark, ...]:
    """Return the presses of the button and the marks of pages, in order of time."""
    axis = axis_of(window)
    pressed = [mark for minute in minutes for mark in minute.marks]
    said = [page.mark for page in site.household.marks(room, axis.start_ms, axis.end_ms)]
    return tuple(sorted((*pressed, *said), key=lambda mark: mark.at_ms))
