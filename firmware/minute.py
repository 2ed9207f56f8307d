"""Samples of one minute to its record: means, maxima, percentiles, flags. Pure.

A part that is not fitted is absent; a fitted one without a valid sample holds None and
a flag says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
from msgspec import UNSET, structs

from firmware.accumulate import (
    ClimateSamples,
    LightSamples,
    LoudnessSamples,
    SoundSamples,
    distinct,
    energy_mean_db,
    exceeded_db,
    mean,
)
from firmware.minute_bounds import Span
from firmware.sensors.base import ClimateReading, Fault, SoundSecond
from monitor.contract.codec import encode
from monitor.contract.quantities import (
    CHANNEL_COUNTS,
    DURATION,
    HUMIDITY,
    ILLUMINANCE,
    LOUDNESS,
    PRESSURE,
    SOUND_LEVEL,
    TEMPERATURE,
    Quantity,
)
from monitor.contract.record import (
    LATEST_MS,
    MAX_EVENTS,
    MAX_MARKS,
    MAX_RECORD_BYTES,
    ClimateMinute,
    ClockState,
    Flag,
    LightMinute,
    LoudnessMinute,
    Mark,
    Minute,
    Record,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.night.events import NoiseEvent

# The longest envelope a minute can get, so that whatever is fitted now fits later too.
_ENVELOPE: Final = Record(
    stream="f" * 16,
    seq=2**53,
    boot="f" * 16,
    boottime_s=123_456_789.123,
    clock=ClockState.CORRECTED,
    revision=99,
    minute=Minute(end=instant(0), duration_s=60.0),
    crc=2**32 - 1,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Which quantities the fitted parts have at all; None = not known yet, taken as fitted."""

    humidity: bool | None = None
    pressure: bool | None = None
    lasmax: bool = False
    lceq: bool = False

    def after_climate(self, reading: ClimateReading) -> "Traits":
        """Return what is known after one more reading; what was seen once stays."""
        return replace(
            self,
            humidity=reading.humidity_pct is not None or bool(self.humidity),
            pressure=reading.pressure_hpa is not None or bool(self.pressure),
        )

    def after_sound(self, second: SoundSecond) -> "Traits":
        """Return what is known after one more second."""
        lasmax = self.lasmax or second.lasmax_db is not None
        lceq = self.lceq or second.lceq_db is not None
        # Nearly always nothing new is known, and making the same again costs 8 µs a second.
        if (lasmax, lceq) == (self.lasmax, self.lceq):
            return self
        return replace(self, lasmax=lasmax, lceq=lceq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Samples due in a minute by part; None = not fitted."""

    climate: int | None
    light: int | None
    sound: int | None
    loudness: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSetup:
    """What travels beside every level: the self-noise and whether it was calibrated."""

    floor_db: float | None = None
    calibrated: bool = False


@dataclass(slots=True)
class MinuteSamples:
    """Everything taken within one minute."""

    climate: ClimateSamples = field(default_factory=ClimateSamples)
    light: LightSamples = field(default_factory=LightSamples)
    sound: SoundSamples = field(default_factory=SoundSamples)
    loudness: LoudnessSamples = field(default_factory=LoudnessSamples)
    events: list[NoiseEvent] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def moved(self, by_ms: int) -> None:
        """Move what carries wall time by what the wall clock was put on, or back."""
        self.marks = [moved_mark(mark, by_ms) for mark in self.marks]
        self.events = [
            replace(one, start_ms=one.start_ms + by_ms, end_ms=one.end_ms + by_ms)
            for one in self.events
        ]


def moved_mark(mark: Mark, by_ms: int) -> Mark:
    """Return a press as a clock stamps it that is ahead by some ms of the one that has."""
    return structs.replace(mark, at_ms=min(max(0, mark.at_ms + by_ms), LATEST_MS - 1))


def moved_second(second: SoundSecond | Fault, now_ms: int, by_ms: int) -> SoundSecond | Fault:
    """Return a second as a clock stamps it that has been put on by some ms, or back, just now.

    One that was on its way is stamped by the clock of before, and of now by that.
    """
    if isinstance(second, Fault):
        return second
    age_ms = now_ms - second.end_ms
    is_of_before = abs(age_ms - by_ms) < abs(age_ms)
    return replace(second, end_ms=second.end_ms + by_ms) if is_of_before else second


def make_minute(
    span: Span, samples: MinuteSamples, due: Due, traits: Traits, sound: SoundSetup, cal: int
) -> Minute:
    """Return the minute, its values at the resolution of the wire, small enough to travel.

    Args:
        span: where the minute lies.
        samples: what was taken in it.
        due: how many samples were due, None where a part is not fitted.
        traits: which quantities the fitted parts have.
        sound: floor and calibration of the microphone.
        cal: id of the calibration that the samples went through.
    """
    return fitted_to_size(
        Minute(
            end=instant(span.end_ms),
            duration_s=max(DURATION.rounded(span.duration_s), 10.0**-DURATION.decimals),
            climate=UNSET
            if due.climate is None
            else _climate(samples.climate, due.climate, traits),
            light=UNSET if due.light is None else _light(samples.light, due.light, span.start_s),
            sound=UNSET if due.sound is None else _sound(samples, due.sound, span, traits, sound),
            loudness=UNSET if due.loudness is None else _loudness(samples.loudness, due.loudness),
            cal=cal,
            marks=tuple(samples.marks[:MAX_MARKS]),
        )
    )


def fitted_to_size(minute: Minute) -> Minute:
    """Return the minute with its quietest events counted instead of told, until it fits.

    The limit holds for the sealed record in its longest envelope: MAX_RECORD_BYTES.
    """
    while isinstance(minute.sound, SoundMinute) and minute.sound.events:
        record = msgspec.structs.replace(_ENVELOPE, minute=minute)
        if len(encode(record)) <= MAX_RECORD_BYTES:
            break
        minute = msgspec.structs.replace(minute, sound=_without_quietest(minute.sound))
    return minute


def _climate(samples: ClimateSamples, due: int, traits: Traits) -> ClimateMinute:
    readings = samples.readings
    temperatures = [reading.temperature_c for reading in readings]
    humidities = [r.humidity_pct for r in readings if r.humidity_pct is not None]
    pressures = [r.pressure_hpa for r in readings if r.pressure_hpa is not None]
    return ClimateMinute(
        temperature_c=_rounded(TEMPERATURE, mean(temperatures)),
        temperature_min_c=_rounded(TEMPERATURE, min(temperatures, default=None)),
        temperature_max_c=_rounded(TEMPERATURE, max(temperatures, default=None)),
        humidity_pct=_rounded(HUMIDITY, mean(humidities))
        if traits.humidity is not False
        else UNSET,
        pressure_hpa=_rounded(PRESSURE, mean(pressures)) if traits.pressure is not False else UNSET,
        n=len(readings),
        due=max(due, len(readings)),
        flags=_flags(samples.flags, has_value=bool(readings)),
    )


def _light(samples: LightSamples, due: int, start_s: float) -> LightMinute:
    readings = [reading for _, reading in samples.readings]
    illuminances = [reading.illuminance_lx for reading in readings]
    largest = samples.largest_window_mean_lx(start_s) if readings else None
    both = [reading.visible_ir_counts for reading in readings]
    return LightMinute(
        illuminance_lx=_rounded(ILLUMINANCE, mean(illuminances)),
        illuminance_max_lx=_rounded(ILLUMINANCE, max(illuminances, default=None)),
        illuminance_max10s_lx=_rounded(ILLUMINANCE, largest),
        visible_ir_counts=_rounded(CHANNEL_COUNTS, mean(both)),
        ir_counts=_rounded(CHANNEL_COUNTS, mean([reading.ir_counts for reading in readings])),
        n=len(readings),
        due=max(due, len(readings)),
        flags=_flags(samples.flags, has_value=bool(readings)),
    )


def _sound(
    samples: MinuteSamples, due: int, span: Span, traits: Traits, setup: SoundSetup
) -> SoundMinute:
    seconds = samples.sound.seconds
    levels = [second.laeq_db for second in seconds]
    peaks = [second.lafmax_db for second in seconds if second.lafmax_db is not None]
    slow = [second.lasmax_db for second in seconds if second.lasmax_db is not None]
    low = [second.lceq_db for second in seconds if second.lceq_db is not None]
    events, more = _loudest([event.carried_by(span.end_ms) for event in samples.events])
    return SoundMinute(
        laeq_db=_rounded(SOUND_LEVEL, energy_mean_db(levels)),
        laeq_quiet_db=_rounded(SOUND_LEVEL, energy_mean_db(samples.sound.quiet_db)),
        quiet_s=len(samples.sound.quiet_db),
        lceq_db=_rounded(SOUND_LEVEL, energy_mean_db(low)) if traits.lceq else UNSET,
        lafmax_db=_rounded(SOUND_LEVEL, max(peaks, default=None)),
        lasmax_db=_rounded(SOUND_LEVEL, max(slow, default=None)) if traits.lasmax else UNSET,
        la10_db=_rounded(SOUND_LEVEL, exceeded_db(levels, 0.10)),
        la50_db=_rounded(SOUND_LEVEL, exceeded_db(levels, 0.50)),
        la90_db=_rounded(SOUND_LEVEL, exceeded_db(levels, 0.90)),
        floor_db=_rounded(SOUND_LEVEL, setup.floor_db),
        calibrated=setup.calibrated,
        n=len(seconds),
        due=max(due, len(seconds)),
        flags=_flags(samples.sound.flags, has_value=bool(seconds)),
        events=events,
        events_more=more,
    )


def _loudness(samples: LoudnessSamples, due: int) -> LoudnessMinute:
    indices = samples.indices_pct
    return LoudnessMinute(
        loudness_pct=_rounded(LOUDNESS, mean(indices)),
        loudness_max_pct=_rounded(LOUDNESS, max(indices, default=None)),
        n=len(indices),
        due=max(due, len(indices)),
        flags=_flags(samples.flags, has_value=bool(indices)),
    )


def _loudest(events: Sequence[SoundEvent]) -> tuple[tuple[SoundEvent, ...], int]:
    kept = sorted(events, key=lambda event: event.lasmax_db)[-MAX_EVENTS:]
    kept.sort(key=lambda event: event.start_offset_s)
    return tuple(kept), len(events) - len(kept)


def _without_quietest(sound: SoundMinute) -> SoundMinute:
    quietest = min(sound.events, key=lambda event: event.lasmax_db)
    left = list(sound.events)
    left.remove(quietest)
    return msgspec.structs.replace(sound, events=tuple(left), events_more=sound.events_more + 1)


def _flags(flags: Sequence[Flag], *, has_value: bool) -> tuple[Flag, ...]:
    told = distinct(flags)
    # Nothing was asked yet, so nothing has failed: a first minute of a second or two.
    return told if told or has_value else (Flag.STARTING,)


def _rounded(quantity: Quantity, value: float | None) -> float | None:
    return None if value is None else quantity.rounded(value)
