"""Live pages of readers who are let in, and are not any more."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from monitor.store.access_rows import TokenKind
from tests.fakes.access import Browser, Door
from tests.fakes.house import FakeLiveRoom
from web.streams import LIFE_S

EVENTS = "/api/v1/events"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    made.house.live.files["bedroom"] = FakeLiveRoom()
    made.house.pace = made.clock
    made.app = made.new_app()
    yield made
    made.close()


def by_token(door: Door) -> TestResponse:
    secret = door.auth.make_token(TokenKind.API, "a program")
    return door.browser().get(EVENTS, Authorization=f"Bearer {secret}")


def revoke_all(door: Door) -> None:
    for token in door.auth.tokens():
        door.auth.revoke_token(token.token_id)


def seconds_open(door: Door, opened: TestResponse, then: Callable[[], None]) -> float:
    """Return how long a stream goes on after something has happened to its reader."""
    pieces = iter(opened.response)
    next(pieces)
    assert next(pieces).startswith(b"data: ")
    then()
    since_s = door.clock.monotonic_s()
    list(pieces)
    opened.close()
    return door.clock.monotonic_s() - since_s


def test_a_reader_who_stays_signed_in_reads_for_a_minute(door: Door) -> None:
    assert seconds_open(door, door.signed_in().get(EVENTS), lambda: None) >= LIFE_S - 1


@pytest.mark.parametrize("opened", [lambda door: door.kiosk().get(EVENTS), by_token])
def test_a_revoked_token_sees_nothing_more_within_seconds(
    door: Door, opened: Callable[[Door], TestResponse]
) -> None:
    assert seconds_open(door, opened(door), lambda: revoke_all(door)) <= 6


def test_who_is_signed_out_sees_nothing_more_within_seconds(door: Door) -> None:
    browser: Browser = door.signed_in()
    assert seconds_open(door, browser.get(EVENTS), door.auth.sessions.end_peoples) <= 6
