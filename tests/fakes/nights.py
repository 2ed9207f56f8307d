"""Builders of nights from simple series: one value, or one value a minute."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import UNSET, UnsetType

from monitor.contract.record import (
    ClimateMinute,
    EventKind,
    Flag,
    LightMinute,
    Minute,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.night.household import Household
from monitor.night.window import Source, Window
from monitor.score.carry import Carry
from monitor.score.dark import DarkNight, LightSums
from monitor.score.grid import minutes_in, place
from monitor.score.part import NightEvent
from monitor.score.quiet_night import QuietNight
from monitor.score.sound import SoundSums
from monitor.score.sound_notes import Noticed

# 2026-11-22 22:00 UTC, a Sunday evening.
EVENING_MS = 1_795_384_800_000
NIGHT_MIN = 480

Series = float | None | UnsetType | Sequence[float | None] | Callable[[int], float | None]


def window_of(
    length_min: int = NIGHT_MIN,
    *,
    start_ms: int = EVENING_MS,
    zone: str = "UTC",
    provisional: bool = False,
) -> Window:
    return Window(
        night=instant(start_ms).date().isoformat(),
        zone=zone,
        lights_out_ms=start_ms,
        get_up_ms=start_ms + length_min * 60_000,
        lights_out_source=Source.SCHEDULE,
        get_up_source=Source.SCHEDULE,
        provisional=provisional,
    )


def climate(
    temperature_c: float | None = 18.0,
    humidity_pct: float | UnsetType | None = 45.0,
    *,
    n: int = 6,
    due: int = 6,
    flags: tuple[Flag, ...] = (),
) -> ClimateMinute:
    return ClimateMinute(
        temperature_c=temperature_c,
        temperature_min_c=temperature_c,
        temperature_max_c=temperature_c,
        humidity_pct=humidity_pct,
        n=n,
        due=due,
        flags=flags,
    )


def light(
    illuminance_lx: float | None = 0.0,
    max10s_lx: float | None = None,
    *,
    n: int = 60,
    due: int = 60,
    flags: tuple[Flag, ...] = (),
) -> LightMinute:
    peak = illuminance_lx if max10s_lx is None else max10s_lx
    return LightMinute(
        illuminance_lx=illuminance_lx,
        illuminance_max_lx=peak,
        illuminance_max10s_lx=peak,
        visible_ir_counts=illuminance_lx,
        ir_counts=None if illuminance_lx is None else illuminance_lx / 10,
        n=n,
        due=due,
        flags=flags,
    )


def sound(
    laeq_db: float | None = 25.0,
    *,
    floor_db: float | None = None,
    calibrated: bool = True,
    quiet_db: float | UnsetType | None = UNSET,
    quiet_s: int = 60,
    n: int = 60,
    due: int = 60,
    events: Sequence[SoundEvent] = (),
    events_more: int = 0,
    flags: tuple[Flag, ...] = (),
) -> SoundMinute:
    return SoundMinute(
        laeq_db=laeq_db,
        laeq_quiet_db=laeq_db if quiet_db is UNSET else quiet_db,
        quiet_s=quiet_s,
        lafmax_db=None if laeq_db is None else laeq_db + 3,
        la10_db=None if laeq_db is None else laeq_db + 1,
        la50_db=laeq_db,
        la90_db=None if laeq_db is None else laeq_db - 1,
        floor_db=floor_db,
        calibrated=calibrated,
        n=n,
        due=due,
        flags=flags,
        events=tuple(events),
        events_more=events_more,
    )


def bare_sound(laeq_db: float) -> SoundMinute:
    """A level alone, as an imported series has it: no events, no percentiles."""
    return SoundMinute(
        laeq_db=laeq_db, lafmax_db=None, floor_db=None, calibrated=False, n=60, due=60
    )


def event(
    lasmax_db: float,
    *,
    background_db: float = 25.0,
    duration_s: float = 20.0,
    start_offset_s: float = -30.0,
    kind: EventKind = EventKind.COUNTED,
) -> SoundEvent:
    return SoundEvent(
        start_offset_s=start_offset_s,
        duration_s=duration_s,
        lafmax_db=lasmax_db + 3,
        lasmax_db=lasmax_db,
        lae_db=lasmax_db + 8,
        background_db=background_db,
        kind=kind,
    )


def night(
    length_min: int = NIGHT_MIN,
    *,
    temperature_c: Series = 18.0,
    humidity_pct: Series = 45.0,
    light_lx: Series = 0.0,
    laeq_db: Series = 25.0,
    floor_db: float | None = None,
    calibrated: bool = True,
    events: dict[int, Sequence[SoundEvent]] | None = None,
    start_ms: int = EVENING_MS,
) -> list[Minute]:
    """One record a minute. UNSET leaves a part out, None is a minute without a value.

    events maps the minute that carries them to noise events.
    """
    carried = events or {}
    found = []
    for index in range(length_min):
        warm, moist = at(temperature_c, index), at(humidity_pct, index)
        lux, level = at(light_lx, index), at(laeq_db, index)
        found.append(
            Minute(
                end=instant(start_ms) + timedelta(minutes=index + 1),
                duration_s=60.0,
                climate=UNSET if isinstance(warm, UnsetType) else climate(warm, moist),
                light=UNSET if isinstance(lux, UnsetType) else light(lux),
                sound=UNSET
                if isinstance(level, UnsetType)
                else sound(
                    level,
                    floor_db=floor_db,
                    calibrated=calibrated,
                    events=carried.get(index, ()),
                ),
            )
        )
    return found


def record(
    start_s: float,
    duration_s: float = 60.0,
    *,
    climate: ClimateMinute | UnsetType = UNSET,
    light: LightMinute | UnsetType = UNSET,
    sound: SoundMinute | UnsetType = UNSET,
    start_ms: int = EVENING_MS,
) -> Minute:
    """One record of any duration, start_s after the evening."""
    return Minute(
        end=instant(start_ms + round((start_s + duration_s) * 1000)),
        duration_s=duration_s,
        climate=climate,
        light=light,
        sound=sound,
    )


def night_event(
    start_ms: int = EVENING_MS, lasmax_db: float = 50.0, why_listed: str = ""
) -> NightEvent:
    return NightEvent(
        start_ms=start_ms,
        end_ms=start_ms + 20_000,
        lasmax_db=lasmax_db,
        lafmax_db=lasmax_db + 3,
        background_db=25.0,
        awakenings=0.03,
        extrapolated=False,
        why_listed=why_listed,
    )


def at(series: Series, index: int) -> float | UnsetType | None:
    if callable(series):
        return series(index)
    if isinstance(series, Sequence):
        return series[index]
    return series


def stepped(*steps: tuple[int, float | None]) -> list[float | None]:
    """Return a series of (minutes, value) steps, one value a minute."""
    return [value for minutes, value in steps for _ in range(minutes)]


def quiet_of(minutes: Sequence[Minute], window: Window) -> QuietNight:
    length = minutes_in(window)
    sums = SoundSums(length)
    for one in place(minutes, window):
        if one.minute.sound is not UNSET:
            sums.add(one, one.minute.sound)
    return sums.night(length, window, Carry())


def noticed(minutes: Sequence[Minute]) -> Noticed:
    found = Noticed()
    for one in place(minutes, window_of()):
        if one.minute.sound is not UNSET:
            found.add(one, one.minute.sound)
    return found


def dark_of(minutes: Sequence[Minute], daylight: Sequence[bool]) -> DarkNight:
    sums = LightSums(len(daylight))
    for one in place(minutes, window_of(len(daylight))):
        if one.minute.light is not UNSET:
            sums.add(one, one.minute.light)
    return sums.night(daylight, Household(), Carry())
