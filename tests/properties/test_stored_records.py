from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from monitor.contract.codec import checksum, encode, seal
from monitor.contract.record import (
    LATEST_MS,
    ClimateMinute,
    ClockState,
    EventKind,
    Flag,
    LightMinute,
    LoudnessMinute,
    Mark,
    MarkKind,
    Minute,
    Record,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.store.rows import RECORD_COLUMNS, pack, sound_minute, sound_record, unpack_record

COUNT = st.integers(0, 2**53)
FLAGS = st.lists(st.sampled_from(Flag), max_size=4).map(tuple)


def level(low: int = -20, high: int = 160, decimals: int = 2) -> st.SearchStrategy[float]:
    scale = 10**decimals
    return st.integers(low * scale, high * scale).map(lambda scaled: scaled / 10.0**decimals)


def known(value: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | value


def fitted(value: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.just(UNSET) | known(value)


DB = level()
LX = level(0, 1_000_000, 4)
C = level(-20, 60)
CLIMATE = st.builds(
    ClimateMinute,
    temperature_c=known(C),
    temperature_min_c=known(C),
    temperature_max_c=known(C),
    humidity_pct=fitted(level(0, 100)),
    pressure_hpa=fitted(level(300, 1100)),
    n=COUNT,
    due=COUNT,
    flags=FLAGS,
)
LIGHT = st.builds(
    LightMinute,
    illuminance_lx=known(LX),
    illuminance_max_lx=known(LX),
    illuminance_max10s_lx=known(LX),
    visible_ir_counts=known(LX),
    ir_counts=known(LX),
    n=COUNT,
    due=COUNT,
    flags=FLAGS,
)
EVENT = st.builds(
    SoundEvent,
    start_offset_s=level(-86_400, 0, 3),
    duration_s=level(0, 86_400, 3),
    lafmax_db=DB,
    lasmax_db=DB,
    lae_db=DB,
    background_db=DB,
    kind=st.sampled_from(EventKind),
)
SOUND = st.builds(
    SoundMinute,
    laeq_db=known(DB),
    laeq_quiet_db=fitted(DB),
    quiet_s=COUNT,
    lceq_db=fitted(DB),
    lafmax_db=known(DB),
    lasmax_db=fitted(DB),
    la10_db=fitted(DB),
    la50_db=fitted(DB),
    la90_db=fitted(DB),
    floor_db=known(DB),
    calibrated=st.booleans(),
    n=COUNT,
    due=COUNT,
    flags=FLAGS,
    events=st.lists(EVENT, max_size=8).map(tuple),
    events_more=COUNT,
)
LOUDNESS = st.builds(
    LoudnessMinute,
    loudness_pct=known(level(0, 100, 2)),
    loudness_max_pct=known(level(0, 100, 2)),
    n=COUNT,
    due=COUNT,
    flags=FLAGS,
)
MARK = st.builds(Mark, at_ms=st.integers(0, LATEST_MS - 1), kind=st.sampled_from(MarkKind))
MINUTE = st.builds(
    Minute,
    end=st.integers(0, 4_000_000_000_000).map(instant),
    duration_s=level(0, 600, 3).filter(lambda length: length > 0),
    climate=st.just(UNSET) | CLIMATE,
    light=st.just(UNSET) | LIGHT,
    sound=st.just(UNSET) | SOUND,
    loudness=st.just(UNSET) | LOUDNESS,
    cal=COUNT,
    marks=st.lists(MARK, max_size=8).map(tuple),
)
HEX = st.binary(min_size=8, max_size=8).map(bytes.hex)
RECORD = st.builds(
    Record,
    stream=HEX,
    seq=st.integers(1, 2**53),
    boot=HEX,
    boottime_s=level(0, 10**9, 3),
    clock=st.sampled_from(ClockState),
    revision=COUNT,
    minute=MINUTE,
).map(seal)


@settings(max_examples=150)
@given(RECORD)
def test_a_stored_record_comes_back_bit_for_bit_with_its_crc(record: Record) -> None:
    cells = pack(record)
    again = unpack_record(cells, record.stream)

    assert again == record
    assert encode(again) == encode(record)
    assert checksum(again) == record.crc
    # Values at the resolution of the wire need no whole copy; the rare part without columns does.
    assert (cells[-1] is None) == (record.minute.loudness is UNSET)


@settings(max_examples=60)
@given(RECORD, st.floats(-20, 60), st.floats(1e-3, 1e300), st.integers(0, 999_999))
def test_a_record_finer_than_the_resolution_is_kept_whole(
    record: Record, temperature_c: float, boottime_s: float, microsecond: int
) -> None:
    climate = ClimateMinute(
        temperature_c=temperature_c, temperature_min_c=None, temperature_max_c=None, n=1, due=1
    )
    finer = msgspec.structs.replace(
        record.minute, climate=climate, end=record.minute.end.replace(microsecond=microsecond)
    )
    odd = seal(msgspec.structs.replace(record, minute=finer, boottime_s=boottime_s))

    assert encode(unpack_record(pack(odd), odd.stream)) == encode(odd)


@settings(max_examples=150)
@given(RECORD, st.data())
def test_a_minute_is_read_from_a_row_exactly_where_its_record_is_sound(
    record: Record, data: st.DataObject
) -> None:
    cells = list(pack(record))
    whole = sound_minute(cells, record.stream)
    number = data.draw(st.integers(0, len(cells) - 1))
    cells[number] = data.draw(st.none() | st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=9))
    damaged = sound_record(cells, record.stream)

    assert whole == record.minute
    assert sound_minute(cells, record.stream) == (damaged and damaged.minute)


@given(RECORD)
@settings(max_examples=20)
def test_a_row_has_as_many_cells_as_columns(record: Record) -> None:
    assert len(pack(record)) == len(RECORD_COLUMNS.split(","))
