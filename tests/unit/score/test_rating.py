from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from monitor.contract.record import Flag, Minute, epoch_ms
from monitor.night.household import Household, Place
from monitor.score.errors import UnknownLampError, UnknownProfileError
from monitor.score.rating import score_night
from monitor.score.result import NightScore, Status
from tests.fakes.nights import Series, event, light, night, record, stepped, window_of


def scored(minutes: list[Minute], length: int = 480, household: Household | None = None,
           *, provisional: bool = False) -> NightScore:  # fmt: skip
    window = window_of(length, provisional=provisional)
    return score_night(minutes, window, household or Household())


def texts(found: NightScore, kind: str) -> list[str]:
    return [sentence.text for sentence in found.sentences if sentence.kind == kind]


def test_a_perfect_room_rates_100() -> None:
    found = scored(night())
    assert found.rating == 100.0
    assert (found.word, found.stars, found.provisional) == ("Excellent", 5, None)
    assert found.score_model_version == 1
    assert found.comparable


def test_parts_make_the_rating_with_their_weights() -> None:
    found = scored(night(laeq_db=30.0, temperature_c=24.0, light_lx=0.6 / 0.6))
    assert found.part("quiet").score == pytest.approx(90.0)
    assert found.part("cool").score == pytest.approx(75.0)
    dark = found.part("dark").score
    assert dark is not None
    assert dark == pytest.approx(92.5, abs=1.0)  # 0.6 melanopic lx after a short rise
    assert found.rating == pytest.approx(90**0.4 * 75**0.3 * dark**0.3)


def test_points_minute_costs_and_spans_all_sum_to_what_was_lost() -> None:
    found = scored(
        night(
            laeq_db=lambda i: 30.0 + i % 9,
            temperature_c=lambda i: 25.0 - i / 100,
            light_lx=stepped((300, 0.0), (20, 30.0), (160, 0.0)),
            events={50: [event(60.0)], 90: [event(50.0)]},
        )
    )
    lost = 100 - (found.rating or 0.0)
    assert sum(part.points_lost for part in found.parts) == pytest.approx(lost)
    assert sum(map(sum, found.minute_costs.values())) == pytest.approx(lost)
    assert sum(span.points for span in found.spans) == pytest.approx(lost)
    assert all(len(costs) == 480 for costs in found.minute_costs.values())


def test_what_the_cap_takes_belongs_to_the_weakest_part() -> None:
    found = scored(night(laeq_db=45.0))
    assert found.rating == pytest.approx(60.0)
    assert found.held_back_by == "quiet"
    assert found.held_back_points == pytest.approx(100 * 0.45**0.4 - 60)
    assert found.part("quiet").points_lost == pytest.approx(40.0)
    assert any(text.startswith("Held back to 60 by Quiet") for text in texts(found, "note"))


def test_a_part_that_is_not_fitted_is_left_out_and_labelled() -> None:
    found = scored(night(laeq_db=UNSET, temperature_c=24.0))
    assert found.part("quiet").status is Status.NOT_FITTED
    assert found.rating == pytest.approx((75 * 100) ** 0.5)
    assert found.label == "of 2 parts, noise not measured"
    assert found.word == "Good"
    assert not found.at_most
    assert found.comparable


def test_with_one_part_the_label_names_both_others() -> None:
    found = scored(night(laeq_db=UNSET, light_lx=UNSET))
    assert found.label == "of 1 part, noise and light not measured"


def test_a_missing_part_leaves_an_upper_limit_without_word_or_stars() -> None:
    found = scored(night(light_lx=stepped((50, 0.0), (430, None)), temperature_c=24.0))
    assert found.part("dark").status is Status.MISSING
    assert found.part("dark").score is None
    assert found.part("dark").coverage == pytest.approx(50 / 480)
    assert found.rating == pytest.approx(75 ** (3 / 7) * 100 ** (4 / 7))
    assert (found.at_most, found.word, found.stars) == (True, None, None)
    assert found.provisional == "there are no values of the light sensor from 22:50 to 06:00"
    assert not found.comparable


def test_a_part_missing_in_stretches_says_how_long_and_the_longest() -> None:
    found = scored(night(laeq_db=stepped((200, None), (30, 25.0), (100, None), (150, 25.0))))
    assert found.provisional == (
        "there are no values of the microphone for 5 h, the longest time from 22:00 to 01:20"
    )


def test_a_partial_part_keeps_word_and_stars_and_says_so() -> None:
    found = scored(night(laeq_db=stepped((360, 35.0), (120, None))))
    quiet = found.part("quiet")
    assert (quiet.status, quiet.coverage) == (Status.PARTIAL, 0.75)
    assert quiet.score == pytest.approx(75.0)
    assert quiet.high == pytest.approx(
        0.7 * (0.75 * (75 + 3 * 1.645 * 1.5) + 25) + 0.3 * (75 + 3 * 1.645 * 1.5), abs=0.01
    )
    assert found.word == "Good"
    assert (
        "Quiet was seen for 75 % of the night: there are no values of the microphone"
        in (texts(found, "note")[0])
    )


def test_a_gap_that_was_taken_for_poor_has_its_cost() -> None:
    found = scored(night(temperature_c=stepped((60, 27.0), (260, 18.0), (160, None))))
    assert found.part("cool").status is Status.PARTIAL
    gap = [span for span in found.spans if span.cause == "gap"]
    assert [(span.points > 0, span.end_ms - span.start_ms) for span in gap] == [(True, 9_600_000)]
    assert any(text.startswith("No values from the temperature") for text in texts(found, "cost"))


def test_nothing_recorded_gives_no_rating() -> None:
    found = scored([])
    assert (found.rating, found.word, found.stars) == (None, None, None)
    assert [part.status for part in found.parts] == [Status.MISSING] * 3
    assert "there are no values of the microphone from 22:00 to 06:00" in (found.provisional or "")
    assert len(texts(found, "change")) == 1


