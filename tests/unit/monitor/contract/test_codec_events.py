import pytest

from monitor.contract.codec import decode, encode
from monitor.contract.errors import PayloadError
from monitor.contract.record import Record
from tests.fakes.stored import event, minute, record


def test_an_event_that_began_before_its_minutes_end_travels() -> None:
    sent = record(1, minute=minute(events=(event(start_offset_s=-42.5),)))

    assert decode(encode(sent), Record) == sent


def test_an_event_that_began_more_than_a_day_ago_is_refused() -> None:
    sent = record(1, minute=minute(events=(event(start_offset_s=-90_000.0),)))

    with pytest.raises(PayloadError, match="start_offset_s is -90000"):
        decode(encode(sent), Record)
