"""A bus child over simulated chips: `python -m tests.fakes.bus_child FAULT_FILE PART ...`.

FAULT_FILE holds what the bus plays now: a BusFault's word, "hang" (a transfer that never
returns) or nothing. It is read before each question, on a clock of the child's own.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from firmware.bus_child import PolledSensor, parts_on, serve
from firmware.sensors.base import ClimateReading, Fault, LightReading
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from firmware.simulation.wiring import RoomWiring
from monitor.runtime.clock import VirtualClock
from tests.fakes.rooms import PlainRoom


def simulated_program(fault_file: Path, parts: Sequence[str]) -> tuple[str, ...]:
    fault_file.touch()
    return (sys.executable, "-m", "tests.fakes.bus_child", str(fault_file), *parts)


class Played:
    """A sensor whose bus plays what a file says."""

    def __init__(
        self, sensor: PolledSensor, bus: SimulatedI2C, clock: VirtualClock, file: Path
    ) -> None:
        self._sensor = sensor
        self._bus = bus
        self._clock = clock
        self._file = file

    def sample(self) -> ClimateReading | LightReading | Fault:
        word = self._file.read_text()
        self._clock.wait(10.0)
        self._bus.heal()
        while word == "hang":
            pass
        if word:
            self._bus.inject(BusFault(word))
        return self._sensor.sample()

    def close(self) -> None:
        self._sensor.close()


def main(file: Path, names: Sequence[str]) -> None:
    clock = VirtualClock(start_ms=0)
    bus = RoomWiring(PlainRoom(), clock, noise_seed=1).bus
    sensors = parts_on(bus, clock, names)
    parts = {name: Played(sensor, bus, clock, file) for name, sensor in sensors.items()}
    serve(parts, sys.stdin.buffer, sys.stdout.buffer, drop_bus=lambda: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
