from dataclasses import replace

import msgspec
import pytest
from msgspec import UNSET

from monitor.contract.messages import LoudnessState
from monitor.contract.record import Flag, instant
from monitor.score.units import TemperatureUnit
from tests.fakes.bedroom import a_live_score, a_state, at, climate_now, light_now, sound_now
from tests.fakes.house import FakeFinding, FakeLiveRoom
from web.present import DASH
from web.room_now import Condition, PartNow, RoomNow, room_now

NOW_MS = at("2026-11-22T22:31:08+13:00")


def told(live: FakeLiveRoom | None, now_ms: int = NOW_MS) -> RoomNow:
    return room_now("bedroom", live, "Etc/GMT-13", now_ms, 0)


def heard(age_s: float = 1.0, **parts: object) -> FakeLiveRoom:
    at_ms = NOW_MS - round(age_s * 1000)
    return FakeLiveRoom(received_ms=at_ms, state=a_state(at_ms, **parts), score=a_live_score())


def part(now: RoomNow, name: str) -> PartNow:
    return next(it for it in now.parts if it.part == name)


def test_a_live_room_has_its_word_values_and_scores() -> None:
    now = told(heard())
    assert (now.word, now.shown, now.band) == ("Ready", "76", "Good")
    assert [it.value for it in now.parts] == ["33", "18.5", "3.2"]
    assert part(now, "cool").detail == "52 % humidity"
    assert now.values["temperature_c"] == 18.45
    assert now.clock == "22:31"


def test_before_the_first_value_everything_waits_and_nothing_is_zero() -> None:
    now = told(None)
    assert now.condition is Condition.WAITING
    assert {it.value for it in now.parts} == {"–"}
    assert (now.rating, now.shown, now.stars) == (None, "–", 0)


@pytest.mark.parametrize(
    ("age_s", "condition"),
    [
        (30, Condition.LIVE),
        (31, Condition.STALE),
        (600, Condition.STALE),
        (601, Condition.LOST),
    ],
)
def test_a_value_ages_from_live_to_grey_to_a_dash(age_s: float, condition: Condition) -> None:
    now = told(heard(age_s))
    assert now.condition is condition
    assert {it.condition for it in now.parts} == {condition}


def test_a_stale_room_says_how_old_its_values_are() -> None:
    now = told(heard(95))
    assert now.note == "These values are 1 min old."
    assert part(now, "quiet").age == "1 min ago"


def test_a_lost_room_has_neither_values_nor_a_rating() -> None:
    now = told(heard(4000))
    assert now.word == "No recent values"
    assert (now.rating, now.values) == (None, {})
    assert {it.value for it in now.parts} == {"–"}
    assert {it.score for it in now.parts} == {None}


def test_one_silent_sensor_ages_alone() -> None:
    live = heard(1, climate=climate_now(NOW_MS - 100_000))
    now = told(live)
    assert part(now, "cool").condition is Condition.STALE
    assert part(now, "dark").condition is Condition.LIVE


@pytest.mark.parametrize(("age_s", "is_handed_out"), [(601, False), (599, True)])
def test_what_one_silent_sensor_last_said_is_handed_out_while_its_part_shows_it(
    age_s: int, is_handed_out: bool
) -> None:
    now = told(heard(0, climate=climate_now(NOW_MS - age_s * 1000)))
    assert (part(now, "cool").condition is not Condition.LOST) is is_handed_out
    assert ({"temperature_c", "humidity_pct"} <= set(now.values)) is is_handed_out
    assert ("temperature_c" in now.values) is is_handed_out
    assert {"laeq_db", "illuminance_lx"} <= set(now.values)


def test_a_sensor_clock_that_is_an_hour_off_ages_nothing() -> None:
    wrong_ms = NOW_MS - 3_600_000
    live = FakeLiveRoom(received_ms=NOW_MS - 1000, state=a_state(wrong_ms), score=a_live_score())
    assert {it.condition for it in told(live).parts} == {Condition.LIVE}


def test_a_state_without_a_time_of_arrival_is_as_old_as_it_says() -> None:
    live = FakeLiveRoom(state=a_state(NOW_MS - 45_000), score=a_live_score())
    assert told(live).condition is Condition.STALE


