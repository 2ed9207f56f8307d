"""The pages of the past: the list of nights, and one night with its picture."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from flask import Blueprint, Response, g, request
from markupsafe import Markup

from monitor.contract.record import MarkKind
from monitor.night.window import Window
from monitor.score.series import picture_span
from monitor.store.plain_text import plain_text
from web.asked import AskedHousehold, Question, said
from web.charts import night_picture
from web.clock_changes import night_zone_text
from web.costs import NightCosts
from web.deleted import deleted_text
from web.guard import asks_as_household
from web.habits import regularity_text, wind_down_text
from web.mark_strip import SPOKEN
from web.night_finder import (
    FoundNight,
    Material,
    NightsPage,
    asked_night,
    day,
    material_now,
    material_of,
    nights_page,
    today_of,
    year_outlines,
)
from web.night_page import causes_html, night_text
from web.night_table import event_rows, events_html, night_table, table_html
from web.numbers import as_shown
from web.pattern import weekday_text
from web.present import clock_text
from web.rendered import RenderedPages, finished_page
from web.scene import scene_of
from web.site import Site, asked_room, page
from web.strips import NightPicture
from web.tag_finder import tagged_page
from web.tagged_nights import mean_text
from web.times import get_up_text, is_corrected, is_pending, second_ones
from web.year import ranked_nights, year_of

BEING_JUDGED: Final = "The corrected times are being judged, which takes a few seconds."
TO_BE_JUDGED: Final = (
    "The corrected times are kept. The night is judged by them as soon as nightroom-monitor runs"
    " again, which is down now."
)
BEING_JUDGED_AGAIN: Final = (
    "The correction is taken back. The night is being judged again, which takes a few seconds."
)
TO_BE_JUDGED_AGAIN: Final = (
    "The correction is taken back. The night is judged again as soon as nightroom-monitor runs"
    " again, which is down now."
)


def nights_views(site: Site, rendered: RenderedPages, asked: AskedHousehold) -> Blueprint:
    """Return the views of nights; asked is the household of the site."""
    views = Blueprint("nights", __name__)
    costs = NightCosts(site)

    @views.get("/nights")
    def nights() -> Response:
        room = asked_room(site)
        until = request.args.get("until")
        last = None if until is None else day(until)
        tag = plain_text(request.args.get("tag", ""))
        if room is not None and tag:
            return _tagged_page(site, room, tag, tagged_page(site, room, tag, last))
        found = None if room is None else nights_page(site, room, last)
        return _nights_page(site, costs, room, found)

    @views.get("/nights/<night>")
    def night(night: str) -> Response:
        seen = rendered.look()
        with asked.noting() as answers:
            room, found = asked_night(site, night)
            rooms: tuple[str, ...] = g.rooms  # as they were when this one was found
            made_of = material_of(site, room, found, rooms)
            window = found.score.window
            pending = _pending_text(site, room, window)
            response = _night_page(site, room, found, made_of, pending)
        knows_all = seen.surroundings is not None and rooms == seen.surroundings.rooms
        if pending or not knows_all or not _is_done(site, found):
            return response
        done = finished_page(response, rendered.caching)
        rendered.keep(
            request.environ,
            done,
            rule=str(request.url_rule),
            household=asks_as_household(),
            seen=seen,
            material=partial(_made_now, site, asked, tuple(answers), room, window.night, rooms),
            made_of=(made_of, said(answers)),
        )
        return done.answer(request.environ, response.get_data()).response()

    return views


def _is_done(site: Site, found: FoundNight) -> bool:
    """Tell whether a night's page may be kept, unless something of it is still to be judged.

    Until its last minute is over the picture goes on: what is missing becomes a gap. What is to
    be judged depends on whether the monitor runs, which nothing that is kept would tell.
    """
    return bool(found.tag) and site.clock.now_ms() > picture_span(found.score.window)[1]


def _made_now(
    site: Site,
    asked: AskedHousehold,
    answers: Iterable[Question],
    room: str,
    night: str,
    rooms: tuple[str, ...],
) -> tuple[Material | None, bytes]:
    """Return what the page of a night, which was told answers, would be made of now."""
    told = asked.again(answers, site.in_force_ms())
    return material_now(site, room, night, rooms), said(told)


def _nights_page(
    site: Site, costs: NightCosts, room: str | None, found: NightsPage | None
) -> Response:
    if room is None or found is None:
        return page("nights.html", site, None, found=None, nights=[], year=None, tags={})
    outlines = year_outlines(site, room, found.last)
    year = [as_shown(kept.score) for kept in outlines]
    unit, today = site.unit(), today_of(site, room)
    overview = year_of(year, found.last, today)
    return page(
        "nights.html",
        site,
        room,
        found=found,
        nights=[night_text(score, unit) for score in found.nights],
        year=overview,
        month=costs.month(room, outlines, today),
        weekdays=weekday_text(ranked_nights(year)),
        tags=site.household.tag_counts(room),
        trend=Markup(overview.trend),  # noqa: S704 - year.py writes figures and fixed words
        extremes=[
            (name, night_text(score, unit))
            for name, score in (("Best", overview.best), ("Worst", overview.worst))
            if score is not None
        ],
        regularity=regularity_text(year),
        wind_down=wind_down_text(site, room, year[-1]) if year else ("", ""),
    )


def _tagged_page(site: Site, room: str, tag: str, found: NightsPage) -> Response:
    unit = site.unit()
    return page(
        "tagged.html",
        site,
        room,
        tag=tag,
        found=found,
        nights=[night_text(score, unit) for score in found.nights],
        mean=mean_text(list(map(as_shown, found.nights))),
        tags=site.household.tag_counts(room),
    )


def _marks_in_words(site: Site, room: str, scene: NightPicture) -> list[tuple[str, str, str, bool]]:
    """Return (time, kind, its words, whether the form awaits some) of marks in order of time.

    A note that the room's own button made is in its record, which no form writes to.
    """
    if not scene.marks:
        return []
    window = scene.window
    said = site.household.marks(room, *picture_span(window))
    notes = {(page.at_ms, page.kind): page.note for page in said}
    return [
        (
            clock_text(mark.at_ms, window.zone),
            SPOKEN[mark.kind],
            notes.get((mark.at_ms, mark.kind), ""),
            mark.kind is MarkKind.NOTE and notes.get((mark.at_ms, mark.kind)) == "",
        )
        for mark in scene.marks
    ]


def _pending_text(site: Site, room: str, window: Window) -> str:
    """Return what becomes of times that a night is not judged by yet, '' without any."""
    correction = site.household.correction(room, window.night)
    if not is_pending(window, correction):
        return ""
    if is_corrected(correction):
        return BEING_JUDGED if site.has_monitor() else TO_BE_JUDGED
    return BEING_JUDGED_AGAIN if site.has_monitor() else TO_BE_JUDGED_AGAIN


def _night_page(
    site: Site, room: str, found: FoundNight, made_of: Material, pending: str
) -> Response:
    score = found.score
    window = score.window
    scene = scene_of(site, room, score, made_of.minutes)
    return page(
        "night.html",
        site,
        room,
        night=night_text(
            score,
            scene.unit,
            deleted=deleted_text(window, room, site.household.deletions()),
        ),
        picture=night_picture(scene),  # charts.py escapes its text
        rows=table_html(night_table(window, scene.series, scene.costs, scene.unit)),
        events=events_html(event_rows(window, scene.series.events)),
        causes_html=causes_html,
        marks=_marks_in_words(site, room, scene),
        lights_out=clock_text(window.lights_out_ms, window.zone),
        get_up=get_up_text(window),
        second_ones=second_ones(window),
        before=made_of.before,
        after=made_of.after,
        unit=scene.unit.symbol,
        tags=site.household.tags(room, window.night),
        note=site.household.note(room, window.night),
        is_running=window.is_open or site.clock.now_ms() < window.get_up_ms,
        pending=pending,
        is_corrected=is_corrected(site.household.correction(room, window.night)),
        zone=night_zone_text(
            picture_span(window), window.zone, site.system_offset_s(window.get_up_ms)
        ),
    )
