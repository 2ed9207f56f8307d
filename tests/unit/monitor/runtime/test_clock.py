"""The two clocks tell the same kind of story."""

import ctypes
import threading
from pathlib import Path

import pytest

from monitor.contract.record import LATEST_MS, ClockState
from monitor.runtime import clock as module
from monitor.runtime.clock import Clock, RealClock, VirtualClock


def virtual() -> VirtualClock:
    return VirtualClock(start_ms=1_000_000)


@pytest.mark.parametrize("make", [RealClock, virtual])
def test_waiting_moves_every_hand_forward(make: type[RealClock]) -> None:
    clock: Clock = make()
    before = clock.now_ms(), clock.monotonic_s(), clock.boottime_s()
    assert clock.wait(0.01) is False
    after = clock.now_ms(), clock.monotonic_s(), clock.boottime_s()
    assert all(new > old for new, old in zip(after, before, strict=True))


@pytest.mark.parametrize("make", [RealClock, virtual])
def test_a_set_wake_ends_the_wait_at_once(make: type[RealClock]) -> None:
    clock: Clock = make()
    wake = threading.Event()
    wake.set()
    before_s = clock.monotonic_s()
    assert clock.wait(60, wake) is True
    assert clock.monotonic_s() - before_s < 1


@pytest.mark.parametrize("make", [RealClock, virtual])
def test_a_negative_wait_is_no_wait(make: type[RealClock]) -> None:
    clock: Clock = make()
    assert clock.wait(-1) is False
    assert clock.wait(-1, threading.Event()) is False


@pytest.mark.parametrize("make", [RealClock, virtual])
def test_a_boot_has_a_name_of_sixteen_hex_digits(make: type[RealClock]) -> None:
    assert len(bytes.fromhex(make().boot_id())) == 8


def test_a_virtual_hour_takes_no_time_and_is_exact() -> None:
    clock = virtual()
    for _ in range(36_000):
        clock.wait(0.1)
    assert clock.now_ms() == 1_000_000 + 3_600_000
    assert clock.monotonic_s() == 3600.0


def test_a_step_moves_the_wall_and_nothing_else() -> None:
    clock = virtual()
    clock.step(-7200)
    assert clock.now_ms() == 1_000_000 - 7_200_000
    assert clock.monotonic_s() == 0.0
    assert clock.boottime_s() == 100.0


def test_simulated_sync_is_what_it_was_told() -> None:
    clock = virtual()
    assert clock.state() is ClockState.SYNCED
    clock.set_state(ClockState.UNSYNCED)
    assert clock.state() is ClockState.UNSYNCED
    assert RealClock(state=ClockState.SYNCED).state() is ClockState.SYNCED


def test_the_mark_of_timesyncd_means_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "synchronized"
    mark.touch()
    monkeypatch.setattr(module, "TIMESYNC_MARK", mark)
    assert RealClock().state() is ClockState.SYNCED


@pytest.mark.parametrize(
    ("status", "max_error_us", "state"),
    [
        (0, 500, ClockState.SYNCED),
        (0x40, 500, ClockState.UNSYNCED),
        (0, 16_000_000, ClockState.UNSYNCED),
    ],
)
def test_without_it_the_kernel_decides(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    status: int,
    max_error_us: int,
    state: ClockState,
) -> None:
    monkeypatch.setattr(module, "TIMESYNC_MARK", tmp_path / "none")
    monkeypatch.setattr(module, "_adjtimex", lambda: (status, max_error_us))
    assert RealClock().state() is state


def test_where_the_kernel_may_not_be_asked_the_time_is_not_synced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse() -> tuple[int, int]:
        raise PermissionError

    monkeypatch.setattr(module, "TIMESYNC_MARK", tmp_path / "none")
    monkeypatch.setattr(module, "_adjtimex", refuse)
    assert RealClock().state() is ClockState.UNSYNCED


def test_the_kernel_can_be_asked() -> None:
    status, max_error_us = module._adjtimex()
    assert status >= 0
    assert max_error_us >= 0


def test_a_kernel_that_refuses_is_an_error_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def adjtimex(self, _timex: object) -> int:
            ctypes.set_errno(1)
            return -1

    monkeypatch.setattr(module.ctypes, "CDLL", lambda *_args, **_kwargs: Refusing())
    with pytest.raises(OSError, match="not permitted"):
        module._adjtimex()


def test_a_machine_that_says_2100_or_later_counts_from_1970_as_one_without_a_clock_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = RealClock()
    monkeypatch.setattr(module, "_wall_ms", lambda: LATEST_MS - 1)
    assert real.now_ms() == LATEST_MS - 1
    monkeypatch.setattr(module, "_wall_ms", lambda: LATEST_MS)
    monkeypatch.setattr(module, "_is_synchronised", lambda: True)
    before_ms = round(real.boottime_s() * 1000)
    assert before_ms <= real.now_ms() <= before_ms + 60_000
    assert real.state() is ClockState.UNSYNCED


def test_so_does_a_virtual_one_and_it_is_right_once_the_time_is_found() -> None:
    clock = VirtualClock(start_ms=LATEST_MS, boottime_s=20.0)
    clock.wait(60)
    assert clock.now_ms() == 80_000
    clock.step(-86_400)
    assert clock.now_ms() == LATEST_MS - 86_400_000 + 60_000
