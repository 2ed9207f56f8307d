"""Marks made on a page: sent by its script, or by a plain form."""

from dataclasses import dataclass, field
from typing import Final

import msgspec
from flask import Blueprint, Response, abort, request

from monitor.night.household import PageMark
from monitor.night.window import span_of
from web.api_documents import MarkAnswer, MarksDocument, UnmarkAnswer
from web.diary import night_range
from web.guard import asking_token
from web.mark_allowance import Allowance
from web.marking import WantedMark, is_mark_id
from web.night_finder import day, find_night
from web.rendered import RenderedPages
from web.site import Site, asked_room
from web.views.attempts import sent
from web.views.bedside import MARKED, TAKEN_BACK

# Judgement: nobody wakes so often. Each one kept is a row for good, and a line on its night's
# page: whoever holds a kiosk's link must fill neither the card nor the page.
MAX_MARKS: Final = 100
TOO_MANY: Final = (
    f"This link or token has made {MAX_MARKS} marks of this night already; who logs in may add"
    " more."
)
# Judgement: an undo that overtakes its mark is rare, and the store notes a hundred a day of all.
MAX_UNKNOWN: Final = 10
FRESH: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_decoder: Final = msgspec.json.Decoder(WantedMark)


def marks_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of marks."""
    views = Blueprint("marks", __name__)
    writing = _Writing(site)

    @views.post("/api/v1/marks")
    def send() -> Response:
        try:
            wanted = _decoder.decode(request.get_data())
        except (msgspec.MsgspecError, UnicodeError) as error:
            abort(400, f"This is no mark: {error}.")
        answer = writing.keep(wanted)
        rendered.look_again()
        return Response(
            msgspec.json.encode(answer), status=201 if answer.new else 200, headers=FRESH
        )

    @views.delete("/api/v1/marks/<mark_id>")
    def take_back(mark_id: str) -> Response:
        writing.take_back(mark_id)
        rendered.look_again()
        return Response(msgspec.json.encode(UnmarkAnswer(mark_id=mark_id)), headers=FRESH)

    @views.get("/api/v1/marks")
    def marks() -> Response:
        room = asked_room(site)
        name = day(request.args.get("night", "")).isoformat()
        found: tuple[PageMark, ...] = ()
        if room is not None:
            household = site.household.in_force(room, site.in_force_ms())
            if (night := find_night(site, room, name)) is not None:
                span_ms = night_range(night.score.window, household)
            else:
                span_ms = span_of(day(name), household)
            found = tuple(site.household.marks(room, *span_ms))
        document = MarksDocument(room=room or "", night=name, marks=found)
        return Response(msgspec.json.encode(document), headers=FRESH)

    _add_form(views, writing, rendered)
    return views


def _add_form(views: Blueprint, writing: "_Writing", rendered: RenderedPages) -> None:
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
        writing.keep(wanted)
        rendered.look_again()
        return _to_bed(f"{MARKED}={wanted.id}")

    @views.post("/marks/undo")
    def undo() -> Response:
        writing.take_back(request.form.get("id", ""))
        rendered.look_again()
        return _to_bed(TAKEN_BACK)


def _to_bed(said: str) -> Response:
    query = request.query_string.decode("ascii", "replace")
    return sent(f"/bedside?{query}&{said}" if query else f"/bedside?{said}")


@dataclass(slots=True)
class _Writing:
    """Keeps marks and takes them back, for a token no more than it may."""

    site: Site
    marks: Allowance = field(default_factory=lambda: Allowance(most=MAX_MARKS))
    unknown: Allowance = field(default_factory=lambda: Allowance(most=MAX_UNKNOWN))

    def keep(self, wanted: WantedMark) -> MarkAnswer:
        """Keep a mark; the request ends where there is no room, or a token has made too many."""
        site = self.site
        # Not 404 but 409: where no room is known, the mark's own may be the first to come.
        asked = request.args.get("room") if wanted.room is None else wanted.room
        room = None if site.is_empty() else site.choose(asked)
        if room is None:
            abort(409, "There is no room yet to which this mark could belong.")
        now_ms = site.clock.now_ms()
        mark = wanted.stamped(now_ms)
        kept = site.household.kept_mark(mark.mark_id)
        if kept is None and not self.marks.is_left(asking_token(), room, mark.at_ms):
            abort(429, TOO_MANY)
        if kept is None:
            is_new = site.household.mark(room, mark, made_ms=now_ms)
            # Of a time that was deleted it is a row, too, out of sight.
            self.marks.use(asking_token(), room, mark.at_ms)
            if is_new:
                return MarkAnswer(room=room, mark=mark, new=True)
        kept = site.household.kept_mark(mark.mark_id)
        if kept is None:
            return MarkAnswer(room=room, mark=mark, new=False, taken_back=True)
        return MarkAnswer(room=kept[0], mark=kept[1], new=False)

    def take_back(self, mark_id: str) -> None:
        """Take a mark back; the request ends where there is none."""
        if not (is_mark_id(mark_id) and self._is_taken_back(mark_id)):
            abort(404, "There is no such mark here, or it was taken back already.")

    def _is_taken_back(self, mark_id: str) -> bool:
        # What no mark can be called is not written down: nobody will send it.
        site, token_id = self.site, asking_token()
        now_ms = site.clock.now_ms()
        is_known = site.household.kept_mark(mark_id) is not None
        if not is_known and not self.unknown.is_left(token_id, "", now_ms):
            return False
        is_done = site.household.unmark(mark_id, made_ms=now_ms)
        if not is_known:
            self.unknown.use(token_id, "", now_ms)
        return is_done
