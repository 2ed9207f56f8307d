"""Which parts a room has, and how often each is asked."""

from dataclasses import dataclass, field
from typing import Final

from firmware.minute import SoundSetup
from firmware.sensors.base import (
    ClimateReading,
    LightReading,
    LoudnessReading,
    Panel,
    Sensor,
    SoundSource,
)

# How often the microphone's queue is emptied: once a second's worth.
SOUND_INTERVAL_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The fitted parts with their intervals; None = not fitted.

    drain_interval_s is how often sound is fetched; larger on a virtual clock, whose
    seconds need not be fetched one by one.
    """

    climate: Sensor[ClimateReading] | None = None
    climate_interval_s: float = 10.0
    light: Sensor[LightReading] | None = None
    light_interval_s: float = 1.0
    sound: SoundSource | None = None
    sound_setup: SoundSetup = field(default_factory=SoundSetup)
    drain_interval_s: float = SOUND_INTERVAL_S
    loudness: Sensor[LoudnessReading] | None = None
    panel: Panel | None = None
