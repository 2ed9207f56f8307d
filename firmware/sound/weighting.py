"""Frequency weightings A, C and Z of IEC 61672-1, exact up to the Nyquist frequency.

The curve is not approximated by a recursive filter: its magnitude is sampled on a dense
grid, given the minimum phase that belongs to it, and applied by FFT (overlap-save).
"""

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from firmware.sound.arrays import Samples
from firmware.sound.errors import CurveError
from firmware.sound.hops import Hops

# Source: IEC 61672-1:2013, 5.5 and annex E: the design goals of weighting C are -3 dB
# (D squared = 1/2) at 10^1.5 and 10^3.9 Hz, relative to 1 kHz; that of the high-pass
# which A adds is at 10^2.45 Hz.
REFERENCE_HZ: Final = 1000.0
LOW_CUTOFF_HZ: Final = 10.0**1.5
HIGH_CUTOFF_HZ: Final = 10.0**3.9
HIGH_PASS_HZ: Final = 10.0**2.45
HALF_POWER_RATIO: Final = 0.5**0.5

# Judgement: the slowest pole, 20.6 Hz, has decayed by 140 dB after an eighth of a second;
# a response cut there is within 2e-5 dB of the curve at 20 Hz.
RESPONSE_S: Final = 1 / 8
# Judgement: with 2**16 points at 48 kHz the cepstrum does not fold back above 2e-6 dB.
DESIGN_POINTS_PER_HZ: Final = 65_536 / 48_000

# (frequency in Hz, correction in dB) in ascending order; added to what was measured.
Curve: TypeAlias = Sequence[tuple[float, float]]


def poles_hz() -> tuple[float, float, float, float]:
    """Return f1, f2, f3 and f4, the pole frequencies of the weightings, in Hz.

    f1 squared and f4 squared are the roots of x^2 + b x + c, which says that two double
    poles put the half-power points of C where they are wanted; f2 and f3 split the
    high-pass of A so that their mean is 1.5 times its corner and their product its square.

    Source: IEC 61672-1:2013, annex E.

    >>> [round(pole, 1) for pole in poles_hz()]
    [20.6, 107.7, 737.9, 12194.2]
    """
    low, high, ratio = LOW_CUTOFF_HZ**2, HIGH_CUTOFF_HZ**2, HALF_POWER_RATIO
    reference = REFERENCE_HZ**2
    b = (reference + low * high / reference - ratio * (low + high)) / (1 - ratio)
    c = low * high
    root = (b * b - 4 * c) ** 0.5
    f1, f4 = ((-b - root) / 2) ** 0.5, ((-b + root) / 2) ** 0.5
    f2, f3 = (3 - 5**0.5) / 2 * HIGH_PASS_HZ, (3 + 5**0.5) / 2 * HIGH_PASS_HZ
    return f1, f2, f3, f4


class Weighting(Enum):
    """A frequency weighting; the value is the order of its zero at 0 Hz."""

    A = 4
    C = 2
    Z = 0

    def curve_db(self, frequency_hz: Samples) -> Samples:
        """Return the exact weighting at frequencies above 0 Hz, in dB, 0 at 1 kHz.

        Source: IEC 61672-1:2013, 5.5, the formulae for C(f) and A(f).
        """
        gain = self.all_pole_gain(frequency_hz) * frequency_hz**self.value
        return np.asarray(20 * np.log10(gain))

    def all_pole_gain(self, frequency_hz: Samples) -> Samples:
        """Return the gain divided by frequency**order, finite at 0 Hz; 1 kHz has gain 1."""
        return self._poles(frequency_hz**2) / (
            self._poles(np.asarray(REFERENCE_HZ**2)) * REFERENCE_HZ**self.value
        )

    def _poles(self, squared: Samples) -> Samples:
        f1, f2, f3, f4 = (pole**2 for pole in poles_hz())
        gain = np.ones_like(squared)
        if self is not Weighting.Z:
            gain = gain / ((squared + f1) * (squared + f4))
        if self is Weighting.A:
            gain = gain / np.sqrt((squared + f2) * (squared + f3))
        return gain


def correction_db(curve: Curve, frequency_hz: Samples) -> Samples:
    """Return a correction curve at frequency_hz: linear over log frequency, flat outside.

    Raises:
        CurveError: frequencies are not above 0 Hz and ascending.
    """
    if not curve:
        return np.zeros_like(frequency_hz)
    points_hz = [point_hz for point_hz, _ in curve]
    if points_hz[0] <= 0 or any(later <= sooner for sooner, later in pairwise(points_hz)):
        raise CurveError(f"correction curve: frequencies must rise from above 0 Hz: {points_hz}")
    inside = np.clip(frequency_hz, points_hz[0], points_hz[-1])
    return np.interp(np.log10(inside), np.log10(points_hz), [value for _, value in curve])


