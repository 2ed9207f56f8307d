"""A link in a hurry: what paho waits for minutes passes in seconds, on real sockets."""

from types import SimpleNamespace
from typing import Final

import paho.mqtt.client as paho
import pytest

from monitor.runtime.clock import RealClock
from monitor.runtime.link import Connected, Disconnected, LinkEvent
from monitor.runtime.mqtt import MqttLink

SPEED: Final = 60


class Hurry:
    """The clock that paho is given: SPEED times as fast as the machine's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = RealClock()
        monkeypatch.setattr(paho, "time_func", self.monotonic_s)
        monkeypatch.setattr(paho, "time", SimpleNamespace(sleep=self.wait))

    def monotonic_s(self) -> float:
        return SPEED * self._real.monotonic_s()

    def wait(self, timeout_s: float) -> None:
        self._real.wait(timeout_s / SPEED)


class Stamped:
    """When a link told what, noted where it happens, so that a busy machine changes nothing."""

    def __init__(self, link: MqttLink, clock: Hurry, monkeypatch: pytest.MonkeyPatch) -> None:
        self.link = link
        self.events: list[tuple[float, LinkEvent]] = []
        push = link._push

        def noted(event: LinkEvent) -> None:
            self.events.append((clock.monotonic_s(), event))
            push(event)

        monkeypatch.setattr(link, "_push", noted)

    def connected_s(self) -> list[float]:
        return [at_s for at_s, event in self.events if isinstance(event, Connected)]

    def has_connected(self) -> bool:
        return bool(self.connected_s())

    def gave_way_s(self) -> list[float]:
        doubled = Disconnected(reason="client id used twice")
        return [at_s for at_s, event in self.events if event == doubled]
