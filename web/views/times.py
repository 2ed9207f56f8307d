"""Lights-out and get-up of one night, corrected by hand: a plain form."""

from flask import Blueprint, Response, request

from monitor.night.household import Correction
from monitor.night.window import Window
from web.night_finder import FoundNight, asked_night
from web.night_page import night_text
from web.present import clock_text, night_title
from web.rendered import RenderedPages
from web.setting_fields import SHOWN, as_changed
from web.site import Site, page
from web.times import (
    as_said,
    comes_twice,
    get_up_text,
    is_corrected,
    second_ones,
    wanted_correction,
)

UNDO = "undo"


def times_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of a night's times."""
    views = Blueprint("times", __name__)

    @views.get("/nights/<night>/times")
    def times(night: str) -> Response:
        room, found = asked_night(site, night)
        window = _as_said(site, room, found)
        lights_out = clock_text(window.lights_out_ms, window.zone)
        second = bool(second_ones(window))
        return _form(site, room, found, (lights_out, get_up_text(window)), second=second)

    @views.post("/nights/<night>/times")
    def correct(night: str) -> Response:
        with site.saving:
            return saved(night)

    def saved(night: str) -> Response:
        room, found = asked_night(site, night)
        window = _as_said(site, room, found)
        written = _written(window)
        second = _second(window)
        now_ms = site.clock.now_ms()
        wanted: Correction | str = Correction()
        if request.form.get("do") != UNDO:
            wanted = wanted_correction(window, *written, now_ms=now_ms, second=second)
        if isinstance(wanted, str):
            response = _form(site, room, found, written, second=bool(second), problem=wanted)
            response.status_code = 400
            return response
        site.household.correct(room, window.night, wanted, made_ms=now_ms)
        rendered.look_again()
        query = request.query_string.decode("ascii", "replace")
        address = f"/nights/{window.night}" + (f"?{query}" if query else "")
        return Response(status=303, headers={"Location": address})

    return views


def _written(window: Window) -> tuple[str, str]:
    """Return the form's times; what was left as the page showed it is as it is by now."""
    now = {
        "lights_out": clock_text(window.lights_out_ms, window.zone),
        "get_up": get_up_text(window),
    }
    written = as_changed(now, request.form)
    return written["lights_out"], written["get_up"]


def _second(window: Window) -> tuple[str, ...]:
    """Return which of the form's times are meant at their second coming.

    The form has one tick for both ends. An end that was left as it was shown, with its tick, is
    as it is by now; one that was moved on the picture says itself which of the two it is.
    """
    form = request.form
    tick = "second" in form
    is_left = tick == bool(form.get(f"{SHOWN}second"))
    now = second_ones(window)
    found = []
    for name in ("lights_out", "get_up"):
        is_kept = is_left and form.get(f"{SHOWN}{name}") == form.get(name, "")
        is_second = form.get(f"second_{name}", "yes" if tick else "") == "yes"
        if name in now if is_kept else is_second:
            found.append(name)
    return tuple(found)


def _as_said(site: Site, room: str, found: FoundNight) -> Window:
    """Return a night's window with its newest correction, which may be judged in a moment."""
    window = found.score.window
    return as_said(window, site.household.correction(room, window.night))


def _form(
    site: Site,
    room: str,
    found: FoundNight,
    written: tuple[str, str],
    *,
    second: bool,
    problem: str = "",
) -> Response:
    window = found.score.window
    return page(
        "times.html",
        site,
        room,
        title=night_title(window.night),
        night=night_text(found.score, site.unit()),
        lights_out=written[0],
        get_up=written[1],
        shown=(
            request.form.get(f"{SHOWN}lights_out", written[0]),
            request.form.get(f"{SHOWN}get_up", written[1]),
            request.form.get(f"{SHOWN}second", "yes" if second else ""),
        ),
        comes_twice=comes_twice(window),
        second=second,
        problem=problem,
        is_corrected=is_corrected(site.household.correction(room, window.night)),
    )
