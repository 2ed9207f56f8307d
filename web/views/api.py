"""The same values as JSON, versioned: what the pages use, others may."""

from typing import Final

import msgspec
from flask import Blueprint, Response, request

from monitor.contract.record import Minute
from monitor.score.result import NightScore
from web.feed import NowFeed
from web.night_finder import FoundNight, asked_night, day, nights_page
from web.readings import MinuteReading
from web.scene import readings_of, scene_of
from web.site import Site, asked_room

API_VERSION: Final = 1
FRESH: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}


class NightDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One night of a room."""

    v: int = API_VERSION
    room: str
    night: NightScore


class NightsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Some weeks of nights, newest first, as outlines; earlier and later name an `until`."""

    v: int = API_VERSION
    room: str
    nights: tuple[NightScore, ...]
    earlier: str = ""
    later: str = ""


class MinutesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of a night's window."""

    v: int = API_VERSION
    room: str
    night: str
    minutes: tuple[Minute, ...]


class ReadingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A night's picture in words: one entry a minute from its left edge on, as shown."""

    v: int = API_VERSION
    room: str
    night: str
    minutes: tuple[MinuteReading, ...]


def api_views(site: Site, feed: NowFeed) -> Blueprint:
    """Return the views below /api/v1."""
    views = Blueprint("api", __name__, url_prefix="/api/v1")

    @views.get("/now")
    def now() -> Response:
        return _fresh(feed.payload(request.args.get("room")))

    @views.get("/nights")
    def nights() -> Response:
        room = asked_room(site)
        until = request.args.get("until")
        if room is None:
            return _fresh(msgspec.json.encode(NightsDocument(room="", nights=())))
        found = nights_page(site, room, None if until is None else day(until))
        document = NightsDocument(
            room=room, nights=found.nights, earlier=found.earlier, later=found.later
        )
        return _fresh(msgspec.json.encode(document))

    @views.get("/nights/<night>")
    def night(night: str) -> Response:
        room, found = asked_night(site, night)
        document = NightDocument(room=room, night=found.score)
        return _tagged(site, found, msgspec.json.encode(document))

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
    def minutes(night: str) -> Response:
        room, found = asked_night(site, night)
        window = found.score.window
        kept = site.store.minutes(room, window.start_ms, window.end_ms)
        document = MinutesDocument(room=room, night=window.night, minutes=tuple(kept))
        return _tagged(site, found, msgspec.json.encode(document))

    return views


def _fresh(payload: bytes) -> Response:
    return Response(payload, headers=FRESH)


def _tagged(site: Site, found: FoundNight, payload: bytes) -> Response:
    """Return a document; a finished night's carries a tag, so that it travels once."""
    if not found.tag or site.clock.now_ms() <= found.score.window.get_up_ms:
        return _fresh(payload)
    response = Response(payload, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(found.tag)
    response.make_conditional(request)
    return response
