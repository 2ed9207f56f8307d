"""When a part is asked, and when a faulty one is left alone."""

import itertools

import pytest

from firmware.schedule import Schedule


def run(schedule: Schedule, *, until_s: float, works: bool, start_s: float = 0.0) -> list[float]:
    """Ask "light" whenever it is due, as a loop would; return when it was asked."""
    asked: list[float] = []
    now_s = start_s
    while (now_s := max(now_s, schedule.next_s())) <= until_s:
        asked.append(now_s)
        (schedule.succeeded if works else schedule.failed)("light", now_s)
    return asked


def test_every_part_is_due_at_the_start_in_the_order_given() -> None:
    schedule = Schedule({"climate": 10.0, "light": 1.0}, start_s=5.0)
    assert schedule.due(4.9) == ()
    assert schedule.due(5.0) == ("climate", "light")


def test_a_healthy_part_is_asked_once_an_interval() -> None:
    schedule = Schedule({"light": 2.0}, start_s=0.0)
    assert run(schedule, until_s=6.0, works=True) == [0.0, 2.0, 4.0, 6.0]


def test_late_answers_do_not_shift_the_grid() -> None:
    schedule = Schedule({"light": 1.0}, start_s=0.0)
    for tick in range(100_000):
        assert schedule.next_s() == tick
        schedule.succeeded("light", tick + 0.3)


def test_missed_slots_are_not_made_up() -> None:
    schedule = Schedule({"light": 1.0}, start_s=0.0)
    schedule.succeeded("light", 7.5)
    assert schedule.due(7.9) == ()
    assert schedule.due(8.0) == ("light",)


def test_a_faulty_part_is_asked_ever_more_rarely_but_at_least_every_30_s() -> None:
    schedule = Schedule({"light": 1.0}, start_s=0.0)
    asked = run(schedule, until_s=3600.0, works=False)
    assert asked[:6] == [0.0, 1.0, 3.0, 7.0, 15.0, 31.0]
    assert {later - earlier for earlier, later in itertools.pairwise(asked)} == {30.0}


@pytest.mark.parametrize("interval_s", [0.5, 1.0, 7.0, 10.0, 29.0, 31.0, 60.0, 600.0])
def test_a_part_is_asked_again_within_60_s_of_healing(interval_s: float) -> None:
    schedule = Schedule({"light": interval_s}, start_s=0.0)
    asked = run(schedule, until_s=7200.0, works=False)
    assert max(later - earlier for earlier, later in itertools.pairwise(asked)) <= 60.0


def test_one_good_answer_ends_the_back_off() -> None:
    schedule = Schedule({"light": 1.0}, start_s=0.0)
    run(schedule, until_s=600.0, works=False)
    healed_s = schedule.next_s()
    schedule.succeeded("light", healed_s)
    assert schedule.next_s() == healed_s + 1.0
    schedule.failed("light", healed_s + 1.0)
    assert schedule.next_s() == healed_s + 2.0


def test_a_faulty_part_does_not_delay_another() -> None:
    schedule = Schedule({"climate": 1.0, "light": 1.0}, start_s=0.0)
    for _ in range(3):
        schedule.succeeded("light", 1.0)
        schedule.failed("climate", 1.0)
    assert schedule.due(2.0) == ("light",)


def test_due_samples_are_counted_in_a_half_open_stretch_whatever_the_back_off() -> None:
    schedule = Schedule({"light": 10.0}, start_s=0.0)
    schedule.failed("light", 0.0)
    assert schedule.slots("light", 0.0, 60.0) == 6
    assert schedule.slots("light", 60.0, 120.0) == 6
    assert schedule.slots("light", 3.0, 9.0) == 0


def test_without_parts_nothing_is_ever_due() -> None:
    schedule = Schedule({}, start_s=0.0)
    assert schedule.due(1e9) == ()
    assert schedule.next_s() == float("inf")


def test_a_wait_that_ends_a_hair_early_does_not_spin() -> None:
    schedule = Schedule({"light": 0.7}, start_s=0.1)
    schedule.succeeded("light", 0.1)
    assert schedule.due(schedule.next_s() - 5e-7) == ("light",)
    schedule.succeeded("light", schedule.next_s() - 5e-7)
    assert schedule.next_s() == pytest.approx(1.5)
