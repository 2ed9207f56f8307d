"""The status page: is everything recorded, and if not, what to do."""

import platform
from contextlib import suppress

from flask import Blueprint, Response

from monitor.store.errors import StoreError
from web.health import health
from web.installed import product_version
from web.site import Site, asked_live_room, page


def status_views(site: Site) -> Blueprint:
    """Return the status page's view."""
    views = Blueprint("status", __name__)
    versions = (
        ("nightroom", product_version("nightroom")),
        ("Python", platform.python_version()),
        ("Flask", product_version("flask")),
    )

    @views.get("/status")
    def status() -> Response:
        room, found = asked_live_room(site), None
        with suppress(StoreError):  # the store's condition says why, and what to do
            found = None if room is None else health(site, room)
        conditions = [one for one in site.store.condition() if one.fix]
        return page(
            "status.html",
            site,
            room,
            health=found,
            conditions=conditions,
            versions=versions,
        )

    return views
