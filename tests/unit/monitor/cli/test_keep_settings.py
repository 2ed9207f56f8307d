"""A measured calibration reaches household.db beside the pages that own it, and without them."""

import threading
from pathlib import Path

import pytest

from monitor.cli.keep_settings import keep_settings
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from monitor.store.handover import NewSettings, Wish, is_waiting, take_wish
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter

NOW_MS = 1_700_000_000_000


class Pages(VirtualClock):
    """A clock that lets the pages look at their folder while a command waits."""

    def __init__(self, folder: Path, writer: HouseholdWriter) -> None:
        super().__init__(start_ms=NOW_MS)
        self.folder = folder
        self.writer = writer

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        take_wish(self.folder, self.apply)
        return super().wait(seconds, stop)

    def apply(self, wish: Wish) -> None:
        assert isinstance(wish, NewSettings)
        values = {str(key): value for key, value in wish.values.items()}
        self.writer.set_values(values, valid_from_ms=wish.valid_from_ms, room=wish.room)


def offset_k(folder: Path, at_ms: int = NOW_MS) -> float:
    reader = HouseholdReader(folder / HOUSEHOLD_FILE)
    try:
        return reader.household("bedroom", at_ms).temperature_offset_k
    finally:
        reader.close()


def test_without_the_pages_it_is_written_at_once(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=NOW_MS)
    keep_settings(tmp_path, "bedroom", {"temperature_offset_k": -1.2}, clock)
    assert (offset_k(tmp_path), offset_k(tmp_path, NOW_MS - 1)) == (-1.2, 0.0)
    assert not is_waiting(tmp_path)


def test_beside_the_pages_they_write_it(tmp_path: Path) -> None:
    writer = HouseholdWriter.open(tmp_path / HOUSEHOLD_FILE)
    pages = Pages(tmp_path, writer)
    keep_settings(tmp_path, "bedroom", {"temperature_offset_k": -1.2}, pages)
    assert (offset_k(tmp_path), offset_k(tmp_path, NOW_MS - 1)) == (-1.2, 0.0)
    writer.close()


def test_pages_that_do_not_take_it_are_named(tmp_path: Path) -> None:
    writer = HouseholdWriter.open(tmp_path / HOUSEHOLD_FILE)
    clock = VirtualClock(start_ms=NOW_MS)
    with pytest.raises(OperatorError, match="systemctl status nightroom-web"):
        keep_settings(tmp_path, "bedroom", {"illuminance_factor": 2.0}, clock)
    assert is_waiting(tmp_path)
    writer.close()
