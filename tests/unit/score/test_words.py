import re

import pytest
from msgspec import UNSET

from monitor.night.household import Household, Schedule
from monitor.score import phrases, words
from monitor.score.figures import count_text, lux_text, points_text
from monitor.score.rating import score_night
from monitor.score.result import NightScore, Sentence
from monitor.score.telling import own_percentile
from tests.fakes.nights import Series, event, night, stepped, window_of

WARM = stepped((70, 18.0), (270, 25.0), (140, 18.0))


def scored(length: int = 480, **series: Series | dict[int, list[object]]) -> NightScore:
    return score_night(night(length, **series), window_of(length), Household())


def texts(found: NightScore, kind: str) -> list[str]:
    return [sentence.text for sentence in found.sentences if sentence.kind == kind]


def test_warmth_is_told_with_time_value_duration_and_points() -> None:
    (text,) = texts(scored(temperature_c=WARM), "cost")
    found = scored(temperature_c=WARM)
    points = round(found.part("cool").points_lost)
    assert text == (
        f"Warm from 23:10 to 03:40 (4 h 30 min), peak 25.0 °C at 23:10: {points} points."
    )


def test_cold_and_bad_air_are_told_by_their_extremes() -> None:
    assert texts(scored(temperature_c=9.0), "cost")[0].startswith(
        "Cold from 22:00 to 06:00 (8 h), lowest 9.0 °C"
    )
    assert texts(scored(humidity_pct=88.0), "cost")[0].startswith(
        "Humid air from 22:00 to 06:00 (8 h), up to 88 %"
    )
    assert texts(scored(humidity_pct=9.0), "cost")[0].startswith(
        "Dry air from 22:00 to 06:00 (8 h), down to 9 %"
    )


def test_daylight_is_told_from_when_it_came_in() -> None:
    found = score_night(
        night(light_lx=stepped((450, 0.0), (30, 60.0)), start_ms=window_of().start_ms),
        window_of(),
        Household(schedule=_wakes_at("05:45")),
    )
    assert texts(found, "cost")[0].startswith("Light came in from 05:30 to 06:00 (30 min), up to")


def test_sounds_are_told_together_with_what_they_would_be_expected_to_do() -> None:
    events = {minute: [event(50.0)] for minute in range(30, 210, 20)}
    events[410] = [event(61.0, duration_s=80.0)]
    (text,) = texts(scored(events=events), "cost")
    assert text.startswith(
        "Ten sounds of 50 dB and more between 22:30 and 04:50 (4 min in all), loudest 61 dB at"
        " 04:50: about 0.4 extra awakenings would be expected; "
    )


def test_one_sound_is_told_alone() -> None:
    (text,) = texts(scored(events={30: [event(80.0)]}), "cost")
    assert text.startswith(
        "One sound of 80 dB at 22:30 (20 s): about 0.1 extra awakenings would be expected, partly"
        " beyond the range that was studied; "
    )


def test_many_sounds_are_counted_in_figures() -> None:
    events = {minute: [event(50.0)] for minute in range(30, 430, 20)}
    assert texts(scored(events=events), "cost")[0].startswith("20 sounds")


def test_stretches_that_cost_little_each_are_told_together() -> None:
    found = scored(laeq_db=lambda i: 40.0 if i % 40 < 10 else 25.0)
    steady = [text for text in texts(found, "cost") if text.startswith("Steady sound")]
    assert len(steady) == 1
    assert steady[0].startswith(
        "Steady sound in twelve stretches between 22:00 and 05:30 (2 h in all), 40 dB on average"
    )


def test_what_cost_less_than_3_points_is_not_told() -> None:
    assert texts(scored(laeq_db=28.0), "cost") == []


@pytest.mark.parametrize("laeq_db", [25.0, 33.0, 60.0])
@pytest.mark.parametrize("temperature_c", [18.0, 29.0])
def test_there_is_exactly_one_change(laeq_db: float, temperature_c: float) -> None:
    assert len(texts(scored(laeq_db=laeq_db, temperature_c=temperature_c), "change")) == 1


