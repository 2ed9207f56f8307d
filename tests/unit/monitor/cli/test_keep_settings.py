"""A measured calibration reaches household.db beside the pages that own it, and without them."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from monitor.cli.keep_settings import keep_settings
from monitor.contract.record import ClockState
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from monitor.store.handover import NewSettings, Wish, is_waiting, take_wish
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter

NOW_MS = 1_700_000_000_000
DAY_S = 86_400


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
        self.writer.take(wish)


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


@pytest.mark.parametrize("beside_pages", [False, True])
def test_what_is_measured_without_the_time_is_dated_once_that_is_known(
    tmp_path: Path, *, beside_pages: bool
) -> None:
    opened = HouseholdWriter.open(tmp_path / HOUSEHOLD_FILE)
    clock = Pages(tmp_path, opened)
    clock.set_state(ClockState.UNSYNCED)
    if not beside_pages:
        opened.close()
    keep_settings(tmp_path, "bedroom", {"temperature_offset_k": -1.2}, clock)
    opened.close()
    clock.step(DAY_S)
    clock.set_state(ClockState.SYNCED)
    with closing(HouseholdWriter.open(tmp_path / HOUSEHOLD_FILE, clock=clock)) as writer:
        writer.date_rows()
    truly_ms = NOW_MS + DAY_S * 1000
    assert (offset_k(tmp_path, truly_ms), offset_k(tmp_path, truly_ms - 1)) == (-1.2, 0.0)


def test_pages_that_do_not_take_it_are_named(tmp_path: Path) -> None:
    writer = HouseholdWriter.open(tmp_path / HOUSEHOLD_FILE)
    clock = VirtualClock(start_ms=NOW_MS)
    with pytest.raises(OperatorError, match="systemctl status nightroom-web"):
        keep_settings(tmp_path, "bedroom", {"illuminance_factor": 2.0}, clock)
    assert is_waiting(tmp_path)
    writer.close()
