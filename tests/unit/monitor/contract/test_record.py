"""The minute record: when it was, and how small it stays."""

from monitor.contract.codec import encode
from monitor.contract.record import MAX_RECORD_BYTES
from tests.fakes.records import EVENING_MS, minute, record


def test_a_minute_covers_what_lies_before_its_end() -> None:
    assert minute(EVENING_MS, duration_s=30.0).start_ms == EVENING_MS - 30_000
    assert minute(EVENING_MS).end_ms == EVENING_MS


def test_a_plain_record_is_far_below_its_limit() -> None:
    assert len(encode(record())) < MAX_RECORD_BYTES * 3 / 4
