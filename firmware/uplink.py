"""SHELL: what the daemon says and hears on the link: its records, its state, that it lives."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware.courier import Courier
from monitor.contract.codec import decode, encode
from monitor.contract.errors import PayloadError, TopicError
from monitor.contract.messages import SCHEMA_VERSION, Availability, RoomSettings, State
from monitor.contract.record import instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.clock import Clock
from monitor.runtime.link import Connected, Disconnected, Inbound, Link, Outbound
from monitor.runtime.logging import line
from monitor.runtime.sampled import SampledLog

log = logging.getLogger(__name__)

HEARD: Final = (Leaf.STORED, Leaf.SETTINGS, Leaf.AVAILABLE)
# Source: docs/mqtt.md: the live state expires, so that nobody finds an old one.
STATE_EXPIRY_S: Final = 90
BAD_PAYLOAD_NOTE_S: Final = 60.0
# Source: docs/no-loss.md, F8: at most 10 lines an hour about a broker that is away for weeks;
# one that comes and goes, or is mute, has three of loss and as many of return.
BROKER_NOTE_S: Final = 1_200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who speaks: the room's device, and this run of its daemon (16 hex digits)."""

    room: str
    device: str
    session: str


def subscriptions(topics: Topics, room: str) -> tuple[str, ...]:
    """Return what the link must subscribe to."""
    return tuple(topics.of(room, leaf) for leaf in HEARD)


def availability(topics: Topics, identity: Identity, *, online: bool, at_ms: int) -> Outbound:
    """Return the message that says the daemon is there, or is not; also the link's will.

    A will is written when the session begins, so its time is that of the beginning.
    """
    message = Availability(
        v=SCHEMA_VERSION,
        at=instant(at_ms),
        sequence=0,
        device=identity.device,
        session=identity.session,
        online=online,
    )
    topic = topics.of(identity.room, Leaf.AVAILABLE)
    return Outbound(topic=topic, payload=encode(message), qos=1, retain=True)


class Uplink:
    """The daemon's side of the link.

    Args:
        link: with the subscriptions and the will of this module.
        topics: spells the room's topics.
        identity: who speaks.
        clock: the network's.
        is_live: False keeps silent about the room's present: a virtual run has none.
    """

    def __init__(
        self, link: Link, *, topics: Topics, identity: Identity, clock: Clock, is_live: bool
    ) -> None:
        self.identity = identity
        self.wake = link.wake
        self._link = link
        self._topics = topics
        self._clock = clock
        self._is_live = is_live
        self._sequence = 0
        self._courier: Courier | None = None
        self._bad_payloads = 0
        self._noted_s = -BAD_PAYLOAD_NOTE_S
        self._losses = SampledLog(log, clock, interval_s=BROKER_NOTE_S)
        self._is_return_news = True

    def serve(self, courier: Courier) -> None:
        """Tell a courier what arrives; it in turn publishes through this."""
        self._courier = courier

    def start(self) -> None:
        """Begin to connect."""
        self._link.start()

    def publish(self, leaf: Leaf, payload: bytes) -> bool:
        """Publish once, at QoS 0: what gets lost the transfer protocol sends again."""
        topic = self._topics.of(self.identity.room, leaf)
        return self._link.publish(Outbound(topic=topic, payload=payload))

    def publish_state(self, state: State) -> None:
        """Publish the live state: retained, for STATE_EXPIRY_S."""
        topic = self._topics.of(self.identity.room, Leaf.STATE)
        self._link.publish(
            Outbound(topic=topic, payload=encode(state), retain=True, expiry_s=STATE_EXPIRY_S)
        )

    def next_sequence(self) -> int:
        """Return the next number of a state message of this session."""
        self._sequence += 1
        return self._sequence

    def receive(self, calibrate: Callable[[RoomSettings], None]) -> bool:
        """Take what arrived; return whether the link has come up."""
        came_up = False
        for event in self._link.drain():
            match event:
                case Connected():
                    came_up = True
                    self._note_return()
                    self._say(online=True)
                    if self._courier is not None:
                        self._courier.connected()
                case Disconnected(reason=reason):
                    self._is_return_news |= self._losses.warn("broker gone", reason)
                    if self._courier is not None:
                        self._courier.disconnected()
                case Inbound():
                    self._hear(event, calibrate)
        return came_up

    def stop(self) -> None:
        """Say goodbye and disconnect."""
        self._link.stop(self._availability(online=False) if self._is_live else None)

    def _note_return(self) -> None:
        if self._is_return_news:
            log.info(line("broker connected"))
            self._is_return_news = False

    def _hear(self, message: Inbound, calibrate: Callable[[RoomSettings], None]) -> None:
        try:
            _, leaf = self._topics.read(message.topic)
            if leaf is Leaf.STORED and self._courier is not None:
                self._courier.receive(message.payload, retained=message.retained)
            elif leaf is Leaf.SETTINGS:
                calibrate(decode(message.payload, RoomSettings))
            elif leaf is Leaf.AVAILABLE and not decode(message.payload, Availability).online:
                # The will of a session before, or of this one cut off for a moment.
                self._say(online=True)
        except (PayloadError, TopicError) as error:
            self._note_bad(message.topic, error)

    def _note_bad(self, topic: str, error: Exception) -> None:
        self._bad_payloads += 1
        now_s = self._clock.monotonic_s()
        if now_s - self._noted_s >= BAD_PAYLOAD_NOTE_S:
            self._noted_s = now_s
            log.warning(line("bad payload", topic=topic, n=self._bad_payloads, why=error))

    def _say(self, *, online: bool) -> None:
        if self._is_live:
            self._link.publish(self._availability(online=online))

    def _availability(self, *, online: bool) -> Outbound:
        at_ms = self._clock.now_ms()
        return availability(self._topics, self.identity, online=online, at_ms=at_ms)
