"""Lights-out and get-up of one night, corrected by hand: a plain form."""

from flask import Blueprint, Response, request

from monitor.night.household import Correction
from web.night_finder import FoundNight, asked_night
from web.night_page import night_text
from web.present import clock_text, night_title
from web.rendered import RenderedPages
from web.site import Site, page
from web.times import get_up_text, wanted_correction

UNDO = "undo"


def times_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of a night's times."""
    views = Blueprint("times", __name__)

    @views.get("/nights/<night>/times")
    def times(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        lights_out = clock_text(window.lights_out_ms, window.zone)
        return _form(site, room, found, lights_out, get_up_text(window))

    @views.post("/nights/<night>/times")
    def correct(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        written = request.form.get("lights_out", ""), request.form.get("get_up", "")
        undo = request.form.get("do") == UNDO
        now_ms = site.clock.now_ms()
        wanted = Correction() if undo else wanted_correction(window, *written, now_ms=now_ms)
        if isinstance(wanted, str):
            response = _form(site, room, found, *written, problem=wanted)
            response.status_code = 400
            return response
        site.household.correct(room, window.night, wanted, made_ms=now_ms)
        rendered.forget()
        query = request.query_string.decode("ascii", "replace")
        address = f"/nights/{window.night}" + (f"?{query}" if query else "")
        return Response(status=303, headers={"Location": address})

    return views


def _form(
    site: Site, room: str, found: FoundNight, lights_out: str, get_up: str, *, problem: str = ""
) -> Response:
    window = found.score.window
    said = site.household.correction(room, window.night)
    return page(
        "times.html",
        site,
        room,
        title=night_title(window.night),
        night=night_text(found.score, site.unit()),
        lights_out=lights_out,
        get_up=get_up,
        problem=problem,
        is_corrected=said is not None and said != Correction(),
    )
