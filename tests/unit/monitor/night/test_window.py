from datetime import date

import pytest

from monitor.contract.record import Mark, MarkKind, Minute
from monitor.night.errors import NightError
from monitor.night.household import Correction, Household, Schedule
from monitor.night.window import (
    Source,
    Window,
    find_window,
    night_of,
    nights_within,
    scheduled,
    span_of,
)
from tests.fakes.room_light import FAILED, GAP, at, light, pressed

MONDAY = date(2026, 1, 12)
HOUR_MS = 3_600_000


def household(zone: str = "UTC", bedtime: str = "23:00", wake_time: str = "07:00") -> Household:
    return Household(
        zone=zone, schedule=Schedule(bedtime=(bedtime,) * 7, wake_time=(wake_time,) * 7)
    )


def window_of(
    minutes: list[Minute],
    *,
    said: Correction | None = None,
    now: str | None = None,
    home: Household | None = None,
    marks: tuple[Mark, ...] = (),
) -> Window:
    now_ms = None if now is None else at(now)
    return find_window(MONDAY, minutes, home or household(), said, now_ms, marks)


def ordinary_night() -> list[Minute]:
    """Lamp until 23:10, dark, lamp from 06:40 to 07:10, then away."""
    return light(at("2026-01-12 18:00"), (80, 310), (0.01, 450), (60, 30), (0.2, 60))


def test_lights_out_and_get_up_are_read_from_the_light() -> None:
    window = window_of(ordinary_night())
    assert window.lights_out_ms == at("2026-01-12 23:10")
    assert window.get_up_ms == at("2026-01-13 06:40")
    assert (window.lights_out_source, window.get_up_source) == (Source.LIGHT, Source.LIGHT)
    assert not window.provisional


def test_a_night_is_named_by_its_evening() -> None:
    window = window_of(ordinary_night())
    assert (window.night, window.zone) == ("2026-01-12", "UTC")


def test_a_reading_lamp_keeps_the_evening_going() -> None:
    minutes = light(at("2026-01-12 20:00"), (100, 165), (12, 50), (0.0, 480))
    assert window_of(minutes).lights_out_ms == at("2026-01-12 23:35")


def test_a_flickering_television_puts_lights_out_off_until_it_ends() -> None:
    flicker = [(9.0, 6), (2.0, 4)] * 9
    minutes = light(at("2026-01-12 20:00"), (100, 150), *flicker, (0.0, 480))
    assert window_of(minutes).lights_out_ms == at("2026-01-12 23:56")


def test_a_visit_to_the_bathroom_at_three_is_inside_the_night() -> None:
    minutes = light(
        at("2026-01-12 20:00"), (100, 190), (0.0, 230), (40, 6), (0.0, 214), (60, 20), (0.1, 60)
    )
    window = window_of(minutes)
    assert window.lights_out_ms == at("2026-01-12 23:10")
    assert window.get_up_ms == at("2026-01-13 06:40")


def test_a_summer_dawn_never_ends_the_night() -> None:
    dawn = [(0.02 * 1.12**minute, 1) for minute in range(100)]
    minutes = light(at("2026-01-12 20:00"), (100, 190), (0.0, 330), *dawn, (1600.0, 120))
    window = window_of(minutes)
    assert window.get_up_source is Source.SCHEDULE
    assert window.get_up_ms == at("2026-01-13 07:00")


def test_a_blind_opened_in_a_room_that_dawn_made_bright_is_get_up() -> None:
    minutes = light(at("2026-01-13 04:00"), (0.0, 60), (1, 60), (8, 50), (400, 60))
    assert window_of(minutes).get_up_ms == at("2026-01-13 06:50")


def test_a_blackout_room_by_day_falls_back_to_the_schedule() -> None:
    window = window_of(light(at("2026-01-12 12:00"), (0.0, 1440)))
    assert (window.lights_out_source, window.get_up_source) == (Source.SCHEDULE,) * 2
    assert window.lights_out_ms == at("2026-01-12 23:00")


