"""A sensor's side of the link, as the monitor sees it: hello, batches, states."""

from typing import Any

import msgspec

from monitor.contract.codec import decode, encode
from monitor.contract.messages import (
    Availability,
    Batch,
    ClimateState,
    Hello,
    LightState,
    State,
    Stored,
)
from monitor.contract.record import ClockState, Record, instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.link import Inbound, Outbound
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM

SESSION = "8899aabbccddeeff"


class FakeSensor:
    """Publishes what a daemon would, and reads its acknowledgements."""

    def __init__(self, broker: FakeBroker, room: str = "bedroom", stream: str = STREAM) -> None:
        self.room = room
        self.stream = stream
        self.topics = Topics()
        self.link = FakeLink(broker, (self.topics.of(room, Leaf.STORED),))
        self.link.start()

    def say(self, leaf: Leaf, message: msgspec.Struct, *, retain: bool = False) -> None:
        self.send_bytes(leaf, encode(message), retain=retain)

    def send_bytes(self, leaf: Leaf, payload: bytes, *, retain: bool = False) -> None:
        topic = self.topics.of(self.room, leaf)
        assert self.link.publish(Outbound(topic=topic, payload=payload, retain=retain))

    def hello(self) -> None:
        message = Hello(**self._head(), stream=self.stream, lowest_seq=1, next_seq=1)
        self.say(Leaf.HELLO, message)

    def send(self, *records: Record, lowest_seq: int = 1) -> None:
        batch = Batch(**self._head(), stream=self.stream, lowest_seq=lowest_seq, records=records)
        self.say(Leaf.RECORDS, batch)

    def available(self, *, online: bool) -> None:
        self.say(Leaf.AVAILABLE, Availability(**self._head(), online=online), retain=True)

    def state(
        self,
        temperature_c: float = 19.0,
        at_ms: int = EVENING_MS,
        clock: ClockState = ClockState.SYNCED,
        session: str = SESSION,
    ) -> None:
        at = instant(at_ms)
        state = State(
            **{**self._head(), "at": at, "session": session},
            clock=clock,
            backlog=0,
            climate=ClimateState(at=at, temperature_c=temperature_c, humidity_pct=45.0),
            light=LightState(at=at, illuminance_lx=0.05),
        )
        self.say(Leaf.STATE, state, retain=True)

    def acknowledged(self) -> list[int]:
        """Return the positions acknowledged since the last call."""
        return [
            decode(event.payload, Stored).stored_seq
            for event in self.link.drain()
            if isinstance(event, Inbound)
        ]

    def _head(self) -> dict[str, Any]:
        return {
            "v": 1,
            "at": instant(EVENING_MS),
            "sequence": 1,
            "device": DEVICE,
            "session": SESSION,
        }
