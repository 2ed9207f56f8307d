"""The morning note: when, once, and what it says."""

from dataclasses import replace as replace_dataclass
from typing import Final

from msgspec.structs import replace

from monitor.alerts.note import Morning, morning_note
from monitor.alerts.states import AlertState, Fate, Held, What
from monitor.night.alert_choices import Kind
from monitor.score.result import NightScore, Sentence
from monitor.score.units import TemperatureUnit
from tests.fakes.stored import EVENING_MS, score

MINUTE_MS: Final = 60_000
GET_UP_MS: Final = EVENING_MS + 8 * 60 * MINUTE_MS
NIGHT: Final = "2026-11-22"
CHANGE: Final = Sentence(kind="change", text="Change one thing tonight: air the room.")
WARM: Final = Held(night=NIGHT, episodes=1, first_ms=EVENING_MS, lasted_s=7200.0, is_open=False)
HELD: Final = AlertState(held={Kind.TOO_WARM: WARM})


def judged(**changes: object) -> NightScore:
    night = score(NIGHT)
    return replace(night, sentences=(*night.sentences, CHANGE), **changes)


def morning(
    after_get_up_min: float = 15, *, night: NightScore | None = None, wanted: bool = True
) -> Morning:
    return Morning(
        now_ms=GET_UP_MS + round(after_get_up_min * MINUTE_MS),
        night=NIGHT,
        zone="Europe/Berlin",
        wake_ms=GET_UP_MS,
        score=night,
        wanted=wanted,
    )


def test_it_says_rating_sentence_change_and_what_was_held() -> None:
    state, note = morning_note(HELD, morning(night=judged()))

    assert note is not None
    assert (note.what, note.fate) == (What.NOTE, Fate.NOW)
    assert note.title == "Last night: Good, 81 of 100"
    assert note.body.splitlines() == [
        "A good room.",
        "Change one thing tonight: air the room.",
        "Too warm at 00:00 for 2 h.",
    ]
    assert state == AlertState(noted=NIGHT, noted_s=0.0)


def test_its_temperatures_are_in_the_unit_of_the_house_and_its_room_has_a_name() -> None:
    sentence = "Change one thing tonight: open the window at 22:00, it was 1.5 K too warm."
    night = judged(headline="Warm, peak 24.6 °C at 01:00.")
    night = replace(night, sentences=(Sentence(kind="change", text=sentence),))
    asked = replace_dataclass(morning(night=night), unit=TemperatureUnit.FAHRENHEIT, room="Nursery")

    _, note = morning_note(AlertState(), asked)

    assert note is not None
    assert note.title == "Last night, Nursery: Good, 81 of 100"
    assert note.body.splitlines() == [
        "Warm, peak 76 °F at 01:00.",
        "Change one thing tonight: open the window at 22:00, it was 2.7 °F too warm.",
    ]


def test_it_waits_for_a_quarter_of_an_hour() -> None:
    assert morning_note(HELD, morning(14.9, night=judged())) == (HELD, None)


def test_there_is_one_a_night() -> None:
    state, _ = morning_note(AlertState(), morning(night=judged()))

    assert morning_note(state, morning(40, night=judged(rating=50.0))) == (state, None)


def test_one_sent_for_a_night_to_come_keeps_no_other_from_being_sent() -> None:
    """A clock that ran ahead told of it."""
    ahead = AlertState(noted="2026-11-25")

    unsure = morning_note(ahead, replace_dataclass(morning(night=judged()), knows_time=False))
    state, note = morning_note(ahead, morning(night=judged()))

    assert unsure == (ahead, None)
    assert note is not None
    assert state.noted == NIGHT


NEXT: Final = "2026-11-23"
HOUR_S: Final = 3600.0


def next_morning(*, hours: float, knows_time: bool = True, now_s: float = 0.0) -> Morning:
    """Return a morning of the night after, so many hours behind NIGHT's by its clock."""
    later_ms = round(hours * HOUR_S * 1000)
    window = score(NEXT).window
    window = replace(window, get_up_ms=GET_UP_MS + later_ms)
    return replace_dataclass(
        morning(night=judged(window=window)),
        now_ms=GET_UP_MS + later_ms + 15 * MINUTE_MS,
        now_s=now_s,
        night=NEXT,
        knows_time=knows_time,
    )


