"""The room as server-sent events; the page asks instead where this is refused."""

from typing import Final

import msgspec
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from monitor.store.errors import StoreError
from web.api_documents import ErrorDocument
from web.feed import NowFeed
from web.guard import Guard
from web.site import Site
from web.streams import LiveStreams

RETRY_AFTER_S: Final = "30"
EVENTS: Final = "/api/v1/events"


def events_views(site: Site, feed: NowFeed, streams: LiveStreams, guard: Guard) -> Blueprint:
    """Return the view of a room's events."""
    views = Blueprint("events", __name__, url_prefix="/api/v1")

    @views.get("/events")
    def events() -> Response:
        wanted = request.args.get("room")
        site.choose_live(wanted)

        environ = request.environ

        def may() -> bool:
            try:
                return guard.admits(guard.visitor(environ).who, "GET", EVENTS)
            except StoreError:
                return False  # As below.

        def read() -> tuple[bytes, bytes] | None:
            try:
                return feed.told(wanted)
            except (HTTPException, StoreError):
                return None  # The page asks again, and gets the reason as an answer.

        stream = streams.begin(read, may)
        if stream is None:
            error = ErrorDocument(error="Many pages are live: ask /api/v1/now.", status=503)
            return Response(
                msgspec.json.encode(error),
                status=error.status,
                mimetype="application/json",
                headers={"Retry-After": RETRY_AFTER_S},
            )
        response = Response(stream, mimetype="text/event-stream")
        response.call_on_close(stream.close)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        return response

    return views
