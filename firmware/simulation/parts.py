"""Builds the parts of a simulated room: real drivers, simulated buses."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log10
from typing import Final

from firmware.fitted import panel_of
from firmware.minute import SoundSetup
from firmware.parts import Parts
from firmware.sensors.base import ClimateReading, LightReading, Sensor, SoundSource
from firmware.sensors.climate import ClimateSensor
from firmware.sensors.climate_gates import FROZEN_AFTER_S as CLIMATE_FROZEN_AFTER_S
from firmware.sensors.light import ADDRESS as LIGHT_ADDRESS
from firmware.sensors.light import FROZEN_AFTER_S, LightSensor
from firmware.sensors.panel import mock_factory
from firmware.simulation.fed_microphone import FedMicrophone
from firmware.simulation.levels import LevelSource
from firmware.simulation.replay import Replay
from firmware.simulation.room import Room
from firmware.simulation.wiring import (
    CLIMATE,
    CLIMATE_ADDRESS,
    LIGHT,
    OnlyRecorded,
    RoomWiring,
    WiredSensor,
)
from monitor.contract.quantities import PRESSURE
from monitor.runtime.clock import Clock
from monitor.runtime.faults import PlannedFault
from monitor.runtime.logging import line
from monitor.runtime.settings import Settings

log = logging.getLogger(__name__)

# Judgement: sound is fetched as often as the light is read, to save turns of the loop.
VIRTUAL_DRAIN_S: Final = 10.0
# Judgement: 30 samples of a row put its edge within a minute right to a thirtieth of a step.
SAMPLES_A_ROW: Final = 30.0
FINEST_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPath:
    """How sound enters: real_time through ALSA, otherwise at its 1-s levels."""

    real_time: bool
    arecord: str | None


def simulated_parts(
    room: Room,
    clock: Clock,
    settings: Settings,
    *,
    path: SoundPath,
    seed: int,
    wiring: RoomWiring | None = None,
) -> Parts:
    """Return the parts that settings say are fitted, in a room.

    Args:
        room: what they feel.
        clock: theirs, virtual or real.
        settings: intervals, what is fitted, the microphone's figures.
        path: how sound enters, and where arecord is, None where it is not installed.
        seed: of the noise of sound and climate.
        wiring: the room's bus and what fails on it; a whole one of its own by default.
    """
    wiring = wiring or room_wiring(room, clock, seed=seed)
    recorded = room.fitted if isinstance(room, Replay) else None
    climate = settings.climate.fitted and (recorded is None or "temperature_c" in recorded)
    light = settings.light.fitted and (recorded is None or "illuminance_lx" in recorded)
    sound = settings.microphone.fitted and (recorded is None or "laeq_db" in recorded)
    floor_db = None if recorded is not None else settings.microphone.floor_db
    return Parts(
        climate=_climate(room, clock, settings, wiring) if climate else None,
        climate_interval_s=_interval_s(settings.climate.interval_s, room),
        light=_light(room, clock, wiring) if light else None,
        light_interval_s=_interval_s(settings.light.interval_s, room),
        sound=_sound(room, clock, settings, floor_db, path, seed) if sound else None,
        sound_setup=SoundSetup(floor_db=floor_db, calibrated=settings.microphone.calibrated),
        drain_interval_s=1.0 if path.real_time else VIRTUAL_DRAIN_S,
        panel=panel_of(settings.panel, clock, factory=mock_factory)
        if settings.panel.fitted
        else None,
    )


def room_wiring(
    room: Room, clock: Clock, planned: Sequence[PlannedFault] = (), *, seed: int
) -> RoomWiring:
    """Return the bus of a room; a recording has the noise of the part that made it."""
    noise_seed = None if isinstance(room, Replay) else seed
    return RoomWiring(room, clock, planned, noise_seed=noise_seed)


def _interval_s(wished_s: float, room: Room) -> float:
    """Sample a recording finely enough that a minute's mean is that of its rows."""
    if not isinstance(room, Replay):
        return wished_s
    return min(wished_s, max(FINEST_S, room.step_s / SAMPLES_A_ROW))


def _climate(
    room: Room, clock: Clock, settings: Settings, wiring: RoomWiring
) -> Sensor[ClimateReading]:
    # A recording says where its house stood; this machine's settings do not.
    lowest_hpa = settings.climate.lowest_pressure_hpa
    real = ClimateSensor(
        wiring.bus,
        clock,
        lowest_pressure_hpa=PRESSURE.low if isinstance(room, Replay) else lowest_hpa,
        # Recorded values are coarser than the part: they may stand still for hours.
        frozen_after_s=inf if isinstance(room, Replay) else CLIMATE_FROZEN_AFTER_S,
    )
    wired = WiredSensor(real, wiring, part=CLIMATE, address=CLIMATE_ADDRESS)
    return OnlyRecorded(wired, room, clock) if isinstance(room, Replay) else wired


def _light(room: Room, clock: Clock, wiring: RoomWiring) -> Sensor[LightReading]:
    frozen_after_s = inf if isinstance(room, Replay) else FROZEN_AFTER_S
    real = LightSensor(wiring.bus, clock, frozen_after_s=frozen_after_s)
    return WiredSensor(real, wiring, part=LIGHT, address=LIGHT_ADDRESS)


def _sound(
    room: Room,
    clock: Clock,
    settings: Settings,
    floor_db: float | None,
    path: SoundPath,
    seed: int,
) -> SoundSource:
    if path.real_time and path.arecord is not None:
        return FedMicrophone(
            lambda at_ms: playing_db(room, at_ms, floor_db),
            clock,
            sensitivity_dbfs=settings.microphone.sensitivity_dbfs,
            seed=seed,
        )
    if path.real_time:
        log.warning(
            line("arecord is not installed: sound enters at 1-s levels", install="alsa-utils")
        )
    return LevelSource(room, clock, floor_db=floor_db)


def playing_db(room: Room, at_ms: int, floor_db: float | None) -> float:
    """Return the level to play: the room's and, by power, the microphone's self-noise."""
    levels = room.levels_at(at_ms)
    power = 0.0 if floor_db is None else 10 ** (floor_db / 10)
    power += 0.0 if levels is None else 10 ** (levels[0] / 10)
    return 10 * log10(power) if power > 0 else 0.0
