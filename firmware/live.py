"""The room now: the last sample of each part, for the state message. Pure."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType

from firmware.accumulate import energy_mean_db
from firmware.minute import SoundSetup, Traits
from firmware.sensors.base import ClimateReading, Fault, LightReading, SoundSecond
from monitor.contract.messages import ClimateState, LightState, SoundState
from monitor.contract.quantities import (
    HUMIDITY,
    ILLUMINANCE,
    PRESSURE,
    SOUND_LEVEL,
    TEMPERATURE,
    Quantity,
)
from monitor.contract.record import MAX_MARKS, Flag, Mark, SoundMinute, instant

# Judgement: a few seconds tell a room's level within its own fluctuation.
LEAST_SECONDS: Final = 5


class LiveValues:
    """Keeps what was last seen; a part not fitted, or not asked yet, is absent."""

    def __init__(self) -> None:
        self.climate: ClimateState | UnsetType = UNSET
        self.light: LightState | UnsetType = UNSET
        self._second: SoundSecond | Fault | None = None
        self._second_ms = 0
        self._minute: SoundMinute | None = None
        # Of the time before the first whole minute, which is at most one.
        self._first_laeq_db: list[float] = []
        self._first_lafmax_db: float | None = None
        self._marks: list[Mark] = []

    def saw_climate(self, at_ms: int, sample: ClimateReading | Fault, traits: Traits) -> None:
        """Take a sample; a fault has no value, never the one before."""
        reading = None if isinstance(sample, Fault) else sample
        humidity_pct = _rounded(HUMIDITY, reading.humidity_pct if reading else None)
        pressure_hpa = _rounded(PRESSURE, reading.pressure_hpa if reading else None)
        self.climate = ClimateState(
            at=instant(at_ms),
            temperature_c=_rounded(TEMPERATURE, reading.temperature_c if reading else None),
            humidity_pct=humidity_pct if traits.humidity is not False else UNSET,
            pressure_hpa=pressure_hpa if traits.pressure is not False else UNSET,
            flags=_flags(sample),
        )

    def saw_light(self, at_ms: int, sample: LightReading | Fault) -> None:
        """Take a sample."""
        reading = None if isinstance(sample, Fault) else sample
        self.light = LightState(
            at=instant(at_ms),
            illuminance_lx=_rounded(ILLUMINANCE, reading.illuminance_lx if reading else None),
            flags=sample.flags if isinstance(sample, LightReading) else _flags(sample),
        )

    def saw_sound(self, at_ms: int, sample: SoundSecond | Fault) -> None:
        """Take a second."""
        self._second, self._second_ms = sample, at_ms
        if self._minute is None and isinstance(sample, SoundSecond):
            self._first_laeq_db.append(sample.laeq_db)
            peaks = (self._first_lafmax_db, sample.lafmax_db)
            self._first_lafmax_db = max((it for it in peaks if it is not None), default=None)

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
            at=instant(self._second_ms),
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
