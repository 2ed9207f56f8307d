import numpy as np
import pytest

from firmware.sound.errors import CurveError
from firmware.sound.weighting import Curve, Weighting, WeightingFilter, poles_hz
from tests.fakes.signals import RATE_HZ, Signal, centres_hz, silence, tone, white_noise

# IEC 61672-1, table of the design goals, in tenths of dB, at the 31 centres from 20 Hz.
TABLE_A = (
    "-50.5 -44.7 -39.4 -34.6 -30.2 -26.2 -22.5 -19.1 -16.1 -13.4 -10.9 -8.6 -6.6 -4.8 -3.2 -1.9"
    " -0.8 0 0.6 1.0 1.2 1.3 1.2 1.0 0.5 -0.1 -1.1 -2.5 -4.3 -6.6 -9.3"
)
TABLE_C = (
    "-6.2 -4.4 -3.0 -2.0 -1.3 -0.8 -0.5 -0.3 -0.2 -0.1 0 0 0 0 0 0"
    " 0 0 0 -0.1 -0.2 -0.3 -0.5 -0.8 -1.3 -2.0 -3.0 -4.4 -6.2 -8.5 -11.2"
)


def table(text: str) -> Signal:
    return np.array([float(word) for word in text.split()])


def a_filter(correction: Curve = (), rate_hz: int = RATE_HZ) -> WeightingFilter:
    return WeightingFilter((Weighting.A,), rate_hz=rate_hz, correction=correction)


def measured_db(subject: WeightingFilter, rate_hz: int = RATE_HZ) -> Signal:
    """Return what a click says of the filter at the centres, one row a weighting."""
    click = np.zeros(2 * rate_hz)
    click[0] = 1.0
    response = subject.process(click)
    angles = np.outer(np.arange(response.shape[1]), -2j * np.pi * centres_hz(rate_hz / 2) / rate_hz)
    return np.asarray(20 * np.log10(np.abs(response @ np.exp(angles))))


def test_the_poles_are_those_of_the_standard() -> None:
    assert poles_hz() == pytest.approx((20.6, 107.7, 737.9, 12194), abs=0.3)


@pytest.mark.parametrize(
    ("weighting", "text"),
    [(Weighting.A, TABLE_A), (Weighting.C, TABLE_C), (Weighting.Z, "0 " * 31)],
)
def test_the_curve_rounds_to_the_table_of_the_standard(weighting: Weighting, text: str) -> None:
    assert weighting.curve_db(centres_hz()) == pytest.approx(table(text), abs=0.06)


@pytest.mark.slow
def test_the_filters_are_exact_at_all_31_centres() -> None:
    subject = WeightingFilter((Weighting.A, Weighting.C, Weighting.Z), rate_hz=RATE_HZ)
    wanted_db = [weighting.curve_db(centres_hz()) for weighting in Weighting]
    assert np.abs(measured_db(subject) - wanted_db).max() < 0.001


@pytest.mark.parametrize("rate_hz", [11_025, 44_100, 96_000])
def test_other_sample_rates_are_as_exact(rate_hz: int) -> None:
    wanted_db = Weighting.A.curve_db(centres_hz(rate_hz / 2))
    error_db = measured_db(a_filter(rate_hz=rate_hz), rate_hz)[0] - wanted_db
    assert np.abs(error_db).max() < 0.001


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("frequency_hz", centres_hz())
def test_a_steady_tone_at_any_exact_centre_comes_out_weighted(
    frequency_hz: float, rate_hz: int
) -> None:
    subject = WeightingFilter((Weighting.A, Weighting.C), rate_hz=rate_hz)
    weighted = subject.process(tone(frequency_hz, 2.0, 0.1, rate_hz=rate_hz))[:, rate_hz:]
    # The window falls off to nothing, so that no part of a cycle is left over at its ends.
    window = np.hanning(weighted.shape[1])
    level_db = 10 * np.log10(2 * (weighted**2 @ window) / window.sum() / 0.1**2)
    wanted_db = [
        curve.curve_db(np.array([frequency_hz]))[0] for curve in (Weighting.A, Weighting.C)
    ]
    assert level_db == pytest.approx(wanted_db, abs=0.001)


def test_no_sound_comes_before_its_cause() -> None:
    click = silence(1.0)
    click[30_000] = 1.0
    weighted = a_filter().process(click)[0]
    # What the wrapped-around end of the response leaves is 120 dB below the click.
    assert np.abs(weighted[:30_000]).max() < 1e-6 < np.abs(weighted[30_000:]).max()


@pytest.mark.parametrize("size", [1, 7, 480, 4_800, 23_999, 24_000, 24_001, 48_000])
def test_the_size_of_the_blocks_does_not_matter(size: int) -> None:
    signal = white_noise(1.5)
    starts = range(0, signal.size, size)
    subject = a_filter()
    in_blocks = [subject.process(signal[start : start + size]) for start in starts]
    at_once = a_filter().process(signal)
    assert np.array_equal(np.concatenate(in_blocks, axis=1), at_once)


def test_a_hop_appears_as_soon_as_it_is_complete() -> None:
    subject = a_filter()
    assert subject.process(np.zeros(RATE_HZ // 2 - 1)).shape == (1, 0)
    assert subject.process(np.zeros(1)).shape == (1, RATE_HZ // 2)


def test_a_correction_curve_is_added_to_the_weighting() -> None:
    correction = [(100.0, 6.0), (1000.0, 0.0), (10_000.0, -3.0)]
    added_db = measured_db(a_filter(correction))[0] - Weighting.A.curve_db(centres_hz())
    # In between it is linear over log frequency, outside it is flat.
    wanted_db = np.clip(-6 * (np.log10(centres_hz()) - 3), 0, 6)
    wanted_db -= np.clip(3 * (np.log10(centres_hz()) - 3), 0, 3)
    # The corners of the curve, at 100 Hz and 10 kHz, come out a little rounded.
    assert added_db == pytest.approx(wanted_db, abs=0.01)


@pytest.mark.parametrize("points_hz", [(0.0, 100.0), (200.0, 100.0), (100.0, 100.0)])
def test_a_curve_whose_frequencies_do_not_rise_is_refused(points_hz: tuple[float, ...]) -> None:
    with pytest.raises(CurveError, match="frequencies must rise"):
        a_filter([(point_hz, 0.0) for point_hz in points_hz])
