"""Builders of what a bedroom says: states, minutes, windows, judged nights."""

import math
from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from monitor.contract.messages import ClimateState, LightState, SoundState, State
from monitor.contract.record import (
    ClimateMinute,
    ClockState,
    EventKind,
    Flag,
    LightMinute,
    Mark,
    Minute,
    SoundEvent,
    SoundMinute,
    epoch_ms,
    instant,
)
from monitor.night.window import Source, Window
from monitor.score.result import Live, NightScore, PartScore, Sentence, Span, Status

MINUTE_MS = 60_000
ZONE = "Etc/GMT-13"


def at(text: str) -> int:
    """Return an ISO time with an offset as epoch milliseconds."""
    return epoch_ms(datetime.fromisoformat(text))


LIGHTS_OUT_MS = at("2026-11-22T23:04:20+13:00")
GET_UP_MS = at("2026-11-23T07:02:00+13:00")


def a_window(
    *,
    night: str = "2026-11-22",
    zone: str = ZONE,
    lights_out_ms: int = LIGHTS_OUT_MS,
    get_up_ms: int = GET_UP_MS,
    source: Source = Source.LIGHT,
    provisional: bool = False,
) -> Window:
    return Window(
        night=night,
        zone=zone,
        lights_out_ms=lights_out_ms,
        get_up_ms=get_up_ms,
        lights_out_source=source,
        get_up_source=source,
        provisional=provisional,
    )


def an_open_window(night: str, so_far_ms: int) -> Window:
    """Return the window of a night in which nobody has got up yet."""
    window = a_window(night=night, get_up_ms=so_far_ms, provisional=True)
    return msgspec.structs.replace(window, get_up_source=Source.SCHEDULE)


def a_part(
    part: str,
    score: float | None = 80.0,
    *,
    status: Status = Status.FULL,
    coverage: float = 1.0,
    points_lost: float = 6.0,
    at_most: bool = False,
    at_least: bool = False,
    sure_score: float | None = None,
) -> PartScore:
    return PartScore(
        part=part,
        status=status,
        score=score,
        low=None if score is None else max(0.0, score - 7),
        high=None if score is None else min(100.0, score + 6),
        coverage=coverage,
        points_lost=points_lost,
        at_most=at_most,
        at_least=at_least,
        sure_score=score if sure_score is None else sure_score,
        word=None if score is None else called(score)[0],
        stars=None if score is None else called(score)[1],
    )


def called(score: float) -> tuple[str, int]:
    """Return word and stars of a whole number, as scoring would."""
    for low, word, stars in (
        (90, "Excellent", 5),
        (75, "Good", 4),
        (60, "Fair", 3),
        (40, "Poor", 2),
    ):
        if score >= low:
            return word, stars
    return "Bad", 1


def parts(quiet: PartScore, cool: PartScore, dark: PartScore) -> tuple[PartScore, ...]:
    return quiet, cool, dark


def a_night(
    *,
    window: Window | None = None,
    of: tuple[PartScore, ...] | None = None,
    rating: float | None = 78.4,
    word: str | None = "Good",
    stars: int | None = 4,
    provisional: str | None = None,
    label: str | None = None,
    at_most: bool = False,
    headline: str = "Warm from 23:10 to 03:40, peak 24.6 °C: 12 points.",
    sentences: tuple[Sentence, ...] = (),
    spans: tuple[Span, ...] = (),
    costs: dict[str, tuple[float, ...]] | None = None,
) -> NightScore:
    return NightScore(
        score_model_version=1,
        window=window or a_window(),
        parts=of or parts(a_part("quiet"), a_part("cool"), a_part("dark")),
        rating=rating,
        low=None if rating is None else rating - 6,
        high=None if rating is None else rating + 5,
        at_most=at_most,
        word=word,
        stars=stars,
        provisional=provisional,
        label=label,
        headline=headline,
        sentences=sentences,
        spans=spans,
        minute_costs=costs or {},
    )


def a_sound(
    laeq_db: float | None = 31.0,
    *,
    lafmax_db: float | None = 38.0,
    floor_db: float | None = 29.0,
    n: int = 60,
    due: int = 60,
    events: tuple[SoundEvent, ...] = (),
    flags: tuple[Flag, ...] = (),
) -> SoundMinute:
    return SoundMinute(
        laeq_db=laeq_db,
        lafmax_db=lafmax_db,
        floor_db=floor_db,
        calibrated=False,
        n=n,
        due=due,
        events=events,
        flags=flags,
    )


