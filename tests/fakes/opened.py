"""A browser that has a page of ours open."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient

from tests.fakes.house import FakeHouse
from web.tokens import form_token

OWN = {"Origin": "http://localhost"}


def opened(house: FakeHouse) -> FlaskClient:
    """Return a browser with the form token of the page it shows."""
    return _browser(house.app())


def at_once(
    house: FakeHouse, path: str, forms: Sequence[Mapping[str, str]], *, slow: str
) -> list[int]:
    """Send forms at the same moment to one dashboard; return how each is answered.

    Args:
        house: whose household is read.
        path: where the forms go.
        forms: one for each person.
        slow: the reading of the household that takes long enough for the others to come.
    """
    app, together = house.app(), threading.Barrier(len(forms))
    read = getattr(house.household, slow)

    def slowly(*asked: object) -> object:
        found = read(*asked)
        threading.Event().wait(0.02)
        return found

    def send(form: Mapping[str, str]) -> int:
        browser = _browser(app)
        together.wait()
        return browser.post(path, data=form, headers=OWN).status_code

    setattr(house.household, slow, slowly)
    with ThreadPoolExecutor(len(forms)) as people:
        answers = list(people.map(send, forms))
    setattr(house.household, slow, read)
    return answers


def _browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    browser.set_cookie("nightroom_visitor", "somebody", domain="localhost")
    browser.environ_base["HTTP_X_FORM_TOKEN"] = form_token("somebody")
    return browser
