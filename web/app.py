"""Makes the dashboard: a Flask application from its sources."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, jsonify, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed, ServiceUnavailable
from werkzeug.routing import Map

from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.runtime.settings import BrokerSettings, WebSettings
from monitor.store.errors import StoreError
from web.again import Again
from web.ahead import Ahead
from web.asked import AskedHousehold
from web.feed import NowFeed
from web.gate import MAX_BODY_BYTES, Gate, allowed_names
from web.guard import Guard
from web.in_sight import InSight
from web.moon import band_html, moon_html
from web.origin import BEDSIDE, bedside_of, is_for_the_dark, room_of, safe_next
from web.present import unbroken
from web.rendered import FORGET, KEEP, RenderedPages
from web.room_links import room_address
from web.server import STREAMS
from web.site import Site
from web.streams import LiveStreams
from web.views.about import about_views
from web.views.access import access_views
from web.views.alerts import alerts_views
from web.views.api import api_views
from web.views.attempts import wanted_next
from web.views.bedside import bedside_views
from web.views.compare import compare_views
from web.views.diary import diary_views
from web.views.door import door_views
from web.views.events import events_views
from web.views.marks import marks_views
from web.views.nights import nights_views
from web.views.now import now_views
from web.views.rooms import rooms_views
from web.views.self_light import self_light_views
from web.views.settings import settings_views
from web.views.status import status_views
from web.views.tagged import tagged_views
from web.views.times import times_views

ERROR_TITLES: Final = {
    400: "Not understood",
    401: "Log in first",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not that way",
    413: "Too large",
    429: "Too many",
    500: "Something broke",
    503: "Not readable now",
}
OWN_WORDS: Final = {
    404: "There is no page at this address.",
    405: "This address is not asked in that way.",
}
AHEAD: Final = "nightroom_ahead"
# judgement: a file's address changes with its content, so it may be kept for good.
STATIC_MAX_AGE_S: Final = 365 * 86_400
# judgement: time enough to read an error. With a script it is half as long (again.js).
AGAIN_S: Final = 60


class Dashboard(Flask):
    """Flask, but its log names a route instead of an address: a kiosk link is a secret."""

    # Two slashes are no other way to say one. Werkzeug would redirect, and to answer with
    # its redirect Flask loads a test client, which web/lean.py leaves out.
    url_map_class = partial(Map, merge_slashes=False)  # type: ignore[assignment] # as it is called

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is: none of ours is a coroutine.

        Flask looks three times a request, for a twentieth of the time of a short answer.
        """
        return func

    def send_static_file(self, filename: str) -> Response:
        """Return a file of the pages; one that will not be sent is closed at once.

        Werkzeug opens it also for a browser that has it already, and leaves it open.
        """
        response = super().send_static_file(filename)
        if request.method == "HEAD" or response.status_code == HTTPStatus.NOT_MODIFIED:
            response.close()
        return response

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - Flask's own signature
        """Log what went wrong in a view."""
        self.logger.error(
            line("request failed", method=request.method, route=request.url_rule),
            exc_info=exc_info,
        )


