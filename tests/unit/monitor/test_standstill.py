"""A monitor that stood still calls nobody down for it: it first hears of the others."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.doctor_live import live_findings
from tests.fakes.folder import Folder, data_folder
from tests.fakes.link import FakeBroker
from tests.fakes.stored import EVENING_MS
from tests.unit.monitor.test_recorder import Bench
from web.processes import processes

STOOD_S = 60.0


class OneTurn(threading.Event):
    """Lets the loop turn once, and then stop."""

    has_turned = False

    def is_set(self) -> bool:
        before, self.has_turned = self.has_turned, True
        return before


class Monitor(Bench):
    """One whose loop turns, or stands still while the broker and the sensors go on."""

    def turn(self, *, hears: bool = True) -> None:
        if hears:
            self.sensor.state(at_ms=self.clock.now_ms())
        self.recorder.run(OneTurn())

    def live_for(self, seconds: int, *, hears: bool = True) -> None:
        for _ in range(seconds):
            self.clock.wait(0.6)  # and as long as a turn waits
            self.turn(hears=hears)

    def stand_still(self) -> None:
        self.clock.wait(STOOD_S)
        self.link.cut("keepalive")

    def said(self) -> set[str]:
        """Return what the status page and the doctor call down."""
        now_ms = self.clock.now_ms()
        told = live_findings([self.live], ["bedroom"], now_ms)
        shown = processes(self.live, now_ms, "UTC")
        return {one.what for one in told if not one.ok} | {
            one.unit for one in shown if one.up is False
        }


MONITOR_ALONE = {"monitor", "nightroom-monitor"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


@pytest.fixture
def monitor(folder: Folder) -> Monitor:
    made = Monitor(folder, FakeBroker(), EVENING_MS)
    made.live_for(10)
    assert made.said() == set()
    made.stand_still()
    return made


def test_broker_and_sensors_are_down_to_nobody_until_they_are_heard_again(
    monitor: Monitor,
) -> None:
    monitor.live_for(3, hears=False)
    assert monitor.said() == MONITOR_ALONE
    monitor.link.connect()
    monitor.live_for(3, hears=False)
    assert monitor.said() == MONITOR_ALONE
    monitor.turn()
    assert monitor.said() == set()


def test_what_the_sensors_said_meanwhile_is_no_sign_of_what_they_are_now(
    monitor: Monitor,
) -> None:
    monitor.link.connect()
    monitor.sensor.state(at_ms=monitor.clock.now_ms() - 40_000)
    monitor.live_for(2, hears=False)
    assert monitor.said() == MONITOR_ALONE


def test_a_broker_that_does_not_come_back_is_told_after_ten_seconds(monitor: Monitor) -> None:
    monitor.live_for(11, hears=False)
    assert "nightroom-broker" in monitor.said()


def test_sensors_that_are_not_heard_again_are_too(monitor: Monitor) -> None:
    monitor.link.connect()
    monitor.live_for(11, hears=False)
    assert monitor.said() == {"sensors of bedroom", "nightroom-sensors"}


def test_sensors_of_which_the_broker_says_that_they_are_gone_are_at_once(
    monitor: Monitor,
) -> None:
    monitor.sensor.available(online=False)
    monitor.link.connect()
    monitor.turn(hears=False)
    assert monitor.said() == {"sensors of bedroom", "nightroom-sensors"}


def test_one_that_stands_still_within_a_turn_does_not_tell_either(monitor: Monitor) -> None:
    monitor.link.connect()
    monitor.live_for(70)
    monitor.recorder._board.turn()
    monitor.stand_still()
    monitor.recorder.step()
    assert monitor.said() == MONITOR_ALONE


def test_one_that_is_late_again_and_again_tells_of_the_others(monitor: Monitor) -> None:
    for _ in range(4):
        monitor.clock.wait(16)
        monitor.turn(hears=False)
    assert "nightroom-broker" in monitor.said()
