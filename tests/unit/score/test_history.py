"""A night beside the household's own last 30."""

from datetime import date, timedelta

from msgspec.structs import replace

from monitor.score.history import all_beside_past, beside_past
from monitor.score.result import NightScore
from tests.fakes.stored import score


def nights(*ratings: float | None) -> list[NightScore]:
    first = date(2026, 10, 1)
    return [
        score((first + timedelta(days=day)).isoformat(), rating=rating)
        for day, rating in enumerate(ratings)
    ]


def told(night: NightScore) -> list[str]:
    return [sentence.text for sentence in night.sentences if "of your last" in sentence.text]


def test_from_the_eighth_night_on_a_night_is_compared_with_those_before() -> None:
    found = all_beside_past(nights(50, 60, 70, 80, 90, 40, 30, 75, 20))
    assert [told(night) for night in found[:7]] == [[]] * 7
    assert told(found[7]) == ["Better than 5 of your last 7 nights."]
    assert told(found[8]) == ["Better than 0 of your last 8 nights."]


def test_only_the_last_30_nights_count_in_any_order() -> None:
    *past, last = nights(*([90.0] * 20), *([10.0] * 30), 50.0)
    assert told(beside_past(last, past[::-1])) == ["Better than 30 of your last 30 nights."]


def test_later_nights_and_incomparable_ones_do_not_count() -> None:
    first, *later = nights(50.0, *([10.0] * 10))
    assert told(beside_past(first, later)) == []
    *past, last = nights(*([10.0] * 7), 50.0)
    spoiled = [replace(past[0], provisional="there are no values of the light sensor"), *past[1:]]
    assert told(beside_past(last, spoiled)) == []
    older_model = [replace(past[0], score_model_version=0), *past[1:]]
    assert told(beside_past(last, older_model)) == []


def test_a_night_without_a_full_rating_is_compared_with_nothing() -> None:
    *past, last = nights(*([10.0] * 8), None)
    assert beside_past(last, past) == last


def test_the_stored_night_itself_is_left_as_it_was() -> None:
    *past, last = nights(*([10.0] * 8), 50.0)
    before = last.sentences
    beside_past(last, past)
    assert last.sentences == before


def test_a_provisional_night_is_beside_no_other_though_it_has_a_rating() -> None:
    *past, night = nights(50, 60, 70, 80, 90, 40, 30, 75)
    assert told(beside_past(night, past))
    assert told(beside_past(replace(night, provisional="the night is still running"), past)) == []
