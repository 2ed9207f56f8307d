"""Pure: the minutes of a night as the quantities that its picture shows, in columns.

A minute without a valid value is a gap, never a value: it is not bridged, not filled.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from monitor.contract.record import (
    ClimateMinute,
    LightMinute,
    Mark,
    Minute,
    SoundEvent,
    SoundMinute,
)
from monitor.night.floor import without_floor
from monitor.night.window import Window
from monitor.score.model import VALID_SHARE

MARGIN_MS: Final = 30 * 60_000  # judgement: what happened around the night explains it
DB_DECIMALS: Final = 2  # as fine as a minute record tells its levels
Sample = ClimateMinute | LightMinute | SoundMinute
S = TypeVar("S", ClimateMinute, LightMinute, SoundMinute)
Row = tuple[int, int, float, float | None, bool]


class Steps(msgspec.Struct, frozen=True, array_like=True):
    """The values of one quantity, in order of time: each stood from its start to its end.

    Columns of the same length: peaks is the largest within each step, None where it is not
    known; hidden tells where the true value is at most this one, as the sensor's own floor
    hides it. They are () for a quantity that has none.
    """

    starts_ms: tuple[int, ...] = ()
    ends_ms: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    peaks: tuple[float | None, ...] = ()
    hidden: tuple[bool, ...] = ()


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """A noise event with its place in time."""

    start_ms: int
    event: SoundEvent


class NightSeries(msgspec.Struct, frozen=True, kw_only=True):
    """All that a night draws; None for a part that was never fitted in it.

    marks are the presses of the room's button; calibrations_ms is when values began to be
    made with another calibration.
    """

    noise_db: Steps | None
    temperature_c: Steps | None
    humidity_pct: Steps
    illuminance_lx: Steps | None
    events: tuple[Heard, ...]
    floor_db: float | None
    marks: tuple[Mark, ...]
    calibrations_ms: tuple[int, ...]


def picture_span(window: Window) -> tuple[int, int]:
    """Return (start_ms, end_ms) of a night's picture: its window with half an hour around."""
    return window.lights_out_ms - MARGIN_MS, window.get_up_ms + MARGIN_MS


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
        humidity_pct=_steps(climate, _humidity) or Steps(),
        illuminance_lx=_steps(light, _illuminance),
        events=_events(sound),
        floor_db=next((floor_db for floor_db in floors if floor_db is not None), None),
        marks=tuple(mark for minute in minutes for mark in minute.marks),
        calibrations_ms=_calibration_changes(timed),
    )


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
    samples: Sequence[tuple[int, int, S]] | None, row: Callable[[int, int, S], Row | None]
) -> Steps | None:
    if samples is None:
        return None
    rows = [made for timed in samples if (made := row(*timed)) is not None]
    if not rows:
        return Steps()
    starts_ms, ends_ms, values, peaks, hidden = zip(*rows, strict=True)
    return Steps(
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        values=values,
        peaks=peaks if any(peak is not None for peak in peaks) else (),
        hidden=hidden if any(hidden) else (),
    )


def _level(start_ms: int, end_ms: int, sound: SoundMinute) -> Row | None:
    """Return the room's level: the microphone's own noise taken out."""
    if sound.laeq_db is None:
        return None
    level = without_floor(sound.laeq_db, sound.floor_db)
    level_db = round(level.level_db, DB_DECIMALS)
    return start_ms, end_ms, level_db, sound.lafmax_db, level.below_floor


def _temperature(start_ms: int, end_ms: int, climate: ClimateMinute) -> Row | None:
    value = climate.temperature_c
    return None if value is None else (start_ms, end_ms, value, None, False)


def _humidity(start_ms: int, end_ms: int, climate: ClimateMinute) -> Row | None:
    value = climate.humidity_pct
    return (start_ms, end_ms, value, None, False) if isinstance(value, float) else None


def _illuminance(start_ms: int, end_ms: int, light: LightMinute) -> Row | None:
    value = light.illuminance_lx
    return None if value is None else (start_ms, end_ms, value, light.illuminance_max_lx, False)


def _events(samples: Iterable[tuple[int, int, SoundMinute | UnsetType]]) -> tuple[Heard, ...]:
    return tuple(
        Heard(start_ms=end_ms + round(event.start_offset_s * 1000), event=event)
        for _, end_ms, sound in samples
        if sound is not UNSET and sound.events
        for event in sound.events
    )


def _calibration_changes(timed: Sequence[tuple[int, int, Minute]]) -> tuple[int, ...]:
    """Return the starts of the minutes whose values have another calibration than before."""
    return tuple(
        start_ms
        for (*_, before), (start_ms, _, after) in pairwise(timed)
        if before.cal != after.cal
    )
