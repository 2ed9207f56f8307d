from msgspec.structs import replace

from monitor.score.stated import Stated, stated_rating, stated_score
from tests.fakes.bedroom import a_live_score, a_night, a_part


def test_a_score_without_a_number_has_neither_text_nor_bound() -> None:
    part = a_part("dark", None, at_most=True, at_least=True)
    assert stated_score(part) == stated_score(None) == stated_rating(None) == Stated()
    assert Stated().words == ""


def test_a_plain_score_is_told_half_up() -> None:
    assert stated_score(a_part("dark", 74.5)).words == "75"


def test_what_is_only_surely_reached_is_told_as_just_that() -> None:
    part = a_part("quiet", 95.0, at_least=True, sure_score=89.0)
    assert stated_score(part).words == "at least 89"
    night = replace(a_night(rating=95.0), at_least=True, sure_rating=89.0)
    assert stated_rating(night).words == "at least 89"


def test_at_most_is_never_the_middle_of_what_the_microphone_leaves_open() -> None:
    part = replace(a_part("quiet", 86.0, at_most=True, at_least=True), high=97.0)
    assert stated_score(part).words == "at most 97"
    for rated in (a_night(rating=92.75), a_live_score(rating=92.75)):
        open_above = replace(
            rated, at_most=True, at_least=True, sure_rating=91.56, low=16.0, high=97.84
        )
        assert stated_rating(open_above).words == "at most 98"
        assert stated_rating(replace(open_above, at_least=False)).words == "at most 93"


def test_a_limit_without_a_range_is_what_was_seen() -> None:
    part = replace(a_part("quiet", 86.0, at_most=True, at_least=True), high=None)
    assert stated_score(part).words == "at most 86"


def test_the_number_behind_is_the_one_that_is_told() -> None:
    for at_most in (False, True):
        for at_least in (False, True):
            part = a_part("quiet", 95.4, at_most=at_most, at_least=at_least, sure_score=89.2)
            told = stated_score(part)
            assert told.text == str(round(told.value or 0.0))
