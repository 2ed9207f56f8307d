"""The one guard before every view: who asks, and whether they may. What is not listed, may not.

A person who gave the password may do everything. A kiosk reads, makes marks and reports the
self-light test of its own screen, an API token uses /api/v1, everybody else sees the door.
Whatever changes something must come from a page of ours and carry that page's form token.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlsplit
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, abort, g, render_template, request

from monitor.store.access_rows import TokenKind
from web.access_mode import is_loopback
from web.auth import Auth
from web.cookies import Cookies
from web.origin import (
    BEDSIDE,
    SAFE_METHODS,
    bedside_of,
    is_bedside,
    is_for_the_dark,
    is_own,
    safe_next,
)
from web.tokens import SECRET_BYTES, form_token, is_same, secret_text

FORM_FIELD: Final = "form_token"
FORM_HEADER: Final = "X-Form-Token"
API: Final = "/api/"
API_RULES: Final = "/api/v1/"
SETUP: Final = "/setup"
# Endpoints that answer everybody; the first run knows fewer.
_FIRST_RUN: Final = frozenset({"static", "door.set_up", "door.try_code"})
_DOORS: Final = _FIRST_RUN | {"door.log_in", "door.try_password", "door.kiosk"}
# Judgement: a kiosk reads, makes marks and takes them back, and reports what its own screen adds
# to the dark, which no other screen can test (web/views/self_light.py). Named one by one: a page
# that is added later is closed to kiosks until somebody decides otherwise.
_KIOSK_READS: Final = frozenset(
    {
        "/",
        "/bedside",
        "/bedside/self-light",
        "/nights",
        "/nights/<night>",
        "/nights/compare",
        "/nights/sets",
        "/status",
        "/rooms",
        "/about",
        "/privacy",
        "/api/v1/now",
        "/api/v1/events",
        "/api/v1/nights",
        "/api/v1/rooms",
        "/api/v1/openapi.json",
        "/api/v1/nights/<night>",
        "/api/v1/nights/<night>/minutes",
        "/api/v1/nights/<night>/readings",
        "/api/v1/marks",
    }
)
_KIOSK_CHANGES: Final = frozenset(
    {
        "/marks",
        "/marks/undo",
        "/api/v1/marks",
        "/api/v1/marks/<mark_id>",
        "/bedside/self-light",
    }
)


class Who(StrEnum):
    """Whom a request comes from."""

    NOBODY = "nobody"
    KIOSK = "kiosk"
    API = "api"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whom the request in hand comes from; form_key is the cookie its forms are tied to.

    token_id: the token that opened the way, None for a person and for nobody.
    """

    who: Who
    form_key: str
    token_id: int | None = None


def may(who: Who, method: str, rule: str) -> bool:
    """Tell whether somebody may use an address; rule as routed, such as /nights/<night>."""
    if who is Who.HOUSEHOLD:
        return True
    if who is Who.API:
        return rule.startswith(API_RULES)
    if who is Who.KIOSK:
        return rule in (_KIOSK_READS if method in SAFE_METHODS else _KIOSK_CHANGES)
    return False


