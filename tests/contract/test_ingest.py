"""Weeks of minutes taken in one by one: all acknowledged, memory small and flat."""

import pytest

from tests.fakes.apart import run_apart

# The process has store, intake and what builds the messages, not the whole monitor.
LARGEST_BYTES = 30 * 2**20
GROWTH_BYTES = 512 * 1024


@pytest.mark.parametrize("messages", [5_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_minutes_taken_in_one_by_one_are_all_acknowledged_and_memory_stays_flat(
    messages: int,
) -> None:
    told = run_apart("tests.fakes.ingest", messages)
    before, after = told["before"], told["after"]
    assert told["acknowledged"] >= messages
    assert told["failures"] == 0
    assert after["descriptors"] == before["descriptors"]
    assert after["resident_bytes"] <= LARGEST_BYTES
    assert after["resident_bytes"] - before["resident_bytes"] <= GROWTH_BYTES
