"""Every room of the house on one page."""

from flask import Blueprint, Response

from web.feed import NowFeed
from web.site import Site, page
from web.views.now import last_night


def rooms_views(site: Site, feed: NowFeed) -> Blueprint:
    """Return the view of all rooms."""
    views = Blueprint("rooms", __name__)

    @views.get("/rooms")
    def rooms() -> Response:
        cards = [(feed.read(room), *last_night(site, room)) for room in site.listed_rooms()]
        return page("rooms.html", site, None, cards=cards)

    return views
