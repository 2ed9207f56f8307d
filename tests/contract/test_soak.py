"""Days of two rooms and their monitor, something going wrong every two hours; virtual time.

They are lived in a process of its own, so that its memory is theirs and not pytest's.
"""

import pytest

from tests.fakes.apart import run_apart

GROWTH_BYTES = 4 * 2**20


@pytest.mark.parametrize("days", [3, pytest.param(30, marks=pytest.mark.soak)])
def test_days_of_two_rooms_with_a_fault_every_two_hours_lose_nothing_and_leak_nothing(
    days: int,
) -> None:
    looks = run_apart("tests.fakes.soak", days)["looks"]
    first, last = looks[0], looks[-1]
    assert len(looks) == days
    assert last["threads"] == first["threads"]
    assert last["descriptors"] == first["descriptors"]
    assert last["resident_bytes"] - first["resident_bytes"] <= GROWTH_BYTES, looks
