"""Noise whose A-weighted level is known by computation: what the simulation plays."""

from enum import Enum
from typing import Final

import numpy as np

from firmware.sound.arrays import INT32_FULL_SCALE, Samples
from firmware.sound.weighting import Weighting

# Source: IEC 61672-1:2013, the range of the third-octave centres, 20 Hz to 20 kHz.
LOWEST_HZ: Final = 20.0
HIGHEST_HZ: Final = 20_000.0
# The microphones in use have 24 bits, at the top of 32. Source: ICS-43434 data sheet.
UNUSED_BITS: Final = 8
RAIL: Final = 2**31 - 2**UNUSED_BITS


class Colour(Enum):
    """How power is spread; the value is the exponent of power over frequency."""

    WHITE = 0
    PINK = -1


def noise_second(colour: Colour, *, rate_hz: int = 48_000, seed: int = 0) -> Samples:
    """Return one second of noise with an A-weighted mean square of exactly 1.

    Repeated end to end it has no seam, and every whole second of it, wherever it starts,
    has that same power: it is a sum of whole hertz with fixed amplitudes and drawn phases.

    Returns:
        float64, shape (rate_hz,).
    """
    frequency_hz = np.arange(1.0, rate_hz / 2)
    amplitude = frequency_hz ** (colour.value / 2)
    amplitude[(frequency_hz < LOWEST_HZ) | (frequency_hz > HIGHEST_HZ)] = 0.0
    # A partial of amplitude c has mean square c^2 / 2.
    weighted = amplitude * 10 ** (Weighting.A.curve_db(frequency_hz) / 20)
    amplitude /= np.sqrt(np.square(weighted).sum() / 2)
    phase = np.random.default_rng(seed).uniform(0.0, 2 * np.pi, frequency_hz.size)
    # rfft's line at k hertz is c e^(i phase) rate / 2; lines 0 and rate / 2 stay empty.
    spectrum = np.zeros(rate_hz // 2 + 1, dtype=np.complex128)
    spectrum[1 : frequency_hz.size + 1] = amplitude * np.exp(1j * phase) * rate_hz / 2
    return np.asarray(np.fft.irfft(spectrum, rate_hz))


class NoiseFeed:
    """Turns levels into the blocks of S32_LE stereo that a microphone would have written.

    The sound is on the left, as with SEL to ground; the right is silent.

    State carried over: the place in the loop of noise and the last gain, from which the
    next block fades, so that a change of level is no click.

    Args:
        full_scale_db: level of a signal whose rms is full scale.
        frames: frames of each block.
        colour: pink sounds like a room; white loads the high frequencies.
        rate_hz: frames a second.
        seed: draws the phases; the same seed gives the same bytes.
    """

    def __init__(
        self,
        *,
        full_scale_db: float,
        frames: int,
        colour: Colour = Colour.PINK,
        rate_hz: int = 48_000,
        seed: int = 0,
    ) -> None:
        self._loop = noise_second(colour, rate_hz=rate_hz, seed=seed)
        self._full_scale_db = full_scale_db
        self._frames = frames
        self._position = 0
        self._gain: float | None = None

    def block(self, laeq_db: float) -> bytes:
        """Return the next block, at laeq_db by its end; clipped at the rail like a real one."""
        gain = 10 ** ((laeq_db - self._full_scale_db) / 20)
        start_gain = gain if self._gain is None else self._gain
        fade = np.linspace(start_gain, gain, self._frames + 1)[1:]
        places = (self._position + np.arange(self._frames)) % self._loop.size
        self._position = int(places[-1] + 1)
        self._gain = gain
        return stereo(self._loop[places] * fade)


def stereo(samples: Samples) -> bytes:
    """Return samples (full scale 1.0) as 24-bit S32_LE stereo, on the left channel only.

    What exceeds full scale is clipped.
    """
    step = 2**UNUSED_BITS
    counts = np.clip(np.rint(samples * (INT32_FULL_SCALE / step)) * step, -INT32_FULL_SCALE, RAIL)
    frames = np.zeros((samples.size, 2), dtype="<i4")
    frames[:, 0] = counts
    return frames.tobytes()
