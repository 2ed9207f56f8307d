"""The pages' own files: sent, kept by browsers, and never left open."""

import gc
import json
import re
import struct
import warnings

import pytest
from flask.testing import FlaskClient

from tests.fakes.full_house import a_house

FILE = "/static/favicon.svg"


@pytest.fixture
def browser() -> FlaskClient:
    return a_house().app().test_client()


def tag_of(browser: FlaskClient) -> str:
    with browser.get(FILE) as answer:
        return answer.headers["ETag"]


def test_a_browser_that_has_a_file_is_told_so(browser: FlaskClient) -> None:
    tag = tag_of(browser)
    again = browser.get(FILE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_the_head_of_a_file_says_its_length(browser: FlaskClient) -> None:
    with browser.get(FILE) as whole:
        length = len(whole.data)
    head = browser.head(FILE)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(length))


@pytest.mark.parametrize(("method", "known"), [("HEAD", False), ("HEAD", True), ("GET", True)])
def test_a_file_that_is_not_sent_is_not_left_open(
    browser: FlaskClient, method: str, *, known: bool
) -> None:
    headers = {"If-None-Match": tag_of(browser)} if known else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        # Not closed here: a server has nothing to close where no body is sent.
        browser.open(FILE, method=method, headers=headers)
        gc.collect()
    assert [str(one.message) for one in said] == []


def test_a_phone_can_put_it_on_its_home_screen(browser: FlaskClient) -> None:
    head = browser.get("/").text
    (address,) = re.findall(r'rel="manifest" href="([^"]+)"', head)
    with browser.get(address) as answer:
        assert answer.mimetype == "application/manifest+json"
        manifest = json.loads(answer.data)
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        with browser.get(f"/static/{icon['src']}") as answer:
            assert (answer.status_code, answer.mimetype) == (200, icon["type"])
            if icon["type"] == "image/png":
                assert "x".join(map(str, struct.unpack(">II", answer.data[16:24]))) == icon["sizes"]
    (touch,) = re.findall(r'rel="apple-touch-icon" href="([^"]+)"', head)
    with browser.get(touch) as answer:
        assert struct.unpack(">II", answer.data[16:24]) == (180, 180)
