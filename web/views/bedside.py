"""The page beside the bed: a clock all night, the room before it, one large button."""

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from flask import Blueprint, Response, abort, jsonify, request
from msgspec import Meta

from monitor.contract.record import MarkKind
from monitor.night.view_choices import Lux, SelfLight
from monitor.night.window import night_of, scheduled
from monitor.score.self_light import is_dark, measured, self_light_text
from web.feed import NowFeed
from web.marking import MARK_WORDS
from web.room_now import RELIABLE
from web.site import Site, asked_room, page

# The large one first; "get up" is what the light tells best.
BUTTONS: Final = (MarkKind.AWAKE, MarkKind.JERK, MarkKind.NOTE, MarkKind.LIGHTS_OUT)


TOO_FEW: Final = (
    "Too few values came from the light sensor. Is it fitted and on? Look at the status page."
)
Seen = Annotated[tuple[Lux, ...], Meta(max_length=200)]  # judgement: a minute has 60


class WantedSelfLight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page saw of the light sensor while it was black, and while it was lit, lx."""

    black: Seen
    lit: Seen


_seen: Final = msgspec.json.Decoder(WantedSelfLight)


def bedside_views(site: Site, feed: NowFeed, new_id: Callable[[], str]) -> Blueprint:
    """Return the view of the bedside page; new_id names the mark its form would make."""
    views = Blueprint("bedside", __name__)

    @views.get("/bedside")
    def bedside() -> Response:
        room = asked_room(site)
        now = feed.read(room)
        now_ms = site.clock.now_ms()
        household = site.household.in_force(room or "", now_ms)
        bed_ms, wake_ms = scheduled(night_of(now_ms, household), household)
        return page(
            "bedside.html",
            site,
            room,
            now=now,
            is_recording=now.condition in RELIABLE,
            buttons=[(str(kind), MARK_WORDS[kind]) for kind in BUTTONS],
            mark_id=new_id(),
            # While the server is silent the page goes dark at bedtime by itself.
            sleep_in_s=(bed_ms - now_ms) // 1000,
            wake_in_s=(wake_ms - now_ms) // 1000,
        )

    _add_self_light(views, site, feed)
    return views


def _add_self_light(views: Blueprint, site: Site, feed: NowFeed) -> None:
    """Add the test of how much light the page itself gives off."""

    @views.get("/bedside/self-light")
    def self_light() -> Response:
        room = asked_room(site)
        return page("self_light.html", site, room, clock=feed.read(room).clock)

    @views.post("/bedside/self-light")
    def self_light_verdict() -> Response:
        room = asked_room(site)
        try:
            seen = _seen.decode(request.get_data())
        except (msgspec.MsgspecError, UnicodeError) as error:
            abort(400, f"This was not seen by a light sensor: {error}.")
        found = measured(seen.black, seen.lit)
        if room is None or found is None:
            return jsonify(text=TOO_FEW)
        # Kept, so that `nightroom doctor` and the settings can tell it.
        site.household.choose(room, {"self_light": found}, valid_from_ms=site.clock.now_ms())
        return jsonify(text=f"The night display {self_light_text(found)}. {_advice(found)}")


def _advice(found: SelfLight) -> str:
    if is_dark(found):
        return "For sleeping that is dark."
    if found.added_lx < found.told_from_lx:
        return "Try again in a darker room."
    return "Dim the screen or turn it away."