def test_an_empty_dark_bedroom_falls_back_to_the_schedule() -> None:
    minutes = light(at("2026-01-12 12:00"), (300, 240), (0.0, 1200))
    assert window_of(minutes).lights_out_source is Source.SCHEDULE


def test_a_lamp_that_burns_all_night_falls_back_to_the_schedule() -> None:
    window = window_of(light(at("2026-01-12 18:00"), (30, 1080)))
    assert window.lights_out_ms == at("2026-01-12 23:00")
    assert window.get_up_ms == at("2026-01-13 07:00")


def test_a_failed_light_sensor_is_not_darkness() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (FAILED, 500))
    assert window_of(minutes).lights_out_source is Source.SCHEDULE


def test_minutes_that_were_lost_are_not_darkness() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (0.0, 20), (GAP, 6), (0.0, 400))
    assert window_of(minutes).lights_out_source is Source.SCHEDULE


def test_no_data_at_all_gives_the_schedule() -> None:
    window = window_of([])
    assert (window.lights_out_ms, window.get_up_ms) == scheduled(MONDAY, household())


def test_the_button_is_believed_before_the_light() -> None:
    minutes = [
        *ordinary_night(),
        pressed(at("2026-01-12 22:31:20"), MarkKind.LIGHTS_OUT),
        pressed(at("2026-01-13 06:02:10"), MarkKind.GET_UP),
        pressed(at("2026-01-13 03:00:00"), MarkKind.AWAKE),
    ]
    window = window_of(minutes)
    assert window.lights_out_ms == at("2026-01-12 22:31:20")
    assert window.get_up_ms == at("2026-01-13 06:02:10")
    assert (window.lights_out_source, window.get_up_source) == (Source.BUTTON, Source.BUTTON)


def test_of_two_presses_the_one_nearest_the_schedule_counts() -> None:
    minutes = [
        pressed(at("2026-01-12 20:10"), MarkKind.LIGHTS_OUT),
        pressed(at("2026-01-12 23:25"), MarkKind.LIGHTS_OUT),
    ]
    assert window_of(minutes).lights_out_ms == at("2026-01-12 23:25")


def test_a_mark_made_on_a_page_counts_as_the_button() -> None:
    mark = Mark(at_ms=at("2026-01-12 22:50"), kind=MarkKind.LIGHTS_OUT)
    window = window_of(ordinary_night(), marks=(mark,))
    assert (window.lights_out_ms, window.lights_out_source) == (mark.at_ms, Source.BUTTON)


def test_a_correction_is_believed_before_the_button() -> None:
    minutes = [pressed(at("2026-01-12 22:30"), MarkKind.LIGHTS_OUT)]
    window = window_of(minutes, said=Correction(lights_out_ms=at("2026-01-13 00:45")))
    assert window.lights_out_ms == at("2026-01-13 00:45")
    assert window.lights_out_source is Source.CORRECTION
    assert window.get_up_source is Source.SCHEDULE


def test_only_whole_minutes_are_scored() -> None:
    said = Correction(lights_out_ms=at("2026-01-12 22:30:01"), get_up_ms=at("2026-01-13 06:59:59"))
    window = window_of([], said=said)
    assert window.start_ms == at("2026-01-12 22:31")
    assert window.end_ms == at("2026-01-13 06:59")


def test_the_less_trusted_end_gives_way_to_a_contradiction() -> None:
    minutes = [pressed(at("2026-01-13 05:00"), MarkKind.GET_UP)]
    window = window_of(minutes, said=Correction(lights_out_ms=at("2026-01-13 05:30")))
    assert window.lights_out_source is Source.CORRECTION
    assert (window.get_up_ms, window.get_up_source) == (at("2026-01-13 07:00"), Source.SCHEDULE)


