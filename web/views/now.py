"""The first page: the room now."""

from datetime import date
from typing import Final

from flask import Blueprint, Response

from monitor.store.errors import StoreError
from web.feed import NowFeed
from web.night_finder import nights_page
from web.night_page import NightText, night_text
from web.present import local_time, newest_title
from web.site import Site, asked_live_room, page

FIRST_EVENING: Final = "Tonight is the first night. Its rating appears here in the morning."
SO_FAR: Final = "Tonight so far"
UNREADABLE: Final = "The nights cannot be read now: Status says why."
# judgement: each goes from a pause to the minutes before it, of which none may be a night.
LEAPS: Final = 12


def now_views(site: Site, feed: NowFeed) -> Blueprint:
    """Return the views of the page for now."""
    views = Blueprint("now", __name__)

    @views.get("/")
    def now() -> Response:
        room = asked_live_room(site)
        night, name, trouble = last_night(site, room)
        return page(
            "now.html",
            site,
            room,
            now=feed.read(room),
            night=night,
            night_name=name,
            no_night=trouble or FIRST_EVENING,
        )

    return views


def newest_night(site: Site, room: str) -> NightText | None:
    """Return the newest night, also from before a long pause; None where there is none yet.

    Raises:
        StoreError: the store cannot be read now.
    """
    found = nights_page(site, room, None)
    for _ in range(LEAPS):
        if found.nights or not found.earlier:
            break
        found = nights_page(site, room, date.fromisoformat(found.earlier))
    return night_text(found.nights[0], site.unit()) if found.nights else None


def last_night(site: Site, room: str | None) -> tuple[NightText | None, str, str]:
    """Return the newest night, its name, and in words why it cannot be shown; '' where it can."""
    try:
        room = site.choose(room)
        night = None if room is None else newest_night(site, room)
    except StoreError:
        return None, "", UNREADABLE
    if room is None or night is None:
        return None, "", ""
    live = site.live.read(room)
    if live is not None and live.night is not None and live.night.window.night == night.night:
        return night, SO_FAR, ""
    today = local_time(site.clock.now_ms(), site.zone(room)).date()
    return night, newest_title(night.night, today), ""
