"""The process that owns one I2C bus: `python -m firmware.bus_child --bus 1 climate light`.

A name on a line of stdin asks that part; one line on stdout answers: `r` and a reading or
`f` and a fault, as JSON. It is killed when it does not answer (worker.py), so nothing
lives here that would be missed.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Final, Generic, TypeVar

import msgspec

from firmware.errors import BusError
from firmware.sensors.base import ClimateReading, Fault, LightReading, Sensor
from firmware.sensors.bus import I2cBus, open_bus
from firmware.sensors.climate import ClimateSensor
from firmware.sensors.light import LightSensor
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock, RealClock
from monitor.runtime.service import die_with_parent

Reading = TypeVar("Reading")

CLIMATE: Final = "climate"
LIGHT: Final = "light"
READY: Final = b"ready\n"
READING: Final = b"r"
FAULT: Final = b"f"

PolledSensor = Sensor[ClimateReading] | Sensor[LightReading]


class OpenedWhenAsked:
    """A bus by the kernel's number; it may not be there yet when the daemon starts."""

    def __init__(self, number: int, bus_of: Callable[[int], I2cBus] = open_bus) -> None:
        self._number = number
        self._bus_of = bus_of
        self._bus: I2cBus | None = None

    def bus(self) -> I2cBus:
        """Return the bus, opened once: its parts share it.

        Raises:
            BusError: it cannot be opened.
        """
        self._bus = self._bus or self._bus_of(self._number)
        return self._bus


class OnBus(Generic[Reading]):
    """A Sensor whose bus may not be there yet: no reason to keep the others waiting."""

    def __init__(self, make: Callable[[], Sensor[Reading]]) -> None:
        self._make = make
        self._sensor: Sensor[Reading] | None = None

    def sample(self) -> Reading | Fault:
        """Return a reading; the fault says how to get a bus that cannot be opened."""
        try:
            self._sensor = self._sensor or self._make()
        except BusError as error:
            return Fault(flag=Flag.NO_REPLY, message=str(error))
        return self._sensor.sample()

    def close(self) -> None:
        """Release the part."""
        if self._sensor is not None:
            self._sensor.close()


def parts_on(
    bus_of: Callable[[], I2cBus], clock: Clock, names: Sequence[str]
) -> dict[str, PolledSensor]:
    """Return the named parts on one bus."""
    every: dict[str, PolledSensor] = {
        CLIMATE: OnBus(lambda: ClimateSensor(bus_of(), clock)),
        LIGHT: OnBus(lambda: LightSensor(bus_of(), clock)),
    }
    return {name: every[name] for name in names}


def serve(parts: Mapping[str, PolledSensor], asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until asked ends; then have the parts sleep."""
    answers.write(READY)
    answers.flush()
    for name in asked:
        answers.write(_answer(parts[name.decode().strip()]))
        answers.flush()
    for part in parts.values():
        part.close()


def _answer(part: PolledSensor) -> bytes:
    try:
        outcome = part.sample()
    except Exception as error:  # noqa: BLE001 - the outermost guard: told as the part's fault
        words = f"its driver raised {type(error).__name__}: {error}"
        outcome = Fault(flag=Flag.FAULT, message=words)
    kind = FAULT if isinstance(outcome, Fault) else READING
    return kind + msgspec.json.encode(outcome) + b"\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the parts of one bus of this machine on stdin and stdout."""
    parser = argparse.ArgumentParser(prog="python -m firmware.bus_child")
    parser.add_argument("--bus", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("parts", nargs="+", choices=(CLIMATE, LIGHT))
    parsed = parser.parse_args(arguments)
    # A part that hangs while the daemon is killed must not keep the bus.
    die_with_parent(parsed.parent)
    bus = OpenedWhenAsked(parsed.bus)
    serve(parts_on(bus.bus, RealClock(), parsed.parts), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
