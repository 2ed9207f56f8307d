"""The one seam before every view that changes something: only pages of ours may ask for it."""

from typing import Final

from flask import Flask, abort, request

# Source: RFC 9110, section 9.2.1: these change nothing.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def comes_from_here(*, origin: str | None, fetch_site: str | None, host: str) -> bool:
    """Tell whether a browser says that a page of this very host sent the request.

    >>> comes_from_here(origin="http://a:1", fetch_site=None, host="a:1")
    True
    >>> comes_from_here(origin=None, fetch_site=None, host="a:1")
    False
    """
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    if origin is not None:
        return origin.lower() in (f"http://{host}".lower(), f"https://{host}".lower())
    return fetch_site is not None


def refuse_foreign_requests(app: Flask) -> None:
    """Let unsafe requests through only where they come from a page of ours."""

    @app.before_request
    def check() -> None:
        headers = request.headers
        if request.method not in SAFE_METHODS and not comes_from_here(
            origin=headers.get("Origin"),
            fetch_site=headers.get("Sec-Fetch-Site"),
            host=headers.get("Host", ""),
        ):
            abort(403, "This did not come from a page of this dashboard.")
