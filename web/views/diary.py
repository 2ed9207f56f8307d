"""Tags, words and the end of a night; and what was deleted, taken back."""

from collections.abc import Iterable, Mapping
from typing import Final

from flask import Blueprint, Response, abort, request

from monitor.contract.record import MarkKind
from monitor.night.household import PageMark
from monitor.score.series import picture_span
from monitor.store.deletion import WHOLE_HOUSE
from monitor.store.diary_rows import MAX_MARK_CHARACTERS
from monitor.store.errors import SettingError
from monitor.store.plain_text import plain_text
from web.diary import BEGINNING_MS, SUGGESTED, night_range, split_tags, undoable
from web.night_finder import FoundNight, asked_night
from web.present import clock_text, night_title
from web.rendered import RenderedPages
from web.setting_fields import SHOWN, as_changed
from web.site import Site, page
from web.told import AT, told_ms
from web.views.attempts import field, sent

DATA: Final = "/settings/data"
SURE: Final = "delete everything"
MARK: Final = "mark-"


def diary_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views of what people write on nights and what they delete."""
    views = Blueprint("diary", __name__)

    @views.get("/nights/<night>/diary")
    def diary(night: str) -> Response:
        room, found = asked_night(site, night)
        kept = _kept(site, room, found)
        return _form(site, room, found, kept, shown=kept)

    @views.post("/nights/<night>/diary")
    def write(night: str) -> Response:
        with site.saving:
            return saved(night)

    def saved(night: str) -> Response:
        room, found = asked_night(site, night)
        name = found.score.window.night
        kept = _kept(site, room, found)
        wanted = _wanted(kept)
        try:
            site.household.write_on(
                room,
                name,
                tags=split_tags(wanted["tags"]),
                note=wanted["note"],
                words=_words(wanted),
                made_ms=site.clock.now_ms(),
            )
        except SettingError as error:
            problem = f"{error}.".capitalize()
            shown = {it: _shown(it) for it in wanted}
            response = _form(site, room, found, {**kept, **wanted}, shown=shown, problem=problem)
            response.status_code = 400
            return response
        rendered.look_again()
        return sent(f"/nights/{name}{_query()}")

    _add_data(views, site, rendered)
    return views


def _add_data(views: Blueprint, site: Site, rendered: RenderedPages) -> None:
    @views.post("/nights/<night>/delete")
    def delete(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        household = site.household.in_force(room, window.get_up_ms)
        start_ms, end_ms = night_range(window, household)
        by_now_ms = min(end_ms, _recorded_ms(site, (room,)))
        now_ms = site.clock.now_ms()
        site.household.delete(room, start_ms, by_now_ms, made_ms=now_ms, night=window.night)
        rendered.look_again()
        return _done(site, "night")

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
        rendered.look_again()
        return _done(site, "everything")

    @views.post(f"{DATA}/<int(max=2147483647):deletion_id>/undo")
    def undo(deletion_id: int) -> Response:
        if not site.household.undo_deletion(deletion_id, undone_ms=site.clock.now_ms()):
            abort(409, "This can no longer be taken back: it is gone, or was taken back already.")
        rendered.look_again()
        return _done(site, "undone")


def _done(site: Site, what: str) -> Response:
    return sent(f"{DATA}?done={what}&{AT}={site.clock.now_ms()}")


def _recorded_ms(site: Site, rooms: Iterable[str]) -> int:
    """Return up to when anything can be recorded: what comes later was not there to delete.

    By this machine's clock, or by the newest minute where that is ahead of it.
    """
    newest = [site.store.newest_end_ms(room) or 0 for room in rooms]
    return max(site.clock.now_ms(), *newest)


def _notes(site: Site, room: str, found: FoundNight) -> tuple[PageMark, ...]:
    """Return the notes that were marked in a night; in the dark they had no words."""
    said = site.household.marks(room, *picture_span(found.score.window))
    return tuple(mark for mark in said if mark.kind is MarkKind.NOTE)


def _query() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"?{query}" if query else ""


def _kept(site: Site, room: str, found: FoundNight) -> dict[str, str]:
    """Return what is written on a night, by the form's fields."""
    name = found.score.window.night
    notes = {f"{MARK}{mark.mark_id}": mark.note for mark in _notes(site, room, found)}
    tags = ", ".join(site.household.tags(room, name))
    return {"tags": tags, "note": site.household.note(room, name), **notes}


def _wanted(kept: Mapping[str, str]) -> dict[str, str]:
    """Return the form in hand; of marks only those it has."""
    form = {name: _lines(text) for name, text in request.form.items()}
    now = {it: text for it, text in kept.items() if not it.startswith(MARK) or it in form}
    return as_changed(now, form)


def _words(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the words with marks, by mark_id."""
    return {it.removeprefix(MARK): text for it, text in wanted.items() if it.startswith(MARK)}


def _shown(name: str) -> str | None:
    """Return what the page showed in a field, None where it does not say."""
    shown = request.form.get(f"{SHOWN}{name}")
    return None if shown is None else _lines(shown)


def _lines(text: str) -> str:
    """Return text as the store keeps it; a browser ends lines with two characters."""
    return plain_text(text.replace("\r\n", "\n"))


def _form(
    site: Site,
    room: str,
    found: FoundNight,
    written: Mapping[str, str],
    *,
    shown: Mapping[str, str | None],
    problem: str = "",
) -> Response:
    window = found.score.window
    known = tuple(site.household.tag_counts(room))
    marks = [
        (f"{MARK}{it.mark_id}", clock_text(it.at_ms, window.zone))
        for it in _notes(site, room, found)
    ]
    return page(
        "diary.html",
        site,
        room,
        night=window.night,
        title=night_title(window.night),
        marks=[(name, at, written[name]) for name, at in marks],
        most=MAX_MARK_CHARACTERS,
        tags=written["tags"],
        note=written["note"],
        shown={f"{SHOWN}{name}": text for name, text in shown.items() if text is not None},
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
        undoable=undoable(
            site.household.deletions(),
            site.household.gone_deletions(),
            now_ms,
            lambda room, at_ms: site.household.in_force(room, at_ms).zone,
            titles,
        ),
        sure=SURE,
        done="" if told_ms(now_ms) is None else request.args.get("done", ""),
        has_monitor=site.has_monitor(),
        problem=problem,
    )
