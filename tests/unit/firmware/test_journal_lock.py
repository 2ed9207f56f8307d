"""A journal has one writer: a second daemon says so, waits a minute and leaves."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.errors import JournalInUseError
from firmware.journal_lock import only_writer
from monitor.runtime.clock import VirtualClock


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """Hold a journal as another process does, by an open file of one's own."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield descriptor
    os.close(descriptor)


class ClockThat(VirtualClock):
    """Does something once it has been waited on."""

    def __init__(self, does: list[int]) -> None:
        super().__init__(start_ms=0)
        self.does = does

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        for descriptor in self.does:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        return super().wait(timeout_s, wake)


def test_a_second_writer_says_so_at_once_waits_a_minute_and_is_refused(tmp_path: Path) -> None:
    clock, told = VirtualClock(start_ms=0), list[str]()
    with (
        held(tmp_path),
        pytest.raises(JournalInUseError, match="stop nightroom-sensors first"),
        only_writer(tmp_path, clock, told.append),
    ):
        pytest.fail("two write")
    assert clock.monotonic_s() == 60.0
    assert told == [
        (
            f"journal {tmp_path} has a writer already: stop nightroom-sensors first;"
            " waiting for its end"
        )
    ]


def test_it_takes_over_within_a_second_of_the_other_s_end(tmp_path: Path) -> None:
    with held(tmp_path) as other:
        clock = ClockThat([other])
        with only_writer(tmp_path, clock, lambda _: None):
            assert clock.monotonic_s() == 1.0


def test_the_lock_ends_with_its_holder_and_leaves_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    for _ in range(2):
        clock = VirtualClock(start_ms=0)
        with only_writer(folder, clock, pytest.fail):
            assert clock.monotonic_s() == 0.0
    assert list(folder.iterdir()) == []


def test_where_there_can_be_no_directory_the_journal_says_why_itself(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where a directory should be")
    with only_writer(tmp_path / "journal", VirtualClock(start_ms=0), pytest.fail):
        pass
