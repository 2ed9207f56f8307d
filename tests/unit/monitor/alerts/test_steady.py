"""Steady time goes on through restarts, reboots and stepped clocks."""

import pytest

from monitor.alerts.steady import SteadyClock
from monitor.contract.record import ClockState
from monitor.runtime.clock import VirtualClock

START_MS = 1_795_388_400_000


def test_it_begins_at_nought_and_follows_the_boot() -> None:
    clock = VirtualClock(start_ms=START_MS)
    steady = SteadyClock(clock)
    clock.wait(90)
    clock.step(-7200)

    assert steady.now_s() == 90


def test_a_restart_goes_on_however_the_wall_clock_stepped() -> None:
    clock = VirtualClock(start_ms=START_MS)
    steady = SteadyClock(clock)
    clock.wait(90)
    kept = steady.anchor()
    clock.wait(10)
    clock.step(-7200)

    assert SteadyClock(clock, kept).now_s() == 100


def test_a_reboot_takes_the_time_between_from_the_wall_clock() -> None:
    clock = VirtualClock(start_ms=START_MS)
    clock.wait(90)
    kept = SteadyClock(clock).anchor()

    later = VirtualClock(start_ms=START_MS + 150_000, boottime_s=20.0, boot_id="1" * 16)

    assert SteadyClock(later, kept).now_s() == 60


def test_a_reboot_into_the_past_goes_on_by_as_long_as_it_has_been_up() -> None:
    clock = VirtualClock(start_ms=START_MS)
    steady = SteadyClock(clock)
    clock.wait(90)

    earlier = VirtualClock(start_ms=0, boottime_s=20.0, boot_id="1" * 16)

    assert SteadyClock(earlier, steady.anchor()).now_s() == 110


def test_a_reboot_of_a_machine_that_does_not_know_the_time_goes_on_by_no_more() -> None:
    first = SteadyClock(VirtualClock(start_ms=0))
    ahead = VirtualClock(
        start_ms=86_400_000, boottime_s=30.0, boot_id="1" * 16, state=ClockState.UNSYNCED
    )
    assert SteadyClock(ahead, first.anchor()).now_s() == 30.0


def test_it_knows_when_the_boot_began_also_after_a_restart_of_the_process() -> None:
    clock = VirtualClock(start_ms=START_MS)
    steady = SteadyClock(clock)
    clock.wait(90)
    later = VirtualClock(start_ms=0, boottime_s=20.0, boot_id="1" * 16)
    rebooted = SteadyClock(later, steady.anchor())
    later.wait(30)
    restarted = SteadyClock(later, rebooted.anchor())

    assert rebooted.boot_began_s() == restarted.boot_began_s() == 90


@pytest.mark.parametrize("changed", ["{", '{"steady_s":"x"}', ""])
def test_with_a_damaged_anchor_it_goes_on_behind_all_that_is_remembered(changed: str) -> None:
    clock = VirtualClock(start_ms=START_MS)
    steady = SteadyClock(clock, changed)
    clock.wait(90)

    assert steady.now_s() == pytest.approx(START_MS / 1000 + 90)
    assert SteadyClock(clock, steady.anchor()).now_s() == pytest.approx(steady.now_s())
