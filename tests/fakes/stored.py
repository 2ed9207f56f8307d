"""Builders of what the store keeps: minutes with everything in them, records, nights."""

from typing import Final

from monitor.contract.codec import seal
from monitor.contract.record import (
    ClimateMinute,
    ClockState,
    EventKind,
    Flag,
    LightMinute,
    Mark,
    Minute,
    Record,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.night.window import Source, Window
from monitor.score.result import NightScore, PartScore, Sentence, Span, Status

MINUTE_MS: Final = 60_000
EVENING_MS: Final = 1_795_388_400_000  # 2026-11-22T23:00:00Z
STREAM: Final = "0011223344556677"
OTHER_STREAM: Final = "7766554433221100"
DEVICE: Final = "nightroom-bedroom"


def event(start_offset_s: float = -30.2) -> SoundEvent:
    return SoundEvent(
        start_offset_s=start_offset_s,
        duration_s=12.0,
        lafmax_db=61.3,
        lasmax_db=58.1,
        lae_db=66.0,
        background_db=31.4,
        kind=EventKind.COUNTED,
    )


def minute(
    end_ms: int = EVENING_MS,
    *,
    temperature_c: float | None = 18.52,
    illuminance_lx: float | None = 0.0213,
    laeq_db: float | None = 27.05,
    events: tuple[SoundEvent, ...] = (),
    light_flags: tuple[Flag, ...] = (),
    marks: tuple[Mark, ...] = (),
) -> Minute:
    return Minute(
        end=instant(end_ms),
        duration_s=60.0,
        climate=ClimateMinute(
            temperature_c=temperature_c,
            temperature_min_c=temperature_c,
            temperature_max_c=temperature_c,
            humidity_pct=45.13,
            pressure_hpa=1013.25,
            n=6,
            due=6,
        ),
        light=LightMinute(
            illuminance_lx=illuminance_lx,
            illuminance_max_lx=illuminance_lx,
            illuminance_max10s_lx=illuminance_lx,
            visible_ir_counts=12.5,
            ir_counts=3.0417,
            n=60,
            due=60,
            flags=light_flags,
        ),
        sound=SoundMinute(
            laeq_db=laeq_db,
            laeq_quiet_db=laeq_db,
            quiet_s=58,
            lceq_db=41.2,
            lafmax_db=laeq_db,
            lasmax_db=laeq_db,
            la10_db=laeq_db,
            la50_db=laeq_db,
            la90_db=laeq_db,
            floor_db=24.0,
            calibrated=True,
            n=60,
            due=60,
            events=events,
        ),
        cal=2,
        marks=marks,
    )


def record(
    seq: int = 1,
    *,
    minute: Minute | None = None,
    stream: str = STREAM,
    revision: int = 0,
    clock: ClockState = ClockState.SYNCED,
    of: int | None = None,
) -> Record:
    """Return a sealed record; its minute ends seq minutes after the evening.

    of: the seq it had in the stream that first carried it.
    """
    return seal(
        Record(
            stream=stream,
            seq=seq,
            boot="b00700000000b007",
            boottime_s=100.25 + 60 * (seq if of is None else of),
            clock=clock,
            revision=revision,
            minute=minute if minute is not None else _minute_of(seq),
        )
    )


def score(
    night: str = "2026-11-22", *, rating: float | None = 81.25, version: int = 1
) -> NightScore:
    return NightScore(
        score_model_version=version,
        window=Window(
            night=night,
            zone="Europe/Berlin",
            lights_out_ms=EVENING_MS,
            get_up_ms=EVENING_MS + 8 * 3_600_000,
            lights_out_source=Source.LIGHT,
            get_up_source=Source.SCHEDULE,
        ),
        parts=(
            PartScore(part="quiet", status=Status.FULL, score=88.0, low=85.0, high=91.0),
            PartScore(part="cool", status=Status.PARTIAL, score=74.5, coverage=0.8),
            PartScore(part="dark", status=Status.NOT_FITTED, score=None),
        ),
        rating=rating,
        word="Good",
        stars=4,
        headline="A good room.",
        sentences=(Sentence(kind="cost", text="Warm until 01:00: 6 points.", points=6.0),),
        spans=(
            Span(part="cool", cause="warm", start_ms=EVENING_MS, end_ms=EVENING_MS + 1, points=6.0),
        ),
        minute_costs={"cool": (0.5, 0.25)},
    )


def _minute_of(seq: int) -> Minute:
    return minute(EVENING_MS + MINUTE_MS * seq)
