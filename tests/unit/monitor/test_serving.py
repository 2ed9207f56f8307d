"""The monitor's composition root: everything joined, and closed again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Link
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.serving import serve
from tests.fakes.folder import Folder, data_folder
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.sensor import FakeSensor
from tests.fakes.stored import EVENING_MS, STREAM, record


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


class StopOnceAcknowledged(threading.Event):
    """Sends a record at the first look, and stops the loop once it is acknowledged."""

    def __init__(self, sensor: FakeSensor) -> None:
        super().__init__()
        self._sensor = sensor
        self._looks = 0

    def is_set(self) -> bool:
        self._looks += 1
        if self._looks == 1:
            self._sensor.send(record(1))
        return 1 in self._sensor.acknowledged() or self._looks > 50


def test_serve_joins_everything_and_closes_it_again(folder: Folder) -> None:
    broker = FakeBroker()
    links: list[FakeLink] = []

    def connect(filters: tuple[str, ...]) -> Link:
        links.append(FakeLink(broker, filters))
        return links[0]

    settings = Settings(
        monitor=MonitorSettings(data_dir=folder.path, runtime_dir=folder.path / "run")
    )
    stop = StopOnceAcknowledged(FakeSensor(broker))
    serve(settings, VirtualClock(start_ms=EVENING_MS), stop, connect=connect)

    assert not links[0].started
    assert folder.nights_writer().stored_seq(STREAM) == 1, "and the lock is free again"
