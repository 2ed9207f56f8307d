import doctest
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contract.record import Flag
from monitor.score import figures
from monitor.score.model import BANDS
from monitor.score.phrases import BAND_WORDS
from tests.fakes.bedroom import at
from web import present


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(present).failed == 0


@given(st.floats(min_value=0, max_value=100))
def test_a_shown_figure_is_never_further_than_half_a_step_from_the_value(value: float) -> None:
    assert abs(figures.half_up(value) - value) <= 0.5 + 1e-6


@given(
    st.integers(min_value=-2000, max_value=2000),
    st.floats(min_value=-3e-6, max_value=3e-6),
    st.integers(min_value=0, max_value=2),
)
def test_beside_a_tie_a_figure_is_rounded_to_six_decimals_first(
    steps: int, beside: float, decimals: int
) -> None:
    factor = 10.0**decimals
    value = (steps + 0.5 + beside) / factor
    shown = math.floor(round(value * factor, 6) + 0.5) / factor
    assert figures.half_up(value, decimals) == shown
    assert float(figures.figure(value, decimals).replace(figures.MINUS, "-")) == shown


def test_a_temperature_just_below_zero_is_not_minus_zero() -> None:
    assert figures.figure(-0.04, 1) == "0.0"


def test_scoring_without_a_word_gives_no_band() -> None:
    assert present.band(None, None) is None
    assert present.band("Good", None) is None


def test_stars_are_always_five_marks() -> None:
    band = present.band("Fair", 3)
    assert band is not None
    assert band.star_text == "★★★☆☆"


def test_every_band_of_the_model_has_a_word_for_the_room() -> None:
    assert {BAND_WORDS[band.key] for band in BANDS} == set(present.ROOM_WORDS)


def test_every_flag_has_words() -> None:
    assert all(present.flags_text((flag,)).endswith(".") for flag in Flag)


def test_several_flags_make_one_sentence() -> None:
    text = present.flags_text((Flag.XRUN, Flag.OVERLOAD))
    assert text == "Some sound was lost on this machine; louder than the microphone can tell."


def test_a_sentence_keeps_its_own_ending() -> None:
    assert present.sentence("is it on?") == "Is it on?"
    assert present.sentence("") == ""


def test_a_range_of_one_figure_is_said_once() -> None:
    assert present.range_text(70.1, 70.4) == "70"
    assert present.range_text(None, 70.4) == ""


@pytest.mark.parametrize(
    ("age_s", "text"),
    [(-5, "now"), (3600, "1 h"), (90, "1 min"), (7260, "2 h 1 min"), (172_800, "2 days")],
)
def test_an_age_is_said_in_the_largest_unit_that_says_enough(age_s: float, text: str) -> None:
    assert present.age_text(age_s) == text


@pytest.mark.parametrize(("size", "text"), [(999, "999 B"), (2500, "2.5 kB"), (7.1e9, "7.1 GB")])
def test_sizes_are_decimal(size: float, text: str) -> None:
    assert present.bytes_text(int(size)) == text


def test_nearly_everything_is_not_everything() -> None:
    assert present.share_text(0.999) == "99 %"


def test_a_room_in_this_machines_zone_needs_no_note() -> None:
    assert present.zone_note(at("2026-11-22T22:00:00+01:00"), "Europe/Berlin", 3600) == ""


def test_a_room_in_another_real_zone_is_not_called_a_demo() -> None:
    note = present.zone_note(at("2026-11-22T22:00:00+01:00"), "America/New_York", 3600)
    assert note == "room time, UTC−05:00; this machine’s clock says 22:00"


def test_a_night_over_new_year_names_both_years() -> None:
    assert present.night_title("2026-12-31") == "Thu 31 December 2026 → Fri 1 January 2027"


def test_the_newest_night_of_the_turn_of_the_year_is_of_the_year_it_ends_in() -> None:
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        assert present.newest_title("2026-12-31", day) == "Thu 31 Dec → Fri 1 Jan"
    assert present.newest_title("2026-12-30", date(2027, 1, 1)) == "Wed 30 → Thu 31 Dec 2026"


def test_an_offset_of_cool_is_said_with_its_sign() -> None:
    assert present.profile_text("adult", 1.5) == "for an adult, shifted by +1.5 K"


@pytest.mark.parametrize(
    ("lx", "text"),
    [
        (0.0, "< 0.01"),
        (0.0099, "< 0.01"),
        (0.01, "0.01"),
        (0.996, "1.0"),
        (9.94, "9.9"),
        (9.96, "10"),
    ],
)
def test_light_changes_its_decimals_where_the_figure_does(lx: float, text: str) -> None:
    assert present.lux_text(lx) == text
