import pytest

from firmware.sound.timeline import Timeline

RATE_HZ = 48_000
BLOCK = 4_800
BLOCK_MS = 100


def after(arrivals_ms: list[int]) -> Timeline:
    """Return a timeline that read a tenth of a second at each of these times."""
    timeline = Timeline(rate_hz=RATE_HZ)
    for now_ms in arrivals_ms:
        timeline.arrived(BLOCK, now_ms)
    return timeline


def error_ms(timeline: Timeline, blocks: int, now_ms: float) -> float:
    return timeline.wall_ms(blocks * BLOCK) - now_ms


def test_the_first_block_ended_when_it_arrived() -> None:
    timeline = after([5_000])
    assert (timeline.wall_ms(0), timeline.wall_ms(BLOCK)) == (4_900, 5_000)


def test_a_late_reader_moves_nothing() -> None:
    timeline = after([5_000, 5_100, 5_540, 5_541, 5_542, 5_543, 5_600])
    assert error_ms(timeline, 7, 5_600) == pytest.approx(0, abs=1)


def test_an_earlier_arrival_corrects_a_late_first_one() -> None:
    timeline = after([5_080, 5_100])
    assert timeline.wall_ms(2 * BLOCK) == 5_100


@pytest.mark.parametrize("block_ms", [99.99, 100.01])
def test_a_wrong_quartz_is_followed(block_ms: float) -> None:
    blocks = 36_000  # an hour, after which counting alone would be 3.6 s off
    timeline = after([round(index * block_ms) for index in range(1, blocks + 1)])
    assert error_ms(timeline, blocks, blocks * block_ms) == pytest.approx(0, abs=2)


@pytest.mark.parametrize("step_ms", [-7_200_000, -1_500, 1_500, 7_200_000])
def test_a_stepped_wall_clock_is_followed_at_once(step_ms: int) -> None:
    timeline = after([10_000, 10_100, 10_200 + step_ms])
    assert timeline.wall_ms(3 * BLOCK) == 10_200 + step_ms


def test_after_lost_frames_the_count_starts_anew() -> None:
    timeline = after([5_000, 5_100])
    timeline.lose()
    timeline.arrived(BLOCK, 5_700)
    assert timeline.wall_ms(3 * BLOCK) == 5_700


def test_there_is_no_time_before_the_first_sample() -> None:
    with pytest.raises(ValueError, match="no sample"):
        Timeline().wall_ms(0)
