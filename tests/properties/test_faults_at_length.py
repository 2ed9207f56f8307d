"""F14 and F15: thousands of faults of all kinds through registers, drivers and minutes.

A frozen value is the room's own until the room moves, and found out within a minute: what
it may tell is what the room was less than a minute ago. The faults are played in a process
of their own: what pytest remembers of a long test is tens of megabytes by itself.
"""

import pytest

from firmware.sampling import HEALTH_LOG_S
from tests.fakes.apart import run_apart

# By then every fault has been met and every buffer is as large as it gets.
WARM_UP = 1_000
SLACK_BYTES = 512 * 1024


@pytest.mark.parametrize("faults", [2_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_thousands_of_faults_make_no_wrong_value_and_leave_nothing_behind(faults: int) -> None:
    survived = run_apart("tests.fakes.torture", faults, WARM_UP, 14)
    before, after = survived["before"], survived["after"]
    assert survived["injected"] >= faults + WARM_UP
    assert after["threads"] == before["threads"]
    assert after["descriptors"] == before["descriptors"]
    assert after["resident_bytes"] - before["resident_bytes"] <= SLACK_BYTES
    assert 0 < survived["lines"] <= 2 * survived["minutes"] * 60 / HEALTH_LOG_S
