"""Every fault by its name, through the real drivers: flagged while on, healed after."""

from dataclasses import replace

import pytest

from firmware.sensors.base import ClimateReading, Fault, LightReading, Sensor
from firmware.simulation.parts import SoundPath, room_wiring, simulated_parts
from firmware.simulation.room import RoomValues
from firmware.simulation.wiring import BOTH, CLIMATE, LIGHT
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from monitor.runtime.faults import PARTS, parse_fault
from monitor.runtime.settings import Settings
from tests.fakes.rooms import PlainRoom

FLAGS = {
    "absent": Flag.NO_REPLY,
    "errno-121": Flag.NO_REPLY,
    "errno-5": Flag.NO_REPLY,
    "errno-110": Flag.BUS_STUCK,
    "errno-11": Flag.BUS_STUCK,
    "stuck-00": Flag.BUS_STUCK,
    "stuck-ff": Flag.BUS_STUCK,
    "brown-out": Flag.RESET,
    "zeroed-calibration": Flag.IMPLAUSIBLE,
    "corrupt-calibration": Flag.IMPLAUSIBLE,
    "status-stuck": Flag.BUS_STUCK,
    "saturated": Flag.SATURATED,
    "frozen": Flag.FROZEN,
}
EVERY = [(part, name) for part, names in PARTS.items() for name in names]


class MovingRoom(PlainRoom):
    """A room in which nothing stands still for long."""

    def at(self, at_ms: int) -> RoomValues:
        return replace(
            super().at(at_ms),
            temperature_c=18.5 + at_ms / 1e7,
            illuminance_lx=12.0 + at_ms / 1e6,
        )


class Bedroom:
    """A moving room in which one fault is planned, sampled every ten seconds."""

    def __init__(self, fault: str) -> None:
        self.clock = VirtualClock(start_ms=0)
        self.room = room = MovingRoom()
        parts = simulated_parts(
            room,
            self.clock,
            Settings(),
            path=SoundPath(real_time=False, arecord=None),
            seed=1,
            wiring=room_wiring(room, self.clock, (parse_fault(fault),), seed=1),
        )
        self.sensors: dict[str, Sensor[ClimateReading] | Sensor[LightReading]] = {
            CLIMATE: parts.climate,
            LIGHT: parts.light,
        }

    def samples(self, part: str, until_s: float) -> list[ClimateReading | LightReading | Fault]:
        samples = []
        while self.clock.monotonic_s() < until_s:
            samples.append(self.sensors[part].sample())
            self.clock.wait(10.0)
        return samples


def flags_of(sample: ClimateReading | LightReading | Fault) -> tuple[Flag, ...]:
    if isinstance(sample, Fault):
        return (sample.flag,)
    return sample.flags if isinstance(sample, LightReading) else ()


@pytest.mark.parametrize(("part", "name"), EVERY)
def test_every_fault_is_flagged_while_it_is_played_and_over_within_a_minute(
    part: str, name: str
) -> None:
    long_s = 120
    for sensor in (CLIMATE, LIGHT) if part == BOTH else (part,):
        bedroom = Bedroom(f"{part} {name} @30s for {long_s}s")
        before = bedroom.samples(sensor, 30)
        during = bedroom.samples(sensor, 30 + long_s)
        after = bedroom.samples(sensor, 30 + long_s + 60)
        assert [flags_of(sample) for sample in before] == [()] * 3
        assert FLAGS[name] in {flag for sample in during for flag in flags_of(sample)}
        assert all(flags_of(sample) for sample in during[6:])
        assert flags_of(after[-1]) == ()


@pytest.mark.slow
@pytest.mark.parametrize(("part", "name"), [pair for pair in EVERY if pair[1] != "frozen"])
def test_no_sample_under_a_fault_passes_for_a_good_one(part: str, name: str) -> None:
    for sensor in (CLIMATE, LIGHT) if part == BOTH else (part,):
        good, *during = Bedroom(f"{part} {name} @5s").samples(sensor, 120)
        assert not flags_of(good)
        assert all(flags_of(sample) for sample in during)
        assert all(flags_of(sample) for sample in Bedroom(f"{part} {name}").samples(sensor, 120))


def test_a_fault_of_one_part_leaves_the_other_alone() -> None:
    bedroom = Bedroom("bme280 stuck-ff")
    assert all(isinstance(sample, LightReading) for sample in bedroom.samples(LIGHT, 60))


@pytest.mark.parametrize("part", [CLIMATE, LIGHT])
def test_a_frozen_part_is_believed_for_less_than_a_minute_and_then_never(part: str) -> None:
    bedroom = Bedroom(f"{part} frozen @30s")
    bedroom.samples(part, 30)
    bedroom.samples(part, 90)
    assert all(flags_of(sample) for sample in bedroom.samples(part, 3600))
