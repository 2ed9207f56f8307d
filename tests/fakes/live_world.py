"""A room's live values through the real parts, from a seed: what is shown as live, is it?

Sensor's side (samples, state messages, availability), monitor (recorder, live files) and pages
(the feed) are the product's; the broker is in memory and slow, and both machines' clocks are
put right and wrong. A value's number tells when it was measured, by a time that nobody has.

python -m tests.fakes.live_world SEED [SECONDS]
"""

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from firmware.live import LiveValues
from firmware.minute import SoundSetup, Traits
from firmware.sensors.base import ClimateReading, Fault
from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.messages import SCHEMA_VERSION, State
from monitor.contract.record import ClockState, Flag, instant
from monitor.contract.topics import Topics
from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Outbound
from monitor.store.live import LiveFiles
from tests.fakes.folder import Folder, data_folder
from tests.fakes.house import FakeHouse
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.stored import EVENING_MS
from tests.unit.monitor.test_recorder import Bench
from web.feed import NowFeed
from web.room_now import Condition

ROOM: Final = "bedroom"
# Source: docs/no-loss.md, F17; the rest is a turn of each loop, which take a second here.
LIVE_S: Final = 30.0
TURNS_S: Final = 3.0
# What a connection may hold up before its echo ends it: two keepalives.
LONGEST_WAY_S: Final = 20
SAMPLE_S: Final = 10
STATE_S: Final = 5
ACCIDENTS_A_SECOND: Final = 0.004
# What goes wrong seldom goes wrong alone: as often another accident follows within so long.
ANOTHER: Final = 0.6
ANOTHER_WITHIN_S: Final = 15
HOUR_S: Final = 3600.0
WRONG_S: Final = (-21 * 24 * HOUR_S, -2 * HOUR_S, -300.0, -15.0, 15.0, 300.0, 2 * HOUR_S)
COLDEST_C: Final = 5.0


class NotLiveError(AssertionError):
    """An old value was shown as live; the text has the seed and what had happened."""


class SlowBroker(FakeBroker):
    """Hands each message on after a while, in order; what waits is lost when it stops."""

    def __init__(self) -> None:
        super().__init__()
        self.way_s = 0
        self._now_s = 0
        self._held: list[tuple[int, Outbound]] = []

    def route(self, message: Outbound) -> None:
        last_s = self._held[-1][0] if self._held else 0
        self._held.append((max(self._now_s + self.way_s, last_s), message))
        self.turn(self._now_s)

    def turn(self, now_s: int) -> None:
        self._now_s = now_s
        while self._held and self._held[0][0] <= now_s:
            super().route(self._held.pop(0)[1])

    def stop(self, *, lose_retained: bool = False) -> None:
        self._held.clear()
        super().stop(lose_retained=lose_retained)


class Room:
    """The sensors' daemon as far as the present goes: samples, states, that it lives."""

    def __init__(self, broker: FakeBroker, clock: VirtualClock, session: str) -> None:
        self.broken = False
        self._clock = clock
        self._values = LiveValues()
        identity = Identity(room=ROOM, device="nightroom-bedroom", session=session)
        topics = Topics()
        will = availability(topics, identity, online=False, at_ms=clock.now_ms())
        self.link = FakeLink(broker, subscriptions(topics, ROOM), will)
        self._uplink = Uplink(
            self.link, topics=topics, identity=identity, clock=clock, is_live=True
        )
        self._uplink.start()

    def mend(self) -> None:
        self.broken = False

    def turn(self, true_s: int) -> None:
        self._uplink.receive(lambda _settings: None)
        now_s = self._clock.monotonic_s()
        if true_s % SAMPLE_S == 0:
            sample = (
                Fault(flag=Flag.NO_REPLY, message="no answer") if self.broken else measured(true_s)
            )
            self._values.saw_climate(now_s, sample, Traits())
        if true_s % STATE_S == 0:
            now_ms = self._clock.now_ms()
            told = self._values.told(SoundSetup(), now_s=now_s, now_ms=now_ms)
            self._uplink.publish_state(
                State(
                    v=SCHEMA_VERSION,
                    at=instant(now_ms),
                    sequence=self._uplink.next_sequence(),
                    device=self._uplink.identity.device,
                    session=self._uplink.identity.session,
                    clock=self._clock.state(),
                    backlog=0,
                    climate=told.climate,
                )
            )


