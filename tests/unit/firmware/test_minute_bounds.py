"""Where minutes end while the wall clock does what it likes."""

from dataclasses import dataclass, field

import pytest

from firmware.minute_bounds import MinuteBounds, Span
from monitor.contract.record import ClockState

TEN_MS = 1_700_000_400_000  # a whole minute


@dataclass
class Walls:
    """Runs MinuteBounds over a wall clock that can be stepped; ticks every 100 ms."""

    now_ms: int = TEN_MS
    now_s: float = 50.0
    spans: list[Span] = field(default_factory=list)
    realigned: int = 0
    clock: ClockState = ClockState.SYNCED
    grace_s: float = 0.0

    def __post_init__(self) -> None:
        self.bounds = begun(now_s=self.now_s, now_ms=self.now_ms, clock=self.clock)

    def run(self, seconds: float, *, rate: float = 1.0) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s = round(self.now_s + 0.1, 6)
            self.now_ms += round(100 * rate)
            self.realigned += bool(self.bounds.look(self.now_s, self.now_ms, self.clock))
            while self.now_s >= self.bounds.span.end_s + self.grace_s - 1e-6:
                self.spans.append(self.bounds.close(self.now_s, self.now_ms))

    def step(self, by_s: float) -> None:
        self.now_ms += round(by_s * 1000)


def begun(
    *, now_s: float = 0.0, now_ms: int = TEN_MS, clock: ClockState = ClockState.SYNCED
) -> MinuteBounds:
    return MinuteBounds(now_s=now_s, now_ms=now_ms, clock=clock)


def assert_every_second_is_in_one_minute(walls: Walls) -> None:
    assert walls.spans[0].start_s == 50.0
    for earlier, later in zip(walls.spans, walls.spans[1:], strict=False):
        assert later.start_s == earlier.end_s
    assert all(0 < span.duration_s <= 120 for span in walls.spans)


def test_ends_lie_on_whole_wall_minutes() -> None:
    walls = Walls(now_ms=TEN_MS + 17_000)
    walls.run(300)
    ends = [(span.end_ms - TEN_MS) / 60_000 for span in walls.spans]
    assert ends == [1, 2, 3, 4, 5]


def test_the_first_minute_is_short_and_the_others_a_minute_long() -> None:
    walls = Walls(now_ms=TEN_MS + 17_000)
    walls.run(300)
    assert [round(span.duration_s, 3) for span in walls.spans] == [43, 60, 60, 60, 60]


def test_a_clock_that_runs_fast_shortens_the_lengths_and_keeps_the_ends() -> None:
    walls = Walls()
    walls.run(1200, rate=1.01)
    assert all(span.end_ms % 60_000 == 0 for span in walls.spans)
    assert all(abs(span.duration_s - 60 / 1.01) < 0.11 for span in walls.spans[1:])
    assert_every_second_is_in_one_minute(walls)
    assert walls.realigned == 0


def test_a_step_of_hours_loses_no_second_and_ends_on_the_new_minutes() -> None:
    for by_s in (7200.0, -7200.0, 1_814_437.0):
        walls = Walls()
        walls.run(90)
        walls.step(by_s)
        walls.run(300)
        assert_every_second_is_in_one_minute(walls)
        assert walls.realigned == 1
        assert walls.spans[1].end_ms % 60_000 == 0
        assert walls.spans[1].end_ms > TEN_MS + 60_000 + by_s * 1000


def test_a_small_step_back_names_no_minute_twice() -> None:
    for by_s in (-1.0, -10.0, -35.0, -49.0):
        walls = Walls()
        walls.run(65)
        walls.step(by_s)
        walls.run(300)
        ends = [span.end_ms for span in walls.spans]
        assert ends == sorted(set(ends))
        assert_every_second_is_in_one_minute(walls)


def test_a_clock_that_steps_again_and_again_closes_minutes_of_at_most_two_minutes() -> None:
    walls = Walls()
    for _ in range(40):
        walls.run(25)
        walls.step(-25.0)
    assert_every_second_is_in_one_minute(walls)
    assert len(walls.spans) >= 7


def test_a_loop_that_stalls_still_closes_every_minute() -> None:
    bounds = begun()
    spans = []
    while bounds.span.end_s <= 200.0:
        spans.append(bounds.close(200.0, TEN_MS + 200_000))
    assert [span.duration_s for span in spans] == [60, 60, 60]
    assert [span.end_ms - TEN_MS for span in spans] == [60_000, 120_000, 180_000]


def test_a_cut_minute_ends_now() -> None:
    bounds = begun()
    assert bounds.cut(12.5, TEN_MS + 12_500) == Span(
        start_s=0.0, end_s=12.5, end_ms=TEN_MS + 12_500, clock=ClockState.SYNCED
    )


def test_a_minute_that_has_not_run_is_not_cut() -> None:
    assert begun().cut(0.0, TEN_MS) is None


def test_a_minute_whose_end_was_stamped_before_the_time_was_found_stays_uncertain() -> None:
    walls = Walls(clock=ClockState.UNSYNCED, grace_s=0.3)
    walls.run(60.1)
    walls.clock = ClockState.SYNCED
    walls.step(1_814_437.0)
    walls.run(120)
    assert walls.spans[0].clock is ClockState.UNSYNCED
    assert {span.clock for span in walls.spans[1:]} == {ClockState.SYNCED}
    assert walls.spans[0].end_ms == TEN_MS + 60_000
    assert walls.spans[1].end_ms > TEN_MS + 1_814_437_000
    assert walls.realigned == 1


def test_a_minute_in_which_the_time_was_found_is_sure() -> None:
    walls = Walls(clock=ClockState.UNSYNCED)
    walls.run(59.8)
    walls.clock = ClockState.SYNCED
    walls.step(1_814_437.0)
    walls.run(120)
    assert {span.clock for span in walls.spans} == {ClockState.SYNCED}


def test_a_minute_at_whose_end_the_time_is_lost_is_uncertain() -> None:
    walls = Walls()
    walls.run(59.8)
    walls.clock = ClockState.UNSYNCED
    walls.run(60)
    assert [span.clock for span in walls.spans] == [ClockState.UNSYNCED]


@pytest.mark.parametrize(("by_ms", "told_ms"), [(7_200_000, 7_200_000), (-90_000, -90_000), (3, 0)])
def test_a_look_tells_how_far_the_clock_was_put(by_ms: int, told_ms: int) -> None:
    bounds = begun()
    assert bounds.look(5.0, TEN_MS + 5_000 + by_ms, ClockState.SYNCED) == told_ms


def test_a_cut_minute_is_as_sure_as_the_clock_at_the_last_look() -> None:
    bounds = begun(clock=ClockState.UNSYNCED)
    bounds.look(12.5, TEN_MS + 12_500, ClockState.SYNCED)
    cut = bounds.cut(12.5, TEN_MS + 12_500)
    assert cut is not None
    assert cut.clock is ClockState.SYNCED
