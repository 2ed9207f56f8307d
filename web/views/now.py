"""The first page: the room now."""

from typing import Final

from flask import Blueprint, Response

from monitor.score.result import NightScore
from monitor.store.errors import StoreError
from web.feed import NowFeed
from web.night_finder import nights_page
from web.night_page import NightText, night_text
from web.site import Site, asked_room, page

FIRST_EVENING: Final = "Tonight is the first night. Its rating appears here in the morning."


def now_views(site: Site, feed: NowFeed) -> Blueprint:
    """Return the views of the page for now."""
    views = Blueprint("now", __name__)

    @views.get("/")
    def now() -> Response:
        room = asked_room(site)
        night = None if room is None else newest_night(site, room)
        running = site.live.read(room) if room is not None else None
        return page(
            "now.html",
            site,
            room,
            now=feed.read(room),
            night=night,
            is_running=night is not None
            and running is not None
            and _is_named(running.night, night.night),
            first_evening=FIRST_EVENING,
        )

    return views


def newest_night(site: Site, room: str) -> NightText | None:
    """Return the newest night, None where there is none or it cannot be read now."""
    try:
        nights = nights_page(site, room, None).nights
    except StoreError:
        return None
    return night_text(nights[0], site.unit()) if nights else None


def _is_named(score: NightScore | None, night: str) -> bool:
    return score is not None and score.window.night == night
