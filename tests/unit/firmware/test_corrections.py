"""What was sent without its date is sent again until an answer covers it, and no longer."""

import pytest

from firmware.corrections import ALL_AGAIN_INTERVAL_S, Corrections
from firmware.holdings import Holdings, Hole


def holding(next_seq: int = 301, lowest_seq: int = 1, holes: tuple[Hole, ...] = ()) -> Holdings:
    return Holdings(
        stream="0" * 16,
        lowest_seq=lowest_seq,
        next_seq=next_seq,
        holes=holes,
        spans=(),
        acknowledged_seq=0,
        short_of_space=False,
    )


def corrections(*ranges: Hole) -> Corrections:
    made = Corrections()
    made.add(ranges, 1)
    return made


@pytest.mark.parametrize(
    ("batch", "left"),
    [
        ((1, 30), ()),
        ((1, 60), ()),
        ((1, 10), ((11, 30),)),
        ((20, 60), ((1, 19),)),
        ((10, 12), ((1, 9), (13, 30))),
        ((40, 60), ((1, 30),)),
    ],
)
def test_a_batch_strikes_off_what_it_has_carried(batch: Hole, left: tuple[Hole, ...]) -> None:
    due = corrections((1, 30))
    assert due.strike(batch) == (left != ((1, 30),))
    assert due.due == left


def test_what_is_not_held_is_struck_off_and_holds_up_nothing() -> None:
    due = corrections((1, 300))
    held = holding(lowest_seq=210, holes=((220, 229),))
    assert due.first(held, 300) == (210, 219)
    due.strike((210, 219))
    assert due.first(held, 300) == (230, 300)
    due.strike((230, 300))
    assert due.first(held, 300) is None
    assert due.due == ()


def test_what_is_sent_for_the_first_time_anyway_is_no_correction() -> None:
    due = corrections((1, 30), (50, 60))
    assert due.first(holding(), 20) == (1, 20)
    due.strike((1, 20))
    assert due.first(holding(), 20) is None


def test_what_waits_for_its_date_is_not_sent() -> None:
    due = corrections((1, 30))
    assert due.first(holding().waiting(11), 30) == (1, 10)
    assert corrections((11, 30)).first(holding().waiting(11), 30) is None


def test_ranges_that_come_later_join_those_that_are_due() -> None:
    due = corrections((1, 30), (50, 60))
    due.strike((1, 30))
    due.add(((61, 70),), 55)
    assert due.due == ((55, 70),)
    due.start_over()
    assert due.due == ((55, 70),)


def test_to_another_store_all_is_sent_again() -> None:
    due = corrections((1, 30), (50, 60))
    due.strike((1, 60))
    due.start_over()
    assert due.due == ((1, 30), (50, 60))


def test_a_store_that_lacks_a_date_it_was_given_gets_all_again_once_an_hour() -> None:
    due = corrections((1, 30))
    due.note_lack(30, 0.0)
    assert due.due == ((1, 30),)
    for at_s, again in ((1.0, ((1, 30),)), (2.0, ()), (1.0 + ALL_AGAIN_INTERVAL_S, ((1, 30),))):
        due.strike((1, 30))
        due.note_lack(30, at_s)
        assert due.due == again


def test_what_is_still_due_is_no_lack() -> None:
    due = corrections((1, 30))
    due.strike((1, 10))
    due.note_lack(30, 5.0)
    assert due.due == ((11, 30),)
