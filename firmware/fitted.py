"""Builds the parts that are wired to this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from firmware.errors import BusError
from firmware.minute import SoundSetup
from firmware.sampling import Parts
from firmware.sensors.base import Fault, Sensor
from firmware.sensors.bus import I2cBus, open_bus
from firmware.sensors.climate import ClimateSensor
from firmware.sensors.light import LightSensor
from firmware.sensors.microphone import Microphone
from firmware.sound.capture import CaptureFormat, Encoding
from firmware.sound.errors import CurveError
from firmware.sound.response import correction_of
from firmware.sound.weighting import Curve
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import MicrophoneSettings, Settings

Reading = TypeVar("Reading")


def fitted_parts(
    settings: Settings, clock: Clock, *, bus_of: Callable[[int], I2cBus] = open_bus
) -> Parts:
    """Return the parts that settings say are fitted; buses are opened when first asked.

    Raises:
        ConfigError: the microphone's response file cannot be used.
    """
    buses = Buses(bus_of)
    climate, light, microphone = settings.climate, settings.light, settings.microphone
    return Parts(
        climate=OnBus(lambda: ClimateSensor(buses.of(climate.bus), clock))
        if climate.fitted
        else None,
        climate_interval_s=climate.interval_s,
        light=OnBus(lambda: LightSensor(buses.of(light.bus), clock)) if light.fitted else None,
        light_interval_s=light.interval_s,
        sound=fitted_microphone(microphone, clock) if microphone.fitted else None,
        sound_setup=SoundSetup(floor_db=microphone.floor_db, calibrated=microphone.calibrated),
    )


def fitted_microphone(settings: MicrophoneSettings, clock: Clock) -> Microphone:
    """Return the microphone that settings describe.

    Raises:
        ConfigError: its response file cannot be used.
    """
    capture = CaptureFormat(
        encoding=Encoding[settings.encoding], rate_hz=settings.rate_hz, channels=settings.channels
    )
    return Microphone(
        device=settings.device,
        sensitivity_dbfs=settings.sensitivity_dbfs,
        clock=clock,
        capture=capture,
        correction=_correction(settings.response_file),
    )


def _correction(response_file: Path | None) -> Curve:
    if response_file is None:
        return ()
    try:
        return correction_of(response_file.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        problem = f"[microphone] response_file: cannot be read ({error.strerror})"
        raise ConfigError(response_file, (problem,)) from error
    except CurveError as error:
        raise ConfigError(response_file, (str(error),)) from error


class Buses:
    """Opens each bus once: it has one owner and its parts share it."""

    def __init__(self, bus_of: Callable[[int], I2cBus]) -> None:
        self._bus_of = bus_of
        self._open: dict[int, I2cBus] = {}

    def of(self, number: int) -> I2cBus:
        """Return a bus by the kernel's number.

        Raises:
            BusError: it cannot be opened.
        """
        if number not in self._open:
            self._open[number] = self._bus_of(number)
        return self._open[number]


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
