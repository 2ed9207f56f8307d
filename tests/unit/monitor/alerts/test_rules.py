"""When an alert begins, ends, is told, held or muted."""

from typing import Any

import pytest

from monitor.alerts.phase import Phase
from monitor.alerts.rules import snooze
from monitor.alerts.states import Fate, Urgency, What
from monitor.night.alert_choices import AfterLightsOut, AlertChoices, Kind, RuleChoice
from tests.fakes.alert_evening import Evening

WARM: dict[str, Any] = {"cool": 50.0}
BRIGHT: dict[str, Any] = {"dark": 10.0}


def choosing(kind: Kind, **choice: object) -> AlertChoices:
    return AlertChoices(alert_rules={kind: RuleChoice(**choice)})


def test_a_warm_evening_is_told_after_ten_minutes_and_not_before() -> None:
    evening = Evening()

    assert evening.lasts(10, **WARM) == []
    (told,) = evening.lasts(0.2, **WARM)

    assert (told.kind, told.what, told.fate) == (Kind.TOO_WARM, What.BEGAN, Fate.NOW)
    assert told.title == "Too warm"
    assert told.body == "Bedroom: 24.0 °C: open the window."
    assert told.why == "Cool 50 < 60 for 10 min; evening"
    assert told.urgency is Urgency.NORMAL


def test_an_episode_is_told_once_however_long_it_lasts() -> None:
    evening = Evening()

    assert len(evening.lasts(120, **WARM)) == 1


def test_its_end_is_told_with_how_long_it_lasted() -> None:
    evening = Evening()
    evening.lasts(40, **WARM)

    (told,) = evening.lasts(5)

    assert (told.what, told.fate) == (What.ENDED, Fate.NOW)
    assert told.title == "Cool enough again"
    assert told.body == "Bedroom: “Too warm” lasted 40 min."


def test_it_ends_only_five_points_above_its_threshold() -> None:
    evening = Evening()
    evening.lasts(11, **WARM)

    assert evening.lasts(60, cool=64.9) == []
    assert len(evening.lasts(3, cool=65.0)) == 1


def test_a_moment_of_good_air_ends_nothing() -> None:
    evening = Evening()
    evening.lasts(11, **WARM)

    for _ in range(10):
        assert evening.lasts(1) == []
        assert evening.lasts(1, **WARM) == []


def test_a_moment_of_bad_air_begins_nothing() -> None:
    evening = Evening()

    for _ in range(10):
        assert evening.lasts(9, **WARM) == []
        assert evening.lasts(0.2) == []


def test_what_is_not_known_is_neither_bad_nor_good() -> None:
    evening = Evening()
    evening.lasts(9, **WARM)
    assert evening.lasts(5, cool=None, temperature_c=None) == []
    evening.lasts(11, **WARM)

    assert evening.lasts(60, cool=None) == []
    assert evening.state.rules[Kind.TOO_WARM].episode is not None


def test_what_nobody_looked_at_has_not_lasted() -> None:
    evening = Evening()
    evening.lasts(9, **WARM)
    evening.now_s += 3600

    assert evening.lasts(9, **WARM) == []
    assert len(evening.lasts(2, **WARM)) == 1


@pytest.mark.parametrize(
    ("kind", "values", "minutes"),
    [
        (Kind.TOO_WARM, {"cool": 59.9}, 10),
        (Kind.TOO_COLD, {"cool": 59.9, "temperature_c": 12.0}, 10),
        (Kind.TOO_LOUD, {"quiet": 39.9}, 5),
        (Kind.TOO_HUMID, {"humidity_pct": 71.0}, 20),
        (Kind.CLIMATE_FAULT, {"climate_fault": True}, 5),
        (Kind.LIGHT_FAULT, {"light_fault": True}, 5),
        (Kind.MICROPHONE_FAULT, {"microphone_fault": True}, 5),
        (Kind.DISK_FULL, {"free_bytes": 4e8}, 1),
    ],
)
def test_each_rule_has_its_dwell_time(kind: Kind, values: dict[str, Any], minutes: float) -> None:
    evening = Evening()

    assert evening.lasts(minutes, **values) == []
    (told,) = evening.lasts(0.2, **values)

    assert told.kind == kind
    assert told.body.startswith("Bedroom: " if kind is not Kind.TOO_LOUD else "Bedroom.")
    assert [one.what for one in evening.lasts(5)] == [What.ENDED]


