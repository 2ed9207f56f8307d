"""The door: first run, login, kiosk links; and the page on which access is given and taken."""

import math
from collections.abc import Callable
from datetime import UTC
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from monitor.contract.record import instant
from monitor.runtime.passwords import MIN_CHARACTERS, password_problem
from monitor.store.access_rows import TokenKind
from web.auth import Answer, Attempt, Auth, Caller
from web.cookies import Cookies
from web.errors import TooBusyError
from web.login_limit import source_of
from web.origin import is_bedside, safe_next
from web.site import Site, page

ACCESS: Final = "/settings/access"
BEDSIDE: Final = "/bedside"
MAX_NAME: Final = 60  # judgement: "kitchen tablet", not an essay
BUSY_RETRY_S: Final = 3.0  # judgement: a few hashes on a Pi
STATUS: Final = {Answer.WRONG: 403, Answer.NO_CODE: 403, Answer.WAIT: 429, Answer.BUSY: 503}
WORDS: Final = {
    Answer.WRONG: "That is not right. Try again.",
    Answer.BUSY: "Too many people are logging in at once. Try again in a moment.",
    Answer.NO_CODE: "There is no valid code now: it is used up, or older than 30 minutes."
    " Ask for another on the machine itself: sudo nightroom setup-code",
}


def access_views(site: Site, auth: Auth, cookies: Cookies) -> Blueprint:
    """Return the views of the door and of the access page."""
    views = Blueprint("access", __name__)
    _add_login(views, auth, cookies)
    _add_first_run(views, auth, cookies)
    _add_kiosk(views, auth, cookies)
    _add_ways_out(views, auth, cookies)
    _add_access_page(views, site, auth, cookies)
    return views


