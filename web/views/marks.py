"""Marks made on a page: sent by its script, or by a plain form."""

from typing import Final

import msgspec
from flask import Blueprint, Response, abort, request

from monitor.night.household import PageMark
from monitor.night.window import span_of
from web.api_documents import MarkAnswer, MarksDocument, UnmarkAnswer
from web.guard import asks_as_household
from web.marking import WantedMark, is_mark_id
from web.night_finder import day
from web.rendered import RenderedPages
from web.site import Site, asked_room
from web.views.attempts import sent
from web.views.bedside import MARKED, TAKEN_BACK

DAY_MS: Final = 86_400_000
# Judgement: nobody wakes so often. Each one kept is a row for good, and a line on its night's
# page: whoever holds a kiosk's link must fill neither the card nor the page.
MAX_MARKS: Final = 100
FRESH: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_decoder: Final = msgspec.json.Decoder(WantedMark)


def marks_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of marks."""
    views = Blueprint("marks", __name__)

    @views.post("/api/v1/marks")
    def send() -> Response:
        try:
            wanted = _decoder.decode(request.get_data())
        except (msgspec.MsgspecError, UnicodeError) as error:
            abort(400, f"This is no mark: {error}.")
        answer = _keep(site, wanted)
        rendered.forget()
        return Response(
            msgspec.json.encode(answer), status=201 if answer.new else 200, headers=FRESH
        )

    @views.delete("/api/v1/marks/<mark_id>")
    def take_back(mark_id: str) -> Response:
        _take_back(site, mark_id)
        rendered.forget()
        return Response(msgspec.json.encode(UnmarkAnswer(mark_id=mark_id)), headers=FRESH)

    @views.get("/api/v1/marks")
    def marks() -> Response:
        room = asked_room(site)
        name = day(request.args.get("night", "")).isoformat()
        found: tuple[PageMark, ...] = ()
        if room is not None:
            household = site.household.in_force(room, site.clock.now_ms())
            found = tuple(site.household.marks(room, *span_of(day(name), household)))
        document = MarksDocument(room=room or "", night=name, marks=found)
        return Response(msgspec.json.encode(document), headers=FRESH)

    _add_form(views, site, rendered)
    return views


def _add_form(views: Blueprint, site: Site, rendered: RenderedPages) -> None:
    """Add what the bedside page's forms are sent to where it has no script."""

    @views.post("/marks")
    def press() -> Response:
        fields = {
            name: request.form[name] for name in ("id", "kind", "note") if name in request.form
        }
        try:
            wanted = msgspec.convert(fields, WantedMark)
        except msgspec.ValidationError as error:
            abort(400, f"This is no mark: {error}.")
        _keep(site, wanted)
        rendered.forget()
        return _to_bed(f"{MARKED}={wanted.id}")

    @views.post("/marks/undo")
    def undo() -> Response:
        _take_back(site, request.form.get("id", ""))
        rendered.forget()
        return _to_bed(TAKEN_BACK)


def _to_bed(said: str) -> Response:
    query = request.query_string.decode("ascii", "replace")
    return sent(f"/bedside?{query}&{said}" if query else f"/bedside?{said}")


def _take_back(site: Site, mark_id: str) -> None:
    # What no mark can be called is not written down: nobody will send it.
    is_done = is_mark_id(mark_id) and site.household.unmark(mark_id, made_ms=site.clock.now_ms())
    if not is_done:
        abort(404, "There is no such mark here, or it was taken back already.")


def _keep(site: Site, wanted: WantedMark) -> MarkAnswer:
    room = site.choose(wanted.room) if wanted.room is not None else asked_room(site)
    if room is None:
        abort(409, "There is no room yet to which this mark could belong.")
    now_ms = site.clock.now_ms()
    mark = wanted.stamped(now_ms)
    kept = site.household.kept_mark(mark.mark_id)
    if kept is None and not asks_as_household():
        _require_few(site, room, mark.at_ms)
    if kept is None and site.household.mark(room, mark, made_ms=now_ms):
        return MarkAnswer(room=room, mark=mark, new=True)
    kept = site.household.kept_mark(mark.mark_id)
    if kept is None:
        return MarkAnswer(room=room, mark=mark, new=False, taken_back=True)
    return MarkAnswer(room=kept[0], mark=kept[1], new=False)


def _require_few(site: Site, room: str, at_ms: int) -> None:
    around = at_ms - DAY_MS // 2, at_ms + DAY_MS // 2
    if site.household.marks_made(room, *around) >= MAX_MARKS:
        abort(429, f"There are {MAX_MARKS} marks of this night already; who logs in may add more.")
