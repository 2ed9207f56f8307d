"""An in-memory broker and its links, for tests of the shells above them."""

import threading
from dataclasses import replace

from monitor.runtime.link import Connected, Disconnected, Inbound, LinkEvent, Outbound


class FakeBroker:
    """Routes between FakeLinks at once; keeps retained messages; can be cut off."""

    def __init__(self) -> None:
        self.links: list[FakeLink] = []
        self.retained: dict[str, Outbound] = {}
        self.up = True

    def route(self, message: Outbound) -> None:
        if message.retain:
            if message.payload:
                self.retained[message.topic] = message
            else:
                self.retained.pop(message.topic, None)
        for link in self.links:
            if link.connected and link.subscribes_to(message.topic):
                link.deliver(Inbound(topic=message.topic, payload=message.payload, retained=False))

    def stop(self, *, lose_retained: bool = False) -> None:
        self.up = False
        if lose_retained:
            self.retained.clear()
        for link in self.links:
            link.cut("broker stopped")

    def restart(self) -> None:
        self.up = True
        for link in self.links:
            if link.started:
                link.connect()


class FakeLink:
    """A Link to a FakeBroker."""

    def __init__(
        self, broker: FakeBroker, subscriptions: tuple[str, ...], will: Outbound | None = None
    ) -> None:
        self._broker = broker
        self._subscriptions = subscriptions
        self._will = will
        self._events: list[LinkEvent] = []
        self._wake = threading.Event()
        self.connected = False
        self.started = False
        self.published: list[Outbound] = []
        broker.links.append(self)

    @property
    def wake(self) -> threading.Event:
        return self._wake

    def start(self) -> None:
        self.started = True
        if self._broker.up:
            self.connect()

    def connect(self) -> None:
        self.connected = True
        self.deliver(Connected())
        for message in list(self._broker.retained.values()):
            if self.subscribes_to(message.topic):
                self.deliver(Inbound(topic=message.topic, payload=message.payload, retained=True))

    def cut(self, reason: str) -> None:
        if self.connected:
            self.connected = False
            self.deliver(Disconnected(reason=reason))
            if self._will is not None:
                self._broker.route(replace(self._will))

    def deliver(self, event: LinkEvent) -> None:
        self._events.append(event)
        self._wake.set()

    def drain(self) -> list[LinkEvent]:
        events, self._events = self._events, []
        self._wake.clear()
        return events

    def publish(self, message: Outbound) -> bool:
        if not self.connected:
            return False
        self.published.append(message)
        self._broker.route(message)
        return True

    def stop(self, farewell: Outbound | None = None) -> None:
        if farewell is not None:
            self.publish(farewell)
        self.connected = False
        self.started = False

    def subscribes_to(self, topic: str) -> bool:
        return any(_matches(pattern, topic) for pattern in self._subscriptions)


def _matches(pattern: str, topic: str) -> bool:
    wanted, given = pattern.split("/"), topic.split("/")
    return len(wanted) == len(given) and all(
        want in ("+", have) for want, have in zip(wanted, given, strict=True)
    )
