"""Two rooms and their monitor for days, something going wrong every two hours; virtual time.

python -m tests.fakes.soak DAYS says as JSON what a process of its own held after the first
day and after the last.
"""

import json
import logging
import random
import sys
import tempfile
from array import array
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from firmware.disk import RealDisk
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Outbound
from tests.fakes.disk import FaultyDisk
from tests.fakes.folder import data_folder
from tests.fakes.held import held
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.fakes.stored import EVENING_MS
from tests.unit.monitor.test_recorder import Bench

ROOMS = ("bedroom", "guestroom")
FAULT_EVERY_MIN = 120
DAY_MIN = 1_440
DAY_MS = DAY_MIN * 60_000
TALK_EVERY_MIN = 5
# The longest a fault lasts; the rest of its two hours is for healing.
LONGEST_MIN = 90
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


class Ends:
    """The ends of the minutes a room has kept, in memory that is all there from the start."""

    def __init__(self, room_for: int) -> None:
        self._ends = array("q", bytes(8 * room_for))
        self.count = 0

    def append(self, end_ms: int) -> None:
        self._ends[self.count] = end_ms
        self.count += 1

    def forget(self, newest: int) -> None:
        self.count -= newest

    def all(self) -> set[int]:
        return set(self._ends[: self.count])


class House:
    """Two rooms on one clock with a monitor that can be killed."""

    def __init__(self, path: Path, *, seed: int, days: int) -> None:
        self.path = path
        self.rng = random.Random(seed)
        self.broker = FakeBroker()
        self.clock = VirtualClock(start_ms=EVENING_MS)
        self.start_the_monitor()
        self.disks = {room: FaultyDisk(RealDisk(durable=False)) for room in ROOMS}
        self.rooms = {
            room: RoomSide(path / room, self.broker, self.clock, room=room, disk=disk, seed=seed)
            for room, disk in self.disks.items()
        }
        self.kept = {room: Ends(days * DAY_MIN) for room in ROOMS}
        self.heal: Callable[[], None] = lambda: None
        self.faults: tuple[Callable[[], None], ...] = (
            self.stop_the_broker,
            self.restart_the_broker,
            self.kill_a_sensor,
            self.fill_a_card,
            # At seven: the night is then judged by a monitor that has to read all of it.
            self.kill_the_monitor,
            self.lock_the_store,
            self.spoil_a_line,
            self.send_nonsense,
            self.cut_a_room_off,
        )
        # All that can happen has happened once on the first day, with what memory it takes.
        self.first = deque(self.faults)

    def start_the_monitor(self) -> None:
        self.opened = ExitStack()
        folder = self.opened.enter_context(data_folder(self.path))
        self.bench = Bench(folder, self.broker, clock=self.clock)

    def live_a_day(self) -> None:
        """Live on to the next evening, at the same time: a night that runs is in memory."""
        since_ms = (self.clock.now_ms() - EVENING_MS) % DAY_MS
        self.live(DAY_MIN - since_ms // 60_000)

    def live(self, minutes: int) -> None:
        """Live on; a fault begins every two hours and is over before the next."""
        for minute in range(minutes):
            phase = minute % FAULT_EVERY_MIN
            if phase == 0:
                fault = self.first.popleft() if self.first else self.rng.choice(self.faults)
                fault()
                lasts_min = self.rng.randrange(1, LONGEST_MIN)
            elif phase == lasts_min:
                self.heal()
                self.heal = lambda: None
            self.minute()
        self.heal()

    def minute(self) -> None:
        """Keep a minute in each room; they talk with the monitor every few of them."""
        self.clock.wait(60)
        for room, side in self.rooms.items():
            side.keep()
            self.kept[room].append(self.clock.now_ms())
        if self.kept[ROOMS[0]].count % TALK_EVERY_MIN == 0:
            self.talk()

    def talk(self) -> None:
        for side in self.rooms.values():
            side.say_state()
        for _ in range(3):
            for side in self.rooms.values():
                side.turn()
            while self.bench.recorder.step():
                pass
        # What the fakes remember for other tests would count as growth here.
        self.bench.sensor.link.drain()
        for link in self.broker.links:
            link.published.clear()
        for side in self.rooms.values():
            side.reported.clear()

    def settle(self) -> None:
        """Let quiet time pass, in which no minute ends, until all has arrived."""
        for _ in range(60):
            self.clock.wait(120)
            for side in self.rooms.values():
                side.courier.sync()
            self.talk()
            if not any(side.courier.sender.backlog for side in self.rooms.values()):
                return
        raise AssertionError("two quiet hours were not enough")

    # what goes wrong

    def a_room(self) -> str:
        return self.rng.choice(ROOMS)

    def stop_the_broker(self) -> None:
        self.broker.stop(lose_retained=self.rng.random() < 0.5)
        self.heal = self.broker.restart

    def restart_the_broker(self) -> None:
        self.broker.stop(lose_retained=True)
        self.broker.restart()

    def cut_a_room_off(self) -> None:
        link = self.rooms[self.a_room()].link
        link.cut("cut off")
        self.heal = link.connect

    def kill_a_sensor(self) -> None:
        """End a daemon without a word; what only its memory held was never promised."""
        room = self.a_room()
        side = self.rooms[room]
        waiting = side.journal.waiting
        self.kept[room].forget(waiting)
        side.kill()
        side.start()

    def kill_the_monitor(self) -> None:
        self.bench.link.cut("killed")
        self.broker.links.remove(self.bench.link)
        self.broker.links.remove(self.bench.sensor.link)
        self.opened.close()
        self.start_the_monitor()

    def fill_a_card(self) -> None:
        disk = self.disks[self.a_room()]
        disk.is_full = True
        self.heal = lambda: setattr(disk, "is_full", False)

    def lock_the_store(self) -> None:
        """Have every write refused at once, as a full or read-only disk does."""
        connection = self.bench.writer._connection
        connection.execute("PRAGMA query_only = ON")
        self.heal = lambda: (
            self.bench.writer._connection.execute("PRAGMA query_only = OFF") and None
        )

    def spoil_a_line(self) -> None:
        """Damage a byte that nobody has read yet, with the broker away meanwhile."""
        self.stop_the_broker()
        bring_back = self.heal
        room = self.a_room()

        def spoil() -> None:
            self.rooms[room].kill()
            path = max((self.path / room).glob("*.log"))
            content = bytearray(path.read_bytes())
            content[-self.rng.randrange(10, 200)] ^= 4
            path.write_bytes(content)
            bring_back()
            self.rooms[room].start()

        self.heal = spoil

    def send_nonsense(self) -> None:
        topics = Topics()
        for _ in range(200):
            leaf = self.rng.choice((Leaf.STATE, Leaf.RECORDS, Leaf.HELLO, Leaf.STORED))
            payload = self.rng.randbytes(self.rng.randrange(2_000))
            self.broker.route(Outbound(topic=topics.of(self.a_room(), leaf), payload=payload))
            self.bench.recorder.step()

    # what must hold

    def require_every_minute_exactly(self) -> None:
        for room in ROOMS:
            stored = [one.end_ms for one in self.bench.reader.minutes(room, 0, 2**60)]
            assert len(set(stored)) == len(stored)
            assert set(stored) <= self.kept[room].all()
            with self.bench.folder.raw("nights.db") as raw:
                lost = raw.execute(
                    "SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gaps"
                    " JOIN rooms USING (room_id) WHERE room = ?",
                    (room,),
                ).fetchone()[0]
            assert len(stored) + lost == self.kept[room].count


def main(arguments: list[str]) -> None:
    days = int(arguments[0])
    logging.disable(logging.CRITICAL)
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as path:
        house = House(Path(path), seed=days, days=days)
        looks = []
        for _ in range(days):
            house.live_a_day()
            house.settle()
            looks.append(asdict(held()))
        house.require_every_minute_exactly()
        house.opened.close()
    print(json.dumps({"looks": looks}))  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
