import pytest
from msgspec.structs import replace

from monitor.contract.record import Flag, Minute, instant
from monitor.night.light import LightsOut, Lit, get_up, lights_out, lit_minutes
from tests.fakes.room_light import FAILED, GAP, at, light, light_minute

BEDTIME = at("2026-01-12 23:00")
WAKE = at("2026-01-13 07:00")
SPAN = (at("2026-01-12 12:00"), at("2026-01-13 12:00"))
EVENING = at("2026-01-12 20:00")
MINUTE_MS = 60_000


def out(minutes: list[Minute], now: str | None = None) -> LightsOut:
    lit = lit_minutes(minutes, SPAN)
    return lights_out(lit, BEDTIME, None if now is None else at(now))


def up(minutes: list[Minute]) -> int | None:
    return get_up(lit_minutes(minutes, SPAN), WAKE)


def test_minutes_are_ordered_and_those_outside_the_span_left_out() -> None:
    minutes = light(SPAN[0] - MINUTE_MS, (1, 1), (2, 1), (3, 1))
    assert [minute.lx for minute in lit_minutes(minutes[::-1], SPAN)] == [2, 3]


def test_a_minute_with_less_than_half_of_its_samples_is_missing() -> None:
    half, less = light_minute(BEDTIME, 9, n=30), light_minute(BEDTIME, 9, n=29)
    assert len(lit_minutes([half], SPAN)) == 1
    assert lit_minutes([less], SPAN) == []


def test_a_minute_whose_raw_value_stood_still_is_missing() -> None:
    minute = light_minute(BEDTIME, 9)
    assert minute.light
    frozen = replace(minute, light=replace(minute.light, flags=(Flag.FROZEN,)))
    assert lit_minutes([frozen], SPAN) == []


def test_a_room_without_a_light_sensor_has_no_light() -> None:
    assert lit_minutes([Minute(end=instant(BEDTIME), duration_s=60)], SPAN) == []


def test_overlapping_records_count_their_time_once() -> None:
    long = light_minute(BEDTIME, 7, duration_s=600)
    inside = light_minute(BEDTIME - 5 * MINUTE_MS, 3, duration_s=600)
    covered = light_minute(BEDTIME - 10 * MINUTE_MS, 1, duration_s=60)
    lit = lit_minutes([long, inside, covered], SPAN)
    assert sum(minute.end_ms - minute.start_ms for minute in lit) == 15 * MINUTE_MS


@pytest.mark.parametrize(("lost_min", "held"), [(3, True), (4, False)])
def test_a_gap_of_three_minutes_is_held(lost_min: int, held: bool) -> None:
    lit = lit_minutes(light(EVENING, (8, 1), (FAILED, lost_min), (1, 1)), SPAN)
    end_ms = EVENING + (1 + lost_min if held else 1) * MINUTE_MS
    assert lit[0] == Lit(EVENING, end_ms, 8)


def test_one_bright_minute_is_no_spell() -> None:
    assert out(light(EVENING, (0.0, 180), (50, 1), (0.0, 400))).at_ms is None
    assert out(light(EVENING, (0.0, 180), (50, 2), (0.0, 400))).at_ms == BEDTIME + 2 * MINUTE_MS


def test_two_bright_minutes_with_a_gap_between_are_no_spell() -> None:
    glimpses = light(EVENING, (0.0, 174), (50, 1), (GAP, 4), (50, 1), (0.0, 400))
    assert out(glimpses).at_ms is None


@pytest.mark.parametrize(("glimpses", "is_out"), [(5, True), (6, False)])
def test_the_hour_after_may_have_five_bright_minutes(glimpses: int, is_out: bool) -> None:
    visits = [(20.0, 1), (0.0, 8)] * glimpses
    found = out(light(EVENING, (80, 180), (0.0, 5), *visits, (0.0, 400)))
    assert (found.at_ms == BEDTIME) is is_out


def test_of_two_dark_hours_the_one_nearest_the_bedtime_begins_the_night() -> None:
    found = out(light(EVENING, (80, 75), (0.0, 65), (80, 50), (0.0, 400)))
    assert found.at_ms == at("2026-01-12 23:10")


@pytest.mark.parametrize(
    ("lit_min", "is_out"), [(59, False), (60, True), (420, True), (421, False)]
)
def test_lights_out_lies_from_two_hours_before_to_four_after_bedtime(
    lit_min: int, is_out: bool
) -> None:
    found = out(light(EVENING, (80, lit_min), (0.0, 200)))
    assert (found.at_ms is not None) is is_out


