"""Offsets, factors and warm-up curves out of readings."""

import math
import random

import pytest

from monitor.night.sensor_calibration import (
    SensorCalibrationError,
    WarmUp,
    factor_against,
    offset_against,
    offset_of,
    warm_up,
)


def curve(
    *, cold_c: float, rise_k: float, tau_min: float, length_min: int, noise_k: float = 0.0
) -> list[tuple[float, float]]:
    rng = random.Random(7)
    return [
        (at, cold_c + rise_k * (1 - math.exp(-at / tau_min)) + rng.gauss(0, noise_k))
        for at in range(length_min)
    ]


def test_the_offset_is_what_was_missing_from_the_raw_reading() -> None:
    assert offset_against([21.5, 21.6, 21.4], 20.3, 0.0) == -1.2
    # The same room and thermometer, with that offset already on the readings.
    assert offset_against([20.3, 20.4, 20.2], 20.3, -1.2) == -1.2


@pytest.mark.parametrize(
    ("readings_c", "reference_c", "words"),
    [
        ([21.0, 21.0], 20.0, "only 2 readings"),
        ([21.0, 21.2, 21.4], 20.0, "moved by 0.4 K"),
        ([35.0, 35.0, 35.0], 20.0, "offset of -15.0 K"),
    ],
)
def test_what_makes_no_offset_is_refused_with_what_to_do(
    readings_c: list[float], reference_c: float, words: str
) -> None:
    with pytest.raises(SensorCalibrationError, match=words):
        offset_against(readings_c, reference_c, 0.0)


def test_the_factor_is_the_meters_over_the_raw_reading() -> None:
    assert factor_against([80.0, 81.0, 79.0], 100.0, 1.0) == 1.25
    assert factor_against([100.0, 101.0, 99.0], 100.0, 1.25) == 1.25


@pytest.mark.parametrize(
    ("readings_lx", "reference_lx", "words"),
    [
        ([50.0], 60.0, "only 1 readings"),
        ([0.2, 0.2, 0.2], 60.0, "too little"),
        ([60.0, 60.0, 60.0], 1.0, "too little"),
        ([50.0, 60.0, 70.0], 60.0, "the light moved"),
        ([10.0, 10.0, 10.0], 60_000.0, "in the same light"),
    ],
)
def test_what_makes_no_factor_is_refused_with_what_to_do(
    readings_lx: list[float], reference_lx: float, words: str
) -> None:
    with pytest.raises(SensorCalibrationError, match=words):
        factor_against(readings_lx, reference_lx, 1.0)


@pytest.mark.parametrize("tau_min", [4.0, 12.0, 25.0])
def test_a_warm_up_is_found_again_through_the_parts_noise(tau_min: float) -> None:
    readings = curve(cold_c=20.0, rise_k=1.6, tau_min=tau_min, length_min=120, noise_k=0.02)
    found = warm_up(readings)
    assert found.rise_k == pytest.approx(1.6, abs=0.08)
    assert found.cold_c == pytest.approx(20.0, abs=0.1)
    assert offset_of(found) == pytest.approx(-1.6, abs=0.08)


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ([], "too few"),
        (curve(cold_c=20, rise_k=1, tau_min=10, length_min=20), "too few"),
        (curve(cold_c=20, rise_k=3, tau_min=60, length_min=60), "still warming"),
        (curve(cold_c=22, rise_k=-2, tau_min=10, length_min=90), "keeps its temperature"),
        (curve(cold_c=20, rise_k=12, tau_min=10, length_min=90), "rises by 0 to 8 K"),
    ],
)
def test_what_is_no_warm_up_is_refused(readings: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(SensorCalibrationError, match=words):
        warm_up(readings)


def test_a_box_that_does_not_warm_itself_needs_no_offset() -> None:
    assert offset_of(WarmUp(rise_k=0.0, time_constant_min=10.0, cold_c=20.0)) == 0.0
