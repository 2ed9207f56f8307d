"""The simulated bedroom: what its nights are like, and that it has no memory."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firmware.simulation.bedroom import Bedroom
from firmware.simulation.nights import NightPlan, Scenario
from firmware.simulation.room import MICROPHONE_SILENT
from firmware.simulation.stories import Story
from monitor.contract.record import epoch_ms

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000
NOW = datetime(2025, 3, 20, 9, 30, tzinfo=BERLIN)


def scenario(now: datetime = NOW, zone: str = "Europe/Berlin", *, demo: bool = True) -> Scenario:
    return Scenario(seed=7, zone=zone, now_ms=epoch_ms(now), demo=demo)


def bedroom(**kind: bool) -> Bedroom:
    return Bedroom(scenario(**kind), seed=7)


def at(day: int, hour: int, minute: int = 0) -> int:
    return epoch_ms(datetime(2025, 3, day, hour, minute, tzinfo=BERLIN))


def test_the_same_instant_always_has_the_same_values_in_any_order() -> None:
    room, other = bedroom(), bedroom()
    instants = [at(day, hour, 13) for day in (17, 18, 19, 20) for hour in range(0, 24, 5)]
    forward = [room.at(instant) for instant in instants]
    assert [other.at(instant) for instant in reversed(instants)] == forward[::-1]


def test_another_seed_gives_another_room() -> None:
    other = Bedroom(Scenario(seed=8, zone="Europe/Berlin", now_ms=epoch_ms(NOW)), seed=8)
    assert other.at(at(19, 3)) != bedroom().at(at(19, 3))


def test_levels_at_agrees_with_at() -> None:
    room = bedroom()
    values = room.at(at(19, 3))
    assert room.levels_at(at(19, 3)) == (values.laeq_db, values.lafmax_db)


def evening(day: int) -> date:
    return datetime(2025, 3, day, tzinfo=UTC).date()


def test_past_nights_tell_their_stories_counting_back() -> None:
    told = scenario()
    assert [told.story_of(evening(day)) for day in (20, 19, 18, 17)] == [
        Story.GOOD,
        Story.GOOD,
        Story.WARM_WITH_LAMP,
        Story.BLIND,
    ]
    assert told.story_of(evening(20) - timedelta(days=60)) is Story.ORDINARY
    assert told.story_of(evening(21)) is Story.ORDINARY


def test_each_night_of_a_fortnight_has_a_story_of_its_own() -> None:
    told = scenario()
    fortnight = [told.story_of(evening(20) - timedelta(days=ago)) for ago in range(1, 15)]
    assert sorted(fortnight) == sorted(set(Story) - {Story.ORDINARY})


@pytest.mark.parametrize("story", list(Story))
def test_every_story_can_be_lived_through(story: Story) -> None:
    plan = scenario().plan(evening(10), story)
    assert plan.dim_ms < plan.lights_out_ms < plan.get_up_ms
    assert all(plan.lights_out_ms < sound.at_ms < plan.get_up_ms for sound in plan.sounds)


def told_by(story: Story) -> tuple[Bedroom, NightPlan]:
    """Return a room and the plan of its newest night of a story."""
    told = scenario()
    ago = next(n for n in range(1, 16) if told.story_of(evening(20) - timedelta(days=n)) is story)
    return bedroom(), told.plan(evening(20) - timedelta(days=ago), story)


def test_a_silent_microphone_says_so_in_its_night() -> None:
    room, plan = told_by(Story.DEAF)
    assert room.faults(plan.get_up_ms - HOUR_MS) == {MICROPHONE_SILENT}
    assert room.faults(plan.lights_out_ms) == frozenset()


def test_a_power_cut_has_a_beginning_and_an_end() -> None:
    room, plan = told_by(Story.POWER_CUT)
    assert plan.off_ms is not None
    assert room.off_until(plan.off_ms[0]) == plan.off_ms[1]
    assert room.off_until(plan.off_ms[0] - 1) is None
    assert room.off_until(plan.off_ms[1]) is None


def test_long_ago_days_are_passed_over_and_the_last_one_and_a_half_are_not() -> None:
    room, plan = told_by(Story.COLD)
    afternoon_ms = plan.noon_ms + 2 * HOUR_MS
    switched_on_ms = room.off_until(afternoon_ms)
    assert switched_on_ms is not None
    assert plan.noon_ms + 7 * HOUR_MS < switched_on_ms < plan.lights_out_ms - 3 * HOUR_MS
    assert room.off_until(plan.next_noon_ms - 1) == plan.next_noon_ms
    assert room.off_until(epoch_ms(NOW) - 20 * HOUR_MS) is None
    assert bedroom(demo=False).off_until(afternoon_ms) is None


def test_a_hum_is_heard_while_it_lasts() -> None:
    room, plan = told_by(Story.FAN)
    assert all(room.levels_at(plan.lights_out_ms + n * HOUR_MS)[0] > 46.0 for n in range(1, 7))
    snoring, night = told_by(Story.SNORING)
    start_ms, end_ms = night.hum_ms
    levels = [snoring.levels_at(start_ms + n * 1000)[0] for n in range(60, 80)]
    assert max(levels) - min(levels) > 8.0
    assert snoring.levels_at(end_ms + 60_000)[0] < 36.0


def test_light_at_agrees_with_at() -> None:
    room, plan = told_by(Story.STREET_LAMP)
    values = room.at(plan.lights_out_ms + HOUR_MS)
    assert room.light_at(plan.lights_out_ms + HOUR_MS) == (values.illuminance_lx, values.ir_ratio)
    assert 4.0 < values.illuminance_lx < 5.0


def test_at_four_in_the_morning_the_running_night_is_the_one_of_last_evening() -> None:
    told = scenario(datetime(2025, 3, 20, 4, 0, tzinfo=BERLIN))
    assert told.story_of(datetime(2025, 3, 18, tzinfo=UTC).date()) is Story.GOOD
    assert told.story_of(datetime(2025, 3, 17, tzinfo=UTC).date()) is Story.WARM_WITH_LAMP


def test_without_the_demo_every_night_is_ordinary() -> None:
    room = bedroom(demo=False)
    assert room.faults(at(18, 3)) == frozenset()
    assert room.at(at(19, 3, 10)).illuminance_lx < 0.1


def test_the_good_night_is_dark_cool_and_quiet_at_three() -> None:
    values = bedroom().at(at(20, 3))
    assert values.illuminance_lx < 0.1
    assert 16.0 < values.temperature_c < 19.5
    assert values.laeq_db < 30.0


def test_the_spoiled_night_is_warm_all_night_and_has_a_lamp_at_three() -> None:
    room = bedroom()
    assert all(room.at(at(19, hour)).temperature_c > 24.0 for hour in range(6))
    assert room.at(at(19, 3, 8)).illuminance_lx > 30.0
    assert room.at(at(19, 2, 55)).illuminance_lx < 0.1
    assert room.at(at(19, 3, 40)).illuminance_lx < 0.1


def test_the_light_sensor_is_out_in_the_third_night_back_and_in_no_other() -> None:
    room = bedroom()
    assert room.faults(at(17, 22)) == room.faults(at(18, 6)) == {"tsl2591 absent"}
    assert all(room.faults(at(day, 3)) == frozenset() for day in (19, 20, 21))
    assert room.faults(at(18, 9)) == frozenset()


def test_the_reading_lamp_burns_until_lights_out() -> None:
    room = bedroom()
    bright = [
        minute
        for minute in range(120)
        if room.at(at(19, 22, 0) + minute * 60_000).illuminance_lx > 5
    ]
    assert bright == list(range(bright[-1] + 1))
    assert 59 <= bright[-1] <= 80


def test_dawn_rises_slowly_behind_the_curtain_and_getting_up_is_a_step() -> None:
    room = bedroom()
    lux = [room.at(at(20, 5) + minute * 60_000).illuminance_lx for minute in range(180)]
    step = next(minute for minute, value in enumerate(lux) if value > 5)
    assert lux[step] > 20 * lux[step - 1]
    assert 0.05 < lux[step - 1] < 1.0


def test_sleepers_moisten_the_air_and_the_window_opened_after_get_up_lets_it_out_and_cools() -> (
    None
):
    room, plan = told_by(Story.GOOD)
    asleep, woken, aired, warm = (
        room.at(plan.lights_out_ms + 30 * 60_000),
        room.at(plan.get_up_ms),
        room.at(plan.get_up_ms + 18 * 60_000),
        room.at(plan.get_up_ms + 90 * 60_000),
    )
    # What the air's own temperature does to its humidity is 1.4 % a kelvin here.
    moist = [one.humidity_pct + 1.4 * one.temperature_c for one in (asleep, woken, aired, warm)]
    assert moist[1] > moist[0] + 3.0
    assert moist[3] < moist[1] - 3.0
    assert aired.temperature_c < woken.temperature_c - 1.0
    assert warm.temperature_c > woken.temperature_c - 0.3


def test_temperature_never_jumps() -> None:
    room = bedroom()
    start_ms = at(17, 0)
    series = [room.at(start_ms + minute * 60_000).temperature_c for minute in range(4 * 1440)]
    assert max(abs(b - a) for a, b in itertools.pairwise(series)) < 0.3


def test_every_value_is_one_the_parts_could_measure() -> None:
    room = bedroom()
    for minute in range(0, 4 * 1440, 7):
        values = room.at(at(17, 0) + minute * 60_000)
        assert 10 < values.temperature_c < 35
        assert 15 < values.humidity_pct < 90
        assert 980 < values.pressure_hpa < 1050
        assert 0 < values.illuminance_lx < 1000
        assert 0 < values.ir_ratio < 0.6
        assert 15 < values.laeq_db <= values.lafmax_db < 80


def test_a_night_holds_a_few_sounds_well_above_its_background() -> None:
    room = bedroom()
    levels = [room.levels_at(at(20, 0) + second * 1000)[0] for second in range(6 * 3600)]
    assert 3 < sum(level > 38 for level in levels) < 200


def test_the_night_of_an_instant_is_that_of_the_zone() -> None:
    tokyo = scenario(datetime(2025, 3, 20, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo")), "Asia/Tokyo")
    three = epoch_ms(datetime(2025, 3, 20, 3, 0, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert Bedroom(tokyo, seed=7).at(three).illuminance_lx < 0.1
    assert bedroom().at(three).illuminance_lx > 10


@pytest.mark.parametrize("day", [29, 30])
def test_both_nights_about_the_clock_change_have_a_plan_without_a_hole(day: int) -> None:
    plan = scenario().plan_at(at(day, 23))
    following = scenario().plan_at(at(day, 23) + 86_400_000)
    assert plan.next_noon_ms == following.noon_ms
    assert plan.next_noon_ms - plan.noon_ms in {23 * 3_600_000, 24 * 3_600_000}
    assert plan.noon_ms < plan.dim_ms < plan.lights_out_ms < plan.get_up_ms
    assert timedelta(milliseconds=plan.get_up_ms - plan.lights_out_ms) > timedelta(hours=6)