def _add_login(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.route("/login", methods=["GET", "POST"])
    def log_in() -> Response:
        wanted = safe_next(request.values.get("next"))
        if request.method == "POST":
            attempt = _tried(lambda: auth.log_in(_field("password"), _caller(cookies)))
            if attempt.answer is Answer.WELCOME:
                return _let_in(attempt, wanted, cookies)
            return _login_page(wanted, attempt)
        if auth.sessions.find(cookies.read(cookies.session)):
            return _sent(wanted)
        return _login_page(wanted)


def _add_first_run(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.route("/setup", methods=["GET", "POST"])
    def set_up() -> Response:
        if auth.is_set_up():
            abort(404, "The household has a password already. sudo nightroom password resets it.")
        if request.method == "GET":
            return _setup_page()
        problem = _new_password_problem()
        if problem:
            return _setup_page(problem, 400)
        attempt = _tried(lambda: auth.set_up(_field("code"), _field("password"), _caller(cookies)))
        if attempt.answer is Answer.WELCOME:
            return _let_in(attempt, "/", cookies)
        return _waiting(_setup_page(_words(attempt), STATUS[attempt.answer]), attempt)


def _add_kiosk(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.get("/kiosk/<secret>")
    def kiosk(secret: str) -> Response:
        token = auth.token(secret, TokenKind.KIOSK)
        if token is None:
            abort(404, "This kiosk link is not valid (any more). Make another under Access.")
        response = _sent(BEDSIDE)
        shown = cookies.read(cookies.kiosk)
        session = auth.sessions.find(shown)
        if session is None or session.token_id != token.token_id:
            made = auth.sessions.begin_kiosk(token, instead_of=shown)
            cookies.put(response, cookies.kiosk, made)
        return response


def _add_ways_out(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.post("/logout")
    def log_out() -> Response:
        auth.sessions.end(cookies.read(cookies.session))
        response = _sent("/login")
        cookies.drop(response, cookies.session)
        return response

    @views.post(f"{ACCESS}/sign-out-everywhere")
    def sign_out_everywhere() -> Response:
        auth.sessions.end_peoples()
        response = _sent("/login")
        cookies.drop(response, cookies.session)
        return response


def _add_access_page(views: Blueprint, site: Site, auth: Auth, cookies: Cookies) -> None:
    def shown(problem: str = "", status: int = 200, *, made: str = "") -> Response:
        tokens = [
            (token.token_id, token.name, token.kind, f"{instant(token.made_ms).astimezone(UTC):%F}")
            for token in auth.tokens()
        ]
        response = page(
            "access.html",
            site,
            None,
            tokens=tokens,
            problem=problem,
            made=made,
            least=MIN_CHARACTERS,
        )
        response.status_code = status
        return response

    @views.get(ACCESS)
    def access() -> Response:
        return shown()

    @views.post(f"{ACCESS}/tokens")
    def make_token() -> Response:
        name, kind = _field("name").strip(), _field("kind")
        if not name or len(name) > MAX_NAME or not name.isprintable():
            return shown(f"Give it a name of at most {MAX_NAME} characters.", 400)
        if kind not in list(TokenKind):
            return shown("A token is for a kiosk or for the API.", 400)
        secret = auth.make_token(TokenKind(kind), name)
        is_link = kind == TokenKind.KIOSK
        return shown(made=f"{request.host_url}kiosk/{secret}" if is_link else secret)

    @views.post(f"{ACCESS}/tokens/<int:token_id>/revoke")
    def revoke_token(token_id: int) -> Response:
        auth.revoke_token(token_id)
        return _sent(ACCESS)

    @views.post(f"{ACCESS}/password")
    def change_password() -> Response:
        problem = _new_password_problem()
        if problem:
            return shown(problem, 400)
        attempt = _tried(
            lambda: auth.change_password(_field("old"), _field("password"), _caller(cookies))
        )
        if attempt.answer is Answer.WELCOME:
            return _let_in(attempt, ACCESS, cookies)
        words = f"The password stays as it was. {_words(attempt)}"
        return _waiting(shown(words, STATUS[attempt.answer]), attempt)


def _tried(attempt: Callable[[], Attempt]) -> Attempt:
    try:
        return attempt()
    except TooBusyError:
        return Attempt(answer=Answer.BUSY, wait_s=BUSY_RETRY_S)


def _field(name: str) -> str:
    return request.form.get(name, "")


def _caller(cookies: Cookies) -> Caller:
    # The address of the connection itself: X-Forwarded-For is what anybody says.
    return Caller(
        source=source_of(request.remote_addr or ""),
        session=cookies.read(cookies.session),
        device=cookies.read(cookies.device),
    )


def _new_password_problem() -> str:
    if _field("password") != _field("again"):
        return "The two passwords differ."
    return password_problem(_field("password"))


def _let_in(attempt: Attempt, wanted: str, cookies: Cookies) -> Response:
    response = _sent(wanted)
    cookies.put(response, cookies.session, attempt.session)
    cookies.put(response, cookies.device, attempt.device)
    cookies.drop(response, cookies.visitor)
    return response


def _login_page(wanted: str, attempt: Attempt | None = None) -> Response:
    body = render_template(
        "login.html",
        next=wanted,
        is_night=is_bedside(wanted),
        problem=_words(attempt) if attempt else "",
    )
    if attempt is None:
        return _door(body, 200)
    return _waiting(_door(body, STATUS[attempt.answer]), attempt)


def _setup_page(problem: str = "", status: int = 200) -> Response:
    return _door(render_template("setup.html", problem=problem, least=MIN_CHARACTERS), status)


def _words(attempt: Attempt) -> str:
    if attempt.answer is Answer.WAIT:
        return f"Too many tries. The next one is possible in {math.ceil(attempt.wait_s)} s."
    return WORDS[attempt.answer]


def _waiting(response: Response, attempt: Attempt) -> Response:
    if attempt.wait_s:
        response.headers["Retry-After"] = str(math.ceil(attempt.wait_s))
    return response


def _door(body: str, status: int) -> Response:
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent(address: str) -> Response:
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
