"""What a room is called."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from monitor.night import view_choices
from monitor.night.view_choices import room_title

SIGNS = st.characters(codec="utf-8")


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(view_choices).failed == 0


def test_a_name_that_holds_nothing_to_be_read_leaves_the_slug() -> None:
    assert room_title("attic", "\u200b\n \x00") == "Attic"


@given(st.text(SIGNS))
def test_whatever_is_kept_as_a_name_is_one_short_line(name: str) -> None:
    shown = room_title("attic", name)

    assert shown.isprintable()
    assert 0 < len(shown) <= 40
    assert shown == shown.strip()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_a_name_that_can_be_read_is_left_as_it_is(name: str) -> None:
    assert room_title("attic", name) == name
