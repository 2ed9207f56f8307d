import pytest

from monitor.contract.record import Minute
from monitor.score.grid import Tally, minutes_in, place
from tests.fakes.nights import record, window_of


def shares(*records: Minute, length: int = 10) -> list[tuple[tuple[int, float, float], ...]]:
    return [one.shares for one in place(records, window_of(length))]


def test_a_clock_minute_holds_its_record() -> None:
    assert shares(record(60, 60)) == [((1, 60.0, 1.0),)]


def test_a_record_across_two_minutes_is_shared_by_overlap() -> None:
    assert shares(record(45, 60)) == [((0, 15.0, 0.25), (1, 45.0, 0.75))]


def test_a_long_record_spreads_over_all_its_minutes() -> None:
    (found,) = shares(record(0, 600))
    assert [index for index, _, _ in found] == list(range(10))
    assert sum(share for _, _, share in found) == pytest.approx(1.0)


def test_what_lies_outside_the_window_is_left_out() -> None:
    assert shares(record(-60, 60), record(600, 60)) == [(), ()]
    assert shares(record(-30, 60)) == [((0, 30.0, 0.5),)]
    assert shares(record(570, 60)) == [((9, 30.0, 0.5),)]


def test_the_middle_of_a_record_is_one_minute() -> None:
    inside, across, before = place(
        [record(60, 60), record(45, 60), record(-300, 302)], window_of(10)
    )
    assert (inside.middle, across.middle, before.middle) == (1, 1, None)


def test_an_empty_window_has_no_minutes() -> None:
    assert minutes_in(window_of(0)) == 0
    assert minutes_in(window_of(-5)) == 0


def tally(n: float, due: float, cover_s: float) -> bool:
    one = Tally(1)
    one.n[0], one.due[0], one.cover_s[0] = n, due, cover_s
    return one.valid(1)[0]


def test_half_of_the_due_samples_make_a_minute_valid() -> None:
    assert tally(30, 60, 60)
    assert not tally(29, 60, 60)
    assert not tally(0, 0, 60)


def test_samples_due_while_nothing_was_recorded_are_missing() -> None:
    assert tally(30, 30, 30)
    assert not tally(29, 29, 29)


def test_sparse_samples_make_a_minute_valid() -> None:
    assert tally(2, 2, 60)  # one every 30 s


@pytest.mark.parametrize(("n", "valid"), [(60, True), (59, False)])
def test_two_sources_at_once_fill_a_minute_no_better_than_one(n: int, valid: bool) -> None:
    assert tally(n, 120, 120) == valid