def test_lights_out_after_the_usual_wake_time_keeps_the_usual_length() -> None:
    window = window_of([], said=Correction(lights_out_ms=at("2026-01-13 09:00")))
    assert window.get_up_ms == at("2026-01-13 12:00")
    early = window_of([], said=Correction(get_up_ms=at("2026-01-12 22:00")))
    assert early.lights_out_ms == at("2026-01-12 14:00")


def test_a_correction_that_contradicts_itself_keeps_the_likelier_half() -> None:
    said = Correction(lights_out_ms=at("2026-01-13 06:30"), get_up_ms=at("2026-01-13 06:00"))
    window = window_of([], said=said)
    assert (window.lights_out_ms, window.get_up_ms) == (at("2026-01-12 23:00"), said.get_up_ms)


def test_between_equally_likely_halves_lights_out_stands() -> None:
    said = Correction(lights_out_ms=at("2026-01-13 04:00"), get_up_ms=at("2026-01-13 02:00"))
    window = window_of([], said=said)
    assert (window.lights_out_ms, window.get_up_ms) == (said.lights_out_ms, at("2026-01-13 07:00"))


def test_a_correction_that_leaves_no_night_is_passed_over() -> None:
    window = window_of([], said=Correction(lights_out_ms=at("2026-01-15 23:00")))
    assert (window.lights_out_source, window.get_up_source) == (Source.SCHEDULE,) * 2
    window = window_of([], said=Correction(get_up_ms=at("2026-01-11 07:00")))
    assert (window.lights_out_source, window.get_up_source) == (Source.SCHEDULE,) * 2


def test_the_running_night_ends_by_the_schedule() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (0.0, 200))
    window = window_of(minutes, now="2026-01-13 02:30")
    assert window.lights_out_ms == at("2026-01-12 23:10")
    assert (window.get_up_ms, window.get_up_source) == (at("2026-01-13 07:00"), Source.SCHEDULE)
    assert not window.provisional


def test_the_running_night_ends_as_soon_as_get_up_is_seen() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (0.0, 410), (70, 5))
    window = window_of(minutes, now="2026-01-13 06:05")
    assert (window.get_up_ms, window.get_up_source) == (at("2026-01-13 06:00"), Source.LIGHT)


def test_fifteen_dark_minutes_are_a_provisional_lights_out_dated_back() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (0.0, 15))
    window = window_of(minutes, now="2026-01-12 23:25")
    assert (window.lights_out_ms, window.lights_out_source) == (
        at("2026-01-12 23:10"),
        Source.LIGHT,
    )
    assert window.provisional


def test_fourteen_dark_minutes_are_no_lights_out_yet() -> None:
    minutes = light(at("2026-01-12 18:00"), (80, 310), (0.0, 14))
    window = window_of(minutes, now="2026-01-12 23:24")
    assert window.lights_out_source is Source.SCHEDULE
    assert window.provisional


def test_a_press_of_the_button_is_not_provisional() -> None:
    minutes = [
        *light(at("2026-01-12 18:00"), (80, 310)),
        pressed(at("2026-01-12 23:08"), MarkKind.LIGHTS_OUT),
    ]
    assert not window_of(minutes, now="2026-01-12 23:10").provisional


def test_a_bedtime_after_midnight_belongs_to_the_evening_before() -> None:
    home = household(bedtime="00:30", wake_time="08:30")
    minutes = light(at("2026-01-12 20:00"), (60, 300), (0.0, 420), (60, 60))
    window = window_of(minutes, home=home)
    assert window.night == "2026-01-12"
    assert window.lights_out_ms == at("2026-01-13 01:00")
    assert scheduled(MONDAY, home) == (at("2026-01-13 00:30"), at("2026-01-13 08:30"))


