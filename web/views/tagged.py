"""Two sets of nights beside each other, by what people wrote on them."""

from flask import Blueprint, Response, abort, request

from web.night_page import night_text
from web.site import Site, asked_room, page
from web.tag_finder import tagged_sets
from web.tagged_nights import compare_sets


def tagged_views(site: Site) -> Blueprint:
    """Return the view of two sets of nights."""
    views = Blueprint("tagged", __name__)

    @views.get("/nights/sets")
    def sets() -> Response:
        room = asked_room(site)
        tags = {} if room is None else site.household.tag_counts(room)
        tag, other = request.args.get("a", ""), request.args.get("b", "")
        asked = {"tags": tags, "wanted": tag, "other": other}
        if room is None or not tag:
            return page("sets.html", site, room, found=None, sets=(), **asked)
        if not {tag, other or tag} <= set(tags):
            abort(404, "There is no night with this tag here.")
        both = tagged_sets(site, room, tag, other)
        unit = site.unit()
        return page(
            "sets.html",
            site,
            room,
            found=compare_sets(*both),
            sets=[
                (one.name, [night_text(it, unit) for it in reversed(one.nights)]) for one in both
            ],
            **asked,
        )

    return views
