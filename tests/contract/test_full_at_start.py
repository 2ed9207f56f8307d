"""F5 and F6 at the start: a card that was full before the daemon came costs no minute either."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from firmware.disk import RealDisk
from monitor.runtime.clock import VirtualClock
from tests.fakes.disk import FaultyDisk
from tests.fakes.folder import data_folder
from tests.fakes.in_process import RoomSide, until
from tests.fakes.link import FakeBroker
from tests.fakes.stored import EVENING_MS
from tests.unit.monitor.test_recorder import Bench


class Start:
    """A room whose card is full when its daemon starts, and a monitor that is well."""

    def __init__(self, journal_dir: Path, bench: Bench, broker: FakeBroker) -> None:
        self.bench = bench
        self.clock = bench.clock
        self.disk = FaultyDisk(RealDisk(durable=False))
        self.room = RoomSide(journal_dir, broker, self.clock, disk=self.disk)
        self.ends_ms: list[int] = []

    def live(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.wait(60)
            self.ends_ms.append(self.clock.now_ms())
            self.room.keep()
            self.turn()
            self.room.say_state()
            self.bench.steps(1)

    def turn(self) -> None:
        self.clock.wait(1)
        self.room.turn()
        self.bench.steps(1)

    def stored(self) -> list[int]:
        return [one.end_ms for one in self.bench.reader.minutes("bedroom", 0, 2**60)]


def nothing(_: Path) -> None:
    """Leave the card as it is."""


def torn(card: Path) -> None:
    """Leave what a power cut does that comes within a line: it was never sent."""
    segment = next(card.glob("*.log"))
    segment.write_bytes(segment.read_bytes() + b'{"stream":"')


def spoiled(card: Path) -> None:
    (card / "journal.json").write_bytes(b"{}")


def gone(card: Path) -> None:
    (card / "journal.json").unlink()


@pytest.mark.parametrize("damage", [nothing, torn, spoiled, gone])
@pytest.mark.parametrize("before", [0, 4])
def test_live_values_go_on_minutes_wait_and_all_are_stored_once_there_is_space(
    tmp_path: Path, before: int, damage: Callable[[Path], None]
) -> None:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as folder:
        broker = FakeBroker()
        bench = Bench(folder, broker, clock=VirtualClock(start_ms=EVENING_MS))
        start = Start(tmp_path / "journal", bench, broker)
        start.live(before)
        start.room.kill()
        if before:
            damage(tmp_path / "journal")
        start.disk.is_full = True
        start.room.start()
        start.live(3)
        assert start.room.courier.unwritten == 3
        assert "No space left on device" in start.room.courier.fault
        assert bench.live.state is not UNSET
        assert bench.live.state.unwritten == 3
        start.disk.is_full = False
        start.live(1)
        until(lambda: start.room.courier.sender.backlog == 0, start.turn, turns=1_000)
        assert start.room.courier.unwritten == 0
        assert start.stored() == start.ends_ms
        gaps = [(one.first_seq, one.last_seq) for one in bench.reader.gaps("bedroom", 0, 2**60)]
        assert gaps == ([(5, 5)] if before and damage is torn else [])
