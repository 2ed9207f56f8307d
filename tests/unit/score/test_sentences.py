"""Every sentence in full, made of given spans: its time, value, duration and points."""

import pytest

from monitor.score import phrases, words
from monitor.score.figures import capitalised
from monitor.score.result import Sentence, Span
from monitor.score.telling import dearest
from tests.fakes.nights import EVENING_MS

HOUR_MS = 3_600_000


def span(
    cause: str, start_h: float, end_h: float, points: float, part: str = "cool", **detail: float
) -> Span:
    if "at_h" in detail:
        detail["at_ms"] = EVENING_MS + detail.pop("at_h") * HOUR_MS
    return Span(
        part=part,
        cause=cause,
        start_ms=EVENING_MS + round(start_h * HOUR_MS),
        end_ms=EVENING_MS + round(end_h * HOUR_MS),
        points=points,
        detail=detail,
    )


def sound(start_h: float, lasmax_db: float, points: float, **changes: float) -> Span:
    detail = {"lasmax_db": lasmax_db, "awakenings": 0.06, "extrapolated": 0.0, **changes}
    return span("event", start_h, start_h + 1 / 120, points, "quiet", **detail)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (
            span("warm", 1, 5.5, 6.2, temperature_c=24.64, at_h=2.5),
            "Warm from 23:00 to 03:30 (4 h 30 min), peak 24.6 °C at 00:30: 6 points.",
        ),
        (
            span("cold", 1, 2, 1.4, temperature_c=9.96, at_h=1.25),
            "Cold from 23:00 to 00:00 (1 h), lowest 10.0 °C at 23:15: 1 point.",
        ),
        (
            span("humid", 0, 1, 3, humidity_pct=84.6, at_h=0.5),
            "Humid air from 22:00 to 23:00 (1 h), up to 85 % at 22:30: 3 points.",
        ),
        (
            span("dry", 0, 1, 3, humidity_pct=19.6, at_h=0.5),
            "Dry air from 22:00 to 23:00 (1 h), down to 20 % at 22:30: 3 points.",
        ),
        (
            span("steady", 0, 8, 20, "quiet", laeq_db=44.6),
            "Steady sound from 22:00 to 06:00 (8 h), 45 dB on average: 20 points.",
        ),
        (
            span("background", 0, 8, 4, "quiet", laeq_db=31.4),
            "Background sound from 22:00 to 06:00 (8 h), 31 dB on average: 4 points.",
        ),
        (
            span("floor", 0, 8, 4, "quiet", laeq_db=33.0),
            (
                "Below the microphone's own noise from 22:00 to 06:00 (8 h), 33 dB at most, taken"
                " for the middle of what it can have been: 4 points."
            ),
        ),
        (
            span("lamp", 5, 5.25, 8, "dark", illuminance_lx=40.0, at_h=5.1),
            "Light from 03:00 to 03:15 (15 min), up to 40 lx at 03:06: 8 points.",
        ),
        (
            span("glow", 0, 8, 4, "dark", illuminance_lx=0.8, at_h=5),
            "Faint light from 22:00 to 06:00 (8 h), up to 0.80 lx at 03:00: 4 points.",
        ),
        (
            span("daylight", 7, 8, 9, "dark", illuminance_lx=120.0, at_h=7.75),
            "Light came in from 05:00 to 06:00 (1 h), up to 120 lx at 05:45: 9 points.",
        ),
        (
            span("gap", 2, 4, 5, "dark"),
            (
                "No values from the light sensor from 00:00 to 02:00 (2 h), taken for as poor as"
                " the worst tenth of the night: 5 points."
            ),
        ),
    ],
)
def test_a_stretch_is_told_with_time_duration_value_and_points(told: Span, text: str) -> None:
    found = words.cost([told], "UTC")
    assert (found.kind, found.text, found.points) == ("cost", text, told.points)
    assert found.calm == f"{capitalised(phrases.CAUSES[told.cause][0])} cost something this night."


def test_several_stretches_are_told_with_the_value_of_the_dearest() -> None:
    one = span("lamp", 1, 1.25, 2.0, "dark", illuminance_lx=30.0, at_h=1.1)
    other = span("lamp", 6, 6.5, 2.5, "dark", illuminance_lx=25.0, at_h=6.25)
    found = words.cost([one, other], "Europe/Berlin")
    assert found.text == (
        "Light in two stretches between 00:00 and 05:30 (45 min in all), up to 25 lx at 05:15:"
        " 5 points."
    )
    assert found.points == 4.5


def test_sounds_are_told_with_number_times_loudest_and_what_they_would_be_expected_to_do() -> None:
    sounds = [sound(1, 47.4, 1.0), sound(3, 61.2, 4.0, awakenings=0.07), sound(5, 50.0, 1.2)]
    assert words.events(sounds, "UTC") == Sentence(
        kind="cost",
        text="Three sounds of 47 dB and more between 23:00 and 03:00 (2 min in all), loudest 61 dB"
        " at 01:00: about 0.2 extra awakenings would be expected; 6 points.",
        points=6.2,
        calm="Single sounds cost something this night.",
    )


def test_a_sound_beyond_what_was_studied_says_so() -> None:
    found = words.events([sound(1, 80.0, 4.0, extrapolated=1.0)], "UTC")
    assert found.text == (
        "One sound of 80 dB at 23:00 (30 s): about 0.1 extra awakenings would be expected, partly"
        " beyond the range that was studied; 4 points."
    )