def test_the_change_is_the_one_that_wins_most() -> None:
    text = texts(scored(temperature_c=24.0, laeq_db=45.0), "change")[0]
    assert text.startswith("Change one thing tonight: find the steady sound")
    text = texts(scored(temperature_c=27.0, laeq_db=32.0), "change")[0]
    assert text.startswith("Change one thing tonight: let the room cool down")


def test_nothing_is_changed_in_a_perfect_room() -> None:
    assert texts(scored(), "change") == [phrases.NOTHING_TO_CHANGE]


def test_a_sensor_without_values_is_what_to_change_in_a_room_that_is_fine() -> None:
    assert texts(scored(light_lx=None), "change") == [
        "Change one thing tonight: check the light sensor."
    ]


def test_steady_sound_is_not_advised_against_in_a_hot_room_that_needs_air() -> None:
    # Darkness: the glow costs less than the sound would, but the sound may be a fan.
    text = texts(scored(temperature_c=26.0, laeq_db=38.0, light_lx=0.0), "change")[0]
    assert "sound" not in text
    fanned = scored(temperature_c=28.0, laeq_db=44.0)
    assert fanned.part("cool").score < fanned.part("quiet").score
    assert "sound" not in texts(fanned, "change")[0]


@pytest.mark.parametrize(
    ("temperature_c", "laeq_db", "advice"),
    [
        (25.9, 41.0, "find the steady sound"),
        (26.0, 41.0, "let the room cool down"),
        (26.0, 43.0, "find the steady sound"),
    ],
    ids=["not hot", "hot and Cool the weakest", "hot and Quiet the weakest"],
)
def test_a_sound_that_would_win_more_than_cooling_may_be_a_fan_from_26_degrees(
    temperature_c: float, laeq_db: float, advice: str
) -> None:
    # All parts alike: then silence would win most, by its weight.
    found = scored(temperature_c=temperature_c, laeq_db=laeq_db, light_lx=7.5)
    assert texts(found, "change")[0].startswith(f"Change one thing tonight: {advice}")


def test_without_a_thermometer_a_sound_is_advised_against() -> None:
    found = scored(temperature_c=UNSET, laeq_db=45.0)
    assert texts(found, "change")[0].startswith("Change one thing tonight: find the steady sound")


def test_what_went_well_is_told_with_its_values() -> None:
    found = texts(scored(temperature_c=24.0), "good")
    assert found[0].startswith("Quiet went well from 22:00 to 06:00 (8 h), 25 dB on average")
    assert found[1].startswith("Dark went well from 22:00 to 06:00 (8 h), 0.00 lx at most")


def test_where_no_part_is_excellent_the_best_good_one_went_well() -> None:
    found = texts(scored(temperature_c=23.0, laeq_db=40.0, light_lx=20.0), "good")
    assert len(found) == 1
    assert found[0].startswith("Cool went well from 22:00 to 06:00 (8 h), 23.0 to 23.0 °C")


def test_where_nothing_is_good_nothing_went_well() -> None:
    assert texts(scored(temperature_c=27.0, laeq_db=45.0, light_lx=20.0), "good") == []


def test_the_headline_has_the_word_and_what_cost_most() -> None:
    assert scored().headline == "Excellent. Nothing that was measured disturbed the room."
    assert scored(temperature_c=WARM).headline == (
        "Excellent. What cost most was warmth from 23:10 to 03:40."
    )
    assert scored(events={30: [event(73.0)]}).headline == (
        "Excellent. What cost most was a single sound at 22:30."
    )
    assert scored(events={30: [event(73.0)], 200: [event(70.0)]}).headline == (
        "Excellent. What cost most were two sounds from 22:30 to 01:20."
    )
    assert scored(laeq_db=45.0).headline == (
        "Fair. Held back by Quiet; most of it steady sound from 22:00 to 06:00."
    )
    assert scored(100).headline.startswith("No full-night rating.")


