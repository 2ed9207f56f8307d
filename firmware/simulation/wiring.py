"""The simulated I2C bus of a room: its chips feel the room, its faults are the room's."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Generic, TypeVar

from firmware.sensors.base import ClimateReading, Fault, Sensor
from firmware.sensors.light import ADDRESS as LIGHT_ADDRESS
from firmware.simulation.bme280_chip import Bme280Chip, Bme280Fault
from firmware.simulation.errors import SimulationError
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from firmware.simulation.room import Room
from firmware.simulation.tsl2591_chip import Tsl2591Chip, Tsl2591Fault
from monitor.runtime.clock import Clock
from monitor.runtime.faults import PlannedFault

# Source: BST-BME280-DS002, 6.2: SDO to ground.
CLIMATE_ADDRESS: Final = 0x76
CLIMATE: Final = "bme280"
LIGHT: Final = "tsl2591"
BOTH: Final = "bus"
# Source: ISO 2533, standard atmosphere at sea level. The registers must hold something
# where a recording has no pressure or humidity; OnlyRecorded takes it out again.
SOME_PRESSURE_HPA: Final = 1013.25
SOME_HUMIDITY_PCT: Final = 50.0
SOME_TEMPERATURE_C: Final = 20.0

Reading = TypeVar("Reading")


class RoomWiring:
    """A bus with a BME280 and a TSL2591 in a room.

    Args:
        room: what the chips feel, and which of them fail when.
        clock: the time at which they feel it.
        planned: what fails besides, counted from now.
        noise_seed: of the climate part's own noise; None for none, as a recording has its own.
    """

    def __init__(
        self,
        room: Room,
        clock: Clock,
        planned: Sequence[PlannedFault] = (),
        *,
        noise_seed: int | None = None,
    ) -> None:
        self._room = room
        self._clock = clock
        self._planned = planned
        self._start_s = clock.monotonic_s()
        self._played: dict[str, frozenset[str]] = {}
        noise = None
        if noise_seed is not None:
            noise = partial(random.Random(noise_seed).gauss, 0.0, 1.0)  # noqa: S311 - no secret
        self._climate = Bme280Chip(self._air, noise=noise)
        self._light = Tsl2591Chip(self._light_now, clock)
        self.bus = SimulatedI2C({CLIMATE_ADDRESS: self._climate, LIGHT_ADDRESS: self._light})

    def play_faults(self, part: str, address: int) -> None:
        """Make a part fail, or its bus at its address, as it is to fail now.

        Raises:
            SimulationError: the room names a fault that nothing here can play.
        """
        wanted = self._wanted(part)
        if wanted == self._played.get(part, frozenset()):
            return
        self._played[part] = wanted
        self.bus.heal(address)
        self._play_on_chip(part, None)
        for name in sorted(wanted):
            if name in frozenset(BusFault):
                self.bus.inject(BusFault(name), address=address)
            else:
                self._play_on_chip(part, name)

    def bus_now(self, _number: int) -> SimulatedI2C:
        """Return the bus with all that fails on it now, as a bus that is opened by number."""
        self.play_faults(CLIMATE, CLIMATE_ADDRESS)
        self.play_faults(LIGHT, LIGHT_ADDRESS)
        return self.bus

    def _wanted(self, part: str) -> frozenset[str]:
        pairs = (word.split(" ", 1) for word in self._room.faults(self._clock.now_ms()))
        names = {name for of, name in pairs if of == part}
        elapsed_ms = round((self._clock.monotonic_s() - self._start_s) * 1000)
        for fault in self._planned:
            if fault.part in (part, BOTH) and fault.is_on(elapsed_ms):
                names.add(fault.name)
        return frozenset(names)

    def _play_on_chip(self, part: str, name: str | None) -> None:
        try:
            if part == CLIMATE:
                self._climate.fault = None if name is None else Bme280Fault(name)
            else:
                self._light.fault = None if name is None else Tsl2591Fault(name)
        except ValueError:
            raise SimulationError(f"{part} cannot play {name!r}") from None

    def _air(self) -> tuple[float, float, float]:
        values = self._room.at(self._clock.now_ms())
        return (
            _or(values.temperature_c, SOME_TEMPERATURE_C),
            _or(values.humidity_pct, SOME_HUMIDITY_PCT),
            _or(values.pressure_hpa, SOME_PRESSURE_HPA),
        )

    def _light_now(self) -> tuple[float, float]:
        illuminance_lx, ir_ratio = self._room.light_at(self._clock.now_ms())
        return _or(illuminance_lx, 0.0), ir_ratio


class WiredSensor(Generic[Reading]):
    """A Sensor whose bus fails when the room says so."""

    def __init__(
        self, sensor: Sensor[Reading], wiring: RoomWiring, *, part: str, address: int
    ) -> None:
        self._sensor = sensor
        self._wiring = wiring
        self._part = part
        self._address = address

    def sample(self) -> Reading | Fault:
        """Return what the real driver makes of the bus as it is now."""
        self._wiring.play_faults(self._part, self._address)
        return self._sensor.sample()

    def close(self) -> None:
        """Release the driver."""
        self._sensor.close()


class OnlyRecorded:
    """Sensor[ClimateReading] without what the room has no value for at that time."""

    def __init__(self, sensor: Sensor[ClimateReading], room: Room, clock: Clock) -> None:
        self._sensor = sensor
        self._room = room
        self._clock = clock

    def sample(self) -> ClimateReading | Fault:
        """Return the reading; humidity and pressure are None where none was recorded."""
        reading = self._sensor.sample()
        if isinstance(reading, Fault):
            return reading
        values = self._room.at(self._clock.now_ms())
        return replace(
            reading,
            humidity_pct=None if values.humidity_pct is None else reading.humidity_pct,
            pressure_hpa=None if values.pressure_hpa is None else reading.pressure_hpa,
        )

    def close(self) -> None:
        """Release the driver."""
        self._sensor.close()


def _or(value: float | None, stand_in: float) -> float:
    return stand_in if value is None else value