def an_event(
    lasmax_db: float = 55.0, *, kind: EventKind = EventKind.COUNTED, start_offset_s: float = -20.0
) -> SoundEvent:
    return SoundEvent(
        start_offset_s=start_offset_s,
        duration_s=12.0,
        lafmax_db=lasmax_db + 4,
        lasmax_db=lasmax_db,
        lae_db=lasmax_db + 8,
        background_db=31.0,
        kind=kind,
    )


def a_climate(
    temperature_c: float | None = 19.0,
    *,
    humidity_pct: float | UnsetType | None = 52.0,
    n: int = 6,
    due: int = 6,
) -> ClimateMinute:
    return ClimateMinute(
        temperature_c=temperature_c,
        temperature_min_c=temperature_c,
        temperature_max_c=temperature_c,
        humidity_pct=humidity_pct,
        n=n,
        due=due,
    )


def a_light(illuminance_lx: float | None = 0.2, *, n: int = 60, due: int = 60) -> LightMinute:
    return LightMinute(
        illuminance_lx=illuminance_lx,
        illuminance_max_lx=None if illuminance_lx is None else illuminance_lx * 1.4,
        illuminance_max10s_lx=illuminance_lx,
        visible_ir_counts=None,
        ir_counts=None,
        n=n,
        due=due,
    )


def a_minute(
    end_ms: int,
    *,
    sound: SoundMinute | UnsetType = UNSET,
    climate: ClimateMinute | UnsetType = UNSET,
    light: LightMinute | UnsetType = UNSET,
    marks: tuple[Mark, ...] = (),
) -> Minute:
    return Minute(
        end=instant(end_ms), duration_s=60.0, sound=sound, climate=climate, light=light, marks=marks
    )


def minutes_between(
    start_ms: int, end_ms: int, make: Callable[[int], Minute | None] | None = None
) -> list[Minute]:
    """Return one minute a minute; make returns None where a minute is lost."""
    make = make or (
        lambda end: a_minute(end, sound=a_sound(), climate=a_climate(), light=a_light())
    )
    ends = range(math.ceil(start_ms / MINUTE_MS) * MINUTE_MS + MINUTE_MS, end_ms + 1, MINUTE_MS)
    return [minute for end in ends if (minute := make(end)) is not None]


def a_state(
    at_ms: int,
    *,
    sound: SoundState | UnsetType | None = None,
    climate: ClimateState | UnsetType | None = None,
    light: LightState | UnsetType | None = None,
    backlog: int = 0,
) -> State:
    return State(
        v=1,
        at=instant(at_ms),
        sequence=1,
        device="nightroom-bedroom",
        session="0" * 16,
        clock=ClockState.SYNCED,
        backlog=backlog,
        sound=sound_now(at_ms) if sound is None else sound,
        climate=climate_now(at_ms) if climate is None else climate,
        light=light_now(at_ms) if light is None else light,
    )


def sound_now(
    at_ms: int, laeq_db: float | None = 34.2, *, flags: tuple[Flag, ...] = ()
) -> SoundState:
    return SoundState(
        at=instant(at_ms),
        laeq_db=laeq_db,
        lafmax_db=None if laeq_db is None else laeq_db + 6.0,
        laeq_1min_db=laeq_db,
        lafmax_1min_db=laeq_db,
        floor_db=29.0,
        calibrated=False,
        flags=flags,
    )


def climate_now(
    at_ms: int, temperature_c: float | None = 18.45, *, flags: tuple[Flag, ...] = ()
) -> ClimateState:
    return ClimateState(
        at=instant(at_ms),
        temperature_c=temperature_c,
        humidity_pct=None if temperature_c is None else 51.6,
        flags=flags,
    )


def light_now(
    at_ms: int, illuminance_lx: float | None = 3.21, *, flags: tuple[Flag, ...] = ()
) -> LightState:
    return LightState(at=instant(at_ms), illuminance_lx=illuminance_lx, flags=flags)


def a_live_part(name: str, score: float | None) -> PartScore:
    return a_part(name, score, status=Status.MISSING if score is None else Status.FULL)


def a_live_score(
    *,
    rating: float | None = 76.2,
    quiet: float | None = 84.0,
    cool: float | None = 97.0,
    dark: float | None = 66.0,
    at_most: bool = False,
    label: str | None = None,
    advice: dict[str, str] | None = None,
) -> Live:
    return Live(
        score_model_version=1,
        parts=parts(
            a_live_part("quiet", quiet), a_live_part("cool", cool), a_live_part("dark", dark)
        ),
        rating=rating,
        word=None if rating is None or at_most else called(rating)[0],
        stars=None if rating is None or at_most else called(rating)[1],
        at_most=at_most,
        label=label,
        advice=advice or {},
    )