def test_a_sensor_that_is_not_fitted_is_no_fault() -> None:
    quiet = part(told(heard(sound=UNSET)), "quiet")
    assert quiet.condition is Condition.NOT_FITTED
    assert "Not fitted" in quiet.note


def test_a_loudness_index_is_shown_as_one_and_never_as_decibels() -> None:
    def quiet_of(index: LoudnessState) -> PartNow:
        live = heard(sound=UNSET)
        state = msgspec.structs.replace(live.state, loudness=index)
        return part(told(replace(live, state=state)), "quiet")

    quiet = quiet_of(LoudnessState(at=instant(NOW_MS), loudness_pct=12.4))
    assert quiet.condition is Condition.NOT_FITTED
    assert quiet.note == "Loudness index 12 %: no decibels, so not scored."
    assert (quiet.value, quiet.score) == (DASH, None)
    silent = LoudnessState(at=instant(NOW_MS), loudness_pct=None, flags=(Flag.SILENT,))
    assert quiet_of(silent).note.startswith("Loudness index: no value. ")


def test_a_fault_says_what_to_do() -> None:
    live = heard(climate=climate_now(NOW_MS, None, flags=(Flag.NO_REPLY,)))
    cool = part(told(live), "cool")
    assert cool.condition is Condition.FAULT
    assert "check its four wires" in cool.note
    assert cool.value == "–"


@pytest.mark.parametrize("age_s", [1, 60, 1200])
def test_a_sensor_without_a_value_has_no_age_of_one(age_s: int) -> None:
    live = heard(climate=climate_now(NOW_MS - age_s * 1000, None, flags=(Flag.NO_REPLY,)))
    assert part(told(live), "cool").age == DASH


def test_a_fault_without_a_flag_still_has_words() -> None:
    live = heard(light=light_now(NOW_MS, None), sound=sound_now(NOW_MS, None))
    assert part(told(live), "dark").note == "The sensor gives no valid value."
    assert part(told(live), "quiet").condition is Condition.FAULT


def test_a_sensor_that_starts_is_no_fault() -> None:
    live = heard(light=light_now(NOW_MS, None, flags=(Flag.STARTING,)))
    assert part(told(live), "dark").condition is Condition.STARTING


def test_an_old_fault_is_old_before_it_is_a_fault() -> None:
    live = heard(climate=climate_now(NOW_MS - 60_000, None, flags=(Flag.FAULT,)))
    cool = part(told(live), "cool")
    assert cool.condition is Condition.STALE
    assert cool.note.startswith("The sensor failed")


def test_a_level_in_the_microphones_own_noise_is_a_bound() -> None:
    quiet = part(told(heard(sound=sound_now(NOW_MS, 30.0))), "quiet")
    assert (quiet.bound, quiet.value) == ("≤", "29")


@pytest.mark.parametrize(("flag", "bound"), [(Flag.SATURATED, "≥"), (Flag.IR_DOMINATED, "≤")])
def test_light_that_the_sensor_cannot_tell_is_a_bound(flag: Flag, bound: str) -> None:
    dark = part(told(heard(light=light_now(NOW_MS, 900.0, flags=(flag,)))), "dark")
    assert (dark.bound, dark.value) == (bound, "900")
    assert dark.note


@pytest.mark.parametrize("illuminance_lx", [0.0, 0.0099])
def test_a_light_below_a_hundredth_of_a_lux_is_less_than_that(illuminance_lx: float) -> None:
    dark = part(told(heard(light=light_now(NOW_MS, illuminance_lx))), "dark")
    assert (dark.bound, dark.value, dark.unit) == ("<", "0.01", "lx")


def test_infrared_in_the_dark_is_at_most_so_much() -> None:
    lit = light_now(NOW_MS, 0.0, flags=(Flag.IR_DOMINATED,))
    dark = part(told(heard(light=lit)), "dark")
    assert (dark.bound, dark.value) == ("≤", "0.01")


