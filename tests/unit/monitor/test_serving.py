"""The monitor's composition root: everything joined, and closed again."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Link
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.serving import serve
from monitor.store.errors import CorruptFileError
from monitor.store.salvor import Salvor
from monitor.store.set_aside import condemn, is_condemned
from tests.fakes.folder import Folder, data_folder
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.salvage import salvaged
from tests.fakes.sensor import FakeSensor
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record


class Hurried(threading.Event):
    """Stops the loop after so many looks, if nobody else did before."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return super().is_set() or self.looks > 100_000


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


@pytest.mark.parametrize(
    "changed", ["temperature_c_e2 = temperature_c_e2 + 400", "flags = CAST(x'af' AS TEXT)"]
)
def test_minutes_that_have_changed_on_the_card_are_found_at_a_start_and_declared_at_the_next(
    folder: Folder, changed: str
) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 31)], gaps=(), stored_seq=30,
        )  # fmt: skip
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute(f"UPDATE minutes SET {changed} WHERE seq < 4")  # noqa: S608 - ours
        raw.commit()
    settings = Settings(
        monitor=MonitorSettings(data_dir=folder.path, runtime_dir=folder.path / "run")
    )
    stop = Hurried()
    broker = FakeBroker()
    clock = VirtualClock(start_ms=EVENING_MS)

    with suppress(CorruptFileError):  # where the night is judged before the look at every row
        serve(settings, clock, stop, connect=lambda filters: FakeLink(broker, filters))

    assert stop.looks < 100_000, "it has stopped by itself"
    assert is_condemned(folder.path / "nights.db")
    with closing(folder.nights_writer()) as writer:
        assert "27 minutes were copied back" in (words := salvaged(writer)[-1])
    assert "3 that it had cannot be read and are declared lost" in words


def test_an_index_that_has_lost_a_minute_is_found_at_a_start_and_all_is_salvaged_at_the_next(
    folder: Folder,
) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 31)], gaps=(), stored_seq=30,
        )  # fmt: skip
    path = folder.path / "nights.db"
    content, end = path.read_bytes(), record(27).minute.end_ms.to_bytes(6)
    assert content.count(b"\x1b" + end) == 1, "of the index alone: there the number comes first"
    path.write_bytes(content.replace(b"\x1b" + end, b"\x1b" + end[:5] + b"\x01"))
    settings = Settings(
        monitor=MonitorSettings(data_dir=folder.path, runtime_dir=folder.path / "run")
    )
    stop, broker = Hurried(), FakeBroker()

    serve(
        settings,
        VirtualClock(start_ms=EVENING_MS),
        stop,
        connect=lambda filters: FakeLink(broker, filters),
    )

    assert stop.looks < 100_000, "it has stopped by itself"
    assert is_condemned(path)
    with closing(folder.nights_writer()) as writer:
        assert salvaged(writer)[-1] == "30 minutes were copied back from nights.db.bad-1"
        assert writer.crc_of(STREAM, 27) == (record(27).crc, 0)


def test_the_streams_of_a_salvage_are_begun_before_a_sensor_is_heard(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sensor sends first would begin its stream as the oldest."""
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(1)], gaps=(),
            stored_seq=1,
        )  # fmt: skip
    condemn(folder.path / "nights.db")
    monkeypatch.setattr(Salvor, "run", lambda _: None)
    settings = Settings(
        monitor=MonitorSettings(data_dir=folder.path, runtime_dir=folder.path / "run")
    )
    seen: list[str] = []

    class Listening(FakeLink):
        def start(self) -> None:
            seen.extend(one.stream for one in folder.nights_reader().streams())
            super().start()

    def connect(filters: tuple[str, ...]) -> Link:
        return Listening(FakeBroker(), filters)

    stop = Hurried()
    stop.looks = 99_900
    serve(settings, VirtualClock(start_ms=EVENING_MS), stop, connect=connect)

    assert seen == [STREAM]