def test_light_after_lights_out_needs_two_minutes() -> None:
    night = Evening(phase=Phase.NIGHT)

    assert night.lasts(2, **BRIGHT) == []
    (held,) = night.lasts(0.2, **BRIGHT)

    assert (held.kind, held.fate) == (Kind.TOO_BRIGHT, Fate.HELD)


def test_silence_is_told_with_how_long_it_has_been() -> None:
    night = Evening(choosing(Kind.NO_DATA, after_lights_out="wake"), phase=Phase.NIGHT)

    assert night.once(1, silence_s=300.0) == ()
    (told,) = night.once(1, silence_s=360.0)

    assert told.kind == Kind.NO_DATA
    assert told.urgency is Urgency.WAKE
    assert "nothing came for 6 min" in told.body
    assert told.why == "silence 360 s > 300 s; night"
    ended = night.lasts(3, silence_s=1.0)
    assert [one.title for one in ended] == ["Data again"]


def test_silence_before_the_usual_bedtime_is_nobody_s_concern() -> None:
    evening = Evening()

    assert evening.lasts(60, silence_s=4000.0) == []
    evening.lasts(61)
    assert evening.phase is Phase.EVENING
    assert len(evening.lasts(1, silence_s=400.0)) == 1, "past the bedtime, with the lamp on"


def test_light_before_bed_is_told_once_and_its_end_never() -> None:
    evening = Evening()
    assert evening.lasts(60, **BRIGHT) == [], "more than an hour before"

    told = evening.lasts(25, **BRIGHT)
    ended = evening.lasts(5)
    again = evening.lasts(25, **BRIGHT)

    assert [one.kind for one in told] == [Kind.BRIGHT_EVENING]
    assert [one.fate for one in ended] == [Fate.MUTED]
    assert again == []


def test_light_after_bedtime_is_not_light_before_bed() -> None:
    evening = Evening()
    evening.now_ms += 2 * 3_600_000

    assert evening.lasts(60, **BRIGHT) == []


def test_by_day_only_the_machine_is_watched() -> None:
    day = Evening(phase=Phase.DAY)

    told = day.lasts(
        30, cool=0.0, quiet=0.0, dark=0.0, humidity_pct=99.0, silence_s=999.0, light_fault=True
    )

    assert [one.kind for one in told] == [Kind.LIGHT_FAULT]
    assert told[0].fate is Fate.NOW


def test_the_morning_ends_what_the_night_held() -> None:
    night = Evening(phase=Phase.NIGHT)
    night.lasts(30, **WARM)
    night.phase = Phase.DAY

    (ended,) = night.once(5, **WARM)

    assert (ended.what, ended.fate) == (What.ENDED, Fate.HELD)
    held = night.state.held[Kind.TOO_WARM]
    assert (held.episodes, round(held.lasted_s), held.is_open) == (1, 1800, False)


def test_what_was_told_in_the_evening_ends_in_the_note_of_the_morning() -> None:
    evening = Evening()
    evening.lasts(60, **WARM)
    evening.phase = Phase.NIGHT

    (ended,) = evening.lasts(3)

    assert ended.fate is Fate.HELD
    held = evening.state.held[Kind.TOO_WARM]
    assert (held.episodes, held.is_open) == (1, False)
    assert 3600 <= held.lasted_s <= 3800


def test_two_held_episodes_are_counted_together() -> None:
    night = Evening(phase=Phase.NIGHT)
    for _ in range(2):
        night.lasts(20, **WARM)
        night.lasts(5)
    night.lasts(20, **WARM)

    held = night.state.held[Kind.TOO_WARM]

    assert (held.episodes, held.is_open) == (3, True)
    assert 2 * 1200 <= held.lasted_s <= 2 * 1400


