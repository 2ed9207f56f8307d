"""The cookies of this dashboard: their names and the attributes all of them carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from wsgiref.types import WSGIEnvironment

from flask import Response, request
from werkzeug.http import parse_cookie

NONE: Final[Mapping[str, str]] = MappingProxyType({})
LONG_S: Final = 365 * 86_400  # judgement: the store ends a session earlier; see web/sessions.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies:
    """Names and writes cookies; https: they travel encrypted only, bound to this host."""

    https: bool

    @property
    def session(self) -> str:
        """Return the name of a person's session."""
        return self._name("session")

    @property
    def kiosk(self) -> str:
        """Return the name of a kiosk's session; beside a person's, not instead of it."""
        return self._name("kiosk")

    @property
    def bed(self) -> str:
        """Return the name of what keeps the room that a kiosk's link named: no secret."""
        return self._name("bed")

    @property
    def device(self) -> str:
        """Return the name of the proof that this browser has logged in before."""
        return self._name("device")

    @property
    def visitor(self) -> str:
        """Return the name of what ties a form to a browser that has no session."""
        return self._name("visitor")

    @staticmethod
    def all(environ: WSGIEnvironment) -> Mapping[str, str]:
        """Return what a request carries, by name."""
        # Asked of every request: taking none apart costs a tenth of a short answer.
        return parse_cookie(environ) if "HTTP_COOKIE" in environ else NONE

    def read(self, name: str) -> str | None:
        """Return the value the request in hand carries."""
        return self.all(request.environ).get(name)

    def put(self, response: Response, name: str, value: str, *, lasting: bool = True) -> None:
        """Set a cookie; one that does not last ends with the browser."""
        response.set_cookie(
            name,
            value,
            max_age=LONG_S if lasting else None,
            secure=self.https,
            httponly=True,
            samesite="Strict",
        )

    def drop(self, response: Response, name: str) -> None:
        """Remove a cookie."""
        response.delete_cookie(name, secure=self.https, httponly=True, samesite="Strict")

    def _name(self, what: str) -> str:
        # Source: RFC 6265bis, section 4.1.3.2: __Host- needs Secure, so it needs TLS.
        return f"{'__Host-' if self.https else ''}nightroom_{what}"
