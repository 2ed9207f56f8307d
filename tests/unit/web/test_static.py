"""The pages' own files: sent, kept by browsers, and never left open."""

import gc
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
