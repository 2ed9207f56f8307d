"""Sensor daemons and a monitor in one process: real files and a real store, virtual time.

The broker is in memory and the parts are left out: a minute is given to the courier. All
else is the product's own code, shells included.
"""

import random
from collections.abc import Callable
from pathlib import Path

from msgspec import UNSET, UnsetType

from firmware.courier import Courier
from firmware.dating import Dating
from firmware.disk import Disk, RealDisk
from firmware.journal import Journal
from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.messages import (
    SCHEMA_VERSION,
    ClimateState,
    LightState,
    SoundState,
    State,
)
from monitor.contract.record import Minute, instant
from monitor.contract.topics import Topics
from monitor.runtime.clock import VirtualClock
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.transfer_records import a_minute


class RoomSide:
    """A room's daemon without its parts; it can be killed and started again."""

    def __init__(
        self,
        folder: Path,
        broker: FakeBroker,
        clock: VirtualClock,
        *,
        room: str = "bedroom",
        disk: Disk | None = None,
        seed: int = 1,
    ) -> None:
        self.folder = folder
        self.room = room
        self.broker = broker
        self.clock = clock
        self.disk = disk or RealDisk(durable=False)
        self.rng = random.Random(f"{seed} {room}")
        self.reported: list[str] = []
        self.start()

    def start(self) -> None:
        self.identity = Identity(
            room=self.room, device=f"nightroom-{self.room}", session=self.new_id()
        )
        topics = Topics()
        will = availability(topics, self.identity, online=False, at_ms=self.clock.now_ms())
        self.link = FakeLink(self.broker, subscriptions(topics, self.room), will)
        self.uplink = Uplink(
            self.link, topics=topics, identity=self.identity, clock=self.clock, is_live=True
        )
        self.journal = Journal.open(self.folder, disk=self.disk, new_id=self.new_id)
        self.courier = Courier(
            self.journal,
            device=self.identity.device,
            session=self.identity.session,
            clock=self.clock,
            rng=self.rng,
            publish=self.uplink.publish,
            report=self.reported.append,
            dating=Dating.open(self.folder, self.disk, self.journal),
        )
        self.uplink.serve(self.courier)
        self.uplink.start()

    def kill(self) -> None:
        self.link.cut("killed")
        self.broker.links.remove(self.link)

    def new_id(self) -> str:
        return f"{self.rng.getrandbits(64):016x}"

    def keep(self, minute: Minute | None = None) -> None:
        """Keep the minute that ends now."""
        self.courier.keep(
            minute or a_minute(end_ms=self.clock.now_ms()),
            boot=self.clock.boot_id(),
            boottime_s=self.clock.boottime_s(),
            clock=self.clock.state(),
        )

    def turn(self) -> None:
        self.uplink.receive(lambda _settings: None)
        self.courier.tick()

    def say_state(
        self,
        *,
        climate: ClimateState | None = None,
        light: LightState | UnsetType = UNSET,
        sound: SoundState | UnsetType = UNSET,
    ) -> None:
        now = instant(self.clock.now_ms())
        self.uplink.publish_state(
            State(
                v=SCHEMA_VERSION,
                at=now,
                sequence=self.uplink.next_sequence(),
                device=self.identity.device,
                session=self.identity.session,
                clock=self.clock.state(),
                backlog=self.courier.sender.backlog,
                climate=climate or ClimateState(at=now, temperature_c=18.0),
                light=light,
                sound=sound,
                unwritten=self.courier.unwritten,
                troubles=self.courier.troubles,
            )
        )

    def journalled(self) -> list[int]:
        """Return the ends of all minutes held."""
        ends: list[int] = []
        seq = self.journal.lowest_seq
        while run := self.journal.records(seq):
            ends += [record.minute.end_ms for record in run]
            seq = run[-1].seq + 1
        return ends


def until(condition: Callable[[], bool], turn: Callable[[], None], turns: int) -> int:
    """Take turns until the condition holds; return how many it took."""
    for count in range(turns):
        if condition():
            return count
        turn()
    raise AssertionError(f"not after {turns} turns")
