"""The meter beside an independent implementation (PyPI: pyoctaveband).

Its own errors are known: its A and C weightings are oversampled bilinear filters, within
0.02 dB of the curves up to 4 kHz and 2 dB low at 20 kHz. So it is asked below 4 kHz only.
"""

import numpy as np
import pyoctaveband
import pytest

from firmware.sound.detector import FAST_S, SLOW_S, ExponentialDetector
from firmware.sound.levels import LevelMeter
from firmware.sound.weighting import Weighting, WeightingFilter
from tests.fakes.signals import RATE_HZ, Signal, centres_hz, pink_noise, silence

UP_TO_HZ = 4_000.0
ITS_ERROR_DB = 0.025
# What averaging 1 ms before the detectors may cost (docs/sound.md).
FAST_FORM_DB = 0.05


def below(signal: Signal, limit_hz: float) -> Signal:
    spectrum = np.fft.rfft(signal)
    spectrum[np.fft.rfftfreq(signal.size, 1 / RATE_HZ) > limit_hz] = 0
    return np.asarray(np.fft.irfft(spectrum, signal.size))


def room() -> Signal:
    """Return eight seconds of a bedroom: a hum, a bang, a second that is louder."""
    signal = below(pink_noise(8.0), UP_TO_HZ)
    signal[3 * RATE_HZ : 3 * RATE_HZ + 4_800] *= 20
    signal[5 * RATE_HZ : 6 * RATE_HZ] *= 4
    return signal


def db(power: Signal | float) -> Signal:
    return np.asarray(10 * np.log10(power))


@pytest.mark.slow
@pytest.mark.parametrize("weighting", [Weighting.A, Weighting.C])
def test_the_weightings_agree_where_its_filter_is_good(weighting: Weighting) -> None:
    click = silence(4.0)
    click[RATE_HZ] = 1.0
    ours = WeightingFilter((weighting,), rate_hz=RATE_HZ).process(click)[0]
    theirs = pyoctaveband.weighting_filter(click, RATE_HZ, weighting.name)
    asked_hz = centres_hz(UP_TO_HZ * 1.01)
    angles = np.exp(np.outer(np.arange(click.size), -2j * np.pi * asked_hz / RATE_HZ))
    difference_db = 2 * db(np.abs(ours @ angles) / np.abs(theirs @ angles))
    assert np.abs(difference_db).max() < ITS_ERROR_DB


def test_laeq_lafmax_and_lasmax_of_a_room_agree() -> None:
    meter = LevelMeter(full_scale_db=0.0, settle_s=0)
    weighted = pyoctaveband.weighting_filter(room(), RATE_HZ, "A").reshape(8, RATE_HZ)
    fast = pyoctaveband.time_weighting(weighted.ravel(), RATE_HZ, "fast").reshape(8, RATE_HZ)
    slow = pyoctaveband.time_weighting(weighted.ravel(), RATE_HZ, "slow").reshape(8, RATE_HZ)
    seconds = meter.feed(room())
    laeq_db = [second.laeq_db for second in seconds]
    assert np.abs(laeq_db - db((weighted**2).mean(axis=1))).max() < ITS_ERROR_DB
    for name, levels in (("lafmax_db", fast), ("lasmax_db", slow)):
        ours_db = [getattr(second, name) for second in seconds]
        assert np.abs(ours_db - db(levels.max(axis=1))).max() < FAST_FORM_DB


@pytest.mark.parametrize(("time_constant_s", "mode"), [(FAST_S, "fast"), (SLOW_S, "slow")])
def test_the_detectors_agree_at_every_sample(time_constant_s: float, mode: str) -> None:
    ours = ExponentialDetector(time_constant_s, step_s=1 / RATE_HZ).process(room() ** 2)
    theirs = pyoctaveband.time_weighting(room(), RATE_HZ, mode)
    # The first samples rise from nothing, where a ratio says little.
    assert np.abs(db(ours[RATE_HZ:] / theirs[RATE_HZ:])).max() < 0.001
