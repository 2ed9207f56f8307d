"""`nightroom record`: the monitor's process, put together on one screen."""

import os
import secrets
import threading
from functools import partial

from monitor.runtime.broker import MONITOR_USER
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.link import Link
from monitor.runtime.logging import setup_logging
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.service import Heartbeat, Notifier, stop_on_signals
from monitor.runtime.settings import Settings
from monitor.serving import serve


def record_until_stopped(settings: Settings) -> None:
    """Run the monitor until SIGTERM or SIGINT.

    Raises:
        OperatorError: the password file cannot be used.
        StoreError: the store cannot be opened; the text says what to do.
    """
    setup_logging()
    clock = RealClock()
    stop = threading.Event()
    notifier = Notifier(os.environ)
    stop_on_signals(stop, told=notifier.stopping)
    connect = partial(_connect, settings, clock, read_password(settings.monitor.password_file))
    serve(settings, clock, stop, connect=connect, alive=Heartbeat(notifier, "recording"))


def _connect(
    settings: Settings, clock: RealClock, password: str | None, topics: tuple[str, ...]
) -> Link:
    return MqttLink(
        settings=settings.broker,
        client_id=MONITOR_USER,
        username=settings.monitor.username,
        password=password,
        subscriptions=topics,
        clock=clock,
        session=secrets.token_hex(8),
    )
