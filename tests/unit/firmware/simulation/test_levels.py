"""Sound at its 1-s levels on a virtual clock."""

import pytest

from firmware.sensors.base import Fault, SoundSecond
from firmware.simulation.levels import LevelSource
from firmware.simulation.room import MICROPHONE_SILENT
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from tests.fakes.rooms import PlainRoom

START_MS = 1_700_000_000_000


def source(room: PlainRoom, *, floor_db: float | None = None) -> tuple[LevelSource, VirtualClock]:
    clock = VirtualClock(start_ms=START_MS)
    made = LevelSource(room, clock, floor_db=floor_db)
    made.start()
    return made, clock


def test_every_second_that_passed_is_told_once_with_its_end() -> None:
    heard, clock = source(PlainRoom())
    clock.wait(2.5)
    assert [second.end_ms for second in heard.drain()] == [START_MS + 1000, START_MS + 2000]
    assert heard.drain() == []
    clock.wait(0.5)
    assert [second.end_ms for second in heard.drain()] == [START_MS + 3000]


def test_levels_are_the_rooms_without_a_floor() -> None:
    heard, clock = source(PlainRoom(laeq_db=41.5, lafmax_db=None))
    clock.wait(1)
    second = heard.drain()[0]
    assert (second.laeq_db, second.lafmax_db) == (41.5, None)
    assert (second.lasmax_db, second.lceq_db) == (None, None)


def test_a_microphones_self_noise_adds_by_power() -> None:
    heard, clock = source(PlainRoom(laeq_db=29.0, lafmax_db=60.0), floor_db=29.0)
    clock.wait(1)
    second = heard.drain()[0]
    assert second.laeq_db == pytest.approx(32.01, abs=0.01)
    assert second.lafmax_db == pytest.approx(60.0, abs=0.01)


def test_a_silent_microphone_is_one_fault_and_no_second() -> None:
    heard, clock = source(PlainRoom(words={MICROPHONE_SILENT}))
    clock.wait(5)
    told = heard.drain()
    assert [type(one) for one in told] == [Fault]
    assert told[0].flag is Flag.SILENT


def test_seconds_without_a_level_are_a_fault_between_the_others() -> None:
    room = PlainRoom(gap_ms=(START_MS + 1500, START_MS + 3500))
    heard, clock = source(room)
    clock.wait(5)
    kinds = [type(one) for one in heard.drain()]
    assert kinds == [SoundSecond, Fault, SoundSecond, SoundSecond]
    heard.close()


def test_a_step_of_the_wall_loses_no_second() -> None:
    heard, clock = source(PlainRoom())
    clock.wait(2)
    clock.step(7200)
    clock.wait(2)
    assert len(heard.drain()) == 4
