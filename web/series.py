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
S = TypeVar("S", ClimateMinute, LightMinute, SoundMinute)


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
    timed = [_timed(minute) for minute in minutes]
    climate = _valid([(start, end, minute.climate) for start, end, minute in timed])
    light = _valid([(start, end, minute.light) for start, end, minute in timed])
    sound = [(start, end, minute.sound) for start, end, minute in timed]
    floors = (it.floor_db for *_, it in reversed(sound) if isinstance(it, SoundMinute))
    return NightSeries(
        noise_db=_steps(_valid(sound), _level),
        temperature_c=_steps(climate, _temperature),
        humidity_pct=_steps(climate, _humidity) or (),
        illuminance_lx=_steps(light, _illuminance),
        events=_events(sound),
        floor_db=next((floor_db for floor_db in floors if floor_db is not None), None),
    )


def runs(steps: Sequence[Step]) -> list[Sequence[Step]]:
    """Return the steps in unbroken runs; a line is drawn within a run only."""
    breaks = [
        number
        for number, (before, after) in enumerate(pairwise(steps), start=1)
        if after.start_ms - before.end_ms > JOIN_MS
    ]
    edges = [0, *breaks, len(steps)]
    return [steps[first:last] for first, last in pairwise(edges)] if steps else []


def gaps(steps: Sequence[Step], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Return the stretches of (start_ms, end_ms] that no step covers."""
    result = []
    reached_ms = start_ms
    for step in steps:
        if step.start_ms - reached_ms > JOIN_MS:
            result.append((reached_ms, min(step.start_ms, end_ms)))
        if step.end_ms > reached_ms:  # noqa: PLR1730 - max() costs four times as much, 540 times a strip
            reached_ms = step.end_ms
    if end_ms - reached_ms > JOIN_MS:
        result.append((reached_ms, end_ms))
    return result


def _timed(minute: Minute) -> tuple[int, int, Minute]:
    """Return a minute with its start and end, which each part's step has."""
    end_ms = minute.end_ms
    return end_ms - round(minute.duration_s * 1000), end_ms, minute


def _valid(samples: Sequence[tuple[int, int, S | UnsetType]]) -> list[tuple[int, int, S]] | None:
    """Return the samples that count, None where the part was never fitted."""
    fitted = [(start_ms, end_ms, it) for start_ms, end_ms, it in samples if it is not UNSET]
    # Where nothing at all is kept, nobody knows what was fitted: that is no data.
    if samples and not fitted:
        return None
    return [timed for timed in fitted if is_valid(timed[2])]


def _steps(
    samples: Sequence[tuple[int, int, S]] | None, step: Callable[[int, int, S], Step | None]
) -> tuple[Step, ...] | None:
    if samples is None:
        return None
    made = [step(start_ms, end_ms, it) for start_ms, end_ms, it in samples]
    return tuple([one for one in made if one is not None])


def _level(start_ms: int, end_ms: int, sound: SoundMinute) -> Step | None:
    """Return the room's level: the microphone's own noise taken out."""
    if sound.laeq_db is None:
        return None
    level = without_floor(sound.laeq_db, sound.floor_db)
    return Step(
        start_ms=start_ms,
        end_ms=end_ms,
        value=level.level_db,
        peak=sound.lafmax_db,
        hidden=level.below_floor,
    )


def _temperature(start_ms: int, end_ms: int, climate: ClimateMinute) -> Step | None:
    value = climate.temperature_c
    return None if value is None else Step(start_ms=start_ms, end_ms=end_ms, value=value)


def _humidity(start_ms: int, end_ms: int, climate: ClimateMinute) -> Step | None:
    value = climate.humidity_pct
    return Step(start_ms=start_ms, end_ms=end_ms, value=value) if isinstance(value, float) else None


def _illuminance(start_ms: int, end_ms: int, light: LightMinute) -> Step | None:
    value, peak = light.illuminance_lx, light.illuminance_max_lx
    if value is None:
        return None
    return Step(start_ms=start_ms, end_ms=end_ms, value=value, peak=peak)


def _events(samples: Sequence[tuple[int, int, SoundMinute | UnsetType]]) -> tuple[Heard, ...]:
    return tuple(
        Heard(start_ms=end_ms + round(event.start_offset_s * 1000), event=event)
        for _, end_ms, sound in samples
        if sound is not UNSET and sound.events
        for event in sound.events
    )


def calibration_changes(minutes: Sequence[Minute]) -> tuple[int, ...]:
    """Return the starts of the minutes whose values have another calibration than before."""
    return tuple(after.start_ms for before, after in pairwise(minutes) if before.cal != after.cal)
