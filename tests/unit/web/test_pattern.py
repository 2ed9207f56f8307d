from tests.fakes.full_house import earlier_night
from web.pattern import weekday_text


def test_evenings_that_stand_out_are_named() -> None:
    # 2026-11-22, day 0, is a Sunday
    nights = [earlier_night(days, rating=60.0 if days % 7 == 0 else 80.0) for days in range(28)]
    assert weekday_text(nights).endswith("on Sundays 60.")


def test_evenings_that_are_alike_are_told_so() -> None:
    nights = [earlier_night(days, rating=80.0 + days % 4) for days in range(28)]
    assert weekday_text(nights) == "No evening of the week stands out."


def test_two_weeks_are_no_pattern() -> None:
    nights = [earlier_night(days) for days in range(14)]
    assert weekday_text(nights) == "Not enough nights yet (2 of 3 weeks)."
    assert weekday_text([]) == "Not enough nights yet (0 of 3 weeks)."


def test_nights_without_a_full_rating_do_not_count() -> None:
    nights = [earlier_night(days, provisional="too short") for days in range(28)]
    assert weekday_text(nights).startswith("Not enough")
