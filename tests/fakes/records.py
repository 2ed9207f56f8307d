"""Builders of minutes, records and batches: a plain good night unless told otherwise."""

from typing import Final

import msgspec
from msgspec import UnsetType

from monitor.contract.codec import seal
from monitor.contract.messages import Batch
from monitor.contract.record import (
    ClimateMinute,
    ClockState,
    LightMinute,
    Minute,
    Record,
    SoundMinute,
    instant,
)

EVENING_MS: Final = 1_795_388_400_000  # 2026-11-22T23:00:00Z
STREAM: Final = "0011223344556677"
DEVICE: Final = "nightroom-bedroom"
SESSION: Final = "8899aabbccddeeff"
BOOT: Final = "b00700000000b007"


def minute(
    end_ms: int = EVENING_MS,
    *,
    temperature_c: float | None = 18.5,
    humidity_pct: float | UnsetType | None = 45.0,
    illuminance_lx: float | None = 0.02,
    laeq_db: float | None = 27.0,
    duration_s: float = 60.0,
) -> Minute:
    """Return one minute of a good room."""
    return Minute(
        end=instant(end_ms),
        duration_s=duration_s,
        climate=ClimateMinute(
            temperature_c=temperature_c,
            temperature_min_c=temperature_c,
            temperature_max_c=temperature_c,
            humidity_pct=humidity_pct,
            pressure_hpa=1013.25,
            n=0 if temperature_c is None else 6,
            due=6,
        ),
        light=LightMinute(
            illuminance_lx=illuminance_lx,
            illuminance_max_lx=illuminance_lx,
            illuminance_max10s_lx=illuminance_lx,
            visible_ir_counts=0.5,
            ir_counts=0.1,
            n=0 if illuminance_lx is None else 60,
            due=60,
        ),
        sound=SoundMinute(
            laeq_db=laeq_db,
            laeq_quiet_db=laeq_db,
            quiet_s=0 if laeq_db is None else 60,
            lafmax_db=laeq_db,
            floor_db=20.0,
            calibrated=False,
            n=0 if laeq_db is None else 60,
            due=60,
        ),
    )


def record(
    seq: int = 1, *, minute: Minute | None = None, stream: str = STREAM, revision: int = 0
) -> Record:
    """Return a sealed record; its minute ends seq minutes after the evening."""
    return seal(
        Record(
            stream=stream,
            seq=seq,
            boot=BOOT,
            boottime_s=100.0 + 60 * seq,
            clock=ClockState.SYNCED,
            revision=revision,
            minute=minute if minute is not None else _minute_of(seq),
        )
    )


def batch_of(*records: Record, lowest_seq: int = 1, sequence: int = 1) -> Batch:
    """Return a batch of these records."""
    return Batch(
        v=1,
        at=instant(EVENING_MS),
        sequence=sequence,
        device=DEVICE,
        session=SESSION,
        stream=STREAM,
        lowest_seq=lowest_seq,
        records=records,
    )


def _minute_of(seq: int) -> Minute:
    return msgspec.structs.replace(minute(), end=instant(EVENING_MS + 60_000 * seq), marks=())