@pytest.mark.parametrize(
    ("chosen", "urgency"),
    [(AfterLightsOut.SILENT, Urgency.SILENT), (AfterLightsOut.WAKE, Urgency.WAKE)],
)
def test_who_wants_to_be_told_at_night_is_told(chosen: AfterLightsOut, urgency: Urgency) -> None:
    night = Evening(choosing(Kind.TOO_WARM, after_lights_out=chosen), phase=Phase.NIGHT)

    told = [*night.lasts(11, **WARM), *night.lasts(5)]

    assert [(one.fate, one.urgency) for one in told] == [(Fate.NOW, urgency)] * 2


def test_the_fourth_message_of_a_kind_waits_for_the_morning() -> None:
    evening = Evening()
    for _ in range(3):
        evening.lasts(11, **WARM)
        evening.lasts(5)

    fates = [one.fate for one in evening.decisions]

    assert fates == [Fate.NOW, Fate.NOW, Fate.NOW, Fate.HELD, Fate.HELD, Fate.HELD]
    assert "last message" in evening.decisions[2].body
    assert "last message" not in evening.decisions[0].body
    assert "3 messages" in evening.decisions[4].why


def test_the_next_night_has_its_own_three() -> None:
    evening = Evening()
    for _ in range(2):
        evening.lasts(11, **WARM)
        evening.lasts(5)
    evening.night = "2026-11-23"

    assert [one.fate for one in evening.lasts(11, **WARM)] == [Fate.NOW]


@pytest.mark.parametrize("false_night", ["2026-11-01", "2026-11-23", "2027-11-22"])
def test_a_clock_that_goes_back_and_comes_again_gives_no_night_three_more(
    false_night: str,
) -> None:
    evening = Evening()
    for _ in range(2):
        evening.lasts(11, **WARM)
        evening.lasts(5)
    for _ in range(2):
        evening.night, evening.knows_time = false_night, False
        assert [one.fate for one in evening.lasts(16, **WARM)] == [Fate.HELD]
        evening.lasts(5)
        evening.night, evening.knows_time = "2026-11-22", True
        assert [one.fate for one in evening.lasts(11, **WARM)] == [Fate.HELD]
        evening.lasts(5)


@pytest.mark.parametrize("false_night", ["2026-11-01", "2026-11-23"])
def test_a_night_that_began_in_a_boot_without_time_is_the_same_once_that_is_found(
    false_night: str,
) -> None:
    evening = Evening()
    evening.night, evening.knows_time = false_night, False
    for _ in range(2):
        evening.lasts(11, **WARM)
        evening.lasts(5)
    evening.night, evening.knows_time = "2026-11-22", True
    assert [one.fate for one in evening.lasts(11, **WARM)] == [Fate.HELD]
    evening.lasts(5)

    evening.night = "2026-11-23"
    assert [one.fate for one in evening.lasts(11, **WARM)] == [Fate.NOW]


def test_what_is_decided_by_a_clock_without_time_says_so() -> None:
    evening = Evening()
    evening.knows_time = False

    (told,) = evening.lasts(11, **WARM)

    assert told.why.endswith("; evening; date and hour by a clock that did not know the time")


def test_what_began_before_the_time_was_found_has_its_true_hour() -> None:
    evening = Evening(phase=Phase.NIGHT)
    evening.boot_began_s = evening.now_s
    true_ms = evening.now_ms + 5000
    evening.now_ms -= 21 * 86_400_000
    evening.night, evening.knows_time = "2026-11-01", False
    evening.lasts(20, **WARM)
    evening.now_ms += 21 * 86_400_000
    evening.night, evening.knows_time = "2026-11-22", True
    evening.once(5.0, **WARM)

    held = evening.state.held
    assert held[Kind.TOO_WARM].first_ms == true_ms
    assert held[Kind.TOO_WARM].night == "2026-11-22"


def test_a_home_without_time_has_its_three_messages_every_night() -> None:
    evening = Evening()
    evening.knows_time = False
    nights = ("2026-11-22", "2026-11-23", "2026-11-01", "2026-11-02")
    for night in nights:
        evening.night = night
        for _ in range(3):
            evening.lasts(11, **WARM)
            evening.lasts(5)
        evening.once(24 * 3600.0)

    assert [one.fate for one in evening.decisions].count(Fate.NOW) == 3 * len(nights)