def test_one_told_by_a_clock_that_is_ahead_is_that_of_its_night() -> None:
    ahead = next_morning(hours=24, knows_time=False, now_s=1000.0)
    state, first = morning_note(HELD, ahead)
    found = replace_dataclass(morning(60, night=judged()), now_s=1000.0 + HOUR_S)
    after, second = morning_note(state, found)

    assert first is not None
    assert (after, second) == (state, None)

    # The night of which it had the name has one of its own.
    state, third = morning_note(after, next_morning(hours=24, now_s=1000.0 + 24 * HOUR_S))
    assert third is not None
    assert morning_note(state, next_morning(hours=25, now_s=1000.0 + 25 * HOUR_S)) == (state, None)


def test_after_one_that_was_told_a_clock_that_is_ahead_tells_none() -> None:
    state, first = morning_note(HELD, replace_dataclass(morning(night=judged()), now_s=1000.0))
    ahead = next_morning(hours=24, knows_time=False, now_s=1000.0 + HOUR_S)

    assert first is not None
    assert morning_note(state, ahead) == (state, None)


def test_one_that_was_too_late_to_be_told_by_a_false_clock_keeps_none_back() -> None:
    late = replace_dataclass(morning(60 * 5, night=judged()), knows_time=False, now_s=1000.0)
    state, none = morning_note(HELD, late)
    found = replace_dataclass(morning(night=judged()), now_s=1000.0 + HOUR_S)
    _, note = morning_note(state, found)

    assert none is None
    assert note is not None


def test_a_home_that_never_knows_the_time_has_one_a_night() -> None:
    """Its machine is on while people sleep, and does not know how long it was off."""
    unsure = replace_dataclass(morning(night=judged()), knows_time=False, now_s=1000.0)
    state, first = morning_note(AlertState(), unsure)
    _, second = morning_note(
        state, next_morning(hours=24, knows_time=False, now_s=1000.0 + 7 * HOUR_S)
    )

    assert None not in (first, second)


def test_a_night_long_past_is_no_news() -> None:
    state, note = morning_note(HELD, morning(15 + 121, night=judged()))

    assert note is None
    assert state == replace(HELD, noted=NIGHT)


def test_without_a_night_what_was_held_is_told_an_hour_later() -> None:
    assert morning_note(HELD, morning(74)) == (HELD, None)
    state, note = morning_note(HELD, morning(75))

    assert note is not None
    assert note.title == "Last night: no rating"
    assert note.body == "Too warm at 00:00 for 2 h."
    assert morning_note(state, morning(80, night=judged())) == (state, None)


def test_without_a_night_and_with_nothing_held_there_is_none() -> None:
    assert morning_note(AlertState(), morning(90)) == (AlertState(), None)


def test_a_night_without_rating_says_so() -> None:
    unrated = judged(rating=None, headline="No full-night rating.")

    _, note = morning_note(AlertState(), morning(night=unrated))

    assert note is not None
    assert note.title == "Last night: no rating"


def test_a_bound_and_a_missing_word_are_said() -> None:
    _, note = morning_note(AlertState(), morning(night=judged(at_most=True, word=None)))

    assert note is not None
    assert note.title == "Last night: at most 81 of 100"


def test_the_number_is_the_one_of_the_pages() -> None:
    for changes, told in (
        ({"at_least": True, "sure_rating": 76.2}, "Good, at least 76"),
        ({"at_least": True, "at_most": True, "high": 92.4, "word": None}, "at most 92"),
    ):
        _, note = morning_note(AlertState(), morning(night=judged(**changes)))

        assert note is not None
        assert note.title == f"Last night: {told} of 100"


def test_who_does_not_want_it_gets_none() -> None:
    state, note = morning_note(HELD, morning(night=judged(), wanted=False))

    assert note is not None
    assert note.fate is Fate.MUTED
    assert state.noted == NIGHT


def test_several_and_open_episodes_have_their_own_words() -> None:
    held = {
        Kind.TOO_WARM: replace(WARM, is_open=True),
        Kind.TOO_LOUD: replace(WARM, episodes=3, is_open=True),
        Kind.TOO_BRIGHT: replace(WARM, episodes=4),
    }

    _, note = morning_note(AlertState(held=held), morning(75))

    assert note is not None
    assert note.body.splitlines() == [
        "Too warm since 00:00.",
        "Too loud, first at 00:00, still so.",
        "Light in the night four times from 00:00 on, 2 h in all.",
    ]
