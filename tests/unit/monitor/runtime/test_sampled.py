import logging

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import MAX_TEXT, SampledFilter, SampledLog


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


def test_a_library_says_one_bounded_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock(start_ms=0)
    library = logging.getLogger("library")
    sampled = SampledFilter(clock)
    library.addFilter(sampled)
    try:
        for number in range(100):
            library.error("%d %s", number, "9" * 5_000)
        clock.wait(60)
        library.error("the last")
    finally:
        library.removeFilter(sampled)

    first, last = caplog.messages
    assert first == "unsaid=0: 0 " + "9" * (MAX_TEXT - 2)
    assert last == "unsaid=99: the last"
