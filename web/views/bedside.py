"""The page beside the bed: a clock all night, the room before it, one large button."""

from collections.abc import Callable
from typing import Final

import msgspec
from flask import Blueprint, Response, request

from monitor.contract.record import MarkKind
from monitor.night.household import PageMark
from web.bedside_nights import usual_nights
from web.clock_changes import clock_offsets
from web.feed import NowFeed
from web.marking import MARK_WORDS, noted_text
from web.site import Site, asked_live_room, page

# The large one first. "Get up" is offered by the night's face alone: in the evening nobody does.
BUTTONS: Final = (
    MarkKind.AWAKE,
    MarkKind.JERK,
    MarkKind.NOTE,
    MarkKind.LIGHTS_OUT,
    MarkKind.GET_UP,
)
# What the answer to a form says, by the address it leads to.
MARKED: Final = "marked"
TAKEN_BACK: Final = "taken_back"
JUST_NOW_MS: Final = 60_000  # judgement: later, a reloaded page has no news to tell


def bedside_views(site: Site, feed: NowFeed, new_id: Callable[[], str]) -> Blueprint:
    """Return the view of the bedside page; new_id names the mark its form would make."""
    views = Blueprint("bedside", __name__)

    @views.get("/bedside")
    def bedside() -> Response:
        room = asked_live_room(site)
        now = feed.read(room)
        now_ms = site.clock.now_ms()
        household = site.household.in_force(room or "", site.in_force_ms())
        nights = usual_nights(now_ms, household)
        edges_s = [at_s for night in nights for at_s in night]
        marked = _just_marked(site, room, now_ms)
        noted = "" if marked is None else noted_text(marked, household.zone)
        if TAKEN_BACK in request.args:
            noted = "Taken back."
        return page(
            "bedside.html",
            site,
            room,
            now=now,
            is_recording=now.is_recording,
            buttons=[(str(kind), MARK_WORDS[kind]) for kind in BUTTONS],
            mark_id=new_id(),
            # What a touch does where there is a script, a link or a form does without one.
            is_shown="show" in request.args or bool(noted),
            noted=noted,
            marked_id="" if marked is None else marked.mark_id,
            # While the server is silent the page goes dark, and light again, by itself.
            nights=msgspec.json.encode(nights).decode(),
            offsets=msgspec.json.encode(clock_offsets(edges_s, household.zone)).decode(),
        )

    return views


def _just_marked(site: Site, room: str | None, now_ms: int) -> PageMark | None:
    """Return the mark that a form has just made, None without one."""
    wanted = request.args.get(MARKED)
    if wanted is None or room is None:
        return None
    made = site.household.marks(room, now_ms - JUST_NOW_MS, now_ms)
    return next((mark for mark in made if mark.mark_id == wanted), None)
