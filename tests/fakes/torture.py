"""A room whose parts fail in every way, thousands of times; what it says is held against it.

python -m tests.fakes.torture FAULTS says as JSON what that took of a process of its own.
"""

import json
import logging
import math
import random
import sys
from dataclasses import asdict, dataclass

from firmware.sampling import Sampler
from firmware.simulation.bme280_chip import Bme280Fault
from firmware.simulation.i2c_bus import BusFault
from firmware.simulation.parts import SoundPath, room_wiring, simulated_parts
from firmware.simulation.room import RoomValues
from firmware.simulation.tsl2591_chip import Tsl2591Fault
from monitor.contract.record import Flag, Minute
from monitor.night.events import EventDetector
from monitor.runtime.clock import VirtualClock
from monitor.runtime.settings import MicrophoneSettings, Settings
from tests.fakes.held import Held, held

FAULTS_A_CYCLE = 10
SHOWN_WITHIN_S = 60
BACK_WITHIN_S = 60
START_MS = 1_700_000_400_000


def air_at(at_ms: int) -> tuple[float, float, float, float]:
    """Return °C, %RH, hPa and lx of a room in which nothing stands still or jumps."""
    hours = (at_ms - START_MS) / 3_600_000
    return (
        19.0 + 2 * math.sin(hours / 3),
        50.0 + 8 * math.sin(hours / 5),
        1005.0 + 12 * math.sin(hours / 20),
        10 ** (1.5 + 2.5 * math.sin(hours / 7)),
    )


class MovingRoom:
    def at(self, at_ms: int) -> RoomValues:
        temperature_c, humidity_pct, pressure_hpa, illuminance_lx = air_at(at_ms)
        return RoomValues(
            temperature_c=temperature_c,
            humidity_pct=humidity_pct,
            pressure_hpa=pressure_hpa,
            illuminance_lx=illuminance_lx,
            ir_ratio=0.3,
            laeq_db=None,
            lafmax_db=None,
        )

    def light_at(self, at_ms: int) -> tuple[float, float]:
        return air_at(at_ms)[3], 0.3

    def levels_at(self, end_ms: int) -> None:
        del end_ms

    def faults(self, at_ms: int) -> frozenset[str]:
        del at_ms
        return frozenset()


