"""The door: login, first run, kiosk links, and the way out."""

from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from monitor.contract.topics import SLUG
from monitor.runtime.passwords import MIN_CHARACTERS
from monitor.store.access_rows import TokenKind
from web.auth import Answer, Auth
from web.cookies import Cookies
from web.guard import Who, may
from web.origin import bedside_of, is_for_the_dark, path_of, room_of, safe_next
from web.views.attempts import (
    answered,
    caller,
    field,
    let_in,
    let_out,
    new_password_problem,
    sent,
    tried,
    words,
)


def door_views(auth: Auth, cookies: Cookies) -> Blueprint:
    """Return the views that let in and out."""
    views = Blueprint("door", __name__)
    _add_login(views, auth, cookies)
    _add_first_run(views, auth, cookies)
    _add_kiosk(views, auth, cookies)
    return views


def _add_login(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.get("/login")
    def log_in() -> Response:
        wanted = safe_next(request.args.get("next"))
        if auth.sessions.find(cookies.read(cookies.session)):
            return sent(wanted)
        # A kiosk that is on its way somewhere is let on. Who comes without an aim wants to log in.
        if "next" in request.args and auth.sessions.find(cookies.read(cookies.kiosk)):
            room = room_of(wanted) or cookies.read(cookies.bed)
            return sent(wanted if _a_kiosk_may_open(wanted) else bedside_of(room))
        return _login_page(wanted)

    @views.post("/login")
    def try_password() -> Response:
        wanted = safe_next(field("next"))
        if not field("password"):  # said here: a browser says it in white, also beside the bed
            return _login_page(wanted, "Write the password.")
        attempt = tried(lambda: auth.log_in(field("password"), caller(cookies)))
        if attempt.answer is Answer.WELCOME:
            return let_in(attempt, wanted, cookies)
        return answered(_login_page(wanted, words(attempt)), attempt)

    @views.post("/logout")
    def log_out() -> Response:
        auth.sessions.end(cookies.read(cookies.session))
        return let_out(cookies)


def _a_kiosk_may_open(address: str) -> bool:
    try:
        rule, _ = current_app.url_map.bind("").match(path_of(address), return_rule=True)
    except (HTTPException, RoutingException):
        return False
    return may(Who.KIOSK, "GET", str(rule))


def _add_first_run(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.get("/setup")
    def set_up() -> Response:
        _refuse_second_run(auth)
        return _setup_page(safe_next(request.args.get("next")))

    @views.post("/setup")
    def try_code() -> Response:
        _refuse_second_run(auth)
        wanted = safe_next(field("next"))
        is_empty = not field("code").strip()
        problem = "Write the one-time code." if is_empty else new_password_problem()
        if problem:
            return _setup_page(wanted, problem)
        attempt = tried(lambda: auth.set_up(field("code"), field("password"), caller(cookies)))
        if attempt.answer is Answer.WELCOME:
            return let_in(attempt, wanted, cookies)
        return answered(_setup_page(wanted, words(attempt)), attempt)


def _add_kiosk(views: Blueprint, auth: Auth, cookies: Cookies) -> None:
    @views.get("/kiosk/<secret>")
    def kiosk(secret: str) -> Response:
        token = auth.token(secret, TokenKind.KIOSK)
        if token is None:
            abort(404, "This kiosk link is not valid (any more). Make another under Access.")
        # The screen stands beside one bed: its link says which, after every power cut.
        room = request.args.get("room")
        response = sent(bedside_of(room))
        # An address that names no room must not lead a screen to another bed either.
        if room and SLUG.fullmatch(room):
            cookies.put(response, cookies.bed, room)
        else:
            cookies.drop(response, cookies.bed)
        shown = cookies.read(cookies.kiosk)
        session = auth.sessions.find(shown)
        if session is None or session.token_id != token.token_id:
            made = auth.sessions.begin_kiosk(token, instead_of=shown)
            cookies.put(response, cookies.kiosk, made)
        return response


def _refuse_second_run(auth: Auth) -> None:
    if auth.is_set_up():
        abort(404, "The household has a password already. sudo nightroom password resets it.")


def _login_page(wanted: str, problem: str = "") -> Response:
    return _page("login.html", wanted, problem)


def _setup_page(wanted: str, problem: str = "") -> Response:
    return _page("setup.html", wanted, problem, least=MIN_CHARACTERS)


def _page(template: str, wanted: str, problem: str, **values: object) -> Response:
    is_night = is_for_the_dark(request.path, wanted)
    body = render_template(template, next=wanted, problem=problem, is_night=is_night, **values)
    response = Response(body, status=400 if problem else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
