import numpy as np
import pytest

from firmware.sound.detector import FAST_S, SLOW_S, ExponentialDetector
from tests.fakes.signals import RATE_HZ, Signal, burst, silence, tone

EVERY_MS = 0.001


def fast(step_s: float = EVERY_MS) -> ExponentialDetector:
    return ExponentialDetector(FAST_S, step_s=step_s)


def ms_mean_squares(signal: Signal) -> Signal:
    return np.asarray((signal**2).reshape(-1, RATE_HZ // 1000).mean(axis=1))


def test_a_constant_signal_is_its_own_average() -> None:
    subject = ExponentialDetector(FAST_S, step_s=EVERY_MS, mean_square=0.3)
    assert subject.process(np.full(5000, 0.3)) == pytest.approx(0.3, rel=1e-12)


def test_after_one_time_constant_the_average_is_63_per_cent_there() -> None:
    averages = ExponentialDetector(SLOW_S, step_s=EVERY_MS).process(np.ones(1000))
    assert averages[-1] == pytest.approx(1 - np.exp(-1), rel=1e-9)


def test_it_is_the_recursion_of_the_definition() -> None:
    values = np.random.default_rng(3).random(3000)
    average, wanted = 0.0, []
    for value in values:
        average += (1 - np.exp(-EVERY_MS / FAST_S)) * (value - average)
        wanted.append(average)
    assert fast().process(values) == pytest.approx(np.array(wanted), rel=1e-9)


def test_it_never_restarts_between_blocks() -> None:
    values = np.random.default_rng(4).random(4000)
    subject = fast()
    in_blocks = [subject.process(block) for block in np.array_split(values, 37)]
    assert np.concatenate(in_blocks) == pytest.approx(fast().process(values), rel=1e-9)


@pytest.mark.parametrize(("constant_s", "decay_db"), [(FAST_S, 34.7), (SLOW_S, 4.34)])
def test_a_sound_that_stops_decays_as_the_standard_says(constant_s: float, decay_db: float) -> None:
    subject = ExponentialDetector(constant_s, step_s=EVERY_MS, mean_square=1.0)
    averages = subject.process(np.zeros(3000))
    assert 10 * np.log10(averages[999] / averages[1999]) == pytest.approx(decay_db, abs=0.05)


def test_silence_after_a_loud_burst_keeps_its_digits() -> None:
    values = np.concatenate([np.full(100, 1e6), np.full(8000, 1e-6)])
    assert fast().process(values)[-1] == pytest.approx(1e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("constant_s", "duration_s", "wanted_db"),
    [
        (FAST_S, 1.0, 0.0),
        (FAST_S, 0.2, -1.0),
        (FAST_S, 0.05, -4.8),
        (FAST_S, 0.02, -8.3),
        (FAST_S, 0.002, -18.0),
        (FAST_S, 0.00025, -27.0),
        (SLOW_S, 0.2, -7.4),
        (SLOW_S, 0.05, -13.1),
        (SLOW_S, 0.002, -27.0),
    ],
)
def test_bursts_read_what_the_standard_says(
    constant_s: float, duration_s: float, wanted_db: float
) -> None:
    signal = burst(duration_s, before_s=0.25, after_s=1.75 - duration_s)
    averages = ExponentialDetector(constant_s, step_s=EVERY_MS).process(ms_mean_squares(signal))
    assert 10 * np.log10(averages.max() / 0.005) == pytest.approx(wanted_db, abs=0.06)


@pytest.mark.parametrize("duration_s", [1.0, 0.2, 0.05, 0.02, 0.002, 0.00025])
@pytest.mark.parametrize("shift_ms", [0.0, 0.3, 0.9])
def test_mean_squares_of_1_ms_do_for_every_burst(duration_s: float, shift_ms: float) -> None:
    before_s, length_s = 0.1 + shift_ms / 1000, 1.5
    signal = burst(duration_s, before_s=before_s, after_s=length_s - before_s - duration_s)
    at_sample_rate = fast(1 / RATE_HZ).process(signal**2).max()
    assert abs(10 * np.log10(fast().process(ms_mean_squares(signal)).max() / at_sample_rate)) < 0.05


def test_no_values_give_no_averages() -> None:
    assert fast().process(silence(0.0)).size == 0


def test_a_step_longer_than_the_time_constant_still_averages() -> None:
    subject = ExponentialDetector(FAST_S, step_s=10.0)
    assert subject.process(ms_mean_squares(tone(1000.0, 0.01))) == pytest.approx(0.005)