def impulse_response(
    weighting: Weighting, *, rate_hz: int, taps: int, correction: Curve = ()
) -> Samples:
    """Design the minimum-phase response of weighting plus correction, shape (taps,).

    The analogue weighting is minimum-phase, as is a microphone: so this is causal, adds no
    delay, and peaks and bursts keep their shape.

    Raises:
        CurveError: the correction curve is malformed.
    """
    size = 1 << int(rate_hz * DESIGN_POINTS_PER_HZ - 1).bit_length()
    frequency_hz = np.fft.rfftfreq(size, 1 / rate_hz).astype(np.float64)
    # The zeros at 0 Hz have no logarithm; they are taken out as (1 - 1/z)**order and put
    # back after the phase of the rest has been found.
    difference = 1 - np.exp(-2j * np.pi * frequency_hz / rate_hz)
    slope_hz = np.full_like(frequency_hz, rate_hz / (2 * np.pi))
    slope_hz[1:] = frequency_hz[1:] / np.abs(difference[1:])
    rest = weighting.all_pole_gain(frequency_hz) * slope_hz**weighting.value
    log_gain = np.log(rest) + correction_db(correction, frequency_hz) * np.log(10) / 20
    # Folding the cepstrum onto its causal half gives the minimum phase.
    # Source: Oppenheim and Schafer, Discrete-Time Signal Processing, homomorphic systems.
    cepstrum = np.fft.irfft(log_gain, size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    response = np.exp(np.fft.rfft(cepstrum)) * difference**weighting.value
    return np.asarray(np.fft.irfft(response, size)[:taps])


class WeightingFilter:
    """Weights a stream by several weightings at once; they share one forward FFT.

    Latency: none by the filters themselves, up to hop samples until a hop is complete.
    State carried over: the last samples of the stream, as many as the responses are long,
    before which there was silence unless told; and the samples of the incomplete hop.

    Args:
        weightings: what to weight by, in the order of the rows of the result.
        rate_hz: the sample rate.
        hop: samples a step of the filter; half a second unless told.
        correction: the microphone's correction curve; it costs nothing at run time.

    Raises:
        CurveError: the correction curve is malformed.
    """

    def __init__(
        self,
        weightings: Sequence[Weighting],
        *,
        rate_hz: int,
        hop: int | None = None,
        correction: Curve = (),
    ) -> None:
        self._hop = hop or max(1, rate_hz // 2)
        # A power of two, and then as long a response as it has room for.
        self._size = 1 << (self._hop + int(rate_hz * RESPONSE_S)).bit_length()
        taps = self._size - self._hop + 1
        self._responses = [
            np.fft.rfft(
                impulse_response(weighting, rate_hz=rate_hz, taps=taps, correction=correction),
                self._size,
            )
            for weighting in weightings
        ]
        self._hops = Hops(self._hop)
        self._window = np.zeros(self._size)
        # Kept from hop to hop: arrays this large are otherwise mapped and unmapped each time.
        self._spectrum = np.empty(self._size // 2 + 1, dtype=np.complex128)
        self._product = np.empty_like(self._spectrum)
        self._rows = np.empty((len(weightings), self._size))

    def stood_still_at(self, value: float) -> None:
        """Take the stream, which has not begun yet, to have been constant at value.

        A recording with a constant offset does not jump out of silence then; no weighting but
        Z hears a constant.
        """
        self._window[:] = value

    def process(self, block: Samples) -> Samples:
        """Return the weighted samples of the hops that block completes.

        Args:
            block: float64, shape (n,), n any.

        Returns:
            float64, shape (number of weightings, m), m a multiple of hop, often 0.
        """
        weighted = [self.weigh(hop).copy() for hop in self._hops.split(block)]
        return np.concatenate([np.empty((len(self._rows), 0)), *weighted], axis=1)

    def weigh(self, hop: Samples) -> Samples:
        """Weight exactly one hop, between hops; the faster way for who has whole hops.

        Returns:
            float64, shape (number of weightings, hop), valid until the next call.
        """
        self._window[: -self._hop] = self._window[self._hop :]
        self._window[-self._hop :] = hop
        np.fft.rfft(self._window, out=self._spectrum)
        for row, response in zip(self._rows, self._responses, strict=True):
            np.multiply(self._spectrum, response, out=self._product)
            np.fft.irfft(self._product, self._size, out=row)
        # The first taps - 1 values are wrapped around by the circular convolution.
        return self._rows[:, -self._hop :]
