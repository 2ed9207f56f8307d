"""The message link as its users see it: what arrives is drained, never called back."""

import threading
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The broker accepted us and every subscription; retained messages may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The broker is gone or mute; reason is for the log and the status page."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Raw bytes of one message; decoding them is the owner's work."""

    topic: str
    payload: bytes
    retained: bool


LinkEvent = Connected | Disconnected | Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to publish; expiry_s is the MQTT 5 message expiry interval."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    expiry_s: int | None = None


class Link(Protocol):
    """A connection that keeps itself up; nothing is queued while it is down."""

    @property
    def wake(self) -> threading.Event:
        """Return the event that is set while something waits in drain."""
        ...

    def start(self) -> None:
        """Begin connecting; returns at once, never raises for an absent broker."""
        ...

    def drain(self) -> list[LinkEvent]:
        """Return what happened since the last call, in order, and clear wake."""
        ...

    def publish(self, message: Outbound) -> bool:
        """Hand a message to the broker; False when there is no connection (it is dropped)."""
        ...

    def stop(self, farewell: Outbound | None = None) -> None:
        """Publish a last message if connected, then disconnect in order; bounded in time."""
        ...
