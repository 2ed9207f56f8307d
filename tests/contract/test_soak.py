"""Days of two rooms and their monitor, something going wrong every two hours; virtual time."""

import ctypes
import gc
import logging
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.disk import RealDisk
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.link import Outbound
from tests.fakes.disk import FaultyDisk
from tests.fakes.folder import Folder, data_folder
from tests.fakes.in_process import RoomSide, resident_bytes
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench

ROOMS = ("bedroom", "guestroom")
FAULT_EVERY_MIN = 120
DAY_MIN = 1_440
TALK_EVERY_MIN = 5
# The longest a fault lasts; the rest of its two hours is for healing.
LONGEST_MIN = 90
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


class Household:
    """Two rooms on one clock with a monitor that can be killed."""

    def __init__(self, folder: Folder, seed: int) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.broker = FakeBroker()
        self.bench = Bench(folder, self.broker)
        self.clock = self.bench.clock
        self.disks = {room: FaultyDisk(RealDisk(durable=False)) for room in ROOMS}
        self.rooms = {
            room: RoomSide(
                folder.path / room, self.broker, self.clock, room=room, disk=disk, seed=seed
            )
            for room, disk in self.disks.items()
        }
        self.kept: dict[str, list[int]] = {room: [] for room in ROOMS}
        self.heal: Callable[[], None] = lambda: None
        self.faults: tuple[Callable[[], None], ...] = (
            self.stop_the_broker,
            self.restart_the_broker,
            self.kill_a_sensor,
            self.kill_the_monitor,
            self.fill_a_card,
            self.lock_the_store,
            self.spoil_a_line,
            self.send_nonsense,
            self.cut_a_room_off,
        )

    def live(self, minutes: int) -> None:
        """Live on; a fault begins every two hours and is over before the next."""
        for minute in range(minutes):
            phase = minute % FAULT_EVERY_MIN
            if phase == 0:
                self.rng.choice(self.faults)()
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
        if len(self.kept[ROOMS[0]]) % TALK_EVERY_MIN == 0:
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
        self.kept[room] = self.kept[room][: len(self.kept[room]) - waiting]
        side.kill()
        side.start()

    def kill_the_monitor(self) -> None:
        self.bench.link.cut("killed")
        self.broker.links.remove(self.bench.link)
        self.broker.links.remove(self.bench.sensor.link)
        self.bench.writer.close()
        self.bench.reader.close()
        self.bench.household.close()
        clock = self.bench.clock
        self.bench = Bench(self.folder, self.broker, clock=clock)

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
            path = max((self.folder.path / room).glob("*.log"))
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
            assert set(stored) <= set(self.kept[room])
            with self.folder.raw("nights.db") as raw:
                lost = raw.execute(
                    "SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gaps"
                    " JOIN rooms USING (room_id) WHERE room = ?",
                    (room,),
                ).fetchone()[0]
            assert len(stored) + lost == len(self.kept[room])


@contextmanager
def in_memory() -> Iterator[Folder]:
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as path, data_folder(Path(path)) as folder:
        yield folder


def held() -> tuple[int, int, int]:
    """Return bytes, descriptors and threads; what was freed is given back before."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return resident_bytes(), descriptors, threading.active_count()


@pytest.mark.parametrize("days", [3, pytest.param(30, marks=pytest.mark.soak)])
def test_days_of_two_rooms_with_a_fault_every_two_hours_lose_nothing_and_leak_nothing(
    days: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # what pytest remembers would count as growth
    with in_memory() as folder:
        household = Household(folder, seed=days)
        household.live(DAY_MIN)
        household.settle()
        before = held()
        household.live((days - 1) * DAY_MIN)
        household.settle()
        after = held()
        household.require_every_minute_exactly()
    assert after[0] - before[0] <= 4 * 2**20
    assert after[1:] == before[1:]
