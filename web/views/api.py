"""The same values as JSON and CSV, versioned: what the pages use, others may."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from flask import Blueprint, Response, abort, request

from monitor.contract.record import Minute, epoch_ms
from monitor.score.result import NightScore
from monitor.score.telling import without_checks
from monitor.store.errors import SettingError
from web.answers import FRESH, whole
from web.api_documents import (
    API_VERSION,
    DiaryDocument,
    NightDocument,
    NightMinutesDocument,
    NightsDocument,
    ReadingsDocument,
    RoomsDocument,
    TagsDocument,
    WantedDiary,
)
from web.deleted import deleted_text
from web.feed import NowFeed
from web.minutes_out import csv_pieces, json_pieces
from web.night_finder import FoundNight, asked_night, day, nights_page
from web.numbers import as_told
from web.openapi import openapi_json
from web.rendered import RenderedPages
from web.scene import readings_of, scene_of
from web.site import Site, asked_room
from web.tag_finder import tagged_page

# Judgement: an hour is 35 kB as JSON, and one short look at the store. A day at a time left
# 4 MiB more behind in the process.
PIECE_MS: Final = 3_600_000
_diary: Final = msgspec.json.Decoder(WantedDiary)


def api_views(site: Site, feed: NowFeed, rendered: RenderedPages) -> Blueprint:
    """Return the views below /api/v1."""
    views = Blueprint("api", __name__, url_prefix="/api/v1")

    @views.get("/now")
    def now() -> Response:
        return feed.answer(request.args.get("room")).response()

    @views.get("/rooms")
    def rooms() -> Response:
        found = tuple(feed.read(room) for room in site.listed_rooms())
        return _fresh(msgspec.json.encode(RoomsDocument(rooms=found)))

    @views.get("/openapi.json")
    def openapi() -> Response:
        return Response(openapi_json(), mimetype="application/json")

    @views.get("/minutes")
    def minutes() -> Response:
        room = asked_room(site)
        if room is None:
            abort(404, "There is no room yet.")
        start_ms, end_ms = _instant_ms("from"), _instant_ms("to")
        if start_ms > end_ms:
            abort(400, "“from” is after “to”: no minute ends there.")
        pages = _pages(site, room, start_ms, end_ms)
        return _streamed(room, request.args.get("format", "json"), pages)

    _add_nights(views, site)
    _add_diary(views, site, rendered)
    return views


def _add_nights(views: Blueprint, site: Site) -> None:
    @views.get("/nights")
    def nights() -> Response:
        room = asked_room(site)
        until = request.args.get("until")
        if room is None:
            return _fresh(msgspec.json.encode(NightsDocument(room="", nights=())))
        last, tag = None if until is None else day(until), request.args.get("tag")
        found = tagged_page(site, room, tag, last) if tag else nights_page(site, room, last)
        unit = site.unit()
        document = NightsDocument(
            room=room,
            nights=tuple(as_told(it, unit) for it in found.nights),
            earlier=found.earlier,
            later=found.later,
        )
        return _fresh(msgspec.json.encode(document))

    @views.get("/nights/<night>")
    def night(night: str) -> Response:
        room, found = asked_night(site, night)
        document = _night(site, room, found.score)
        return _tagged(site, found, msgspec.json.encode(document), document.deleted)

    @views.get("/nights/<night>/readings")
    def readings(night: str) -> Response:
        room, found = asked_night(site, night)
        document = ReadingsDocument(
            room=room,
            night=found.score.window.night,
            minutes=readings_of(scene_of(site, room, found.score)),
        )
        return _fresh(msgspec.json.encode(document))

    @views.get("/nights/<night>/minutes")
    def night_minutes(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        kept = site.store.minutes(room, window.start_ms, window.end_ms)
        document = NightMinutesDocument(room=room, night=window.night, minutes=tuple(kept))
        return _tagged(site, found, msgspec.json.encode(document))


def _add_diary(views: Blueprint, site: Site, rendered: RenderedPages) -> None:
    @views.get("/tags")
    def tags() -> Response:
        room = asked_room(site) or ""
        found = dict(site.household.tag_counts(room))
        return _fresh(msgspec.json.encode(TagsDocument(room=room, tags=found)))

    @views.get("/nights/<night>/diary")
    def diary(night: str) -> Response:
        return _written(site, *asked_night(site, night))

    @views.put("/nights/<night>/diary")
    def write(night: str) -> Response:
        room, found = asked_night(site, night)
        name = found.score.window.night
        try:
            wanted = _diary.decode(request.get_data())
            site.household.write_on(
                room, name, tags=wanted.tags, note=wanted.note, made_ms=site.clock.now_ms()
            )
        except (msgspec.MsgspecError, UnicodeError, SettingError) as error:
            abort(400, f"This cannot be written on a night: {error}.")
        rendered.look_again()
        return _written(site, room, found)


def _written(site: Site, room: str, found: FoundNight) -> Response:
    name = found.score.window.night
    document = DiaryDocument(
        room=room,
        night=name,
        tags=tuple(site.household.tags(room, name)),
        note=site.household.note(room, name),
    )
    return _fresh(msgspec.json.encode(document))


def _instant_ms(name: str) -> int:
    """Return a time of the address; one without an offset, or none at all, ends with 400."""
    try:
        at = msgspec.convert(request.args.get(name, ""), datetime)
    except msgspec.ValidationError:
        at = None
    if at is None or at.tzinfo is None:
        abort(400, f"“{name}” is a time with its offset, such as 2026-11-22T23:00:00Z.")
    return epoch_ms(at)


def _pages(site: Site, room: str, start_ms: int, end_ms: int) -> Iterator[Sequence[Minute]]:
    """Return the minutes that ended in (start, end], a piece at a time, read as they are sent."""
    oldest_ms, newest_ms = site.store.oldest_end_ms(room), site.store.newest_end_ms(room)
    if oldest_ms is None or newest_ms is None:
        return
    first_ms, end_ms = max(start_ms, oldest_ms - 1), min(end_ms, newest_ms)
    while first_ms < end_ms:
        last_ms = min(first_ms + PIECE_MS, end_ms)
        found = site.store.minutes(room, first_ms, last_ms)
        yield found
        if not found:  # one stray minute of years ago must not cost a look at every hour since
            next_ms = site.store.oldest_end_ms(room, last_ms)
            last_ms = end_ms if next_ms is None else max(last_ms, next_ms - 1)
        first_ms = last_ms


def _streamed(room: str, kind: str, pages: Iterator[Sequence[Minute]]) -> Response:
    if kind == "csv":
        response = Response(csv_pieces(pages), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{room}.csv"'
    elif kind == "json":
        response = Response(json_pieces(room, API_VERSION, pages), mimetype="application/json")
    else:
        abort(400, "“format” is json or csv.")
    response.headers["Cache-Control"] = "no-store"
    return response


def _fresh(payload: bytes) -> Response:
    return whole(payload, FRESH).response()


def _night(site: Site, room: str, score: NightScore) -> NightDocument:
    deleted = deleted_text(score.window, room, site.household.deletions())
    told = as_told(without_checks(score) if deleted else score, site.unit())
    return NightDocument(room=room, night=told, deleted=deleted)


def _tagged(site: Site, found: FoundNight, payload: bytes, deleted: str = "") -> Response:
    """Return a document; a finished night's carries a tag, so that it travels once.

    Its words are in the unit that the house reads, and tell what was deleted of it: both are
    part of the tag.
    """
    if not found.tag or site.clock.now_ms() <= found.score.window.get_up_ms:
        return _fresh(payload)
    response = Response(payload, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{found.tag}-{site.unit()}-{zlib.crc32(deleted.encode()):x}")
    response.make_conditional(request)
    return response
