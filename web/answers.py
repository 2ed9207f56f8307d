"""Answers that are asked for all day: their headers are whole, and not made anew for each."""

from wsgiref.types import WSGIEnvironment

from flask import Response
from werkzeug.datastructures import Headers


class WholeResponse(Response):
    """A response whose headers say everything, its length too.

    Flask copies headers one by one to complete them, a tenth of the time of a short answer.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers as they are."""
        del environ
        return self.headers


def whole(body: bytes, headers: dict[str, str]) -> Response:
    """Return a body with its headers, Content-Type among them."""
    return WholeResponse(body, headers={**headers, "Content-Length": str(len(body))})
