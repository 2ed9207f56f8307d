"""The page on which access is given and taken: tokens, the password, signed-in browsers."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request

from monitor.contract.record import instant
from monitor.night.view_choices import is_name
from monitor.runtime.passwords import MIN_CHARACTERS
from monitor.store.access_rows import TokenKind
from web.auth import Answer, Auth
from web.cookies import Cookies
from web.site import Site, page
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

ACCESS: Final = "/settings/access"
MAX_NAME: Final = 60  # judgement: "kitchen tablet", not an essay
NO_NAME: Final = f"Give it a name of at most {MAX_NAME} characters, without any that is not seen."
TAKEN: Final = (
    "There is one named “{name}” already, and its secret is shown only once. Give this one another"
    " name, or revoke the other first."
)


def access_views(site: Site, auth: Auth, cookies: Cookies) -> Blueprint:
    """Return the views below /settings/access, which only a person may use."""
    views = Blueprint("access", __name__, url_prefix=ACCESS)
    _add_page(views, site, auth, cookies)
    _add_password(views, site, auth, cookies)
    return views


def _add_page(views: Blueprint, site: Site, auth: Auth, cookies: Cookies) -> None:
    @views.get("")
    def access() -> Response:
        return _shown(site, auth)

    @views.post("/tokens")
    def make_token() -> Response:
        name, kind = " ".join(field("name").split()), field("kind")
        if not name or len(name) > MAX_NAME or not is_name(name):
            return _shown(site, auth, NO_NAME)
        if kind not in list(TokenKind):
            return _shown(site, auth, "A token is for a kiosk or for a program.")
        with site.saving:
            # Also a form that is sent once more, by a second click or by loading its answer anew.
            if any(token.name == name for token in auth.tokens()):
                return _shown(site, auth, TAKEN.format(name=name))
            secret = auth.make_token(TokenKind(kind), name)
        made = _links(site, cookies, secret) if kind == TokenKind.KIOSK else [("", secret)]
        return _shown(site, auth, made=made)

    @views.post("/tokens/<int(max=2147483647):token_id>/revoke")
    def revoke_token(token_id: int) -> Response:
        auth.revoke_token(token_id)
        return sent(ACCESS)


def _add_password(views: Blueprint, site: Site, auth: Auth, cookies: Cookies) -> None:
    @views.post("/sign-out-everywhere")
    def sign_out_everywhere() -> Response:
        auth.sessions.end_peoples()
        return let_out(cookies)

    @views.post("/password")
    def change_password() -> Response:
        problem = new_password_problem()
        if problem:
            return _shown(site, auth, problem)
        attempt = tried(
            lambda: auth.change_password(field("old"), field("password"), caller(cookies))
        )
        if attempt.answer is Answer.WELCOME:
            return let_in(attempt, ACCESS, cookies)
        why = f"The password stays as it was. {words(attempt)}"
        return answered(_shown(site, auth, why), attempt)


def _links(site: Site, cookies: Cookies, secret: str) -> list[tuple[str, str]]:
    """Return a kiosk's link, or with several rooms one for each, with the room's name."""
    # Behind a proxy the request itself is plain; the link must not be.
    scheme = "https" if cookies.https else request.scheme
    link, rooms = f"{scheme}://{request.host}/kiosk/{secret}", site.rooms()
    if len(rooms) < 2:  # noqa: PLR2004 - then there is nothing to choose
        return [("", link)]
    return [(site.title(room), f"{link}?room={room}") for room in rooms]


def _shown(
    site: Site, auth: Auth, problem: str = "", *, made: Sequence[tuple[str, str]] = ()
) -> Response:
    tokens = [
        (token.token_id, token.name, token.kind, f"{instant(token.made_ms):%Y-%m-%d}")
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
        written=field("name") if problem else "",
    )
    response.status_code = 400 if problem else 200
    return response