def test_everything_missing_gives_no_rating() -> None:
    found = scored(night(laeq_db=None, light_lx=None, temperature_c=None))
    assert found.rating is None
    assert not found.comparable


def test_nothing_fitted_gives_no_rating() -> None:
    found = scored(night(laeq_db=UNSET, light_lx=UNSET, temperature_c=UNSET))
    assert found.rating is None
    assert (found.provisional, found.label) == ("no sensor is fitted", None)


def test_an_empty_window_gives_no_rating() -> None:
    found = scored(night(10), length=0)
    assert found.rating is None
    assert found.provisional == "only 0 min of the night, at least 4 h are needed"


def test_only_minutes_outside_the_window_tell_what_is_fitted() -> None:
    before = night(100, laeq_db=UNSET, start_ms=window_of().start_ms - 6_000_000)
    found = scored(before)
    assert found.part("quiet").status is Status.NOT_FITTED
    assert found.part("cool").status is Status.MISSING


def test_less_than_4_hours_make_no_full_night_rating() -> None:
    found = scored(night(239), length=239)
    assert found.rating == 100.0
    assert (found.word, found.stars) == (None, None)
    assert found.provisional == "only 3 h 59 min of the night, at least 4 h are needed"
    assert scored(night(240), length=240).provisional is None


def test_the_running_night_is_provisional_but_has_its_word() -> None:
    found = scored(night(300), length=300, provisional=True)
    assert (found.word, found.provisional) == ("Excellent", "the night is still running")


def test_a_night_below_the_floor_takes_its_word_from_the_low_end() -> None:
    found = scored(night(laeq_db=32.0, floor_db=32.0))
    quiet = found.part("quiet")
    assert quiet.at_least
    assert found.at_least
    assert quiet.score == pytest.approx(92.0)
    assert quiet.sure_score == pytest.approx(84.0)
    assert quiet.word == "Good"
    assert found.sure_rating == pytest.approx(100 * 0.84**0.4)
    assert "below 32 dB: Quiet is at least 84." in texts(found, "note")[0]


def test_infrared_light_takes_the_excellent_away() -> None:
    minutes = night()
    minutes[100] = record(
        6000, climate=minutes[100].climate, sound=minutes[100].sound,
        light=light(0.0, flags=(Flag.IR_DOMINATED,)),
    )  # fmt: skip
    found = scored(minutes)
    assert found.part("dark").at_most
    assert (found.part("dark").word, found.word) == ("Good", "Good")
    assert found.at_most
    assert "Dark is at most 100." in texts(found, "note")[0]


def test_a_thermometer_without_humidity_takes_the_temperature_alone() -> None:
    found = scored(night(temperature_c=24.0, humidity_pct=UNSET))
    assert found.part("cool").score == pytest.approx(75.0)
    measured = scored(night(temperature_c=24.0)).part("cool")
    assert (found.part("cool").low or 0.0) < (measured.low or 0.0)


def test_profile_and_offset_are_told_with_the_night() -> None:
    household = Household(profile="older_adult", offset_k=1.0)
    found = scored(night(temperature_c=19.0), household=household)
    assert (found.profile, found.offset_k) == ("older_adult", 1.0)
    assert found.part("cool").score == pytest.approx(90.0)


def test_a_choice_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(UnknownProfileError):
        scored(night(10), 10, Household(profile="cat"))
    with pytest.raises(UnknownLampError):
        scored(night(10), 10, Household(lamp="sun"))


def test_a_picked_lamp_counts_until_dawn_and_daylight_after_it() -> None:
    berlin = Household(
        zone="Europe/Berlin", lamp="red", place=Place(latitude_deg=52.52, longitude_deg=13.4)
    )
    found = score_night(night(600, light_lx=20.0), window_of(600, zone="Europe/Berlin"), berlin)
    assert {span.cause for span in found.spans if span.part == "dark"} == {"daylight"}


def test_a_night_of_25_hours_of_clock_change_is_scored_by_its_minutes() -> None:
    # 25 October 2026, Berlin: the clock goes back from 03:00 to 02:00.
    start_ms = epoch_ms(datetime(2026, 10, 24, 21, tzinfo=UTC))
    window = window_of(540, start_ms=start_ms, zone="Europe/Berlin")
    found = score_night(night(540, start_ms=start_ms), window, Household(zone="Europe/Berlin"))
    assert found.rating == 100.0
    assert "from 23:00 to 07:00 (9 h)" in texts(found, "good")[0]


@pytest.mark.parametrize("temperature_c", [18.0, 27.0])
def test_records_in_any_order_give_the_same_night(temperature_c: Series) -> None:
    minutes = night(temperature_c=temperature_c, events={5: [event(55.0)], 9: [event(56.0)]})
    assert scored(minutes[::-1]).rating == pytest.approx(scored(minutes).rating)


def test_a_night_that_nothing_holds_back_names_no_part_for_it() -> None:
    found = scored(night(laeq_db=32.0, temperature_c=23.0))
    assert (found.held_back_by, found.held_back_points) == (None, 0.0)


def test_every_reason_for_a_provisional_rating_is_told() -> None:
    found = scored(night(60), 60, provisional=True)
    assert found.provisional == (
        "the night is still running; only 1 h of the night, at least 4 h are needed"
    )


def test_a_part_without_a_number_keeps_no_other_from_its_note() -> None:
    found = scored(night(laeq_db=None, temperature_c=stepped((390, 18.0), (90, None))))
    assert found.part("quiet").status is Status.MISSING
    assert any("Cool was seen for 81 %" in text for text in texts(found, "note"))
