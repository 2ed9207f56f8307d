"""Gives again what a view has answered, as long as it holds, without making it anew.

Flask takes a request apart and puts an answer together in three times what the rest of a
short answer costs, and open pages ask for the same all day. Only what may be given at once
is given here: whoever is not let in, and whatever is not kept, goes the whole way through
the application, which says why.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from monitor.store.errors import StoreError
from web.answers import Ready
from web.guard import Guard, Who


class Kept(Protocol):
    """What was answered at one address; rule is the address as it was routed."""

    @property
    def rule(self) -> str:
        """Return what decides who may see it."""
        ...

    def ready(self, environ: WSGIEnvironment, *, household: bool) -> Ready | None:
        """Return the answer for one request, None where there is none for this visitor."""
        ...


Find = Callable[[str, str], Kept | None]


class Again:
    """WSGI middleware between gate and application.

    Args:
        app: answers all else.
        guard: the one that stands before the application's views.
        finders: each returns what is kept for a path and a query, None where nothing holds.
    """

    def __init__(self, app: WSGIApplication, guard: Guard, finders: Iterable[Find]) -> None:
        self._app: Final = app
        self._guard: Final = guard
        self._finders: Final = tuple(finders)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        found = self._find(environ) if environ["REQUEST_METHOD"] == "GET" else None
        if found is None:
            return self._app(environ, start_response)
        return found.send(start_response)

    def _find(self, environ: WSGIEnvironment) -> Ready | None:
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        try:
            for find in self._finders:
                kept = find(path, query)
                if kept is not None:
                    who = self._guard.visitor(environ).who
                    if not self._guard.admits(who, "GET", kept.rule):
                        return None
                    return kept.ready(environ, household=who is Who.HOUSEHOLD)
        except StoreError:
            pass  # The application meets it, too, and says it in words.
        return None
