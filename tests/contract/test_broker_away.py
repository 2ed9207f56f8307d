"""F8: the broker is gone for three weeks, and the monitor with it."""

from tests.fakes.apart import run_apart

WEEKS_MINUTES = 30_240
GROWTH_BYTES = 5 * 2**20
LINES_AN_HOUR = 10


def test_three_weeks_without_a_broker_cost_no_memory_and_no_minute() -> None:
    said = run_apart("tests.fakes.weeks_away", WEEKS_MINUTES)
    assert said["after"]["resident_bytes"] - said["before"]["resident_bytes"] <= GROWTH_BYTES
    assert said["after"]["descriptors"] == said["before"]["descriptors"]
    assert 0 < said["lines"] <= LINES_AN_HOUR
