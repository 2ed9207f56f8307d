"""Signals with known levels; full scale 1.0, 48 kHz."""

import numpy as np
from numpy.typing import NDArray

from firmware.sound.capture import Encoding

RATE_HZ = 48_000

Signal = NDArray[np.float64]


def centres_hz(below_hz: float = 24_000.0) -> Signal:
    """Return the exact third-octave centres from 20 Hz to 20 kHz, 31 of them."""
    exact_hz = 1000.0 * 10.0 ** (np.arange(-17, 14) / 10)
    return exact_hz[exact_hz < below_hz]


def tone(
    frequency_hz: float, duration_s: float, amplitude: float = 0.1, *, rate_hz: int = RATE_HZ
) -> Signal:
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return amplitude * np.sin(2 * np.pi * frequency_hz * time_s)


def silence(duration_s: float, *, rate_hz: int = RATE_HZ) -> Signal:
    return np.zeros(round(duration_s * rate_hz))


def burst(duration_s: float, *, before_s: float, after_s: float) -> Signal:
    return np.concatenate([silence(before_s), tone(4000.0, duration_s), silence(after_s)])


def white_noise(duration_s: float, seed: int = 1) -> Signal:
    return 0.05 * np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))


def pink_noise(duration_s: float, seed: int = 2) -> Signal:
    spectrum = np.fft.rfft(white_noise(duration_s, seed))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size) / 1000)
    return np.asarray(np.fft.irfft(spectrum))


def s32_stereo(left: Signal, right: Signal) -> bytes:
    return np.rint(np.column_stack([left, right]) * 2**31).astype("<i4").tobytes()


def encoded(encoding: Encoding, *channels: Signal) -> bytes:
    """Return frames as a device of that encoding would spell them."""
    taken, counting = encoding.value
    full_scale = 2 ** (8 * counting - 1)
    counts = np.rint(np.column_stack(channels) * full_scale).astype("<i4")
    return counts.reshape(-1, 1).view(np.uint8)[:, :taken].tobytes()
