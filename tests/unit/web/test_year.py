import re
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from monitor.score.result import NightScore
from tests.fakes.bedroom import a_night, a_part, a_window
from tests.fakes.full_house import earlier_night
from web.year import first_day, weekly_means, year_of

LAST = date(2026, 11, 22)


def rated(days_ago: int, rating: float | None, **score: Any) -> NightScore:  # noqa: ANN401 - the builder knows
    night = (LAST - timedelta(days=days_ago)).isoformat()
    return a_night(window=a_window(night=night), rating=rating, **score)


def a_fortnight() -> list[NightScore]:
    return [rated(ago, 60.0 + ago) for ago in reversed(range(14))]


def test_the_mean_is_of_the_seven_nights_up_to_each() -> None:
    means = dict(weekly_means(a_fortnight()))
    assert means[LAST] == 63.0
    assert means[LAST - timedelta(days=7)] == 70.0


def test_a_week_with_fewer_than_four_nights_has_no_mean() -> None:
    assert weekly_means([rated(ago, 80.0) for ago in (12, 11, 10, 2, 1, 0)]) == []
    assert len(weekly_means([rated(ago, 80.0) for ago in (3, 2, 1, 0)])) == 1


def test_a_night_without_a_full_rating_stays_out_of_trend_and_ranking() -> None:
    nights = [*a_fortnight(), rated(20, 99.0, provisional="only 3 h")]
    year = year_of(nights, LAST, LAST)
    assert year.left_out.startswith("1 ")
    assert year.best is not None
    assert year.best.rating == 73.0
    assert year.worst is not None
    assert year.worst.rating == 60.0


def test_a_bound_of_two_parts_is_no_best_night_and_is_said_to_be_left_out() -> None:
    two = (a_part("quiet", None), a_part("cool"), a_part("dark"))
    bound = rated(0, 95.0, at_most=True, of=two)
    year = year_of([*(rated(ago, 85.0 - ago) for ago in range(8, 0, -1)), bound], LAST, LAST)
    assert year.best is not None
    assert year.best.rating == 84.0
    assert year.trend_text == "The rated nights of the last week average 81."
    assert year.left_out == "1 without a full rating or not measured like the others"
    assert len(year.months[0].weeks) > 0, "the calendar has it all the same"


def test_where_all_nights_are_alike_none_is_left_out() -> None:
    assert year_of(a_fortnight(), LAST, LAST).left_out == ""


def test_after_a_pause_nothing_is_compared_and_no_line_bridges_it() -> None:
    before = [earlier_night(days, rating=60.0) for days in range(100, 93, -1)]
    now = [earlier_night(days, rating=80.0) for days in range(3, -1, -1)]
    year = year_of([*before, *now], LAST, LAST)
    assert year.trend_text == "The rated nights of the last week average 80."
    assert year.trend.count('class="mean"') == 3


def test_the_change_is_of_the_means_as_they_are_shown() -> None:
    ratings = [72.5] * 7 + [83.5] * 7
    nights = [earlier_night(13 - at, rating=rating) for at, rating in enumerate(ratings)]
    year = year_of(nights, LAST, LAST)
    assert year.trend_text == (
        "The rated nights of the last week average 84, 11 more than a week before."
    )


def test_the_trend_is_told_in_words_too() -> None:
    year = year_of(a_fortnight(), LAST, LAST)
    text = "The rated nights of the last week average 63, 7 fewer than a week before."
    assert year.trend_text == text
    assert len(ET.fromstring(year.trend).findall("circle")) == 14  # noqa: S314 - our own text


def test_a_steady_fortnight_says_so() -> None:
    year = year_of([rated(ago, 80.0) for ago in reversed(range(14))], LAST, LAST)
    assert year.trend_text.endswith("as in the week before.")


def test_the_first_weeks_have_no_week_before() -> None:
    year = year_of([rated(ago, 80.0) for ago in reversed(range(5))], LAST, LAST)
    assert year.trend_text == "The rated nights of the last week average 80."


def test_a_house_without_nights_has_no_calendar() -> None:
    year = year_of([], LAST, LAST)
    assert (year.months, year.trend, year.best) == ((), "", None)


def test_one_night_is_neither_best_nor_worst() -> None:
    assert year_of([rated(0, 80.0)], LAST, LAST).best is None


def test_every_night_stands_on_its_own_weekday_once() -> None:
    year = year_of(a_fortnight(), LAST, LAST)
    (month,) = year.months
    found = [(column, cell) for week in month.weeks for column, cell in enumerate(week) if cell]
    assert len(found) == 14
    assert all(date.fromisoformat(cell.night).weekday() == column for column, cell in found)
    assert month.title == "November 2026"


def test_a_year_has_twelve_months_the_newest_first() -> None:
    assert first_day(LAST) == date(2025, 12, 1)
    nights = [rated(ago, 80.0) for ago in range(356, -1, -1)]
    titles = [month.title for month in year_of(nights, LAST, LAST).months]
    assert (titles[0], titles[-1], len(titles)) == ("November 2026", "December 2025", 12)


def test_a_night_says_its_rating_in_words() -> None:
    ((cell,),) = [
        [cell for week in month.weeks for cell in week if cell]
        for month in year_of([rated(0, 84.2)], LAST, LAST).months
    ]
    assert re.match(r"Sun 22 → Mon 23 Nov: 84 \w+", cell.label)


def test_a_night_without_a_number_is_a_dash() -> None:
    night = rated(0, None, word=None, stars=None, provisional="Nothing was recorded.")
    cells = [
        cell
        for month in year_of([night], LAST, LAST).months
        for week in month.weeks
        for cell in week
        if cell
    ]
    assert [(cell.number, cell.stars) for cell in cells] == [("–", 0)]
    assert "no number" in cells[0].label


def test_a_mean_is_seen_through_a_year_of_nights() -> None:
    last = date(2026, 11, 22)
    few = year_of([earlier_night(days) for days in range(30, -1, -1)], last, last).trend
    many = year_of([earlier_night(days) for days in range(300, -1, -1)], last, last).trend
    assert "many" not in few
    assert many.count('class="night-dot many"') == 301
    assert many.rindex("night-dot") < many.index('class="mean"')


def test_a_week_of_long_ago_is_not_called_the_last_one() -> None:
    text = year_of(a_fortnight(), LAST, LAST + timedelta(days=8)).trend_text
    assert text == (
        "The rated nights of the week to 22 November 2026 average 63, 7 fewer than a week before."
    )


def test_too_few_nights_in_any_week_are_counted_by_the_week() -> None:
    year = year_of([rated(ago, 80.0) for ago in range(27, -1, -3)], LAST, LAST)
    assert year.most_in_week == 3