class Torture:
    """One room, both parts on one bus, a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = VirtualClock(start_ms=START_MS)
        room = MovingRoom()
        self.wiring = room_wiring(room, self.clock, seed=seed)
        settings = Settings(microphone=MicrophoneSettings(fitted=False))
        path = SoundPath(real_time=False, arecord=None)
        parts = simulated_parts(room, self.clock, settings, path=path, seed=0, wiring=self.wiring)
        self.sampler = Sampler(parts=parts, clock=self.clock, detector=EventDetector())
        self.injected = 0
        self.minutes = 0

    def cycle(self) -> None:
        """Inject for a minute, heal, and be well within another."""
        for _ in range(FAULTS_A_CYCLE):
            self.inject()
            self.run(self.rng.randrange(0, 12_000) / 1000)
        self.heal()
        self.run(BACK_WITHIN_S)
        live = self.sampler.live
        assert live.climate.flags == ()
        assert live.light.flags == ()

    def hold(self, fault: BusFault | Bme280Fault | Tsl2591Fault) -> None:
        """Play one fault for a minute: it must be shown by then, and over in another."""
        self.injected += 1
        live = self.sampler.live
        if isinstance(fault, Bme280Fault):
            self.wiring._climate.fault = fault
        elif isinstance(fault, Tsl2591Fault):
            self.wiring._light.fault = fault
        else:
            self.wiring.bus.inject(fault)
        self.run(SHOWN_WITHIN_S)
        if not isinstance(fault, Tsl2591Fault):
            assert live.climate.temperature_c is None, fault
            assert live.climate.flags
        if not isinstance(fault, Bme280Fault):
            assert live.light.flags, fault
            assert fault is Tsl2591Fault.SATURATED or live.light.illuminance_lx is None
        self.heal()
        self.run(BACK_WITHIN_S)
        assert (live.climate.flags, live.light.flags) == ((), ()), fault

    def inject(self) -> None:
        self.injected += 1
        rng, wiring = self.rng, self.wiring
        kind = rng.randrange(8)
        if kind < 5:
            wiring.bus.inject(
                rng.choice(list(BusFault)),
                address=rng.choice((None, 0x76, 0x29)),
                after=rng.randrange(60),
                count=rng.choice((None, 1, 2, 5, 30)),
            )
        elif kind == 5:
            wiring._climate.fault = rng.choice(list(Bme280Fault))
        elif kind == 6:
            self.play_on_light(rng.choice(list(Tsl2591Fault)))
        else:
            rng.choice((wiring._climate, wiring._light)).brown_out()
            if rng.random() < 0.5:
                self.heal()

    def play_on_light(self, fault: Tsl2591Fault) -> None:
        if fault is Tsl2591Fault.FROZEN:
            self.heal()
            # A light that freezes at 0 counts is a dark room (hardware.md).
            self.run(BACK_WITHIN_S)
        self.wiring._light.fault = fault

    def heal(self) -> None:
        self.wiring.bus.heal()
        self.wiring._climate.fault = None
        self.wiring._light.fault = None

    def run(self, seconds: float) -> None:
        until_s = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < until_s:
            for ended in self.sampler.take_due():
                self.minutes += 1
                assert_true(ended.minute)
            wait_s = self.sampler.next_s() - self.clock.monotonic_s()
            self.clock.wait(max(0.001, min(wait_s, until_s - self.clock.monotonic_s())))


def assert_true(minute: Minute) -> None:
    """Hold every value of a minute against what the room did in it, and just before."""
    truth = [air_at(minute.start_ms + step * 1000) for step in range(-60, 63)]
    lows, highs = [[pick(column) for column in zip(*truth, strict=True)] for pick in (min, max)]
    climate, light = minute.climate, minute.light
    for value, index, slack in (
        # Rounding, and five times the part's noise.
        (climate.temperature_min_c, 0, 0.01 + 5 * 0.005),
        (climate.temperature_max_c, 0, 0.01 + 5 * 0.005),
        (climate.humidity_pct, 1, 0.02 + 5 * 0.07),
        (climate.pressure_hpa, 2, 0.05 + 5 * 0.033),
    ):
        assert value is None or lows[index] - slack <= value <= highs[index] + slack, minute
    if Flag.SATURATED not in light.flags and light.illuminance_lx is not None:
        assert light.illuminance_lx >= 0.97 * lows[3] - 0.003, minute
        assert light.illuminance_max_lx <= 1.03 * highs[3] + 0.003, minute
    assert climate.temperature_c is not None or climate.flags
    assert light.illuminance_lx is not None or light.flags


@dataclass(frozen=True, kw_only=True)
class Survived:
    """What was played, what was said, and what the process held before and after."""

    injected: int
    minutes: int
    lines: int
    before: Held
    after: Held


class Lines(logging.Handler):
    """Counts what the daemon says; kept lines would be growth of the test's own."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        del record
        self.count += 1


def survive(faults: int, warm_up: int, seed: int) -> Survived:
    """Play each kind for a minute, warm_up faults at random, and then so many more."""
    said, logger = Lines(), logging.getLogger("firmware")
    logger.handlers, logger.propagate = [said], False
    torture = Torture(seed)
    torture.run(30)
    for fault in (*BusFault, *Bme280Fault, *Tsl2591Fault):
        torture.hold(fault)
    warm = torture.injected + warm_up
    while torture.injected < warm:
        torture.cycle()
    before = held()
    while torture.injected < warm + faults:
        torture.cycle()
    after = held()
    torture.sampler.close()
    return Survived(
        injected=torture.injected,
        minutes=torture.minutes,
        lines=said.count,
        before=before,
        after=after,
    )


def main(arguments: list[str]) -> None:
    faults, warm_up, seed = map(int, arguments)
    print(json.dumps(asdict(survive(faults, warm_up, seed))))  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
