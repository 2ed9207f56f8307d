from web.numbers import Number, number, stated


def test_a_score_without_a_number_has_neither_text_nor_bound() -> None:
    assert number(None, None, at_most=True, at_least=True) == Number()


def test_a_plain_score_is_shown_half_up() -> None:
    assert number(74.5, 74.5, at_most=False, at_least=False).text == "75"


def test_what_is_only_surely_reached_is_shown_as_just_that() -> None:
    assert number(95.0, 89.0, at_most=False, at_least=True).text == "89"


def test_the_number_behind_is_the_one_that_is_shown() -> None:
    for at_most in (False, True):
        for at_least in (False, True):
            for sure in (None, 89.2):
                shown = number(95.4, sure, at_most=at_most, at_least=at_least)
                behind = stated(95.4, sure, at_most=at_most, at_least=at_least)
                assert behind is not None
                assert shown.text == str(round(behind))
                assert shown.bound != "at least" or behind == sure