def measured(true_s: int) -> ClimateReading:
    """Return a reading that tells when it was made."""
    number = true_s // SAMPLE_S
    return ClimateReading(
        temperature_c=COLDEST_C + number / 100, humidity_pct=45.0, pressure_hpa=None
    )


def measured_at_s(temperature_c: float) -> int:
    return round((temperature_c - COLDEST_C) * 100) * SAMPLE_S


class LiveWorld:
    """Both machines, stepped a second at a time; every choice is the seed's.

    Attributes:
        history: what befell, one line each.
        seen: how many seconds the value was shown as live, and otherwise.
    """

    def __init__(self, seed: int, folder: Folder) -> None:
        self.history: list[str] = []
        self.seen = {True: 0, False: 0}
        self._rng = random.Random(seed)
        self._true_s = 0
        self._folder = folder
        self._broker = SlowBroker()
        self._clocks = {
            "room": VirtualClock(start_ms=EVENING_MS, boot_id="a" * 16),
            "house": VirtualClock(start_ms=EVENING_MS, boot_id="b" * 16, boottime_s=5_000.0),
        }
        self._wrong_s: dict[str, float] = {}
        self._doubted_s = -HOUR_S
        self._frozen_until = {"room": 0, "house": 0}
        self._later: list[tuple[int, Callable[[], None]]] = []
        self._room: Room | None = self._new_room()
        self._monitor: Bench | None = self._new_monitor()
        files = LiveFiles(folder.path / "live", self._clocks["house"])
        house = FakeHouse(clock=self._clocks["house"], live=files)
        self._feed = NowFeed(house.site())

    def step(self) -> None:
        self._true_s += 1
        for clock in self._clocks.values():
            clock.wait(1.0)
        due = [act for at_s, act in self._later if at_s <= self._true_s]
        self._later = [one for one in self._later if one[0] > self._true_s]
        for act in due:
            act()
        if self._rng.random() < ACCIDENTS_A_SECOND:
            self._befall()
        self._broker.turn(self._true_s)
        if self._room is not None and self._true_s >= self._frozen_until["room"]:
            self._room.turn(self._true_s)
        self._broker.turn(self._true_s)
        if self._monitor is not None and self._true_s >= self._frozen_until["house"]:
            self._monitor.recorder.step()
        self._look()

    def _befall(self) -> None:
        accident = self._rng.choice(ACCIDENTS)
        self.history.append(f"{self._true_s} s: {accident.__name__}")
        accident(self)
        if self._rng.random() < ANOTHER:
            soon_s = self._true_s + self._rng.randint(1, ANOTHER_WITHIN_S)
            self._later.append((soon_s, self._befall))

    def _look(self) -> None:
        """Look at the page: what is called live must have been measured lately."""
        now = self._feed.read(ROOM)
        (cool,) = [part for part in now.parts if part.part == "cool"]
        is_live = cool.condition is Condition.LIVE
        self.seen[is_live] += 1
        if not is_live:
            return
        old_s = self._true_s - measured_at_s(now.values["temperature_c"])
        if self._wrong_s or any(
            clock.state() is ClockState.UNSYNCED for clock in self._clocks.values()
        ):
            self._doubted_s = self._true_s
        # Where a clock is not known to be right, a message is as old as its way was short.
        is_known = self._true_s - self._doubted_s > LIVE_S + LONGEST_WAY_S
        most_s = LIVE_S + TURNS_S + (0 if is_known else LONGEST_WAY_S)
        if old_s > most_s:
            raise NotLiveError(
                f"a value of {old_s} s ago is shown as live, {most_s:.0f} are allowed"
            )

    def freeze_room(self) -> None:
        self._frozen_until["room"] = self._true_s + self._while()

    def freeze_house(self) -> None:
        self._frozen_until["house"] = self._true_s + self._while()

    def kill_room(self) -> None:
        if self._room is not None:
            self._room.link.cut("killed")
            self._broker.links.remove(self._room.link)
            self._room = None
            self._after(self._start_room)

    def kill_monitor(self) -> None:
        if self._monitor is not None:
            self._monitor.link.cut("killed")
            self._broker.links.remove(self._monitor.link)
            self._monitor.writer.close()
            self._monitor.reader.close()
            self._monitor = None
            self._after(self._start_monitor)

    def stop_broker(self) -> None:
        if self._broker.up:
            self._broker.stop(lose_retained=self._rng.random() < 1 / 2)
            self._after(self._broker.restart)

    def cut_room(self) -> None:
        self._cut(self._room.link if self._room else None)

    def cut_monitor(self) -> None:
        self._cut(self._monitor.link if self._monitor else None)

    def slow_way(self) -> None:
        self._broker.way_s = self._rng.randint(1, LONGEST_WAY_S)
        self._after(self._quick_way)

    def break_sensor(self) -> None:
        room = self._room
        if room is not None:
            room.broken = True
            self._after(room.mend)

    def put_clock_wrong(self) -> None:
        """Put a clock wrong, as a boot without time does, or somebody by hand."""
        whose = self._rng.choice(sorted(self._clocks))
        if whose not in self._wrong_s:
            self._wrong_s[whose] = self._rng.choice(WRONG_S)
            self._clocks[whose].step(self._wrong_s[whose])
            self._clocks[whose].set_state(
                self._rng.choice([ClockState.SYNCED, ClockState.UNSYNCED])
            )
            self._after(lambda: self._put_right(whose))

    def _put_right(self, whose: str) -> None:
        self._clocks[whose].step(-self._wrong_s.pop(whose))
        self._clocks[whose].set_state(ClockState.SYNCED)

    def _cut(self, link: FakeLink | None) -> None:
        if link is not None and link.connected:
            link.cut("the way is gone")

            def again() -> None:
                if link in self._broker.links and self._broker.up and not link.connected:
                    link.connect()

            self._after(again)

    def _quick_way(self) -> None:
        self._broker.way_s = 0

    def _while(self) -> int:
        return self._rng.choice([self._rng.randint(2, 40), self._rng.randint(40, 200)])

    def _after(self, act: Callable[[], None]) -> None:
        self._later.append((self._true_s + self._while(), act))

    def _start_room(self) -> None:
        self._room = self._new_room()

    def _start_monitor(self) -> None:
        self._monitor = self._new_monitor()

    def _new_room(self) -> Room:
        session = f"{self._rng.getrandbits(64):016x}"
        return Room(self._broker, self._clocks["room"], session)

    def _new_monitor(self) -> Bench:
        return Bench(self._folder, self._broker, clock=self._clocks["house"])


ACCIDENTS: Final = (
    LiveWorld.freeze_room,
    LiveWorld.freeze_house,
    LiveWorld.kill_room,
    LiveWorld.kill_monitor,
    LiveWorld.stop_broker,
    LiveWorld.cut_room,
    LiveWorld.cut_monitor,
    LiveWorld.slow_way,
    LiveWorld.break_sensor,
    *[LiveWorld.put_clock_wrong] * 4,
)


def live(seed: int, seconds: int, folder: Path) -> LiveWorld:
    """Return the world after so many seconds.

    Raises:
        NotLiveError: an old value was shown as live.
    """
    with data_folder(folder) as opened:
        opened.household_writer().close()
        world = LiveWorld(seed, opened)
        try:
            for _ in range(seconds):
                world.step()
        except Exception as error:
            told = "\n".join(world.history)
            raise NotLiveError(f"{told}\nseed {seed}, {seconds} seconds: {error}") from error
        return world


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ended = live(int(sys.argv[1]), int(*sys.argv[2:] or ["2000"]), Path(place))
    told = f"live for {ended.seen[True]} s of {sum(ended.seen.values())}"
    sys.stdout.write(f"seed {sys.argv[1]}: {told}\n")
