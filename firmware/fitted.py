"""Builds the parts that are wired to this machine."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from firmware.bus_child import CLIMATE, LIGHT
from firmware.minute import SoundSetup
from firmware.parts import Parts
from firmware.sensors.base import ClimateReading, LightReading
from firmware.sensors.loudness import LoudnessSensor
from firmware.sensors.microphone import Microphone
from firmware.sensors.panel import GpioPanel, PinFactory, lgpio_factory
from firmware.sound.capture import CaptureFormat, Encoding
from firmware.sound.errors import CurveError
from firmware.sound.response import correction_of
from firmware.sound.weighting import Curve
from firmware.worker import DEADLINE_S, BusWorker, WorkerSensor, bus_program
from monitor.contract.record import Record
from monitor.runtime.clock import Clock
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import MicrophoneSettings, PanelSettings, Settings

Program = Callable[[int, Sequence[str]], Sequence[str]]


def fitted_parts(
    settings: Settings,
    clock: Clock,
    *,
    program: Program | None = None,
    deadline_s: float = DEADLINE_S,
    before: Iterable[Record] = (),
) -> Parts:
    """Return the parts that settings say are fitted; a bus is opened when a part is asked.

    Args:
        settings: what is fitted, where.
        clock: measures the deadlines of the buses.
        program: the command that serves the named parts of a bus; bus_program by default.
        deadline_s: the longest that a part may take to answer.
        before: the dated minutes before a restart, asked only if there is a panel.

    Raises:
        ConfigError: the microphone's response file cannot be used.
    """
    climate, light, microphone = settings.climate, settings.light, settings.microphone
    lowest_hpa = climate.lowest_pressure_hpa
    command = program or partial(bus_program, lowest_pressure_hpa=lowest_hpa)
    on_bus = parts_by_bus(settings)
    workers = {
        bus: BusWorker(
            command(bus, names), name=f"I2C bus {bus}", clock=clock, deadline_s=deadline_s
        )
        for bus, names in on_bus.items()
    }
    return Parts(
        climate=WorkerSensor(workers[climate.bus], CLIMATE, ClimateReading)
        if climate.fitted
        else None,
        climate_interval_s=climate.interval_s,
        light=WorkerSensor(workers[light.bus], LIGHT, LightReading) if light.fitted else None,
        light_interval_s=light.interval_s,
        sound=fitted_microphone(microphone, clock) if microphone.fitted else None,
        loudness=LoudnessSensor(settings.loudness.channel) if settings.loudness.fitted else None,
        panel=panel_of(settings.panel, clock, before=before) if settings.panel.fitted else None,
        sound_setup=SoundSetup(floor_db=microphone.floor_db, calibrated=microphone.calibrated),
    )


def parts_by_bus(settings: Settings) -> dict[int, list[str]]:
    """Return the names of the fitted parts on each bus."""
    climate, light = settings.climate, settings.light
    wired = ((CLIMATE, climate.fitted, climate.bus), (LIGHT, light.fitted, light.bus))
    on_bus: dict[int, list[str]] = {}
    for name, fitted, bus in wired:
        if fitted:
            on_bus.setdefault(bus, []).append(name)
    return on_bus


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


def panel_of(
    settings: PanelSettings,
    clock: Clock,
    *,
    before: Iterable[Record] = (),
    factory: PinFactory = lgpio_factory,
) -> GpioPanel:
    """Return the panel that settings describe.

    Args:
        settings: its pins.
        clock: dates the presses.
        before: the dated minutes before a restart, which tell whether it is night.
        factory: of pins; this machine's by default.
    """
    panel = GpioPanel(
        button_pin=settings.button_pin, led_pin=settings.led_pin, clock=clock, factory=factory
    )
    panel.seed(before)
    return panel
