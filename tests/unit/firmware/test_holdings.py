"""Holdings answer what is held, what is lost and what is old."""

from firmware.holdings import Holdings, Hole, Span, with_hole

DAY_MS = 86_400_000


def holdings(
    lowest_seq: int = 1,
    next_seq: int = 101,
    holes: tuple[Hole, ...] = (),
    spans: tuple[Span, ...] = (),
) -> Holdings:
    return Holdings(
        stream="0" * 16,
        lowest_seq=lowest_seq,
        next_seq=next_seq,
        holes=holes,
        spans=spans,
        acknowledged_seq=0,
        short_of_space=False,
    )


def span(first_seq: int, day: int | None) -> Span:
    return Span(
        first_seq=first_seq,
        last_seq=first_seq + 9,
        end_ms=None if day is None else day * DAY_MS,
    )


def test_adjoining_and_overlapping_holes_are_one() -> None:
    assert with_hole([(1, 2), (7, 9)], 3, 6) == [(1, 9)]
    assert with_hole([(1, 5)], 2, 3) == [(1, 5)]
    assert with_hole([(1, 2)], 9, 9) == [(1, 2), (9, 9)]


def test_a_range_that_ends_before_it_begins_is_no_hole() -> None:
    assert with_hole([(1, 2)], 9, 8) == [(1, 2)]


def test_the_first_held_above_a_seq_skips_what_is_given_up_and_what_is_lost() -> None:
    held = holdings(lowest_seq=10, holes=((10, 12), (50, 100)))
    assert [held.first_above(seq) for seq in (0, 9, 13, 49, 200)] == [13, 13, 14, 101, 201]


def test_a_run_ends_before_the_next_hole() -> None:
    held = holdings(holes=((50, 59),))
    assert (held.end_of_run(1), held.end_of_run(60)) == (49, 100)


def test_the_count_leaves_out_what_is_lost() -> None:
    held = holdings(lowest_seq=10, holes=((20, 29), (90, 90)))
    assert [held.count_above(seq) for seq in (0, 24, 95, 100, 300)] == [80, 70, 5, 0, 0]


def test_holes_between_two_seqs_are_those_that_reach_in() -> None:
    held = holdings(holes=((5, 9), (20, 29), (40, 41)))
    assert held.holes_between(8, 21) == ((5, 9), (20, 29))
    assert held.holes_between(9, 20) == ()


def test_age_counts_back_from_the_newest_minute() -> None:
    held = holdings(spans=(span(1, 0), span(11, 1), span(21, 15), span(31, 16)))
    assert held.last_older_than(14 * DAY_MS) == 20
    assert held.last_older_than(30 * DAY_MS) == 0


def test_a_segment_without_a_date_is_as_old_as_the_dated_one_behind_it() -> None:
    held = holdings(spans=(span(1, None), span(11, 1), span(21, None), span(31, 16)))
    assert held.last_older_than(14 * DAY_MS) == 20


def test_nothing_is_old_while_the_newest_minute_has_no_date() -> None:
    undated = holdings(spans=(span(1, 0), span(11, None)))
    assert (undated.newest_ms, undated.last_older_than(0)) == (None, 0)
    assert (holdings().newest_ms, holdings().last_older_than(0)) == (None, 0)


def test_what_waits_is_held_and_not_to_be_sent() -> None:
    held = holdings(lowest_seq=10, holes=((20, 29), (90, 94))).waiting(41)
    assert (held.next_seq, held.end_seq) == (101, 41)
    assert [held.first_above(seq) for seq in (0, 19, 40)] == [10, 30, 41]
    assert (held.end_of_run(10), held.end_of_run(30)) == (19, 40)
    assert [held.count_above(seq) for seq in (0, 24, 40, 95)] == [21, 11, 0, 0]


def test_what_waits_may_be_all_that_is_held_or_nothing() -> None:
    assert holdings(lowest_seq=10).waiting(5).end_seq == 10
    assert holdings().waiting(200).end_seq == 101
