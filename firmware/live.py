"""The room now: the last sample of each part, for the state message. Pure.

Samples are kept by the monotonic clock and get their wall time when they are told: a clock that
was put right in between must make none of them younger, or older, than it is.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from firmware.accumulate import energy_mean_db
from firmware.minute import SoundSetup, Traits
from firmware.sensors.base import ClimateReading, Fault, LightReading, LoudnessReading, SoundSecond
from monitor.contract.messages import ClimateState, LightState, LoudnessState, SoundState
from monitor.contract.quantities import (
    HUMIDITY,
    ILLUMINANCE,
    LOUDNESS,
    PRESSURE,
    SOUND_LEVEL,
    TEMPERATURE,
    Quantity,
)
from monitor.contract.record import MAX_MARKS, Flag, Mark, SoundMinute, instant

NOT_STAMPED: Final = instant(0)
_Sample = TypeVar("_Sample", ClimateState, LightState, SoundState, LoudnessState)
# Judgement: a few seconds tell a room's level within its own fluctuation.
LEAST_SECONDS: Final = 5


class Told(NamedTuple):
    """The parts as the state message has them."""

    climate: ClimateState | UnsetType
    light: LightState | UnsetType
    sound: SoundState | UnsetType
    loudness: LoudnessState | UnsetType


class LiveValues:
    """Keeps what was last seen; a part not fitted, or not asked yet, is absent.

    at_s: of every sample, the monotonic time at which it was taken.
    """

    def __init__(self) -> None:
        self.climate: ClimateState | UnsetType = UNSET
        self.light: LightState | UnsetType = UNSET
        self.loudness: LoudnessState | UnsetType = UNSET
        self._second: SoundSecond | Fault | None = None
        self._climate_s = self._light_s = self._loudness_s = self._second_s = 0.0
        self._minute: SoundMinute | None = None
        # Of the time before the first whole minute, which is at most one.
        self._first_laeq_db: list[float] = []
        self._first_lafmax_db: float | None = None
        self._marks: list[Mark] = []

    def saw_climate(self, at_s: float, sample: ClimateReading | Fault, traits: Traits) -> None:
        """Take a sample; a fault has no value, never the one before."""
        reading = None if isinstance(sample, Fault) else sample
        humidity_pct = _rounded(HUMIDITY, reading.humidity_pct if reading else None)
        pressure_hpa = _rounded(PRESSURE, reading.pressure_hpa if reading else None)
        self._climate_s = at_s
        self.climate = ClimateState(
            at=NOT_STAMPED,
            temperature_c=_rounded(TEMPERATURE, reading.temperature_c if reading else None),
            humidity_pct=humidity_pct if traits.humidity is not False else UNSET,
            pressure_hpa=pressure_hpa if traits.pressure is not False else UNSET,
            flags=_flags(sample),
        )

    def saw_light(self, at_s: float, sample: LightReading | Fault) -> None:
        """Take a sample."""
        reading = None if isinstance(sample, Fault) else sample
        self._light_s = at_s
        self.light = LightState(
            at=NOT_STAMPED,
            illuminance_lx=_rounded(ILLUMINANCE, reading.illuminance_lx if reading else None),
            flags=sample.flags if isinstance(sample, LightReading) else _flags(sample),
        )

    def saw_sound(self, at_s: float, sample: SoundSecond | Fault) -> None:
        """Take a second."""
        self._second, self._second_s = sample, at_s
        if self._minute is None and isinstance(sample, SoundSecond):
            self._first_laeq_db.append(sample.laeq_db)
            peaks = (self._first_lafmax_db, sample.lafmax_db)
            self._first_lafmax_db = max((it for it in peaks if it is not None), default=None)

    def saw_loudness(self, at_s: float, sample: LoudnessReading | Fault) -> None:
        """Take a sample."""
        reading = None if isinstance(sample, Fault) else sample
        self._loudness_s = at_s
        self.loudness = LoudnessState(
            at=NOT_STAMPED,
            loudness_pct=_rounded(LOUDNESS, reading.loudness_pct if reading else None),
            flags=reading.flags if reading else _flags(sample),
        )

    def saw_minute(self, minute: SoundMinute | UnsetType) -> None:
        """Take the last whole minute's sound; a first one of a second or two tells nothing."""
        heard = minute if isinstance(minute, SoundMinute) else None
        if self._minute is None and heard is not None and heard.due < LEAST_SECONDS:
            return
        self._minute = heard
        self._first_laeq_db.clear()
        self._first_lafmax_db = None

    def saw_marks(self, marks: Sequence[Mark]) -> None:
        """Take presses of the button."""
        self._marks += marks

    def take_marks(self) -> tuple[Mark, ...]:
        """Return the latest presses since the last call; each is told once."""
        marks, self._marks = self._marks, []
        return tuple(marks[-MAX_MARKS:])

    def told(self, setup: SoundSetup, *, now_s: float, now_ms: int) -> Told:
        """Return the parts, each stamped by how long ago it was taken.

        now_s, now_ms: monotonic and wall time of one instant.
        """

        def stamped(sample: _Sample | UnsetType, at_s: float) -> _Sample | UnsetType:
            if isinstance(sample, UnsetType):
                return UNSET
            return replace(sample, at=instant(now_ms - round((now_s - at_s) * 1000)))

        return Told(
            climate=stamped(self.climate, self._climate_s),
            light=stamped(self.light, self._light_s),
            sound=stamped(self.sound(setup), self._second_s),
            loudness=stamped(self.loudness, self._loudness_s),
        )

    def sound(self, setup: SoundSetup) -> SoundState | UnsetType:
        """Return the sound now beside its floor; absent before the first second."""
        sample, minute = self._second, self._minute
        if sample is None:
            return UNSET
        second = None if isinstance(sample, Fault) else sample
        laeq_db, lafmax_db = (
            self._so_far() if minute is None else (minute.laeq_db, minute.lafmax_db)
        )
        return SoundState(
            at=NOT_STAMPED,
            laeq_db=_rounded(SOUND_LEVEL, second.laeq_db if second else None),
            lafmax_db=_rounded(SOUND_LEVEL, second.lafmax_db if second else None),
            laeq_1min_db=_rounded(SOUND_LEVEL, laeq_db),
            lafmax_1min_db=_rounded(SOUND_LEVEL, lafmax_db),
            floor_db=_rounded(SOUND_LEVEL, setup.floor_db),
            calibrated=setup.calibrated,
            flags=second.flags if second else _flags(sample),
        )

    def _so_far(self) -> tuple[float | None, float | None]:
        """Return level and peak of the first minute as far as it is heard."""
        if len(self._first_laeq_db) < LEAST_SECONDS:
            return None, None
        return energy_mean_db(self._first_laeq_db), self._first_lafmax_db


def _flags(sample: object) -> tuple[Flag, ...]:
    return (sample.flag,) if isinstance(sample, Fault) else ()


def _rounded(quantity: Quantity, value: float | None) -> float | None:
    return None if value is None else quantity.rounded(value)
