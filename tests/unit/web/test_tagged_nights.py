import pytest
from msgspec.structs import replace

from monitor.score.result import NightScore, Status
from tests.fakes.bedroom import a_part
from tests.fakes.full_house import earlier_night
from web.tagged_nights import NOT_WHY, NightSet, compare_sets, mean_text


def nights(
    *ratings: float | None, since: int = 0, cool_lost: float = 6.0
) -> tuple[NightScore, ...]:
    of = (a_part("quiet"), a_part("cool", points_lost=cool_lost), a_part("dark"))
    return tuple(
        earlier_night(since + days, rating=rating, of=of) for days, rating in enumerate(ratings)
    )


def fan(*its: NightScore) -> NightSet:
    return NightSet(name="with “fan”", nights=its)


def rest(*its: NightScore) -> NightSet:
    return NightSet(name="without it", nights=its)


COOLER = nights(80, 82, 84, 80, 82, 84, 82, cool_lost=2.0)
WARMER = nights(70, 72, 74, 70, 72, 74, 72, since=20, cool_lost=9.5)


def test_a_clear_difference_is_said_with_its_interval_and_never_with_a_cause() -> None:
    # Means 82 and 72, each variance 8/3 of seven: 10 ± 2.447 · sqrt(2 · 8/3 / 7) = 10 ± 2.14.
    found = compare_sets(fan(*COOLER), rest(*WARMER))
    assert found.text == (
        "Nights with “fan” were 10.0 points better on average than nights without it"
        " (95 % interval 7.9 to 12.1)."
    )
    assert found.caution == NOT_WHY
    assert found.left_out == ""
    assert found.rows == (
        ("Nights", "7", "7"),
        ("Rating", "82.0", "72.0"),
        ("Quiet", "6.0 points", "6.0 points"),
        ("Cool", "2.0 points", "9.5 points"),
        ("Dark", "6.0 points", "6.0 points"),
    )


def test_a_night_counts_as_it_is_told_everywhere_else() -> None:
    told = [replace(it, at_least=True, sure_rating=it.rating - 6) for it in COOLER if it.rating]
    found = compare_sets(fan(*told), rest(*WARMER))
    assert ("Rating", "76.0", "72.0") in found.rows


def test_the_better_set_is_named_first_whichever_was_asked_first() -> None:
    assert compare_sets(rest(*WARMER), fan(*COOLER)).text.startswith("Nights with “fan” were 10.0")


def test_what_may_be_chance_is_no_difference() -> None:
    # Variances 2.667 and 206.6: 6.71 ± 2.447 · sqrt((2.667 + 206.6) / 7).
    scattered = nights(60, 90, 62, 88, 61, 91, 75, since=20)
    text = compare_sets(fan(*COOLER), rest(*scattered)).text
    assert text.startswith("No difference can be told between nights with “fan” and nights")
    assert "from −6.7 to +20.1 points (95 % interval)" in text
    alike = compare_sets(fan(*COOLER), rest(*nights(*[82] * 7, since=20))).text
    assert "No difference" in alike


@pytest.mark.parametrize(("one", "two"), [(6, 7), (7, 6), (0, 7)])
def test_less_than_a_week_each_is_not_enough(one: int, two: int) -> None:
    text = compare_sets(fan(*COOLER[:one]), rest(*WARMER[:two])).text
    assert text == (
        f"Not enough nights yet: {one} with “fan” and {two} without it; 7 each are needed."
    )


def test_a_set_without_nights_has_dashes() -> None:
    rows = compare_sets(fan(), rest(*WARMER)).rows
    assert [first for _, first, _ in rows] == ["0", "–", "–", "–", "–"]


def test_nights_of_both_sets_and_nights_not_measured_alike_are_left_out_and_counted() -> None:
    quiet_missing = (a_part("quiet", None, status=Status.MISSING), a_part("cool"), a_part("dark"))
    odd = (
        earlier_night(40, rating=10.0, of=quiet_missing),
        earlier_night(41, rating=None),
        replace(earlier_night(42, rating=10.0), score_model_version=99),
    )
    both = earlier_night(50, rating=10.0)
    found = compare_sets(fan(*COOLER, *odd[:1], both), rest(*WARMER, *odd[1:], both))
    assert found.rows[:2] == (("Nights", "7", "7"), ("Rating", "82.0", "72.0"))
    assert found.left_out == (
        "Left out: 1 in both sets, 3 without a full rating or not measured like the others."
    )


def test_a_part_that_nobody_measured_has_a_dash_and_no_zero() -> None:
    of = (a_part("quiet", None, status=Status.NOT_FITTED), a_part("cool"), a_part("dark"))
    some = [earlier_night(days, rating=70.0, of=of) for days in range(7)]
    assert compare_sets(fan(*some), rest()).rows[2] == ("Quiet", "–", "–")


def test_the_mean_counts_only_nights_that_can_be_compared() -> None:
    left_out = "Left out: 1 without a full rating or not measured like the others."
    assert mean_text(nights(80, None, 70)) == f"75 on average of 2 nights. {left_out}"
    assert mean_text(nights(80)) == "80 on average of 1 night."


def test_more_nights_narrow_the_interval() -> None:
    def interval(times: int) -> str:
        one = nights(*[80, 84] * times)
        two = nights(*[70, 74] * times, since=400)
        return compare_sets(fan(*one), rest(*two)).text.partition("interval ")[2][:11]

    # 10 ± t · sqrt(2 · s² / n), s² = 4 n / (n - 1): t 2.262 of 9, 1.984 of 199 at n 10, 200.
    assert interval(5) == "7.9 to 12.1"
    assert interval(100) == "9.6 to 10.4"
