"""Builders of minutes and records, plain unless told otherwise."""

from monitor.contract.codec import seal
from monitor.contract.record import ClimateMinute, ClockState, Minute, Record, instant

# The end of the first minute: 2026-01-01 00:01 UTC.
FIRST_END_MS = 1_767_225_660_000
STREAM = "00000000000000aa"
BOOT = "00000000000000b0"


def a_minute(
    number: int = 1, *, temperature_c: float | None = 18.5, end_ms: int | None = None
) -> Minute:
    """Return minute `number` of the year 2026, counted from 1, or the one ending at end_ms."""
    if end_ms is None:
        end_ms = FIRST_END_MS + (number - 1) * 60_000
    return Minute(
        end=instant(end_ms),
        duration_s=60.0,
        climate=ClimateMinute(
            temperature_c=temperature_c,
            temperature_min_c=temperature_c,
            temperature_max_c=temperature_c,
            n=6,
            due=6,
        ),
    )


def a_record(
    seq: int = 1,
    *,
    stream: str = STREAM,
    minute: Minute | None = None,
    boot: str = BOOT,
    clock: ClockState = ClockState.SYNCED,
    revision: int = 0,
) -> Record:
    """Return a sealed record; its minute is the one numbered seq unless given."""
    return seal(
        Record(
            stream=stream,
            seq=seq,
            boot=boot,
            boottime_s=60.0 * seq,
            clock=clock,
            revision=revision,
            minute=minute or a_minute(seq),
        )
    )
