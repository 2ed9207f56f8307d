"""An attempt with a secret: read from a form, answered with a page or with cookies."""

import math
from collections.abc import Callable
from typing import Final

from flask import Response, request
from werkzeug.exceptions import HTTPException

from monitor.runtime.passwords import password_problem
from web.access_mode import is_loopback
from web.auth import Answer, Attempt, Caller
from web.cookies import Cookies
from web.errors import TooBusyError
from web.login_limit import last_hop, source_of

BUSY_RETRY_S: Final = 3.0  # judgement: a few hashes on a Pi
STATUS: Final = {Answer.WRONG: 403, Answer.NO_CODE: 403, Answer.WAIT: 429, Answer.BUSY: 503}
WORDS: Final = {
    Answer.WRONG: "That is not right. Try again.",
    Answer.BUSY: "Too many people are logging in at once. Try again in a moment.",
    Answer.NO_CODE: "There is no valid code now: it is used up, or older than 30 minutes."
    " Ask for another on the machine itself: sudo nightroom setup-code",
}


def tried(attempt: Callable[[], Attempt]) -> Attempt:
    """Return how an attempt ends, BUSY where too many are made at once."""
    try:
        return attempt()
    except TooBusyError:
        return Attempt(answer=Answer.BUSY, wait_s=BUSY_RETRY_S)


def field(name: str) -> str:
    """Return a field of the form in hand, '' where it has none."""
    return request.form.get(name, "")


def wanted_next() -> str | None:
    """Return where the request in hand says to go on, by its form or query, None if nowhere."""
    try:
        named = request.form.get("next")
    except HTTPException:
        named = None  # It is no form; who answers with an error now knows.
    return named or request.args.get("next")


def caller(cookies: Cookies) -> Caller:
    """Return who makes the request in hand."""
    address = request.remote_addr or ""
    if cookies.https and is_loopback(address):
        # The TLS proxy on this machine says who asks; from anybody else it would be a claim.
        address = last_hop(request.headers.get("X-Forwarded-For", "")) or address
    return Caller(
        source=source_of(address),
        session=cookies.read(cookies.session),
        device=cookies.read(cookies.device),
    )


def new_password_problem() -> str:
    """Return what is wrong with the new password in the form in hand, '' if nothing."""
    if field("password") != field("again"):
        return "The two passwords differ."
    return password_problem(field("password"))


def let_in(attempt: Attempt, wanted: str, cookies: Cookies) -> Response:
    """Send a welcome person to a page, with the cookies of the new session."""
    response = sent(wanted)
    cookies.put(response, cookies.session, attempt.session)
    cookies.put(response, cookies.device, attempt.device)
    cookies.drop(response, cookies.visitor)
    return response


def let_out(cookies: Cookies) -> Response:
    """Send somebody who has signed out to the login."""
    response = sent("/login")
    cookies.drop(response, cookies.session)
    return response


def words(attempt: Attempt) -> str:
    """Return why somebody is not let in."""
    if attempt.answer is Answer.WAIT:
        return f"Too many tries. The next one is possible in {math.ceil(attempt.wait_s)} s."
    return WORDS[attempt.answer]


def answered(response: Response, attempt: Attempt) -> Response:
    """Give a page that says words() the status that says the same."""
    response.status_code = STATUS[attempt.answer]
    if attempt.wait_s:
        response.headers["Retry-After"] = str(math.ceil(attempt.wait_s))
    return response


def sent(address: str) -> Response:
    """Send the browser to an address of ours."""
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
