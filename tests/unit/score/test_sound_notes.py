"""What is said of a night's sound beside its rating."""

from collections.abc import Sequence

import msgspec
import pytest
from msgspec import UNSET

from monitor.contract.record import Flag, Minute
from monitor.night.household import Household
from monitor.score.rating import score_night
from tests.fakes.nights import night, noticed, stepped, window_of


def with_sound(minutes: Sequence[Minute], count: int, **fields: object) -> list[Minute]:
    """Return the minutes, the first count of them with other fields of sound."""
    return [
        msgspec.structs.replace(minute, sound=msgspec.structs.replace(minute.sound, **fields))
        if index < count
        else minute
        for index, minute in enumerate(minutes)
    ]


def notes(minutes: Sequence[Minute]) -> list[str]:
    return [note.text for note in noticed(minutes).notes(window_of())]


def test_half_an_hour_of_hum_is_noted_in_words() -> None:
    (text,) = notes(with_sound(night(laeq_db=30.0), 30, lceq_db=44.0))
    assert text.startswith("Low-frequency hum for 30 min: C-weighted levels lay 14 dB above")


@pytest.mark.parametrize(("minutes", "lceq_db"), [(29, 44.0), (480, 40.0), (480, None)])
def test_less_than_that_is_not(minutes: int, lceq_db: float | None) -> None:
    assert notes(with_sound(night(laeq_db=30.0), minutes, lceq_db=lceq_db)) == []


def test_a_hum_beside_levels_at_the_floor_is_not_claimed_for_the_room() -> None:
    minutes = with_sound(night(laeq_db=30.0), 480, lceq_db=44.0, floor_db=29.0)
    (note,) = noticed(minutes).notes(window_of())
    assert "lay at least 14 dB above A-weighted ones" in note.text
    assert "microphone itself" in note.text
    assert "too low to hear" in note.text
    assert (note.kind, note.calm) == ("note", "There may have been a low-frequency hum.")


def test_a_hum_well_above_the_floor_is_one_whatever_the_other_minutes_were() -> None:
    quiet = with_sound(night(laeq_db=30.0), 480, lceq_db=44.0, floor_db=27.5)
    minutes = with_sound(quiet, 240, laeq_db=36.0, lceq_db=49.0)
    (note,) = noticed(minutes).notes(window_of())
    assert note.text.startswith("Low-frequency hum for 4 h: C-weighted levels lay 13 dB above")
    assert note.calm == "There was a low-frequency hum."


def test_a_night_without_microphone_or_without_levels_has_no_notes() -> None:
    assert notes(night(laeq_db=UNSET)) == []
    assert notes(with_sound(night(laeq_db=None), 480, lceq_db=44.0)) == []


def test_what_hums_outside_the_window_is_not_of_the_night() -> None:
    minutes = with_sound(night(laeq_db=30.0), 480, lceq_db=44.0)
    assert noticed(minutes).notes(window_of(start_ms=window_of().end_ms + 1)) == []


@pytest.mark.parametrize(("count", "words"), [(1, "In one minute a"), (3, "In three minutes a")])
def test_clipped_sounds_are_noted_as_lower_limits(count: int, words: str) -> None:
    (text,) = notes(with_sound(night(), count, flags=(Flag.OVERLOAD,)))
    assert text.startswith(words)
    assert "lower limit" in text


def test_a_television_that_outlasted_the_light_is_asked_about() -> None:
    minutes = night(laeq_db=stepped((180, 50.0), (300, 28.0)))
    (note,) = noticed(minutes).notes(window_of(zone="Europe/Berlin"))
    assert note.text == (
        "Lights-out at 02:00? The room became clearly quieter then, 3 h after the time that"
        " this night is counted from."
    )
    assert note.kind == "note"
    assert note.calm == "Lights-out later? The room became clearly quieter some time after it."


def test_notes_are_among_the_nights_sentences_and_cost_nothing() -> None:
    minutes = with_sound(night(laeq_db=30.0), 480, lceq_db=44.0, flags=(Flag.OVERLOAD,))
    judged = score_night(minutes, window_of(), Household())
    assert judged.rating == score_night(night(laeq_db=30.0), window_of(), Household()).rating
    hum, clipped = judged.sentences[-2:]
    assert (hum.kind, hum.points, clipped.kind, clipped.points) == ("note", 0, "note", 0)
    assert not any(character.isdigit() for character in hum.calm + clipped.calm)
