"""How much light the screen beside the bed adds, by the room's own sensor."""

from typing import Annotated, Final

import msgspec
from flask import Blueprint, Response, abort, jsonify, request
from msgspec import Meta

from monitor.night.view_choices import Lux, SelfLight
from monitor.score.self_light import is_dark, measured, self_light_text
from web.feed import NowFeed
from web.site import Site, asked_room, page

TOO_FEW: Final = (
    "Too few values came from the light sensor. Is it fitted and on? Look at the status page."
)
TOO_SOON: Final = "A test takes a minute, and another one has just ended. Try again."
# Judgement: a test takes 60 s. What comes sooner is no test, and each one kept is a row for
# good: whoever holds a kiosk's link must not fill the card with them.
LEAST_BETWEEN_S: Final = 45.0
Seen = Annotated[tuple[Lux, ...], Meta(max_length=200)]  # judgement: a minute has 60


class WantedSelfLight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page saw of the light sensor while it was black, and while it was lit, lx."""

    black: Seen
    lit: Seen


_seen: Final = msgspec.json.Decoder(WantedSelfLight)


def self_light_views(site: Site, feed: NowFeed) -> Blueprint:
    """Return the views of the self-light test: its page, and what the page has seen."""
    views = Blueprint("self_light", __name__)
    open_from_s: dict[str, float] = {}

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
        now_s = site.clock.monotonic_s()
        if now_s < open_from_s.get(room, now_s):
            answer = jsonify(text=TOO_SOON)
            answer.status_code = 429
            return answer
        open_from_s[room] = now_s + LEAST_BETWEEN_S
        # Kept, so that `nightroom doctor` and the settings can tell it.
        site.household.choose(room, {"self_light": found}, valid_from_ms=site.clock.now_ms())
        return jsonify(text=f"The night display {self_light_text(found)}. {_advice(found)}")

    return views


def _advice(found: SelfLight) -> str:
    if is_dark(found):
        return "For sleeping that is dark."
    if found.added_lx < found.told_from_lx:
        return "Try again in a darker room."
    return "Dim the screen or turn it away."