@pytest.mark.parametrize(
    ("part", "typical", "told"),
    [
        ("quiet", {"laeq_db": 26.4, "bounded": 0.0}, "26 dB on average between sounds"),
        ("quiet", {"laeq_db": 26.4, "bounded": 1.0}, "at most 26 dB on average between sounds"),
        ("cool", {"lowest_c": 17.04, "highest_c": 18.96}, "17.0 to 19.0 °C"),
        ("dark", {"illuminance_lx": 0.04}, "0.04 lx at most"),
    ],
)
def test_what_went_well_is_told_in_full(part: str, typical: dict[str, float], told: str) -> None:
    name = phrases.PART_WORDS[part]
    found = words.good(part, "from 22:00 to 06:00 (8 h)", typical, 0.6)
    text = f"{name} went well from 22:00 to 06:00 (8 h), {told}: 1 point lost."
    assert found == Sentence(kind="good", text=text, points=0.6, calm=f"{name} went well.")


def test_the_change_is_told_with_what_it_can_win() -> None:
    assert words.change("daylight", 8.6) == Sentence(
        kind="change",
        text="Change one thing tonight: darken the window (up to 9 points).",
        points=8.6,
        calm="Darken the window.",
    )
    assert words.check(["quiet", "dark"]) == Sentence(
        kind="change",
        text="Change one thing tonight: check the microphone and the light sensor.",
        calm="Check the microphone and the light sensor.",
    )
    assert words.check([]).text == words.check([]).calm == "Change nothing: the room did well."


@pytest.mark.parametrize(
    ("word", "part", "dearest", "text"),
    [
        ("Good", None, [], "Good. Nothing that was measured disturbed the room."),
        (None, None, [], "No full-night rating. Nothing that was measured disturbed the room."),
        (
            "Fair",
            None,
            [span("warm", 1, 3, 9)],
            "Fair. What cost most was warmth from 23:00 to 01:00.",
        ),
        ("Fair", None, [sound(3, 61.0, 9)], "Fair. What cost most was a single sound at 01:00."),
        (
            "Fair",
            None,
            [sound(3, 61.0, 9), sound(5, 50.0, 1)],
            "Fair. What cost most were two sounds from 01:00 to 03:00.",
        ),
        (
            "Poor",
            "dark",
            [span("lamp", 1, 3, 9, "dark")],
            "Poor. Held back by Dark; most of it a light from 23:00 to 01:00.",
        ),
    ],
)
def test_the_headline_says_word_and_main_cause(
    word: str | None, part: str | None, dearest: list[Span], text: str
) -> None:
    assert words.headline(word, part, dearest, "UTC") == text


def test_notes_and_labels_in_full() -> None:
    gap = [(EVENING_MS, EVENING_MS + HOUR_MS)]
    assert words.partial("cool", 0.8759, gap, "UTC") == Sentence(
        kind="note",
        text="Cool was seen for 87 % of the night: there are no values of the temperature"
        " sensor from 22:00 to 23:00.",
        calm="Cool was seen for part of the night only.",
    )
    assert words.at_least(80.6, 33.2) == Sentence(
        kind="note",
        text="The microphone cannot tell levels below 33 dB: Quiet is at least 81.",
        calm="The room was quieter than the microphone can tell.",
    )
    assert words.at_most("dark", 88.5).text == (
        "Infrared outshone visible light, or light left the sensor's range: Dark is at most 89."
    )
    assert words.label(1, ["quiet", "dark"]) == "of 1 part, noise and light not measured"
    assert words.label(2, ["cool"]) == "of 2 parts, temperature not measured"
    assert words.too_short(239) == "only 3 h 59 min of the night, at least 4 h are needed"
    assert words.percentile(16, 30).text == "Better than 16 of your last 30 nights."


def test_the_phrases_of_the_room_now() -> None:
    said = [
        words.quiet_now(30.4, below_floor=True, peak_db=None, fine=True, air=False),
        words.quiet_now(48.0, below_floor=False, peak_db=70.2, fine=False, air=True),
        words.quiet_now(48.0, below_floor=False, peak_db=None, fine=False, air=True),
        words.quiet_now(48.0, below_floor=False, peak_db=None, fine=False, air=False),
        words.cool_now(18.0, warm=False, fine=True, best_c=18.5, cooling_min=9.0),
        words.cool_now(11.0, warm=False, fine=False, best_c=18.5, cooling_min=None),
        words.cool_now(25.0, warm=True, fine=False, best_c=18.5, cooling_min=None),
        words.cool_now(25.0, warm=True, fine=False, best_c=18.5, cooling_min=75.0),
        words.dark_now(0.2, fine=True),
        words.dark_now(30.0, fine=False),
        words.no_value_now("cool"),
    ]
    assert said == [
        "≤ 30 dB: quiet enough",
        "peaks of 70 dB: keep single sounds out",
        "48 dB: a fan or an open window may be worth its sound now",
        "48 dB: find the steady sound, or close the window",
        "18.0 °C: right for the night",
        "11.0 °C: warm the room or the bed a little",
        "25.0 °C: open the window",
        "25.0 °C: open the window, 19 °C takes about 1 h 15 min",
        "0.20 lx: dark enough",
        "30 lx: dim or turn off the lamp, close the curtain",
        "no value from the temperature sensor",
    ]


def test_what_cost_less_than_a_point_in_all_is_no_headline() -> None:
    assert dearest([span("warm", 1, 2, 0.3), span("warm", 4, 5, 0.3)]) == ()
    assert dearest([span("warm", 1, 2, 0.6), span("warm", 4, 5, 0.5)])[0].points == 0.6
