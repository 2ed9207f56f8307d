"""A browser that has a page of ours open."""

from flask.testing import FlaskClient

from tests.fakes.house import FakeHouse
from web.tokens import form_token

OWN = {"Origin": "http://localhost"}


def opened(house: FakeHouse) -> FlaskClient:
    """Return a browser with the form token of the page it shows."""
    browser = house.app().test_client()
    browser.set_cookie("nightroom_visitor", "somebody", domain="localhost")
    browser.environ_base["HTTP_X_FORM_TOKEN"] = form_token("somebody")
    return browser