def create_app(
    *,
    settings: WebSettings,
    hostname: str,
    site: Site,
    guard: Guard,
    new_id: Callable[[], str],
    pace: Clock,
    broker: BrokerSettings | None = None,
) -> Flask:
    """Return the dashboard as a WSGI application.

    Args:
        settings: section [web].
        hostname: this machine's own name, which is answered to.
        site: what the pages show.
        guard: who may see and do what.
        new_id: names a mark that a form will make, a UUID.
        pace: spaces what live streams send.
        broker: section [broker], for the page that says what leaves this box.
    """
    app = Dashboard(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_MAX_AGE_S
    asked = AskedHousehold(site.household)
    # All that a page is told goes this way, also which minutes and nights are deleted.
    site = replace(site, household=asked.source, store=InSight(site.store, asked.source))
    feed = NowFeed(site)
    streams = LiveStreams(pace)
    app.extensions[STREAMS] = streams
    guard.install(app)
    if guard.auth is not None:
        app.register_blueprint(door_views(guard.auth, guard.cookies))
        app.register_blueprint(access_views(site, guard.auth, guard.cookies))
    rendered = RenderedPages(site, KEEP if guard.auth is None else FORGET)
    for views in (
        now_views(site, feed),
        rooms_views(site, feed),
        about_views(site, broker or BrokerSettings(), settings, guard.auth),
        compare_views(site),
        tagged_views(site),
        nights_views(site, rendered, asked),
        status_views(site),
        api_views(site, feed, rendered),
        events_views(site, feed, streams, guard),
        bedside_views(site, feed, new_id),
        self_light_views(site, feed),
        marks_views(site, rendered),
        times_views(site, rendered),
        settings_views(site, rendered),
        alerts_views(site),
        diary_views(site, rendered),
    ):
        app.register_blueprint(views)
    app.extensions[AHEAD] = Ahead(app, site, rendered)
    app.register_error_handler(HTTPException, _show_error)
    app.register_error_handler(StoreError, _show_store_error)
    _prepare_templates(app, site)
    again = Again(app.wsgi_app, guard, (feed.find, rendered.find))
    app.wsgi_app = Gate(again, names=allowed_names(hostname, settings.hosts))  # type: ignore[method-assign] # Flask documents this as the way to add middleware
    return app


def ahead_of(app: Flask) -> Ahead:
    """Return what draws finished nights before somebody opens them; it waits for its thread."""
    ahead: Ahead = app.extensions[AHEAD]
    return ahead


def _prepare_templates(app: Flask, site: Site) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["unbroken"] = unbroken
    app.jinja_env.globals["band"] = band_html
    app.jinja_env.globals["moon"] = moon_html
    app.jinja_env.globals["room_address"] = partial(room_address, site)
    app.jinja_env.globals["asset"] = _asset_addresses(Path(app.static_folder or ""))


def _asset_addresses(folder: Path) -> Callable[[str], str]:
    """Return a function from a static file's name to its address with a content tag."""
    tags = {path.name: f"{zlib.crc32(path.read_bytes()):08x}" for path in folder.iterdir()}

    @lru_cache(maxsize=2 * len(tags))  # six a page, each the price of a sentence
    def below(_root: str, name: str) -> str:
        return url_for("static", filename=name, v=tags[name])

    return lambda name: below(request.environ.get("SCRIPT_NAME", ""), name)


def _show_error(error: HTTPException) -> Response:
    code = error.code or 500
    title = ERROR_TITLES.get(code, "This did not work")
    # What the library says of itself speaks of servers and spelling; ours says what to do.
    text = OWN_WORDS.get(code) if error.description == type(error).description else None
    text = text or error.description or ""
    if code == 500:  # noqa: PLR2004 - the status code is its own name
        text = "The log of nightroom-web says what happened. Recording is not affected."
    if request.path.startswith("/api/"):
        response = jsonify(error=text, status=code)
    else:
        # Beside the bed an error is as dark as the page it takes the place of, and as the page
        # that the login it takes the place of would have led to.
        wanted = wanted_next()
        name = "dark_error.html" if is_for_the_dark(request.path, wanted) else "error.html"
        body = render_template(
            name,
            title=title,
            text=text,
            code=code,
            query="",
            rooms=[],
            back=_bedside_again(code, wanted),
            again=_tried_again(code, wanted),
            again_s=AGAIN_S,
        )
        response = Response(body, mimetype="text/html")
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    if code == 401:  # noqa: PLR2004 - the status code is its own name
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):  # Source: RFC 9110, section 15.5.6
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _bedside_again(code: int, wanted: str | None) -> str:
    """Return the page beside the same bed; what is not there is not offered again."""
    onward = safe_next(wanted)
    if onward.startswith(BEDSIDE):
        return onward
    is_there = code != 404  # noqa: PLR2004 - the status code is its own name
    return bedside_of(request.args.get("room") or room_of(onward) if is_there else None)


def _tried_again(code: int, wanted: str | None) -> str | None:
    """Return what an error beside the bed leads to by itself: '' to its own address, None nowhere.

    A room that is not there yet is waited for: a screen is of one bed, and of no other.
    """
    if request.path.startswith("/kiosk/"):
        # Its secret is in its address alone. A link that is not valid never will be.
        return "" if code >= 500 else None  # noqa: PLR2004 - the status code is its own name
    return bedside_of(request.args.get("room") or room_of(safe_next(wanted)))


def _show_store_error(error: StoreError) -> Response:
    return _show_error(ServiceUnavailable(f"The store cannot be read: {error}"))