def test_what_waits_for_the_morning_note_outlasts_an_evening_of_a_false_date() -> None:
    evening = Evening(phase=Phase.NIGHT)
    evening.lasts(20, **WARM)

    evening.night, evening.knows_time, evening.phase = "2026-11-01", False, Phase.EVENING
    evening.lasts(1, **WARM)

    assert evening.state.held


def test_what_no_morning_note_told_is_forgotten_by_the_next_evening() -> None:
    evening = Evening(phase=Phase.NIGHT)
    evening.lasts(20, **WARM)
    evening.phase = Phase.DAY
    evening.lasts(5)
    assert evening.state.held

    evening.night, evening.phase = "2026-11-23", Phase.EVENING
    evening.lasts(1)

    assert not evening.state.held


def test_a_rule_that_is_switched_off_says_nothing_more() -> None:
    evening = Evening()
    evening.lasts(11, **WARM)
    evening.choices = choosing(Kind.TOO_WARM, enabled=False)

    (ended,) = evening.lasts(1, **WARM)

    assert (ended.fate, ended.why) == (Fate.HELD, "lasted 11 min; no longer watched")
    assert evening.lasts(60, **WARM) == []


def test_threshold_and_dwell_time_can_be_chosen() -> None:
    evening = Evening(choosing(Kind.TOO_WARM, threshold=80.0, dwell_s=60.0))

    assert len(evening.lasts(1.2, cool=79.0)) == 1
    assert evening.lasts(5, cool=84.0) == []
    assert len(evening.lasts(5, cool=86.0)) == 1


def snoozed(evening: Evening, *kinds: Kind, minutes: float = 30) -> None:
    evening.state, decision = snooze(evening.state, evening.facts(), kinds, minutes * 60)
    evening.decisions.append(decision)


def test_a_snoozed_kind_is_muted_and_so_is_its_end() -> None:
    evening = Evening()
    snoozed(evening, Kind.TOO_WARM)
    assert evening.decisions[0].why == "asked for, 30 min"

    told = [*evening.lasts(20, **WARM), *evening.lasts(20)]

    assert [one.fate for one in told] == [Fate.MUTED, Fate.MUTED]


def test_a_snooze_of_everything_ends_by_itself() -> None:
    evening = Evening()
    snoozed(evening)

    assert evening.decisions[0].kind == "*"
    assert [one.fate for one in evening.lasts(29, quiet=0.0)] == [Fate.MUTED]
    evening.lasts(5)
    assert [one.fate for one in evening.lasts(29, **WARM)] == [Fate.NOW]


def test_what_was_told_before_a_snooze_ends_in_the_morning_note() -> None:
    evening = Evening()
    evening.lasts(11, **WARM)
    snoozed(evening)

    (ended,) = evening.lasts(5)

    assert ended.fate is Fate.HELD


@pytest.mark.parametrize(
    ("kind", "sensor"),
    [
        (Kind.CLIMATE_FAULT, "climate_fault"),
        (Kind.LIGHT_FAULT, "light_fault"),
        (Kind.MICROPHONE_FAULT, "microphone_fault"),
    ],
)
def test_a_sensor_without_values_is_told_after_five_minutes_and_not_before(
    kind: Kind, sensor: str
) -> None:
    evening = Evening()
    assert evening.lasts(5, **{sensor: True}) == []

    (told,) = evening.once(5, **{sensor: True})

    assert (told.kind, told.what) == (kind, What.BEGAN)


def test_an_end_says_why_it_is_not_told() -> None:
    night = Evening(phase=Phase.NIGHT)
    night.lasts(11, **WARM)
    (held,) = night.lasts(5)
    assert held.why.endswith("; as its beginning was")

    evening = Evening()
    evening.lasts(85, **BRIGHT)
    (once,) = evening.lasts(5)
    assert once.why.endswith("; said once, its end is not news")
