import logging

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import SampledLog


def test_a_thousand_complaints_a_minute_are_one_line_and_a_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = VirtualClock(start_ms=0)
    sampled = SampledLog(logging.getLogger("test"), clock)
    for number in range(1000):
        sampled.warn("refused", f"message {number}")
        clock.wait(0.05)

    clock.wait(60)
    sampled.warn("refused", "the last")

    assert caplog.messages == ["refused unsaid=0: message 0", "refused unsaid=999: the last"]


def test_another_kind_has_its_own_line(caplog: pytest.LogCaptureFixture) -> None:
    sampled = SampledLog(logging.getLogger("test"), VirtualClock(start_ms=0))

    sampled.warn("refused", "a")
    sampled.warn("full", "b")

    assert len(caplog.messages) == 2
