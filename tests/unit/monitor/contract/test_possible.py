"""The quick look and the slow one with its words refuse the same."""

import math
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.contract.codec import _require_possible
from monitor.contract.errors import PayloadError
from monitor.contract.messages import Batch
from monitor.contract.possible import is_possible
from tests.fakes.records import batch_of
from tests.fakes.stored import event, minute, record

BATCH = batch_of(record(1, minute=minute(1_800_000_000_000, events=(event(), event()))))


def as_the_slow_look_says(message: msgspec.Struct) -> bool:
    try:
        _require_possible(message, "it")
    except PayloadError:
        return False
    return True


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - any builtin
    if isinstance(node, float):
        return [path]
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in places(node[key], (*path, key))]


WRITTEN = msgspec.json.decode(msgspec.json.encode(BATCH))
PLACES = places(WRITTEN)


@given(st.sampled_from(PLACES), st.floats())
def test_both_looks_agree_wherever_a_number_is_any_float(
    place: tuple[str | int, ...], number: float
) -> None:
    written = msgspec.json.decode(msgspec.json.encode(WRITTEN))
    node = written
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = number
    try:
        batch = msgspec.convert(written, Batch)
    except msgspec.ValidationError:
        return

    assert is_possible(batch) == as_the_slow_look_says(batch)


def test_there_are_numbers_in_every_part() -> None:
    assert len(PLACES) > 30


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 61.0])
def test_an_impossible_number_deep_inside_is_seen(number: float) -> None:
    one = BATCH.records[0]
    assert isinstance(one.minute.climate, msgspec.Struct)
    climate = replace(one.minute.climate, temperature_c=number)
    spoiled = replace(one, minute=replace(one.minute, climate=climate))

    assert is_possible(one)
    assert not is_possible(replace(BATCH, records=(spoiled,)))


@pytest.mark.parametrize("year", [1969, 2100])
def test_a_stamp_no_clock_of_ours_can_have_is_seen(year: int) -> None:
    minute = BATCH.records[0].minute

    assert is_possible(minute)
    assert not is_possible(replace(minute, end=datetime(year, 1, 1, tzinfo=UTC)))
