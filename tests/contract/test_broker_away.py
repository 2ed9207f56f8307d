"""F8: the broker is gone for three weeks, and the monitor with it."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from monitor.runtime.link import Disconnected
from tests.fakes.folder import data_folder
from tests.fakes.in_process import RoomSide, resident_bytes
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench

WEEKS_MINUTES = 30_240
HOUR = 60


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with data_folder(tmp_path) as folder:
        yield Bench(folder, FakeBroker())


def test_three_weeks_without_a_broker_cost_no_memory_and_no_minute(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    room = RoomSide(tmp_path / "journal", bench.broker, bench.clock)
    bench.broker.stop()
    before_bytes = 0
    for hour in range(WEEKS_MINUTES // HOUR):
        for _ in range(HOUR):
            live_a_minute(room)
        assert len(caplog.records) <= 10
        caplog.clear()
        if hour == 0:
            gc.collect()
            before_bytes = resident_bytes()
    gc.collect()
    assert resident_bytes() - before_bytes <= 5 * 2**20
    assert_everything_arrives(bench, room)


def live_a_minute(room: RoomSide) -> None:
    """The link is refused every 30 s, as paho tries."""
    for _ in range(2):
        room.clock.wait(30)
        room.link.deliver(Disconnected(reason="refused"))
        room.turn()
    room.keep()


def assert_everything_arrives(bench: Bench, room: RoomSide) -> None:
    clock = RealClock()
    since_s = clock.monotonic_s()
    bench.broker.restart()
    room.turn()
    room.say_state()
    bench.recorder.step()
    live = bench.files.read("bedroom")
    assert live is not None
    assert live.state is not None
    assert clock.monotonic_s() - since_s <= 2
    while bench.writer.stored_seq(room.journal.stream) != WEEKS_MINUTES:
        bench.recorder.step()
        room.turn()
        assert clock.monotonic_s() - since_s <= 60
    stored = [one.end_ms for one in bench.reader.minutes("bedroom", 0, 2**60)]
    assert stored == room.journalled()
    assert len(stored) == WEEKS_MINUTES