def test_every_sentence_has_a_calm_twin_without_a_number() -> None:
    found = scored(
        temperature_c=stepped((100, 27.0), (250, 25.0), (130, None)),
        laeq_db=45.0,
        light_lx=stepped((100, 0.0), (30, 40.0), (350, 0.0)),
        events={30: [event(60.0)]},
    )
    for sentence in found.sentences:
        assert sentence.calm
        assert not re.search(r"\d", sentence.calm)


def test_every_cost_carries_a_time_and_its_points() -> None:
    found = scored(temperature_c=25.0, laeq_db=45.0, light_lx=20.0, events={30: [event(60.0)]})
    for sentence in found.sentences:
        if sentence.kind == "cost":
            assert re.search(r"\d\d:\d\d", sentence.text)
            assert sentence.text.endswith(f"{points_text(sentence.points)}.")


def test_local_times_are_those_of_the_windows_zone() -> None:
    window = window_of(zone="America/New_York")
    found = score_night(night(temperature_c=WARM), window, Household())
    assert "Warm from 18:10 to 22:40" in texts(found, "cost")[0]


def test_the_own_percentile_needs_a_week() -> None:
    assert own_percentile(80.0, [70.0] * 6) is None
    found = own_percentile(80.0, [70.0] * 5 + [90.0] * 2)
    assert found is not None
    assert found.text == "Better than 5 of your last 7 nights."
    assert found.calm == "Better than most of your nights."


def test_the_own_percentile_looks_back_30_nights() -> None:
    found = own_percentile(80.0, [70.0] * 100 + [90.0] * 30)
    assert found is not None
    assert found.text == "Better than 0 of your last 30 nights."
    assert found.calm == "Not one of your best nights."


def test_lux_is_told_with_the_decimals_that_mean_something() -> None:
    assert [lux_text(lux) for lux in (0.034, 3.21, 141.7)] == [
        "0.03 lx",
        "3.2 lx",
        "142 lx",
    ]


def _wakes_at(clock: str) -> Schedule:
    return Schedule(wake_time=(clock,) * 7)


def test_nothing_is_advised_against_a_level_that_the_microphone_cannot_tell() -> None:
    found = scored(laeq_db=30.0, floor_db=30.0)
    assert texts(found, "change") == ["Change nothing: the room did well."]
    assert "background" not in found.headline
    assert "at most 30 dB on average" in texts(found, "good")[0]
    assert {span.cause for span in found.spans if span.points > 0} == {"floor"}


def calm(found: NightScore) -> dict[str, str]:
    return {sentence.text: sentence.calm for sentence in found.sentences}


def test_the_calm_twins_say_the_same_in_plain_words() -> None:
    found = scored(
        temperature_c=27.0,
        laeq_db=stepped((330, 31.0), (150, None)),
        floor_db=31.0,
        events={30: [event(70.0)], 60: [event(71.0)]},
    )
    assert [sentence.calm for sentence in found.sentences] == [
        "Warmth cost something this night.",
        "Single sounds cost something this night.",
        "Dark went well.",
        "Let the room cool down before bed: open a window or turn the heating down.",
        "Held back by Cool.",
        "Quiet was seen for part of the night only.",
        "The room was quieter than the microphone can tell.",
    ]


def test_what_may_have_been_worse_says_why_also_calmly() -> None:
    assert words.at_most("quiet", 81.4).text == (
        "Nobody listened for single sounds, only for levels: Quiet is at most 81."
    )
    assert words.at_most("quiet", 81.4).calm == "Single sounds were not listened for."
    assert words.at_most("dark", 95.0).kind == "note"
    assert words.at_most("dark", 95.0).calm == "The light sensor could not tell all of the light."


