"""The messages on the topics: versioned structs that refuse unknown fields."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from monitor.contract.record import (
    MAX_MARKS,
    ClockState,
    Count,
    Crc32,
    DeviceId,
    Flag,
    HexId,
    Instant,
    Mark,
    Record,
)

SCHEMA_VERSION: Final = 1
MAX_BATCH_RECORDS: Final = 60

# One local clock time a weekday, Monday first; none where the household chose none.
ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")]
Week = Annotated[tuple[ClockTime, ...], Meta(max_length=7)]
Version = Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)]


class Hello(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Start of a sender's session: asks for the acknowledgement. next_seq is not written yet."""

    v: Version
    at: Instant
    sequence: Count
    device: DeviceId
    session: HexId
    stream: HexId
    lowest_seq: Count
    next_seq: Count


class Batch(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """At most 60 records of consecutive seq.

    lowest_seq is the lowest the sender still holds; holes are ranges (first, last) above
    it that its journal has lost. Nothing else is ever taken as lost.
    """

    v: Version
    at: Instant
    sequence: Count
    device: DeviceId
    session: HexId
    stream: HexId
    lowest_seq: Count
    holes: Annotated[tuple[tuple[Count, Count], ...], Meta(max_length=16)] = ()
    records: Annotated[tuple[Record, ...], Meta(min_length=1, max_length=MAX_BATCH_RECORDS)]


class Stored(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Acknowledgement: the store holds or has declared everything up to stored_seq.

    stored_crc is the CRC of the record kept at stored_seq, absent where a gap ends there.
    By it a sender notices that the store holds another history of the same stream: the
    one its card wrote after the copy was made from which that card was restored.
    answers is the sequence of the batch whose records are all stored now, in the revision
    they were sent in; absent when no batch is answered.
    """

    v: Version
    at: Instant
    sequence: Count
    store: HexId
    device: DeviceId
    stream: HexId
    stored_seq: Count
    stored_crc: Crc32 | UnsetType = UNSET
    answers: Count | UnsetType = UNSET


class Availability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Online, or offline by orderly stop or last will; of one session only."""

    v: Version
    at: Instant
    sequence: Count
    device: DeviceId
    session: HexId
    online: bool


class ClimateState(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The last climate sample; at is when it was taken."""

    at: Instant
    temperature_c: float | None
    humidity_pct: float | UnsetType | None = UNSET
    pressure_hpa: float | UnsetType | None = UNSET
    flags: tuple[Flag, ...] = ()


class LightState(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The last light sample."""

    at: Instant
    illuminance_lx: float | None
    flags: tuple[Flag, ...] = ()


class SoundState(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The last second's levels, and the last whole minute's for the live score.

    Before the first whole minute the latter are those of the seconds heard so far.
    """

    at: Instant
    laeq_db: float | None
    lafmax_db: float | None
    laeq_1min_db: float | None
    lafmax_1min_db: float | None
    floor_db: float | None
    calibrated: bool
    flags: tuple[Flag, ...] = ()


class LoudnessState(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The last loudness index."""

    at: Instant
    loudness_pct: float | None
    flags: tuple[Flag, ...] = ()


class Trouble(StrEnum):
    """What has lately befallen a room's journal or its transfer; told for a day."""

    JOURNAL_DAMAGED = "journal_damaged"  # at opening or since: set aside, lines lost
    GIVEN_UP = "given_up"  # full: minutes went that no store had
    NOT_OURS = "not_ours"  # acknowledged was what this journal never sent
    OTHER_STORE = "other_store"  # another store answers than the one that is known
    POSITION_FELL = "position_fell"  # the store has less than it had


class State(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The room now. Retained with an expiry; never a source for the store.

    unwritten counts the minutes that the sensors' card refuses and that wait in memory.
    troubles are those of the last day.
    """

    v: Version
    at: Instant
    sequence: Count
    device: DeviceId
    session: HexId
    clock: ClockState
    backlog: Count
    climate: ClimateState | UnsetType = UNSET
    light: LightState | UnsetType = UNSET
    sound: SoundState | UnsetType = UNSET
    loudness: LoudnessState | UnsetType = UNSET
    marks: Annotated[tuple[Mark, ...], Meta(max_length=MAX_MARKS)] = ()
    unwritten: Count = 0
    troubles: Annotated[tuple[Trouble, ...], Meta(max_length=len(Trouble))] = ()


class Bound(StrEnum):
    """What a number is where it is not the score itself."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


class LiveScore(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The room's score now; a part that cannot be told is None, one not fitted is absent.

    A number that has a bound beside it is no more than that: at most or at least so much.
    """

    v: Version
    at: Instant
    sequence: Count
    score_model_version: Count
    rating: float | None
    quiet: float | UnsetType | None = UNSET
    cool: float | UnsetType | None = UNSET
    dark: float | UnsetType | None = UNSET
    rating_bound: Bound | UnsetType = UNSET
    quiet_bound: Bound | UnsetType = UNSET
    cool_bound: Bound | UnsetType = UNSET
    dark_bound: Bound | UnsetType = UNSET


class NightSummary(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Last night in one message: rating with its reasons in words, temperatures in °C.

    A number that has a bound beside it is no more than that: at most or at least so much.
    """

    v: Version
    at: Instant
    sequence: Count
    night: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
    score_model_version: Count
    rating: float | None
    word: str | None
    stars: int | None
    quiet: float | UnsetType | None = UNSET
    cool: float | UnsetType | None = UNSET
    dark: float | UnsetType | None = UNSET
    rating_bound: Bound | UnsetType = UNSET
    quiet_bound: Bound | UnsetType = UNSET
    cool_bound: Bound | UnsetType = UNSET
    dark_bound: Bound | UnsetType = UNSET
    headline: str
    reasons: tuple[str, ...]


class RoomSettings(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What the household set for a room's daemon: calibration, schedule, lamp."""

    v: Version
    at: Instant
    sequence: Count
    cal: Count
    temperature_offset_k: Annotated[float, Meta(ge=-10, le=10)] = 0.0
    illuminance_factor: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    sound_offset_db: Annotated[float, Meta(ge=-20, le=20)] = 0.0
    sound_calibrated: bool = False
    floor_db: Annotated[float, Meta(ge=0, le=80)] | None = None
    bedtime: Week = ()
    wake_time: Week = ()
    lamp: Annotated[str, Meta(max_length=40)] | None = None
