from monitor.score.result import NightScore
from tests.fakes.bedroom import a_part
from tests.fakes.full_house import earlier_night
from web.alike import NEWEST, alike

TWO = (a_part("quiet", None), a_part("cool"), a_part("dark"))


def nights(count: int, *, since: int = 0, **score: object) -> list[NightScore]:
    """Return nights, oldest first; the last one is since days ago."""
    return [earlier_night(since + ago, **score) for ago in reversed(range(count))]


def test_nights_of_fewer_parts_are_not_compared_with_nights_of_three() -> None:
    three = nights(5, since=2)
    assert alike([*three, *nights(2, of=TWO)]) == three


def test_a_bound_is_no_rating_to_compare() -> None:
    sure = nights(3, since=4)
    assert alike([*sure, *nights(4, at_most=True)]) == sure


def test_in_a_house_that_measures_two_parts_nights_of_two_are_alike() -> None:
    two = nights(4, of=TWO)
    assert alike(two) == two


def test_by_now_counts_what_most_of_the_newest_nights_measure() -> None:
    without, fitted = nights(200, since=40, of=TWO), nights(40)
    assert alike([*without, *fitted], newest=NEWEST) == fitted
    assert alike([*without, *fitted]) == without
    one_failed = [*fitted[:-1], *nights(1, of=TWO)]
    assert alike([*without, *one_failed], newest=NEWEST) == fitted[:-1]


def test_nothing_is_alike_to_nothing() -> None:
    assert alike([]) == []
    assert alike(nights(3, rating=None)) == []
