"""The API as its own description sees it: whatever is asked, nothing breaks."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis.errors import Unsatisfiable

from monitor.store.access_rows import TokenKind
from tests.fakes.access import Door
from tests.fakes.full_house import everything
from web.openapi import OPERATIONS

EXAMPLES = 12  # a mode and operation; more find nothing more here


class Fuzzed:
    """A whole house behind its door, and the header that opens it."""

    def __init__(self, folder: Path) -> None:
        self.door = Door(folder)
        full = everything()
        self.door.house.store, self.door.house.live = full.store, full.live
        self.door.clock.step((full.clock.now_ms() - self.door.clock.now_ms()) / 1000)
        self.app: Flask = self.door.new_app()
        self.header = f"Bearer {self.door.auth.make_token(TokenKind.API, 'fuzz')}"


@pytest.fixture
def fuzzed(tmp_path: Path) -> Iterator[Fuzzed]:
    made = Fuzzed(tmp_path)
    yield made
    made.door.close()


def statuses_of(operation: Any, mode: Any, headers: dict[str, str]) -> set[int]:  # noqa: ANN401 - schemathesis' own
    """Ask one operation many things, allowed ones or forbidden ones; return what came back."""
    seen: set[int] = set()

    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    with contextlib.suppress(Unsatisfiable):  # nothing can be forbidden where nothing is asked for
        ask()
    return seen


def test_no_request_that_its_description_allows_or_forbids_makes_it_fail(fuzzed: Fuzzed) -> None:
    headers = {"Authorization": fuzzed.header}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", fuzzed.app, headers=headers)
    operations = [
        found.ok() for found in schema.exclude(path="/api/v1/events").get_all_operations()
    ]
    allowed = [statuses_of(it, schemathesis.GenerationMode.POSITIVE, headers) for it in operations]
    forbidden = [
        statuses_of(it, schemathesis.GenerationMode.NEGATIVE, headers) for it in operations
    ]
    assert (
        len(operations) == len(OPERATIONS) - 2
    )  # the description itself, and events, which stay open
    assert all(allowed)
    assert {200, 201, 404} <= set().union(*allowed)
    assert {400, 404} <= set().union(*forbidden)
