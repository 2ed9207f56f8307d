"""A room whose broker is away for weeks, in a process of its own; virtual time.

python -m tests.fakes.weeks_away MINUTES says as JSON what the process held after the first
hour and at the end, and the most lines that an hour logged. Then the broker comes back, and
all that was kept must arrive.
"""

import json
import logging
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from monitor.runtime.clock import RealClock
from monitor.runtime.link import Disconnected
from tests.fakes.folder import data_folder
from tests.fakes.held import Held, held
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench

HOUR_MIN = 60
LIVE_WITHIN_S = 2.0
STORED_WITHIN_S = 60.0


class Lines(logging.Handler):
    """Counts what is logged, and keeps nothing of it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        del record
        self.count += 1

    def take(self) -> int:
        count, self.count = self.count, 0
        return count


def live_a_minute(room: RoomSide) -> None:
    """The link is refused every 30 s, as paho tries."""
    for _ in range(2):
        room.clock.wait(30)
        room.link.deliver(Disconnected(reason="refused"))
        room.turn()
    room.keep()


def live(room: RoomSide, minutes: int, lines: Lines) -> tuple[Held, int]:
    """Return what was held after the first hour, and the most lines of an hour."""
    lines.take()
    first: Held | None = None
    most = 0
    for _ in range(minutes // HOUR_MIN):
        for _ in range(HOUR_MIN):
            live_a_minute(room)
        most = max(most, lines.take())
        first = first or held()
    assert first is not None
    return first, most


def require_everything_to_arrive(bench: Bench, room: RoomSide, minutes: int) -> None:
    """Live values at once, the minutes soon, each of them once."""
    clock = RealClock()
    since_s = clock.monotonic_s()
    bench.broker.restart()
    room.turn()
    room.say_state()
    bench.recorder.step()
    now = bench.files.read("bedroom")
    assert now is not None
    assert now.state is not None
    assert clock.monotonic_s() - since_s <= LIVE_WITHIN_S
    while bench.writer.stored_seq(room.journal.stream) != minutes:
        bench.recorder.step()
        room.turn()
        assert clock.monotonic_s() - since_s <= STORED_WITHIN_S
    stored = [one.end_ms for one in bench.reader.minutes("bedroom", 0, 2**60)]
    assert stored == room.journalled()
    assert len(stored) == minutes


def main(minutes: int) -> None:
    lines = Lines()
    logging.basicConfig(level=logging.INFO, handlers=[lines])
    with tempfile.TemporaryDirectory() as path, data_folder(Path(path)) as folder:
        bench = Bench(folder, FakeBroker())
        room = RoomSide(Path(path) / "journal", bench.broker, bench.clock)
        bench.broker.stop()
        before, most = live(room, minutes, lines)
        after = held()
        require_everything_to_arrive(bench, room, minutes)
    said = {"before": asdict(before), "after": asdict(after), "lines": most}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
