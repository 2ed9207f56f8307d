"""The dashboard's sign of life: through the loop, the queue and a worker, or not at all."""

import select
import signal
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.store.errors import GoneFileError
from web import heartbeat
from web.heartbeat import Beat, channels_woken_by_signals, run


class Told:
    """A notifier that remembers."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def ready(self, status: str) -> None:
        self.words.append(f"ready {status}")

    def alive(self) -> None:
        self.words.append("alive")

    def stopping(self) -> None:
        self.words.append("stopping")


class Workers:
    """waitress's workers: they serve each task at once, or hang."""

    def __init__(self, *, hang: bool = False) -> None:
        self.tasks: list[Beat] = []
        self.hang = hang
        self.shut_down_s: float | None = None

    def add_task(self, task: Beat) -> None:
        self.tasks.append(task)
        if not self.hang:
            task.service()

    def shutdown(self, timeout: float) -> None:
        self.shut_down_s = timeout


def turns(monkeypatch: pytest.MonkeyPatch, clock: VirtualClock, seconds: int) -> None:
    """Let the loop turn once a second, then be told to exit."""
    end_s = clock.monotonic_s() + seconds

    def turn(timeout_s: float, **_more: object) -> None:
        clock.wait(timeout_s)
        if clock.monotonic_s() >= end_s:
            raise SystemExit(0)

    monkeypatch.setattr(heartbeat, "loop", turn)


def a_server(workers: Workers) -> SimpleNamespace:
    return SimpleNamespace(task_dispatcher=workers, adj=SimpleNamespace(asyncore_use_poll=False))


def served(monkeypatch: pytest.MonkeyPatch, workers: Workers, seconds: int = 16) -> list[str]:
    clock, told = VirtualClock(start_ms=0), Told()
    turns(monkeypatch, clock, seconds)
    run(a_server(workers), {1: object()}, notifier=told, status="here", clock=clock)
    return told.words


def test_the_first_beat_is_ready_and_the_others_come_every_five_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = served(monkeypatch, Workers())
    assert words == ["ready here", "alive", "alive", "alive", "stopping"]


def test_while_a_beat_waits_for_a_worker_no_other_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(hang=True)
    assert served(monkeypatch, workers, seconds=100) == ["stopping"]
    assert len(workers.tasks) == 1
    workers.tasks[0].cancel()


def test_stopping_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers()
    served(monkeypatch, workers)
    assert workers.shut_down_s is not None
    assert workers.shut_down_s < 3


def test_a_household_that_is_gone_ends_the_pages_in_order_within_a_beat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, told, workers = VirtualClock(start_ms=0), Told(), Workers()
    turns(monkeypatch, clock, seconds=100)

    def require() -> None:
        if clock.monotonic_s() >= 6.0:
            raise GoneFileError("household.db was removed")

    with pytest.raises(GoneFileError):
        run(
            a_server(workers), {1: object()}, notifier=told, status="here", clock=clock,
            require=require,
        )  # fmt: skip
    assert told.words == ["ready here", "alive", "stopping"]
    assert workers.shut_down_s is not None
    assert clock.monotonic_s() <= 11.0


def test_a_server_without_sockets_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    never: Callable[..., None] = pytest.fail
    monkeypatch.setattr(heartbeat, "loop", never)
    run(SimpleNamespace(), {}, notifier=Told(), status="", clock=VirtualClock(start_ms=0))


def test_a_signal_that_comes_as_a_wait_begins_ends_it() -> None:
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: None)
    try:
        with channels_woken_by_signals() as channels:
            assert select.select(list(channels), [], [], 0)[0] == []
            signal.raise_signal(signal.SIGUSR1)  # handled before there is a wait
            assert select.select(list(channels), [], [], 0)[0] == list(channels)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not channels
    assert signal.set_wakeup_fd(-1) == -1