def test_a_light_that_goes_out_in_a_short_gap_went_out_when_dark_is_seen() -> None:
    found = out(light(EVENING, (80, 180), (GAP, 2), (0.0, 200)))
    assert found.at_ms == BEDTIME + 2 * MINUTE_MS


def test_five_unseen_minutes_are_no_more_than_five_bright_ones() -> None:
    found = out(light(EVENING, (80, 180), (GAP, 5), (0.0, 200)))
    assert found.at_ms == BEDTIME


def test_ten_minute_records_show_lights_out() -> None:
    found = out(light(EVENING, (80, 190), (0.0, 300), step_s=600))
    assert found == LightsOut(at("2026-01-12 23:10"), settled=True)


def test_a_bright_ten_minute_record_breaks_the_dark_hour() -> None:
    found = out(light(EVENING, (80, 180), (0.0, 30), (6, 10), (0.0, 300), step_s=600))
    assert found.at_ms == at("2026-01-12 23:40")


def test_live_an_earlier_dark_hour_waits_while_the_light_is_on_nearer_bedtime() -> None:
    minutes = light(EVENING, (80, 75), (0.0, 65), (80, 30))
    assert out(minutes, "2026-01-12 22:50") == LightsOut(None, settled=False)


def test_live_a_light_on_far_from_bedtime_does_not_undo_lights_out() -> None:
    minutes = light(EVENING, (80, 180), (0.0, 120), (80, 30))
    assert out(minutes, "2026-01-13 01:30") == LightsOut(BEDTIME, settled=True)


def test_live_lights_out_is_settled_after_a_dark_hour() -> None:
    minutes = light(EVENING, (80, 180), (0.0, 60))
    assert not out(minutes[:-1], "2026-01-12 23:59").settled
    assert out(minutes, "2026-01-13 00:00").settled


def test_live_a_sensor_that_stops_after_lights_out_gives_none() -> None:
    minutes = light(EVENING, (80, 180), (0.0, 20))
    assert out(minutes, "2026-01-12 23:59").at_ms is None


def test_live_the_schedule_is_settled_when_no_lights_out_can_come_any_more() -> None:
    minutes = light(EVENING, (0.0, 600))
    assert not out(minutes, "2026-01-13 03:14").settled
    assert out(minutes, "2026-01-13 03:15").settled
    assert out([], "2026-01-12 22:00").settled


def test_a_lamp_of_four_minutes_is_not_get_up() -> None:
    assert up(light(WAKE - 60 * MINUTE_MS, (0.0, 40), (80, 4), (0.0, 60))) is None
    assert up(light(WAKE - 60 * MINUTE_MS, (0.0, 40), (80, 5), (0.0, 60))) is not None


def test_a_lamp_switched_on_within_a_minute_counts_from_that_minute() -> None:
    minutes = light(WAKE - 60 * MINUTE_MS, (0.0, 40), (40, 1), (80, 30))
    assert up(minutes) == WAKE - 20 * MINUTE_MS


def test_a_step_split_over_two_minutes_is_still_a_step() -> None:
    minutes = light(WAKE - 60 * MINUTE_MS, (2.0, 40), (8, 1), (40, 30))
    assert up(minutes) == WAKE - 19 * MINUTE_MS


def test_a_rise_of_less_than_five_times_is_no_step() -> None:
    assert up(light(WAKE - 60 * MINUTE_MS, (2.0, 40), (9.9, 60))) is None


def test_of_two_steps_the_one_nearest_the_wake_time_is_get_up() -> None:
    minutes = light(WAKE - 120 * MINUTE_MS, (0.0, 30), (50, 10), (0.0, 70), (50, 30))
    assert up(minutes) == WAKE - 10 * MINUTE_MS


@pytest.mark.parametrize(
    ("dark_min", "is_up"), [(29, False), (30, True), (270, True), (271, False)]
)
def test_get_up_lies_within_two_hours_of_the_wake_time(dark_min: int, is_up: bool) -> None:
    minutes = light(WAKE - 150 * MINUTE_MS, (0.0, dark_min), (80, 10), (0.0, 5))
    assert (up(minutes) is not None) is is_up


def test_light_after_a_long_gap_is_no_step() -> None:
    assert up(light(WAKE - 60 * MINUTE_MS, (0.0, 30), (GAP, 20), (80, 30))) is None


def test_a_step_must_be_seen_to_last() -> None:
    assert up(light(WAKE - 60 * MINUTE_MS, (0.0, 30), (80, 3), (GAP, 20), (80, 3))) is None


def test_ten_minute_records_cannot_tell_a_step_from_a_dawn() -> None:
    assert up(light(WAKE - 60 * MINUTE_MS, (0.0, 30), (80, 60), step_s=600)) is None
