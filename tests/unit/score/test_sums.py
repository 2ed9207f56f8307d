"""Which records of a night count for what: fitted parts, limits, and what they cost."""

import pytest
from msgspec import UNSET

from monitor.contract.record import Flag, Minute
from monitor.night.household import Household
from monitor.score.part import gap_costs
from monitor.score.rating import score_night
from monitor.score.result import NightScore, Status
from monitor.score.running import RunningNight
from tests.fakes.nights import (
    climate,
    dark_of,
    event,
    light,
    night,
    quiet_of,
    record,
    sound,
    stepped,
    window_of,
)

HOUR = 60


def after_an_hour(minutes: list[Minute]) -> NightScore:
    """Judge the first hour of a running night that was told of more."""
    running = RunningNight(window_of().start_ms, Household())
    for minute in minutes:
        running.add(minute)
    return running.score(window_of(HOUR))


def fitted(found: NightScore) -> list[str]:
    return [part.part for part in found.parts if part.status is not Status.NOT_FITTED]


def test_a_sensor_fitted_after_the_window_is_not_of_the_night() -> None:
    minutes = night(HOUR, laeq_db=UNSET)
    later = [record(2 * HOUR * 60, light=light(), sound=sound())]
    assert fitted(after_an_hour([*minutes, *later])) == ["cool", "dark"]


def test_a_later_record_with_the_same_sensors_changes_nothing_of_that() -> None:
    minutes = night(2 * HOUR, laeq_db=UNSET)
    later = [record(3 * HOUR * 60, sound=sound())]
    assert fitted(after_an_hour([*minutes, *later])) == ["cool", "dark"]


def test_without_a_record_inside_the_window_the_others_tell_what_is_fitted() -> None:
    found = after_an_hour([record(2 * HOUR * 60, light=light()), record(3 * HOUR * 60)])
    assert fitted(found) == ["dark"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_first_limited_light_counts_whichever_comes_first(order: int) -> None:
    limited = light(3.0, flags=(Flag.IR_DOMINATED,))
    minutes = [record(5 * 60, light=limited), record(2 * HOUR * 60, light=limited)][::order]
    dark = [record(index * 60, light=light()) for index in range(HOUR) if index != 5]
    assert after_an_hour([*dark, *minutes]).part("dark").at_most
    assert not after_an_hour([*dark, minutes[::order][1]]).part("dark").at_most


def test_minutes_of_a_frozen_thermometer_are_missing() -> None:
    frozen = [record(60 * i, climate=climate(30.0, flags=(Flag.FROZEN,))) for i in range(10)]
    minutes = [*frozen, *(record(60 * i, climate=climate(18.0)) for i in range(10, HOUR))]
    cool = after_an_hour(minutes).part("cool")
    assert cool.coverage == pytest.approx(50 / 60)
    assert cool.score == pytest.approx(100.0)


def test_a_gap_costs_what_its_minutes_are_short_of_100() -> None:
    costs = gap_costs([40.0, None, 90.0, 70.0], [0, 1, 3], [2.0, 2.0, 3.0, 5.0])
    assert costs == {0: 120.0, 3: 150.0}


def test_what_a_light_and_its_memory_cost_is_all_that_dark_lost_also_across_a_gap() -> None:
    lux = stepped((60, 0.0), (20, 30.0), (60, 0.2), (10, None), (60, 0.0), (5, 80.0), (265, 0.0))
    judged = dark_of(night(480, light_lx=lux), [False] * 480)
    assert judged.score() < 95
    assert judged.costs().total() == pytest.approx(100 - judged.score())


def test_events_lower_the_high_end_of_quiet_as_well() -> None:
    carried = {index: [event(60.0)] for index in range(20, 260, 20)}
    window = window_of()
    judged = quiet_of(night(events=carried), window)
    steady = quiet_of(night(), window)
    assert steady.high(0.0) == 100.0
    assert judged.high(0.0) == pytest.approx(judged.score())


def test_a_power_cut_opens_the_parts_together() -> None:
    """One cause opens all gaps: at best all parts were better at once, not one by one."""
    cut = range(200, 300)
    minutes = [
        minute
        for index, minute in enumerate(
            night(temperature_c=25.5, light_lx=12.0, laeq_db=40.0, humidity_pct=45.0)
        )
        if index not in cut
    ]
    found = score_night(minutes, window_of(), Household())
    best = {part.part: part.same_high or 0.0 for part in found.parts}
    together = best["quiet"] ** 0.4 * best["cool"] ** 0.3 * best["dark"] ** 0.3
    together = min(together, min(best.values()) + 15)
    assert found.same_high == pytest.approx(together, abs=1.0)
    assert found.high is not None
    assert found.high > together


@pytest.mark.parametrize("floors_db", [(30.0, 26.0), (26.0, 30.0), (None, 30.0)])
def test_of_two_floors_in_a_minute_the_higher_one_counts(
    floors_db: tuple[float | None, float],
) -> None:
    halves = [
        record(index * 30, 30, sound=sound(31.0, n=30, due=30, quiet_s=30, floor_db=floor_db))
        for index, floor_db in enumerate(floors_db)
    ]
    judged = quiet_of(halves, window_of(1))
    assert judged.floor_db() == 30.0


@pytest.mark.parametrize("order", [1, -1])
def test_two_minutes_of_one_clock_minute_count_both_whichever_comes_first(order: int) -> None:
    """A clock put back, or two boots that began at the same hour, name a minute twice."""
    apart = [night(3 * HOUR, temperature_c=warm_c, light_lx=lx, laeq_db=25.0)
             for warm_c, lx in ((17.0, 0.1), (27.0, 0.3))]  # fmt: skip
    mean = night(3 * HOUR, temperature_c=22.0, light_lx=0.2, laeq_db=25.0)
    both = [one for pair in zip(*apart[::order], strict=True) for one in pair]
    window = window_of(3 * HOUR)
    found = score_night(both, window, Household())
    assert found.rating == pytest.approx(score_night(mean, window, Household()).rating, abs=0.2)
    assert {part.coverage for part in found.parts} == {1.0}
