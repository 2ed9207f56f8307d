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
from firmware.sensors.climate_gates import LOWEST_PRESSURE_HPA
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
    """An I2cBus by the kernel's number, opened when it is first used and after each drop.

    Every call but deinit raises BusError when the bus cannot be opened: it may not be there
    yet when the daemon starts, and an adapter may be unplugged.
    """

    def __init__(self, number: int, bus_of: Callable[[int], I2cBus] = open_bus) -> None:
        self._number = number
        self._bus_of = bus_of
        self._bus: I2cBus | None = None

    def try_lock(self) -> bool:
        """Take the bus."""
        return self._opened().try_lock()

    def unlock(self) -> None:
        """Give the bus back."""
        self._opened().unlock()

    def scan(self) -> list[int]:
        """Return the addresses that answer."""
        return self._opened().scan()

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Read buffer[start:end] from a chip."""
        self._opened().readfrom_into(address, buffer, start=start, end=end)

    def writeto(
        self, address: int, buffer: bytes | bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write buffer[start:end] to a chip."""
        self._opened().writeto(address, buffer, start=start, end=end)

    def writeto_then_readfrom(
        self,
        address: int,
        buffer_out: bytes | bytearray,
        buffer_in: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Write, then read."""
        self._opened().writeto_then_readfrom(
            address,
            buffer_out,
            buffer_in,
            out_start=out_start,
            out_end=out_end,
            in_start=in_start,
            in_end=in_end,
        )

    def deinit(self) -> None:
        """Close the bus; the next call opens it again."""
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.deinit()

    def _opened(self) -> I2cBus:
        self._bus = self._bus or self._bus_of(self._number)
        return self._bus


class OnBus(Generic[Reading]):
    """A Sensor whose bus may not be there: no reason to keep the others waiting."""

    def __init__(self, sensor: Sensor[Reading]) -> None:
        self._sensor = sensor

    def sample(self) -> Reading | Fault:
        """Return a reading; the fault says how to get a bus that cannot be opened."""
        try:
            return self._sensor.sample()
        except BusError as error:
            return Fault(flag=Flag.NO_REPLY, message=str(error))

    def close(self) -> None:
        """Release the part."""
        self._sensor.close()


def parts_on(
    bus: I2cBus,
    clock: Clock,
    names: Sequence[str],
    *,
    lowest_pressure_hpa: float = LOWEST_PRESSURE_HPA,
) -> dict[str, PolledSensor]:
    """Return the named parts on one bus."""
    every: dict[str, PolledSensor] = {
        CLIMATE: OnBus(ClimateSensor(bus, clock, lowest_pressure_hpa=lowest_pressure_hpa)),
        LIGHT: OnBus(LightSensor(bus, clock)),
    }
    return {name: every[name] for name in names}


def serve(
    parts: Mapping[str, PolledSensor],
    asked: BinaryIO,
    answers: BinaryIO,
    *,
    drop_bus: Callable[[], None],
) -> None:
    """Answer until asked ends; then have the parts sleep.

    Args:
        parts: by the names they are asked by.
        asked: names, one a line.
        answers: takes READY and one line an answer.
        drop_bus: called while no part works, so that the next question opens the bus anew:
            a file of an adapter that was unplugged stays dead for ever.
    """
    answers.write(READY)
    answers.flush()
    works: dict[str, bool] = {}
    for line in asked:
        name = line.decode().strip()
        outcome = _outcome(parts[name])
        works[name] = not isinstance(outcome, Fault)
        answers.write((READING if works[name] else FAULT) + msgspec.json.encode(outcome) + b"\n")
        answers.flush()
        if not any(works.values()):
            drop_bus()
    for part in parts.values():
        part.close()


def _outcome(part: PolledSensor) -> ClimateReading | LightReading | Fault:
    try:
        return part.sample()
    except Exception as error:  # noqa: BLE001 - the outermost guard: told as the part's fault
        words = f"its driver raised {type(error).__name__}: {error}"
        return Fault(flag=Flag.FAULT, message=words)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the parts of one bus of this machine on stdin and stdout."""
    parser = argparse.ArgumentParser(prog="python -m firmware.bus_child")
    parser.add_argument("--bus", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--lowest-pressure-hpa", type=float, default=LOWEST_PRESSURE_HPA)
    parser.add_argument("parts", nargs="+", choices=(CLIMATE, LIGHT))
    parsed = parser.parse_args(arguments)
    # A part that hangs while the daemon is killed must not keep the bus.
    die_with_parent(parsed.parent)
    bus = OpenedWhenAsked(parsed.bus)
    lowest_hpa = parsed.lowest_pressure_hpa
    parts = parts_on(bus, RealClock(), parsed.parts, lowest_pressure_hpa=lowest_hpa)
    serve(parts, sys.stdin.buffer, sys.stdout.buffer, drop_bus=bus.deinit)


if __name__ == "__main__":
    main()
