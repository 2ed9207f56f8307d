"""Tags, words and the end of a night; and what was deleted, taken back."""

from collections.abc import Iterable
from typing import Final

from flask import Blueprint, Response, abort, request

from monitor.store.deletion import WHOLE_HOUSE
from monitor.store.errors import SettingError
from web.diary import BEGINNING_MS, SUGGESTED, night_range, split_tags, undoable
from web.night_finder import asked_night
from web.present import night_title
from web.rendered import RenderedPages
from web.site import Site, page
from web.views.attempts import field, sent

DATA: Final = "/settings/data"
SURE: Final = "delete everything"


def diary_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of what people write on nights and what they delete."""
    views = Blueprint("diary", __name__)

    @views.get("/nights/<night>/diary")
    def diary(night: str) -> Response:
        room, name = _named(site, night)
        written = (", ".join(site.household.tags(room, name)), site.household.note(room, name))
        return _form(site, room, name, written)

    @views.post("/nights/<night>/diary")
    def write(night: str) -> Response:
        room, name = _named(site, night)
        tags, note = field("tags"), field("note")
        try:
            site.household.write_on(
                room, name, tags=split_tags(tags), note=note, made_ms=site.clock.now_ms()
            )
        except SettingError as error:
            response = _form(site, room, name, (tags, note), problem=f"{error}.".capitalize())
            response.status_code = 400
            return response
        rendered.forget()
        return sent(f"/nights/{name}{_query()}")

    @views.post("/nights/<night>/delete")
    def delete(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        household = site.household.in_force(room, window.get_up_ms)
        start_ms, end_ms = night_range(window, household)
        by_now_ms = min(end_ms, _recorded_ms(site, (room,)))
        now_ms = site.clock.now_ms()
        site.household.delete(room, start_ms, by_now_ms, made_ms=now_ms, night=window.night)
        rendered.forget()
        return sent(f"{DATA}?done=night")

    _add_data(views, site, rendered)
    return views


def _add_data(views: Blueprint, site: Site, rendered: RenderedPages) -> None:
    @views.get(DATA)
    def data() -> Response:
        return _data(site)

    @views.post(f"{DATA}/delete")
    def delete_everything() -> Response:
        if field("sure").strip().lower() != SURE:
            response = _data(site, problem=f"To delete everything, write “{SURE}” in the field.")
            response.status_code = 400
            return response
        by_now_ms = _recorded_ms(site, site.rooms())
        site.household.delete(WHOLE_HOUSE, BEGINNING_MS, by_now_ms, made_ms=site.clock.now_ms())
        rendered.forget()
        return sent(f"{DATA}?done=everything")

    @views.post(f"{DATA}/<int(max=2147483647):deletion_id>/undo")
    def undo(deletion_id: int) -> Response:
        if not site.household.undo_deletion(deletion_id, undone_ms=site.clock.now_ms()):
            abort(409, "This can no longer be taken back: it is gone, or was taken back already.")
        rendered.forget()
        return sent(f"{DATA}?done=undone")


def _recorded_ms(site: Site, rooms: Iterable[str]) -> int:
    """Return up to when anything can be recorded: what comes later was not there to delete.

    By this machine's clock, or by the newest minute where that is ahead of it.
    """
    newest = [site.store.newest_end_ms(room) or 0 for room in rooms]
    return max(site.clock.now_ms(), *newest)


def _named(site: Site, night: str) -> tuple[str, str]:
    room, found = asked_night(site, night)
    return room, found.score.window.night


def _query() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"?{query}" if query else ""


def _form(
    site: Site, room: str, night: str, written: tuple[str, str], *, problem: str = ""
) -> Response:
    known = tuple(site.household.tag_counts(room))
    return page(
        "diary.html",
        site,
        room,
        night=night,
        title=night_title(night),
        tags=written[0],
        note=written[1],
        known=[*known, *(tag for tag in SUGGESTED if tag not in known)][:12],
        problem=problem,
    )


def _data(site: Site, *, problem: str = "") -> Response:
    now_ms = site.clock.now_ms()
    titles = {room: site.title(room) for room in site.rooms()}
    return page(
        "data.html",
        site,
        None,
        undoable=undoable(site.household.deletions(), now_ms, site.zone("", None), titles),
        sure=SURE,
        done=request.args.get("done", ""),
        problem=problem,
    )
