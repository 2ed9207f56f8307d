"""A running night equals the night judged at once; the laws are in tests/properties."""

import pytest

from monitor.night.household import Household
from monitor.score.carry import Carry
from monitor.score.errors import UnknownProfileError
from monitor.score.rating import score_night
from monitor.score.running import RunningNight
from tests.fakes.nights import event, night, window_of

MINUTES = night(
    130,
    temperature_c=lambda i: 20.0 + i / 30,
    light_lx=lambda i: 3.0 * (i % 40 == 0),
    laeq_db=lambda i: 28.0 + i % 9,
    events={number: [event(50.0 + number % 7)] for number in range(0, 130, 20)},
)


def test_minute_by_minute_it_is_the_night_so_far() -> None:
    household = Household(lamp="led_6500k", offset_k=1.0)
    running = RunningNight(window_of().start_ms, household)
    for length, minute in enumerate(MINUTES, 1):
        running.add(minute)
        if length % 13 == 0:
            expected = score_night(MINUTES[:length], window_of(length), household)
            assert running.score(window_of(length)) == expected


def test_a_night_may_last_25_hours() -> None:
    minutes = night(1500)
    running = RunningNight(window_of().start_ms, Household())
    for minute in minutes:
        running.add(minute)
    assert running.score(window_of(1500)) == score_night(minutes, window_of(1500), Household())


def test_a_choice_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(UnknownProfileError):
        RunningNight(window_of().start_ms, Household(profile="cat")).score(window_of(60))


def test_a_column_is_worked_out_only_from_the_first_changed_minute_on() -> None:
    carry, asked = Carry(), []

    def doubled(inputs: list[float]) -> list[float]:
        def rest(known: list[float]) -> list[float]:
            asked.append(len(known))
            return [2 * one for one in inputs[len(known) :]]

        return list(carry.of("inputs", inputs).column("doubled", rest))

    assert doubled([1.0, 2.0]) == [2.0, 4.0]
    assert doubled([1.0, 2.0]) == [2.0, 4.0]
    assert doubled([1.0, 2.0, 3.0]) == [2.0, 4.0, 6.0]
    assert doubled([1.0, 5.0, 3.0]) == [2.0, 10.0, 6.0]
    assert doubled([1.0]) == [2.0]
    assert doubled([1.0, 4.0]) == [2.0, 8.0]
    assert asked == [0, 2, 1, 1]


def test_a_column_that_was_not_asked_for_meanwhile_forgets_all_the_same() -> None:
    carry = Carry()
    carry.of("inputs", [1, 2]).column("same", lambda known: [*[1, 2][len(known) :]])
    carry.of("inputs", [3, 2])
    found = carry.of("inputs", [3, 2, 4]).column("same", lambda known: [*[3, 2, 4][len(known) :]])
    assert found == [3, 2, 4]


def test_columns_of_other_keys_and_of_other_inputs_are_apart() -> None:
    carry = Carry()
    one = carry.of("inputs", [1])
    assert one.column("one", lambda _: [7]) == [7]
    assert one.column("two", lambda _: [9]) == [9]
    assert carry.of("others", [1]).column("one", lambda _: [8]) == [8]
    assert one.column("one", lambda _: [0]) == [7]
