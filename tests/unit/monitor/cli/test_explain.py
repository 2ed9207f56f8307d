"""Nights in words: what is missing, bounded or provisional is said as such."""

import json

from msgspec import UNSET

from monitor.cli.explain import nights_explained
from monitor.cli.show_nights import nights_text
from monitor.night.household import Household
from monitor.score.rating import score_night
from monitor.score.result import NightScore
from tests.fakes.nights import Series, night, window_of


def judged(length: int = 480, **series: Series) -> NightScore:
    return score_night(night(length, **series), window_of(length), Household())


def explained(length: int = 480, **series: Series) -> str:
    return nights_explained([judged(length, **series)])


def test_a_full_night_has_ranges_and_points() -> None:
    text = explained(temperature_c=26.0)
    assert "2026-11-22 Sun 22 → Mon 23: 70 [61-78], Fair, 3 of 5 stars" in text
    assert "lights-out 22:00 by the schedule, get-up 06:00 by the schedule: 8 h" in text
    assert "Cool  55 [46-63], Poor, cost 30 points" in text


def test_whom_cool_is_judged_for_is_told_wherever_cool_is() -> None:
    assert "Cool is judged for: adult, offset +0 K" in explained()
    assert "Cool is judged for" not in explained(temperature_c=UNSET)


def test_a_part_below_60_percent_has_no_number() -> None:
    dark = [0.0] * 100 + [None] * 380
    text = explained(light_lx=dark)
    assert "at most 100" in text
    assert "Provisional: there are no values of the light sensor from 23:40 to 06:00." in text
    assert "Dark  no number, 20.8% of the night seen" in text


def test_below_the_microphones_floor_quiet_is_surely_so_much() -> None:
    assert "Quiet at least 90 [83-100], Excellent" in explained(laeq_db=30.0, floor_db=30.0)


def test_a_night_without_any_value_has_no_rating() -> None:
    nothing = score_night([], window_of(), Household())
    assert "no rating" in nights_explained([nothing])


def test_every_form_shows_the_same_nights() -> None:
    found = [judged()]
    table, words, data = (
        nights_text(found, as_json=as_json, explain=explain, empty="none")
        for as_json, explain in ((False, False), (False, True), (True, False))
    )
    assert "2026-11-22" in table
    assert "2026-11-22" in words
    assert json.loads(data)[0]["window"]["night"] == "2026-11-22"
    assert nights_text([], as_json=False, explain=True, empty="none yet") == "none yet"
    assert nights_text([], as_json=True, explain=False, empty="none yet") == "[]"
