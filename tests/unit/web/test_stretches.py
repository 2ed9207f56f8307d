from monitor.score.series import Steps
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS
from web.stretches import gaps as gaps_between
from web.stretches import runs

START_MS = LIGHTS_OUT_MS // MINUTE_MS * MINUTE_MS


def steps(*numbers: int, jitter_ms: int = 0) -> Steps:
    """Return the n-th minutes from START_MS on, all of the same value."""
    return Steps(
        starts_ms=tuple(START_MS + (number - 1) * MINUTE_MS + jitter_ms for number in numbers),
        ends_ms=tuple(START_MS + number * MINUTE_MS for number in numbers),
        values=(1.0,) * len(numbers),
    )


def gaps(some: Steps, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    return gaps_between(some, runs(some), start_ms, end_ms)


def test_a_lost_minute_breaks_the_run_and_is_a_gap() -> None:
    assert runs(steps(1, 2, 4, 5)) == [(0, 2), (2, 4)]
    assert gaps(steps(1, 2, 4, 5), START_MS, START_MS + 5 * MINUTE_MS) == [
        (START_MS + 2 * MINUTE_MS, START_MS + 3 * MINUTE_MS)
    ]


def test_nothing_recorded_is_one_gap_from_end_to_end_and_no_run() -> None:
    assert gaps(Steps(), START_MS, START_MS + 60 * MINUTE_MS) == [
        (START_MS, START_MS + 60 * MINUTE_MS)
    ]
    assert runs(Steps()) == []


def test_a_whole_night_has_no_gap() -> None:
    whole = steps(*range(1, 61))
    assert gaps(whole, START_MS, START_MS + 60 * MINUTE_MS) == []
    assert runs(whole) == [(0, 60)]


def test_stamps_that_jitter_by_a_second_touch() -> None:
    assert runs(steps(1, 2, 3, jitter_ms=1_000)) == [(0, 3)]
    assert runs(steps(1, 2, 3, jitter_ms=1_001)) == [(0, 1), (1, 2), (2, 3)]


def test_a_gap_ends_with_the_stretch_that_was_asked_for() -> None:
    assert gaps(steps(1, 9), START_MS, START_MS + 5 * MINUTE_MS) == [
        (START_MS + MINUTE_MS, START_MS + 5 * MINUTE_MS)
    ]


def test_what_was_measured_after_the_stretch_makes_no_gap_of_less_than_nothing() -> None:
    assert gaps(steps(1, 2, 9, 20), START_MS, START_MS + 2 * MINUTE_MS) == []
