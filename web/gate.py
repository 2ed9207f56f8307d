"""The door: which host names are answered, how large a request may be, what headers go out.

It is WSGI middleware because it must hold for every answer: pages, files and errors.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec

from web.origin import is_for_the_dark, next_of

API: Final = "/api/"
MAX_BODY_BYTES: Final = 64 * 1024  # Judgement: a form is far smaller
# Judgement; W3C CSP level 3. No 'unsafe-inline' anywhere, no third party.
CONTENT_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)
SECURITY_HEADERS: Final = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
UNKNOWN_NAME: Final = (
    "This name is not known here. Use the machine's own name or address, or add"
    " the name under hosts in section [web] of the configuration."
)
TOO_LARGE: Final = f"At most {MAX_BODY_BYTES} bytes are accepted."
DARK_PAGE: Final = (
    '<!DOCTYPE html><html lang="en"><head><title>nightroom</title></head>'
    '<body bgcolor="#000000" text="#7a0000"><p>{}</p></body></html>'
)
# Source: RFC 9110, section 7.2: a name or an address in brackets, then at most a port.
_HOST: Final = re.compile(
    r"(?:(?P<name>[A-Za-z0-9._-]*[A-Za-z0-9_-])\.?|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::[0-9]{0,5})?",
)
REMEMBERED_HOSTS: Final = 64  # judgement: a house has few names; bounded against a flood


def host_name(header: str) -> str:
    """Return the host of a Host header: lower case, no port, no brackets, no final dot.

    What is no host is nobody's: ''.

    >>> host_name("NightRoom.local:8080"), host_name("[::1]:8080"), host_name("localhost:evil")
    ('nightroom.local', '::1', '')
    """
    found = _HOST.fullmatch(header)
    return "" if found is None else (found["name"] or found["v6"]).lower()


def allowed_names(hostname: str, configured: Iterable[str]) -> frozenset[str]:
    """Return the names this machine answers to, besides IP addresses."""
    own = hostname.lower().rstrip(".")
    return frozenset({"localhost", own, f"{own.removesuffix('.local')}.local"}) | {
        name.lower().rstrip(".") for name in configured
    }


def is_allowed(header: str, names: frozenset[str]) -> bool:
    """Tell whether a request for this Host may be answered: against DNS rebinding."""
    name = host_name(header)
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Gate:
    """Refuses foreign hosts (400) and large bodies (413); adds the security headers."""

    def __init__(self, app: WSGIApplication, *, names: frozenset[str]) -> None:
        self._app = app
        self._allows: Callable[[str], bool] = lru_cache(REMEMBERED_HOSTS)(
            lambda header: is_allowed(header, names)
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status, headers, exc_info=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the WSGI callback, typed by StartResponse
            headers.extend(SECURITY_HEADERS)
            return start_response(status, headers, exc_info)

        if not environ.get("HTTP_COOKIE", "").isascii():
            # Source: RFC 6265, section 4.1.1: cookies are ASCII, and ours are. One that another
            # service of this machine's name has set must not keep anybody out.
            environ["HTTP_COOKIE"] = _ascii_only(environ["HTTP_COOKIE"])
        if not self._allows(environ.get("HTTP_HOST", "")):
            return _refuse(environ, start, "400 Bad Request", UNKNOWN_NAME)
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return _refuse(environ, start, "413 Content Too Large", TOO_LARGE)
        return self._app(environ, start)


def _ascii_only(cookies: str) -> str:
    return ";".join(cookie for cookie in cookies.split(";") if cookie.isascii())


def _is_dark(environ: WSGIEnvironment) -> bool:
    wanted = next_of(environ.get("QUERY_STRING", ""))
    return is_for_the_dark(environ.get("PATH_INFO", ""), wanted)


def refusal(path: str, status: int, text: str, *, dark: bool = False) -> tuple[str, bytes]:
    """Return type and body of an answer that no view makes: to a program as every error is."""
    if path.startswith(API):
        # As web.api_documents.ErrorDocument, which needs what the first answer must not wait for.
        return "application/json", msgspec.json.encode({"error": text, "status": status})
    # No stylesheet: these answers must not depend on a second request.
    page = DARK_PAGE.format(text) if dark else f"{text}\n"
    return f"text/{'html' if dark else 'plain'}; charset=utf-8", page.encode()


def _refuse(environ: WSGIEnvironment, start: StartResponse, status: str, text: str) -> list[bytes]:
    code = int(status.partition(" ")[0])
    kind, body = refusal(environ.get("PATH_INFO", ""), code, text, dark=_is_dark(environ))
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    # The answer to HEAD ends with its headers: the next answer would begin with a body.
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
