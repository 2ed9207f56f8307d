"""A driver that spins for ever, in a real child that is killed, on a room's own clock."""

from pathlib import Path

import pytest

from firmware.bus_child import CLIMATE, LIGHT
from firmware.parts import Parts
from firmware.sampling import Ended, Sampler
from firmware.sensors.base import ClimateReading, Fault, LightReading, Sensor
from firmware.worker import DEADLINE_S, BusWorker, WorkerSensor
from monitor.contract.record import Flag, Minute
from monitor.night.events import EventDetector
from monitor.runtime.clock import RealClock, VirtualClock
from tests.fakes.bus_child import simulated_program
from tests.fakes.parts import SteadySound

START_MS = 1_700_000_400_000  # a whole minute


class TakesItsTime:
    """A sensor whose kills take the room's time they take on the machine: DEADLINE_S."""

    def __init__(self, sensor: Sensor[ClimateReading], clock: VirtualClock) -> None:
        self.sensor = sensor
        self.clock = clock
        self.kills = 0

    def sample(self) -> ClimateReading | Fault:
        outcome = self.sensor.sample()
        if isinstance(outcome, Fault) and "gave no answer" in outcome.message:
            self.kills += 1
            self.clock.wait(DEADLINE_S)
        return outcome

    def close(self) -> None:
        self.sensor.close()


class Bedroom:
    """Climate on one bus, light on another, sound; the climate's bus can hang."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = VirtualClock(start_ms=START_MS)
        self.faults = tmp_path / "climate-bus"
        climate = WorkerSensor(
            BusWorker(
                simulated_program(self.faults, (CLIMATE,)),
                name="I2C bus 1",
                clock=RealClock(),
                deadline_s=1.5,
            ),
            CLIMATE,
            ClimateReading,
        )
        light_program = simulated_program(tmp_path / "light-bus", (LIGHT,))
        light_worker = BusWorker(light_program, name="I2C bus 3", clock=RealClock())
        self.climate = TakesItsTime(climate, self.clock)
        parts = Parts(
            climate=self.climate,
            light=WorkerSensor(light_worker, LIGHT, LightReading),
            sound=SteadySound(self.clock),
        )
        self.sampler = Sampler(parts=parts, clock=self.clock, detector=EventDetector())
        self.sampler.start()
        self.ended: list[Ended] = []

    def run_until(self, until_s: float) -> None:
        while self.clock.monotonic_s() < until_s:
            self.ended += self.sampler.take_due()
            wait_s = self.sampler.next_s() - self.clock.monotonic_s()
            self.clock.wait(max(0.0, min(wait_s, until_s - self.clock.monotonic_s())))

    @property
    def minutes(self) -> list[Minute]:
        return [one.minute for one in self.ended]


def test_a_hung_bus_is_flagged_costs_the_others_little_and_is_back_within_a_minute(
    tmp_path: Path,
) -> None:
    bedroom = Bedroom(tmp_path)
    bedroom.run_until(60)
    bedroom.faults.write_text("hang")
    bedroom.run_until(181)
    assert bedroom.sampler.live.climate.flags == (Flag.BUS_STUCK,)
    bedroom.faults.write_text("")
    bedroom.run_until(241)
    assert bedroom.sampler.live.climate.temperature_c == pytest.approx(18.5, abs=0.05)
    bedroom.run_until(301)
    bedroom.sampler.close()
    assert bedroom.climate.kills >= 4
    hung = bedroom.minutes[1:3]
    assert [minute.climate.temperature_c for minute in hung] == [None, None]
    # A child that is slow to start again on a busy machine says so.
    assert all(Flag.BUS_STUCK in minute.climate.flags for minute in hung)
    assert all({Flag.BUS_STUCK, Flag.STARTING}.issuperset(m.climate.flags) for m in hung)
    assert [minute.sound.n for minute in bedroom.minutes] == [60] * 5
    missed = sum(minute.light.due - minute.light.n for minute in bedroom.minutes)
    assert 0 < missed <= bedroom.climate.kills * DEADLINE_S < 60
    assert bedroom.minutes[-1].climate.n == 6
