"""A process among others: what it tells its supervisor, and how it stops."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.runtime.service import Heartbeat, Notifier, die_with_parent, stop_on_signals


@contextmanager
def supervisor(address: str | Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(address))
        channel.settimeout(5)
        yield channel


def test_ready_alive_and_stopping_reach_the_supervisor_in_order(tmp_path: Path) -> None:
    with supervisor(tmp_path / "notify") as channel:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.ready("recording")
        notifier.alive()
        notifier.stopping()
        heard = [channel.recv(200) for _ in range(3)]
    assert heard == [b"READY=1\nSTATUS=recording", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_first_turn_completes_the_start_and_later_ones_feed_the_watchdog(
    tmp_path: Path,
) -> None:
    with supervisor(tmp_path / "notify") as channel:
        turn = Heartbeat(Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}), "recording")
        for _ in range(3):
            turn()
        heard = [channel.recv(200) for _ in range(3)]
    assert heard == [b"READY=1\nSTATUS=recording", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_an_abstract_socket_is_reached_too() -> None:
    name = f"nightroom-test-{os.getpid()}"
    with supervisor("\0" + name) as channel:
        Notifier({"NOTIFY_SOCKET": "@" + name}).alive()
        assert channel.recv(200) == b"WATCHDOG=1"


def test_without_a_supervisor_or_with_a_dead_one_the_work_goes_on(tmp_path: Path) -> None:
    Notifier({}).alive()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_stop_and_wakes_the_loops(number: signal.Signals) -> None:
    stop, wake = threading.Event(), threading.Event()
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        told: list[bool] = []
        stop_on_signals(stop, wake, told=lambda: told.append(wake.is_set()))
        os.kill(os.getpid(), number)
        assert wake.wait(5)
        assert stop.is_set()
        assert told == [True]
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])


def test_a_child_whose_parent_is_gone_already_ends_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append((pid, number)))
    die_with_parent(parent_pid=-1)
    assert ended == [(os.getpid(), signal.SIGTERM)]
    die_with_parent(parent_pid=os.getppid())
    assert len(ended) == 1
