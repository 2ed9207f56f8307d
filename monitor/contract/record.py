"""The minute record: what a room did in one minute, and how that minute travels.

A part that is not fitted is absent (UNSET); a part that is fitted and has no valid
value holds None, and a flag says why. Nothing else means "missing".

Records hold values only and cannot form cycles, so that Python's collector need not walk
through a day of them (gc=False): judging a night allocates enough to make it look.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Judgement: stamps outside [EPOCH, LATEST) are a fault of their source, and break calendars.
# Linux keeps no time before the epoch: a machine that has not been told the time begins there.
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LATEST_MS: Final = 4_102_444_800_000
ONE_MS: Final = timedelta(milliseconds=1)
MAX_EVENTS: Final = 8
MAX_MARKS: Final = 8
MAX_RECORD_BYTES: Final = 1024  # as JSON; what does not fit is counted in events_more

Count = Annotated[int, Meta(ge=0, le=2**53)]
Crc32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Instant = Annotated[datetime, Meta(tz=True)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?\Z")]
HexId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
DeviceId = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9_-]{0,46}[a-z0-9])?\Z")]


def instant(epoch_ms: int) -> datetime:
    """Return epoch milliseconds as an aware UTC datetime.

    >>> instant(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return EPOCH + timedelta(milliseconds=epoch_ms)


def epoch_ms(at: datetime) -> int:
    """Return an aware datetime as whole epoch milliseconds.

    >>> epoch_ms(instant(1_700_000_000_123))
    1700000000123
    """
    return (at - EPOCH) // ONE_MS


class Flag(StrEnum):
    """Why a value is None, or what to know about it. The word travels and is stored."""

    NO_REPLY = "no_reply"  # the part does not answer on its bus
    BUS_STUCK = "bus_stuck"  # the bus reads all zeros or all ones, or a call overran its deadline
    IMPLAUSIBLE = "implausible"  # a value the part can show only when it is at fault
    RESET = "reset"  # the part lost its settings (brown-out) and was set up again
    FAULT = "fault"  # the driver raised; the log has the words
    FROZEN = "frozen"  # the raw value has not moved for longer than any room stays still
    SATURATED = "saturated"  # "at least this much": the light exceeded the range
    IR_DOMINATED = "ir_dominated"  # "at most this much": infrared exceeded visible light
    OVERLOAD = "overload"  # the microphone clipped
    XRUN = "xrun"  # audio frames were lost
    SILENT = "silent"  # the microphone delivers only zeros
    STARTING = "starting"  # the part has not given its first valid value yet
    NOT_GIVEN = "not_given"  # an imported series has no value there


class ClockState(StrEnum):
    """How far a record's wall stamp can be trusted."""

    SYNCED = "synced"
    UNSYNCED = "unsynced"
    CORRECTED = "corrected"


class MarkKind(StrEnum):
    """What a person said by pressing the button."""

    AWAKE = "awake"
    JERK = "jerk"
    NOTE = "note"
    LIGHTS_OUT = "lights_out"
    GET_UP = "get_up"


class EventKind(StrEnum):
    """How a noise event counts (docs/scoring.md)."""

    COUNTED = "event"
    LONG = "long"
    BRIEF_NEAR = "brief"


class _Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What everything below is: read strictly, never changed, passed over by the collector."""


class ClimateMinute(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """Climate over one minute: time means, n valid of due samples."""

    temperature_c: float | None
    temperature_min_c: float | None
    temperature_max_c: float | None
    humidity_pct: float | UnsetType | None = UNSET
    pressure_hpa: float | UnsetType | None = UNSET
    n: Count
    due: Count
    flags: tuple[Flag, ...] = ()


class LightMinute(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """Light over one minute: mean, maximum, largest 10-s mean; channels at gain 1, 100 ms."""

    illuminance_lx: float | None
    illuminance_max_lx: float | None
    illuminance_max10s_lx: float | None
    visible_ir_counts: float | None
    ir_counts: float | None
    n: Count
    due: Count
    flags: tuple[Flag, ...] = ()


class SoundEvent(_Value, frozen=True, kw_only=True, array_like=True):
    """One noise event; a JSON array on the wire, in this order, levels at 0.1 dB.

    start_offset_s counts from the end of the minute that carries the event (never above
    0); an event is carried by the minute in which it ended. LAE covers the whole event.
    """

    start_offset_s: Annotated[float, Meta(le=0)]
    duration_s: float
    lafmax_db: float
    lasmax_db: float
    lae_db: float
    background_db: float
    kind: EventKind


class SoundMinute(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """Sound over one minute: levels re 20 µPa as measured, self-noise included, floor beside.

    n and due count seconds. laeq_quiet_db is the energy mean of the quiet_s seconds
    outside noise events. Percentiles are of the 1-s LAeq levels of this minute.
    """

    laeq_db: float | None
    laeq_quiet_db: float | UnsetType | None = UNSET
    quiet_s: Count = 0
    lceq_db: float | UnsetType | None = UNSET
    lafmax_db: float | None
    lasmax_db: float | UnsetType | None = UNSET
    la10_db: float | UnsetType | None = UNSET
    la50_db: float | UnsetType | None = UNSET
    la90_db: float | UnsetType | None = UNSET
    floor_db: float | None
    calibrated: bool
    n: Count
    due: Count
    flags: tuple[Flag, ...] = ()
    events: Annotated[tuple[SoundEvent, ...], Meta(max_length=MAX_EVENTS)] = ()
    events_more: Count = 0


class LoudnessMinute(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A loudness index over one minute, of a part that cannot tell decibels; not scored."""

    loudness_pct: float | None
    loudness_max_pct: float | None
    n: Count
    due: Count
    flags: tuple[Flag, ...] = ()


class Mark(_Value, frozen=True, kw_only=True, array_like=True):
    """A press of the button; a JSON array on the wire."""

    at_ms: Annotated[int, Meta(ge=0, lt=LATEST_MS)]
    kind: MarkKind


class Minute(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """What the room did in (end - duration_s, end]: the only input of every score."""

    end: Instant
    duration_s: Annotated[float, Meta(gt=0, le=600)]
    climate: ClimateMinute | UnsetType = UNSET
    light: LightMinute | UnsetType = UNSET
    sound: SoundMinute | UnsetType = UNSET
    loudness: LoudnessMinute | UnsetType = UNSET
    cal: Count = 0
    marks: Annotated[tuple[Mark, ...], Meta(max_length=MAX_MARKS)] = ()

    @property
    def end_ms(self) -> int:
        """Return the end as epoch milliseconds."""
        return epoch_ms(self.end)

    @property
    def start_ms(self) -> int:
        """Return the start (exclusive) as epoch milliseconds."""
        return self.end_ms - round(self.duration_s * 1000)


class Record(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A minute with what makes it travel: (stream, seq) is its identity.

    The CRC-32 covers the canonical JSON of the record with crc = 0 (codec.seal).
    boottime_s is CLOCK_BOOTTIME at the minute's end, so that a record of a boot
    without time can be dated later; that raises the revision.
    """

    stream: HexId
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    boot: HexId
    boottime_s: float
    clock: ClockState
    revision: Count = 0
    minute: Minute
    crc: Crc32 = 0