def test_each_weekday_has_its_own_bedtime_and_the_next_morning_its_wake_time() -> None:
    bedtimes = ("21:00", "22:00", "22:00", "22:00", "22:00", "22:00", "22:00")
    wake_times = ("05:00", "06:30", "05:00", "05:00", "05:00", "05:00", "05:00")
    home = Household(schedule=Schedule(bedtime=bedtimes, wake_time=wake_times))
    assert scheduled(MONDAY, home) == (at("2026-01-12 21:00"), at("2026-01-13 06:30"))


def test_a_wake_time_that_does_not_follow_the_bedtime_becomes_noon() -> None:
    assert scheduled(MONDAY, household(bedtime="08:00", wake_time="07:00")) == (
        at("2026-01-13 08:00"),
        at("2026-01-13 12:00"),
    )
    assert scheduled(MONDAY, household(wake_time="13:30"))[1] == at("2026-01-13 12:00")


@pytest.mark.parametrize(
    ("night", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (MONDAY, 24)]
)
def test_a_night_of_a_clock_change_has_23_or_25_hours(night: date, hours: int) -> None:
    start_ms, end_ms = span_of(night, household("Europe/Berlin"))
    assert end_ms - start_ms == hours * HOUR_MS


def test_the_schedule_is_read_on_the_wall_clock_when_the_clocks_change() -> None:
    berlin = household("Europe/Berlin")
    bedtime_ms, wake_ms = scheduled(date(2026, 3, 28), berlin)
    assert wake_ms - bedtime_ms == 7 * HOUR_MS
    bedtime_ms, wake_ms = scheduled(date(2026, 10, 24), berlin)
    assert wake_ms - bedtime_ms == 9 * HOUR_MS


def test_a_bedtime_that_the_clocks_skip_comes_as_much_later_as_they_jump() -> None:
    home = household("Europe/Berlin", bedtime="02:30")
    assert scheduled(date(2026, 3, 28), home)[0] == at("2026-03-29 01:30")


def test_of_a_bedtime_that_comes_twice_the_first_is_meant() -> None:
    home = household("Europe/Berlin", bedtime="02:30")
    assert scheduled(date(2026, 10, 24), home)[0] == at("2026-10-25 00:30")


def test_light_is_read_in_a_23_hour_night() -> None:
    zone = "Europe/Berlin"
    minutes = light(at("2026-03-28 20:00", zone), (80, 190), (0.0, 400), (90, 60))
    window = find_window(date(2026, 3, 28), minutes, household(zone))
    assert window.lights_out_ms == at("2026-03-28 23:10", zone)
    assert window.get_up_ms == at("2026-03-29 06:50", zone)


def test_nights_meet_at_local_noon() -> None:
    home = household("America/New_York")
    assert night_of(at("2026-01-13 11:59:59", home.zone), home) == MONDAY
    assert night_of(at("2026-01-13 12:00:00", home.zone), home) == date(2026, 1, 13)


def test_the_same_instant_lies_in_different_nights_of_two_zones() -> None:
    at_ms = at("2026-01-13 02:00")
    assert night_of(at_ms, household("Pacific/Auckland")) == date(2026, 1, 13)
    assert night_of(at_ms, household("America/Los_Angeles")) == MONDAY


def test_a_day_that_a_zone_skipped_has_no_night() -> None:
    apia = household("Pacific/Apia")
    with pytest.raises(NightError, match="no 2011-12-30 in Pacific/Apia"):
        span_of(date(2011, 12, 30), apia)
    assert night_of(at("2011-12-31 11:00", apia.zone), apia) == date(2011, 12, 29)


@pytest.mark.parametrize("zone", ["Middle/Earth", "../etc", "America", "a" * 300])
def test_an_unknown_zone_says_what_to_do(zone: str) -> None:
    with pytest.raises(NightError, match="tzdata"):
        span_of(MONDAY, household(zone))


def test_the_nights_within_a_time_are_told_by_utc_where_the_zone_is_unknown_by_now() -> None:
    gone = nights_within(0, 86_400_000 * 5 // 2, Household(zone="Mars/Olympus"))
    assert gone == ("1970-01-01", "1970-01-02")