class Guard:
    """Checks every request of an application; auth None: no login, on this machine alone."""

    def __init__(
        self,
        auth: Auth | None,
        *,
        cookies: Cookies,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.auth: Final = auth
        self.cookies: Final = cookies
        self._random_bytes = random_bytes

    def install(self, app: Flask) -> None:
        """Stand before every view of an application."""
        app.before_request(self._check)
        app.after_request(self._remember_visitor)
        app.context_processor(
            lambda: {
                "form_token": self._form_token,
                "form_field": FORM_FIELD,
                "has_login": self.auth is not None,
                "is_encrypted": self.cookies.https,
                "is_night": is_bedside(request.path),
                "is_household": asks_as_household(),
            }
        )

    def _check(self) -> Response | None:
        g.visitor = self.visitor(request.environ)
        # What leads nowhere is answered with 404 or 405, and changes nothing either way.
        changes = request.method not in SAFE_METHODS and request.routing_exception is None
        if changes and g.visitor.who is not Who.API:
            self._check_origin()
        rule = str(request.url_rule) if request.url_rule else ""
        if self.admits(g.visitor.who, request.method, rule):
            return None
        if self.auth is not None and not self.auth.is_set_up():
            return _first_run()
        if request.endpoint in _DOORS:
            return None
        if g.visitor.who is Who.NOBODY:
            return _to_the_door(is_trustworthy=self.cookies.https or _is_on_this_machine())
        if not rule:
            return None  # Nothing is there; the answer to that is 404.
        return abort(403, "This sign-in may not do that. Log in with the household's password.")

    def admits(self, who: Who, method: str, rule: str) -> bool:
        """Tell whether somebody may use an address now; rule as routed, '' for none."""
        if self.auth is None:
            return True
        return self.auth.is_set_up() and may(who, method, rule)

    def visitor(self, environ: WSGIEnvironment) -> Visitor:
        """Return whom a request comes from, by its headers alone."""
        cookies = self.cookies.all(environ)
        anonymous = cookies.get(self.cookies.visitor) or ""
        if self.auth is None:
            return Visitor(who=Who.HOUSEHOLD, form_key=anonymous)
        kind, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer":
            known = self.auth.token(secret.strip(), TokenKind.API)
            # A token that is shown must be right, whatever cookies come with it.
            if known:
                return Visitor(who=Who.API, form_key="", token_id=known.token_id)
            return Visitor(who=Who.NOBODY, form_key=anonymous)
        for name, who in ((self.cookies.session, Who.HOUSEHOLD), (self.cookies.kiosk, Who.KIOSK)):
            cookie = cookies.get(name)
            session = self.auth.sessions.find(cookie)
            if cookie and session and (session.token_id is None) is (who is Who.HOUSEHOLD):
                return Visitor(who=who, form_key=cookie, token_id=session.token_id)
        return Visitor(who=Who.NOBODY, form_key=anonymous)

    def _check_origin(self) -> None:
        headers = request.headers
        if not is_own(
            origin=headers.get("Origin"),
            fetch_site=headers.get("Sec-Fetch-Site"),
            referrer=headers.get("Referer"),
            host=headers.get("Host", ""),
            scheme="https" if self.cookies.https else "http",
        ):
            abort(403, "This did not come from a page of this dashboard.")
        given = headers.get(FORM_HEADER) or request.form.get(FORM_FIELD, "")
        key = g.visitor.form_key
        if not key or not is_same(given, form_token(key)):
            abort(403, "This page is out of date: go back, reload it and try again.")

    def _form_token(self) -> str:
        """Return the token for the forms of the page in hand."""
        visitor = _visitor()
        if not visitor.form_key:
            g.new_visitor = secret_text(self._random_bytes(SECRET_BYTES))
            g.visitor = replace(visitor, form_key=g.new_visitor)
        return form_token(g.visitor.form_key)

    def _remember_visitor(self, response: Response) -> Response:
        if "new_visitor" in g:
            self.cookies.put(response, self.cookies.visitor, g.new_visitor, lasting=False)
        return response


def asks_as_household() -> bool:
    """Tell whether the request in hand may do everything, so that a page offers it."""
    return _visitor().who is Who.HOUSEHOLD


def asking_token() -> int | None:
    """Return the token_id by which the request in hand may do anything, None for a person."""
    return _visitor().token_id


def _visitor() -> Visitor:
    found: Visitor = g.get("visitor") or Visitor(who=Who.NOBODY, form_key="")
    return found


def _first_run() -> Response | None:
    if request.endpoint in _FIRST_RUN:
        return None
    if _wants_page():
        # Beside the bed the first run is as dark as the page it leads to.
        wanted = _after_first_run()
        is_dark = is_for_the_dark(request.path, wanted)
        return _sent(f"{SETUP}?next={quote(wanted, safe='')}" if is_dark else SETUP)
    return abort(403, "The household's password is not set yet: open /setup in a browser.")


def _after_first_run() -> str:
    return _here() if is_bedside(request.path) else safe_next(request.args.get("next"))


def _is_on_this_machine() -> bool:
    return is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _to_the_door(*, is_trustworthy: bool) -> Response:
    """Send a person to the login and say 401 to a program.

    Args:
        is_trustworthy: browsers say here whence a request comes.
    """
    if not _wants_page():
        abort(401, "Log in first, or send a token: Authorization: Bearer …")
    here = _here()
    login = f"/login?next={quote(here, safe='')}"
    came_from = request.headers.get("Sec-Fetch-Site")
    # Source: W3C Fetch Metadata Request Headers, section 2: only to trustworthy addresses.
    is_untold = came_from is None and not is_trustworthy
    if not is_untold and came_from not in ("cross-site", "same-site"):
        return _sent(login)
    # SameSite=Strict keeps the cookie back where a link elsewhere led here; from a page of ours
    # it comes along. Where nobody says whence, the login looks whether it does.
    address = login if is_untold else here
    body = render_template("onward.html", address=address, is_night=is_bedside(request.path))
    return _fresh(Response(body, mimetype="text/html"))


def _here() -> str:
    # Never a kiosk's link itself: it is a secret, which an address must not carry on.
    if is_bedside(request.path) and not request.path.startswith(BEDSIDE):
        return bedside_of(request.args.get("room"))
    return safe_next(urlsplit(request.full_path.rstrip("?")).geturl())


def _wants_page() -> bool:
    return (
        request.method in ("GET", "HEAD")
        and not request.path.startswith(API)
        and request.accept_mimetypes.accept_html
    )


def _sent(address: str) -> Response:
    return _fresh(Response(status=303, headers={"Location": address}))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