def test_how_long_sounds_lasted_is_told_in_seconds_below_a_minute() -> None:
    (text,) = texts(scored(events={30: [event(75.0, duration_s=59.0)]}), "cost")
    assert "(59 s)" in text
    (text,) = texts(scored(events={30: [event(75.0, duration_s=60.0)]}), "cost")
    assert "(1 min)" in text


def test_a_rating_that_is_held_back_says_by_which_rule() -> None:
    assert words.held_back(54.6, "quiet", 9.2) == Sentence(
        kind="note",
        text="Held back to 55 by Quiet: 9 points of its loss come from the rule that two good"
        " parts must not hide a bad one.",
        points=9.2,
        calm="Held back by Quiet.",
    )


def test_counts_are_words_up_to_twelve() -> None:
    assert [count_text(count) for count in (1, 12, 13, 40)] == ["one", "twelve", "13", "40"]


def test_what_the_microphone_noticed_is_told_in_full() -> None:
    assert words.hum(95.0, 13.6).text == (
        "Low-frequency hum for 1 h 35 min: C-weighted levels lay 14 dB above A-weighted ones,"
        " which Quiet follows. A boiler, a transformer or traffic far away sounds like that."
    )
    assert words.hum(95.0, 13.6).calm == "There was a low-frequency hum."
    assert words.hum(95.0, 13.6, at_floor=True).text == (
        "Perhaps a low-frequency hum for 1 h 35 min: C-weighted levels lay at least 14 dB above"
        " A-weighted ones, which were as low as the microphone's own noise. A boiler or traffic"
        " far away is like that, and so are some microphones: it may be the microphone itself,"
        " or too low to hear."
    )
    assert words.clipped(2).text == (
        "In two minutes a sound was louder than the microphone can tell: its level is a lower"
        " limit."
    )
    assert words.clipped(2).calm == "A sound was louder than the microphone can tell."


def test_gaps_are_added_up_and_the_longest_is_named() -> None:
    gaps = [(0, 60_000), (3_600_000, 3_600_000 + 7_200_000), (20_000_000, 20_030_000)]
    assert words.no_values("cool", gaps, "UTC") == (
        "there are no values of the temperature sensor for 2 h 2 min, the longest time from"
        " 01:00 to 03:00"
    )
    last = [(0, 60_000), (3_600_000, 3_720_000)]
    assert words.no_values("cool", last, "UTC").endswith("from 01:00 to 01:02")
    assert words.partial("cool", 0.659, gaps[:1], "UTC").text.startswith(
        "Cool was seen for 65 % of the night"
    )


@pytest.mark.parametrize(
    ("better_than", "calm_text"),
    [(16, "Better than most of your nights."), (15, "Not one of your best nights.")],
)
def test_the_calm_percentile_turns_at_half(better_than: int, calm_text: str) -> None:
    found = words.percentile(better_than, 30)
    assert (found.kind, found.calm) == ("note", calm_text)


def test_an_equal_night_is_not_a_worse_one() -> None:
    found = own_percentile(70.0, [70.0] * 7)
    assert found is not None
    assert found.text == "Better than 0 of your last 7 nights."


FORBIDDEN = re.compile(
    r"\b(you slept|your sleep|sleeper|slept|insomnia|diagnos\w*|apn\w+|healthy|unhealthy|"
    r"jerks?|REM|deep sleep|tired|rested|woke|woken|awoke)\b",
    re.IGNORECASE,
)


@pytest.mark.slow
def test_no_sentence_claims_anything_about_the_sleeper() -> None:
    rooms = [
        {"temperature_c": t, "laeq_db": level, "light_lx": lx, "humidity_pct": rh}
        for t in (9.0, 18.0, 29.0)
        for level in (25.0, 50.0, None)
        for lx in (0.0, 30.0)
        for rh in (8.0, 88.0)
    ]
    for room in rooms:
        found = scored(**room, events={30: [event(90.0)]})
        for text in (found.headline, *(s.text + s.calm for s in found.sentences)):
            assert not FORBIDDEN.search(text), text
