"""Pure: minutes of a night into steps to draw, and the gaps between them.

A minute without a valid value is a gap, never a value: it is not bridged, not filled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from monitor.contract.record import ClimateMinute, LightMinute, Minute, SoundEvent, SoundMinute
from monitor.night.floor import without_floor
from monitor.score.model import VALID_SHARE

JOIN_MS: Final = 1_000  # judgement: steps closer than a second touch; stamps may jitter
Sample = ClimateMinute | LightMinute | SoundMinute
S = TypeVar("S", ClimateMinute, LightMinute)


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value that stood from start_ms to end_ms; peak is the largest within it.

    hidden: the true value is at most this one, the sensor's own floor hides it.
    """

    start_ms: int
    end_ms: int
    value: float
    peak: float | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A noise event with its place in time."""

    start_ms: int
    event: SoundEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSeries:
    """All that a night draws; None for a part that was never fitted in it."""

    noise_db: tuple[Step, ...] | None
    temperature_c: tuple[Step, ...] | None
    humidity_pct: tuple[Step, ...]
    illuminance_lx: tuple[Step, ...] | None
    events: tuple[Heard, ...]
    floor_db: float | None


def is_valid(sample: Sample) -> bool:
    """Tell whether enough of the due samples came for the minute to count."""
    n = sample.n
    return n > 0 and n >= sample.due * VALID_SHARE.value


def read_series(minutes: Sequence[Minute]) -> NightSeries:
    """Return what can be drawn of these minutes."""
    floors = [
        minute.sound.floor_db
        for minute in minutes
        if isinstance(minute.sound, SoundMinute) and minute.sound.floor_db is not None
    ]
    return NightSeries(
        noise_db=_noise(minutes),
        temperature_c=_steps(minutes, _climate, lambda it: it.temperature_c),
        humidity_pct=_steps(minutes, _climate, lambda it: it.humidity_pct) or (),
        illuminance_lx=_steps(
            minutes, _light, lambda it: it.illuminance_lx, lambda it: it.illuminance_max_lx
        ),
        events=_events(minutes),
        floor_db=floors[-1] if floors else None,
    )


def runs(steps: Sequence[Step]) -> list[list[Step]]:
    """Return the steps in unbroken runs; a line is drawn within a run only."""
    result: list[list[Step]] = []
    for step in steps:
        if result and step.start_ms - result[-1][-1].end_ms <= JOIN_MS:
            result[-1].append(step)
        else:
            result.append([step])
    return result


def gaps(steps: Sequence[Step], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Return the stretches of (start_ms, end_ms] that no step covers."""
    result = []
    reached_ms = start_ms
    for step in steps:
        if step.start_ms - reached_ms > JOIN_MS:
            result.append((reached_ms, min(step.start_ms, end_ms)))
        reached_ms = max(reached_ms, step.end_ms)
    if end_ms - reached_ms > JOIN_MS:
        result.append((reached_ms, end_ms))
    return result


def _noise(minutes: Sequence[Minute]) -> tuple[Step, ...] | None:
    """Return the room's levels: the microphone's own noise taken out."""
    fitted = False
    steps = []
    for minute in minutes:
        sound = minute.sound
        if isinstance(sound, UnsetType):
            continue
        fitted = True
        if sound.laeq_db is not None and is_valid(sound):
            level = without_floor(sound.laeq_db, sound.floor_db)
            end_ms = minute.end_ms
            steps.append(
                Step(
                    start_ms=end_ms - round(minute.duration_s * 1000),
                    end_ms=end_ms,
                    value=level.level_db,
                    peak=sound.lafmax_db,
                    hidden=level.below_floor,
                )
            )
    # Where nothing at all is kept, nobody knows what was fitted: that is no data.
    return tuple(steps) if fitted or not minutes else None


def _climate(minute: Minute) -> ClimateMinute | UnsetType:
    return minute.climate


def _light(minute: Minute) -> LightMinute | UnsetType:
    return minute.light


def _steps(
    minutes: Sequence[Minute],
    part: Callable[[Minute], S | UnsetType],
    value: Callable[[S], float | UnsetType | None],
    peak: Callable[[S], float | None] = lambda _: None,
) -> tuple[Step, ...] | None:
    steps = []
    fitted = False
    for minute in minutes:
        sample = part(minute)
        if sample is UNSET:
            continue
        fitted = True
        number = value(sample)
        if isinstance(number, float) and is_valid(sample):
            end_ms = minute.end_ms
            steps.append(
                Step(
                    start_ms=end_ms - round(minute.duration_s * 1000),
                    end_ms=end_ms,
                    value=number,
                    peak=peak(sample),
                )
            )
    # Where nothing at all is kept, nobody knows what was fitted: that is no data.
    return tuple(steps) if fitted or not minutes else None


def _events(minutes: Sequence[Minute]) -> tuple[Heard, ...]:
    return tuple(
        Heard(start_ms=minute.end_ms + round(event.start_offset_s * 1000), event=event)
        for minute in minutes
        if isinstance(minute.sound, SoundMinute)
        for event in minute.sound.events
    )


def calibration_changes(minutes: Sequence[Minute]) -> tuple[int, ...]:
    """Return the starts of the minutes whose values have another calibration than before."""
    return tuple(after.start_ms for before, after in pairwise(minutes) if before.cal != after.cal)
