"""What the tests in a browser share: the browser, and a house whose pages ask for a login."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.access import Door
from tests.fakes.browser import chromium

# A machine that is busy with other tests answers late; what has a limit of its own says so.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()
