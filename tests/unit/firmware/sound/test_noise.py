import numpy as np
import pytest

from firmware.sound.levels import LevelMeter, SecondLevels, full_scale_db
from firmware.sound.noise import Colour, NoiseFeed, noise_second, stereo

FULL_SCALE_DB = full_scale_db(-26.0)


def feed(*, colour: Colour = Colour.PINK, seed: int = 0) -> NoiseFeed:
    return NoiseFeed(full_scale_db=FULL_SCALE_DB, frames=4_800, colour=colour, seed=seed)


def measured(subject: NoiseFeed, levels_db: list[float]) -> list[SecondLevels]:
    """Return what a meter says of a tenth of a second at each of these levels."""
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB)
    blocks = [np.frombuffer(subject.block(level_db), "<i4")[::2] for level_db in levels_db]
    return [second for block in blocks for second in meter.feed(block.copy())]


@pytest.mark.parametrize("colour", list(Colour))
@pytest.mark.parametrize("laeq_db", [25.0, 45.0, 80.0])
def test_a_steady_level_is_measured_as_asked_for(colour: Colour, laeq_db: float) -> None:
    for second in measured(feed(colour=colour), [laeq_db] * 30):
        assert second.laeq_db == pytest.approx(laeq_db, abs=0.01)


def test_a_level_that_rises_is_followed_within_its_second() -> None:
    levels = measured(feed(), [30.0] * 20 + [50.0] * 20)
    assert [second.laeq_db for second in levels] == pytest.approx([30.0, 50.0, 50.0], abs=0.5)


def test_pink_has_more_bass_than_white() -> None:
    pink, white = (measured(feed(colour=colour), [50.0] * 20)[0] for colour in reversed(Colour))
    assert pink.lceq_db - pink.laeq_db > 1 > white.lceq_db - white.laeq_db


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert feed(seed=7).block(40.0) == feed(seed=7).block(40.0) != feed(seed=8).block(40.0)


def test_the_loop_of_noise_has_no_seam() -> None:
    noise = noise_second(Colour.PINK)
    jumps = np.abs(np.diff(np.append(noise, noise[0])))
    assert jumps[-1] <= jumps[:-1].max()


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_a_loop_is_one_second_at_any_rate(rate_hz: int) -> None:
    assert noise_second(Colour.WHITE, rate_hz=rate_hz).shape == (rate_hz,)


def test_the_sound_is_on_the_left_and_the_right_is_silent() -> None:
    frames = np.frombuffer(feed().block(60.0), "<i4").reshape(-1, 2)
    assert frames[:, 0].any()
    assert not frames[:, 1].any()


def test_samples_have_24_bits_at_the_top_and_end_at_the_rail() -> None:
    left = np.frombuffer(stereo(np.array([2.0, -2.0, 0.3])), "<i4")[::2]
    assert list(left[:2]) == [2**31 - 256, -(2**31)]
    assert not (left % 256).any()
    assert left[2] / 2**31 == pytest.approx(0.3, abs=2**-24)


def test_a_level_above_the_range_overloads_like_a_real_microphone() -> None:
    assert measured(feed(), [125.0] * 20)[0].overload
