"""The simulated I2C bus of a room: its chips feel the room, its faults are the room's."""

from dataclasses import replace
from typing import Final, Generic, TypeVar

from firmware.sensors.base import ClimateReading, Fault, Sensor
from firmware.sensors.light import ADDRESS as LIGHT_ADDRESS
from firmware.simulation.bme280_chip import Bme280Chip
from firmware.simulation.errors import SimulationError
from firmware.simulation.i2c_bus import BusFault, SimulatedI2C
from firmware.simulation.room import Room
from firmware.simulation.tsl2591_chip import Tsl2591Chip
from monitor.runtime.clock import Clock

# Source: BST-BME280-DS002, 6.2: SDO to ground.
CLIMATE_ADDRESS: Final = 0x76
CLIMATE: Final = "climate"
LIGHT: Final = "light"
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
    """

    def __init__(self, room: Room, clock: Clock) -> None:
        self._room = room
        self._clock = clock
        self._played: dict[str, frozenset[str]] = {}
        self.bus = SimulatedI2C(
            {
                CLIMATE_ADDRESS: Bme280Chip(self._air),
                LIGHT_ADDRESS: Tsl2591Chip(self._light, clock),
            }
        )

    def play_faults(self, part: str, address: int) -> None:
        """Make the bus fail at a part's address as the room says it does now.

        Raises:
            SimulationError: the room names a fault that no bus can play.
        """
        words = self._room.faults(self._clock.now_ms())
        wanted = frozenset(word for word in words if word.startswith(f"{part} "))
        if wanted == self._played.get(part, frozenset()):
            return
        self._played[part] = wanted
        self.bus.heal(address)
        for word in sorted(wanted):
            self.bus.inject(_bus_fault(word.removeprefix(f"{part} ")), address=address)

    def _air(self) -> tuple[float, float, float]:
        values = self._room.at(self._clock.now_ms())
        return (
            _or(values.temperature_c, SOME_TEMPERATURE_C),
            _or(values.humidity_pct, SOME_HUMIDITY_PCT),
            _or(values.pressure_hpa, SOME_PRESSURE_HPA),
        )

    def _light(self) -> tuple[float, float]:
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


def _bus_fault(word: str) -> BusFault:
    try:
        return BusFault(word)
    except ValueError:
        names = ", ".join(BusFault)
        raise SimulationError(f"no bus can play {word!r}: expected one of {names}") from None


def _or(value: float | None, stand_in: float) -> float:
    return stand_in if value is None else value