def test_in_fahrenheit_the_advice_says_no_other_tenth_than_the_value_above_it() -> None:
    state = a_state(NOW_MS, climate=climate_now(NOW_MS, 19.54))
    score = a_live_score(advice={"cool": "19.5 °C: right for the night"})
    live = FakeLiveRoom(received_ms=NOW_MS, state=state, score=score)
    now = room_now("bedroom", live, "Etc/GMT-13", NOW_MS, 0, unit=TemperatureUnit.FAHRENHEIT)
    cool = part(now, "cool")
    assert (cool.value, cool.note) == ("67.2", "67 °F: right for the night")


def test_advice_stands_below_a_value_that_needs_no_warning() -> None:
    live = FakeLiveRoom(
        received_ms=NOW_MS, state=a_state(NOW_MS), score=a_live_score(advice={"dark": "Dim it."})
    )
    assert part(told(live), "dark").note == "Dim it."


def test_values_without_a_score_yet_are_shown_and_the_score_is_not_invented() -> None:
    now = told(FakeLiveRoom(received_ms=NOW_MS, state=a_state(NOW_MS)))
    assert now.word == "No score yet"
    assert (part(now, "cool").value, part(now, "cool").shown) == ("18.5", "–")
    assert part(now, "cool").note == ""


def test_a_room_with_an_unknown_part_has_no_word_and_says_at_most() -> None:
    live = FakeLiveRoom(
        received_ms=NOW_MS,
        state=a_state(NOW_MS, climate=climate_now(NOW_MS, None)),
        score=a_live_score(cool=None, rating=71.0, at_most=True),
    )
    now = told(live)
    assert (now.word, now.score_bound, now.band) == ("Not fully known", "at most", "")
    assert now.note == "No score for temperature now."


def test_a_value_without_its_own_score_says_why() -> None:
    score = a_live_score(quiet=None, rating=71.0, at_most=True)
    live = FakeLiveRoom(received_ms=NOW_MS, state=a_state(NOW_MS), score=score)
    assert part(told(live), "quiet").note == "A score needs a whole minute of values."


def test_a_score_without_any_rating_has_no_bound() -> None:
    score = a_live_score(rating=None, quiet=None, cool=None, dark=None, at_most=True)
    now = told(FakeLiveRoom(received_ms=NOW_MS, state=a_state(NOW_MS), score=score))
    assert (now.score_bound, now.shown) == ("", "–")


def test_a_rating_of_two_parts_says_so() -> None:
    score = a_live_score(label="of 2 parts, noise not measured")
    now = told(FakeLiveRoom(received_ms=NOW_MS, state=a_state(NOW_MS), score=score))
    assert now.label == "of 2 parts, noise not measured"


def test_a_room_is_recorded_while_its_values_come_and_are_stored() -> None:
    assert told(heard()).is_recording
    assert told(heard(30)).is_recording
    assert not told(heard(31)).is_recording
    assert told(heard(31)).note == "These values are 31 s old."
    assert not told(heard(601)).is_recording
    assert not told(None).is_recording


@pytest.mark.parametrize(
    "trouble",
    [
        {"findings": (FakeFinding(code="store", text="Nothing can be stored: disk full."),)},
        {"written_ms": NOW_MS - 16_000},
    ],
    ids=["the monitor cannot store", "the monitor is gone"],
)
def test_a_room_whose_values_are_not_stored_is_not_recorded_and_says_so(
    trouble: dict[str, object],
) -> None:
    now = told(replace(heard(), **trouble))
    assert (now.is_recording, now.note) == (False, "Nothing is being stored.")
    assert now.word == "Ready"


def test_a_room_whose_sensors_have_gone_is_not_live_however_young_its_values_are() -> None:
    now = told(replace(heard(12), online=False))
    assert {now.condition, *(it.condition for it in now.parts)} == {Condition.STALE}
    assert not now.is_recording
    assert now.note == "The sensors are offline: last heard 12 s ago."
    assert (now.word, part(now, "cool").value) == ("Ready", part(told(heard()), "cool").value)


def test_sensors_that_nobody_has_spoken_of_yet_are_not_taken_for_gone() -> None:
    now = told(replace(heard(), online=False, session=None))
    assert (now.condition, now.note) == (Condition.LIVE, "")


def test_another_finding_does_not_stop_the_recording() -> None:
    now = told(replace(heard(), findings=(FakeFinding(text="The disk is nearly full."),)))
    assert (now.is_recording, now.note) == (True, "")
