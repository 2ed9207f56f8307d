"""A real mosquitto on a free loopback port, for the tests that need the real one."""

import secrets
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.runtime.broker import BrokerFiles, mosquitto_command, write_broker
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.link import LinkEvent, Outbound
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RealBroker:
    """Starts, kills and restarts mosquitto; builds logged-in links to it."""

    def __init__(self, directory: Path, rooms: tuple[str, ...] = ("bedroom",)) -> None:
        self.settings = BrokerSettings(port=free_port(), keepalive_s=5)
        self.files: BrokerFiles = write_broker(
            directory, port=self.settings.port, rooms=rooms, prefix=self.settings.prefix
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(mosquitto_command(self.files.config))
        wait_until(self._answers, "mosquitto answers on its port")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def link(
        self, user: str, subscriptions: tuple[str, ...] = (), will: Outbound | None = None
    ) -> MqttLink:
        return MqttLink(
            settings=self.settings,
            client_id=user,
            username=user,
            password=read_password(self.files.passwords[user]),
            subscriptions=subscriptions,
            will=will,
            clock=RealClock(),
            session=secrets.token_hex(8),
        )

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.settings.port)) == 0


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 15.0) -> None:
    """Poll a condition on the real clock; fail with words when it does not come."""
    clock = RealClock()
    until_s = clock.monotonic_s() + within_s
    while not condition():
        assert clock.monotonic_s() < until_s, f"did not happen within {within_s} s: {what}"
        clock.wait(0.02)


class Listener:
    """Collects a link's events until what is waited for has come."""

    def __init__(self, link: MqttLink) -> None:
        self.link = link
        self.events: list[LinkEvent] = []
        self._lock = threading.Lock()

    def saw(self, event: LinkEvent) -> bool:
        with self._lock:
            self.events += self.link.drain()
            return event in self.events

    def count(self, kind: type) -> int:
        with self._lock:
            self.events += self.link.drain()
            return sum(isinstance(event, kind) for event in self.events)
