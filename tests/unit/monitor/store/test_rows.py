from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from msgspec import UNSET

from monitor.contract.codec import seal
from monitor.contract.quantities import quantity_of
from monitor.contract.record import (
    ClockState,
    EventKind,
    Flag,
    LoudnessMinute,
    Mark,
    MarkKind,
    Minute,
    Record,
)
from monitor.store.blobs import EVENT_KINDS, MARK_KINDS, pack_flags, unpack_flags
from monitor.store.nights_db import nights_schema
from monitor.store.rows import (
    CLOCK_STATES,
    MINUTE_COLUMNS,
    RECORD_COLUMNS,
    pack,
    unpack_minute,
    unpack_record,
)
from tests.fakes.stored import EVENING_MS, event, minute, record


def through_the_store(sent: Record) -> Record:
    return unpack_record(pack(sent), sent.stream)


def test_absent_none_and_a_value_stay_three_different_things() -> None:
    plain = minute()
    assert plain.climate is not UNSET
    for humidity in (UNSET, None, 0.0):
        climate = msgspec.structs.replace(plain.climate, humidity_pct=humidity)
        sent = record(1, minute=msgspec.structs.replace(plain, climate=climate))

        kept = through_the_store(sent).minute.climate

        assert kept is not UNSET
        assert kept.humidity_pct is humidity or kept.humidity_pct == humidity


def test_a_part_that_is_not_fitted_stays_absent() -> None:
    bare = record(1, minute=Minute(end=minute().end, duration_s=60.0))

    kept = through_the_store(bare).minute

    assert (kept.climate, kept.light, kept.sound) == (UNSET, UNSET, UNSET)


def test_a_loudness_index_has_no_column_and_is_kept_whole() -> None:
    index = LoudnessMinute(loudness_pct=12.5, loudness_max_pct=80.0, n=60, due=60)
    sent = seal(record(1, minute=msgspec.structs.replace(minute(), loudness=index)))
    assert through_the_store(sent) == sent


def test_flags_events_and_marks_come_back_in_order() -> None:
    sent = record(
        1,
        minute=minute(
            events=(event(), event(-3.0)),
            light_flags=(Flag.SATURATED, Flag.IR_DOMINATED, Flag.SATURATED),
            marks=(Mark(at_ms=EVENING_MS, kind=MarkKind.JERK),),
        ),
    )

    assert through_the_store(sent) == sent


def test_a_stamp_in_another_offset_is_kept_as_it_was_written() -> None:
    local = datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2)))
    sent = record(1, minute=msgspec.structs.replace(minute(), end=local))

    kept = through_the_store(sent)

    assert kept.minute.end.utcoffset() == timedelta(hours=2)
    assert kept.crc == sent.crc
    assert unpack_minute(pack(sent)[6:]) == kept.minute


@pytest.mark.parametrize("boottime_s", [1e300, 1e17])
def test_a_number_beyond_its_cell_is_kept_whole(boottime_s: float) -> None:
    sent = seal(msgspec.structs.replace(record(1), boottime_s=boottime_s))

    assert through_the_store(sent) == sent


def test_an_event_longer_than_its_cell_is_kept_whole() -> None:
    endless = msgspec.structs.replace(event(), duration_s=1e9)

    sent = record(1, minute=minute(events=(endless,)))

    assert through_the_store(sent) == sent


def test_every_word_of_the_contract_has_a_stored_code() -> None:
    assert set(EVENT_KINDS) == set(EventKind)
    assert set(MARK_KINDS) == set(MarkKind)
    assert set(CLOCK_STATES) == set(ClockState)


def test_every_flag_survives_its_words() -> None:
    assert unpack_flags(pack_flags(tuple(Flag), (), (Flag.XRUN,))) == (
        tuple(Flag),
        (),
        (Flag.XRUN,),
    )


def test_a_columns_name_says_the_scale_its_quantity_has() -> None:
    for column in RECORD_COLUMNS.split(", "):
        name, marker, exponent = column.partition("_e")
        if marker and exponent.isdigit():
            quantity = quantity_of(name)
            assert quantity is not None, column
            assert quantity.decimals == int(exponent), column


def test_the_columns_read_are_the_columns_made() -> None:
    schema = " ".join(nights_schema().steps).split()

    assert set(RECORD_COLUMNS.split(", ")) <= set(schema)
    assert RECORD_COLUMNS.endswith(MINUTE_COLUMNS)
