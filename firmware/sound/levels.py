"""Samples in, one set of levels a second out (IEC 61672-1 names)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, log10
from typing import Final

import numpy as np

from firmware.sound.arrays import INT32_FULL_SCALE, RawSamples, Samples
from firmware.sound.detector import FAST_S, SLOW_S, ExponentialDetector
from firmware.sound.hops import Hops
from firmware.sound.weighting import Curve, Weighting, WeightingFilter

# Source: microphone data sheets give sensitivity at 94 dB, which is 1 Pa (IEC 61672-1).
CALIBRATION_LEVEL_DB: Final = 94.0
# 0 dBFS is a sine that just fits, whose rms is full scale / sqrt 2.
# Source: AES17, and the ICS-43434 data sheet's definition of its sensitivity.
SINE_CREST_DB: Final = 10 * log10(2)
# A 24-bit converter cannot tell silence from less than its own rounding.
# Source: uniform rounding to steps q has mean square q^2 / 12; q = 2^-23 of full scale.
ROUNDING_MEAN_SQUARE: Final = 2.0**-46 / 12
# Judgement: 0.01 dB below the rail, so that a 16-bit source at its rail counts too.
OVERLOAD_RATIO: Final = 0.999
# Judgement: long enough for the microphone's wake-up and for the filters to settle.
SETTLE_S: Final = 1
# Judgement: the fast form of the detectors averages at most this long before them.
DETECTOR_STEPS_PER_S: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLevels:
    """Levels over one second of samples, dB re what full_scale_db was given for.

    end_sample counts the samples from the stream's first to the second's end. duration_s is
    1 but for what is left at the end of a recording. laf_db and las_db are the detectors at
    the end, lafmax_db and lasmax_db their highest within the second; over one second LAE is
    LAeq. lcpeak_db is taken at the samples, not between them. still: all samples have one
    value, as only a dead microphone's have.
    """

    end_sample: int
    duration_s: float = 1.0
    laeq_db: float
    laf_db: float
    las_db: float
    lafmax_db: float
    lasmax_db: float
    lceq_db: float
    lcpeak_db: float
    overload: bool
    still: bool


def full_scale_db(sensitivity_dbfs: float) -> float:
    """Return the level of a signal whose rms is full scale, dB re 20 µPa.

    At 94 dB the output is a sine sensitivity_dbfs below one that just fits; that one has
    its peak, not its rms, at full scale. So rms = 10^(sensitivity / 20) / sqrt 2 of full
    scale at 94 dB: for -26 dBFS and 24 bits 420426 / sqrt 2 counts, and
    L = 94 + 20 log10(rms / 420426) + 3.01.

    >>> round(full_scale_db(-26.0), 2)
    123.01
    """
    return CALIBRATION_LEVEL_DB - sensitivity_dbfs + SINE_CREST_DB


def energy_mean_db(levels_db: Sequence[float], durations_s: Sequence[float] | None = None) -> float:
    """Return the level of the mean power of levels_db, at least one, over their durations.

    >>> round(energy_mean_db([40.0, 60.0]), 2)
    57.03
    """
    powers = 10 ** (np.asarray(levels_db) / 10)
    return 10 * log10(float(np.average(powers, weights=durations_s)))


def detector_step(rate_hz: int) -> int:
    """Return the samples of one detector step: the most up to 1 ms that divide a second.

    >>> detector_step(48_000), detector_step(44_100)
    (48, 42)
    """
    longest = max(1, rate_hz // DETECTOR_STEPS_PER_S)
    return next(step for step in range(longest, 0, -1) if gcd(step, rate_hz) == step)


class LevelMeter:
    """A sound level meter on a stream of samples, whatever the size of its blocks.

    State carried over: the filters' history and the detectors' averages, which never
    restart, the second under way, the count of samples. Before its first sample the stream
    is taken to have stood still at that value: a constant offset is no step out of silence.

    Args:
        full_scale_db: level of a signal whose rms is full scale.
        rate_hz: the sample rate.
        settle_s: whole seconds at the start that are measured and not reported; the
            detectors then start from the level of their last half, as if they had always
            run, and the start-up ramp is in no result. With 0 they start from silence.
        correction: the microphone's correction curve (frequency in Hz, dB).

    Raises:
        CurveError: the correction curve is malformed.
    """

    def __init__(
        self,
        *,
        full_scale_db: float,
        rate_hz: int = 48_000,
        settle_s: int = SETTLE_S,
        correction: Curve = (),
    ) -> None:
        self._full_scale_db = full_scale_db
        self._rate_hz = rate_hz
        self._step = detector_step(rate_hz)
        # Hops must be whole detector steps; half a second saves memory where it can be.
        self._hop = rate_hz // 2 if rate_hz % (2 * self._step) == 0 else rate_hz
        self._hops = Hops(self._hop)
        self._filter = WeightingFilter(
            (Weighting.A, Weighting.C), rate_hz=rate_hz, hop=self._hop, correction=correction
        )
        step_s = self._step / rate_hz
        self._fast = ExponentialDetector(FAST_S, step_s=step_s)
        self._slow = ExponentialDetector(SLOW_S, step_s=step_s)
        self._settle_samples = settle_s * rate_hz
        self._end_sample = 0
        self._parts: list[_HopPowers] = []

    def feed(self, block: Samples | RawSamples) -> list[SecondLevels]:
        """Take samples, return the seconds they complete.

        Args:
            block: shape (n,), n any: float64 with full scale 1.0, or int32 with 2**31.
        """
        scaled = block / INT32_FULL_SCALE if block.dtype == np.int32 else block
        seconds = []
        for hop in self._hops.split(scaled.astype(np.float64, copy=False)):
            self._take(hop, self._hop)
            if self._end_sample % self._rate_hz == 0:
                seconds += self._second()
        return seconds

    def finish(self) -> list[SecondLevels]:
        """Return the second under way as far as it got, when nothing follows; or nothing.

        Its levels are over the time it got to, rounded down to a detector step of at most
        1 ms; what the filters still hold then is not in them, as at any second's end.
        """
        rest = self._hops.rest()
        whole = rest.size - rest.size % self._step
        if whole:
            self._take(np.pad(rest, (0, self._hop - rest.size)), whole)
        return self._second() if self._parts else []

    def _take(self, hop: Samples, count: int) -> None:
        """Weigh a hop, of which the first count samples, whole detector steps, are counted."""
        if self._end_sample == 0:
            self._filter.stood_still_at(float(hop[0]))
        weighted = self._filter.weigh(hop)[:, :count]
        self._parts.append(_HopPowers.of(hop[:count], weighted, self._step))
        self._end_sample += count

    def _second(self) -> list[SecondLevels]:
        parts, self._parts = self._parts, []
        a_squares = np.concatenate([part.a_squares for part in parts])
        samples = a_squares.size * self._step
        if self._end_sample <= self._settle_samples:
            settled = float(a_squares[a_squares.size // 2 :].mean())
            self._fast.mean_square = self._slow.mean_square = settled
            return []
        fast, slow = self._fast.process(a_squares), self._slow.process(a_squares)
        low, high = min(part.low for part in parts), max(part.high for part in parts)
        levels = SecondLevels(
            end_sample=self._end_sample,
            duration_s=samples / self._rate_hz,
            laeq_db=self._db(float(a_squares.mean())),
            laf_db=self._db(float(fast[-1])),
            las_db=self._db(float(slow[-1])),
            lafmax_db=self._db(float(fast.max())),
            lasmax_db=self._db(float(slow.max())),
            lceq_db=self._db(sum(part.c_energy for part in parts) / samples),
            lcpeak_db=self._db(max(part.c_peak for part in parts) ** 2),
            overload=max(-low, high) >= OVERLOAD_RATIO,
            still=low == high,
        )
        return [levels]

    def _db(self, mean_square: float) -> float:
        return self._full_scale_db + 10 * log10(max(mean_square, ROUNDING_MEAN_SQUARE))


@dataclass(frozen=True, slots=True, kw_only=True)
class _HopPowers:
    """What one hop adds to its second: A mean squares a step, C energy and peak, extremes."""

    a_squares: Samples
    c_energy: float
    c_peak: float
    low: float
    high: float

    @classmethod
    def of(cls, hop: Samples, weighted: Samples, step: int) -> "_HopPowers":
        a, c = weighted
        steps = a.reshape(-1, step)
        # einsum, not dot: BLAS would wake its threads, which spin for longer than this takes.
        return cls(
            a_squares=np.einsum("ij,ij->i", steps, steps) / step,
            c_energy=float(np.einsum("i,i->", c, c)),
            c_peak=max(float(np.max(c)), -float(np.min(c))),
            low=float(np.min(hop)),
            high=float(np.max(hop)),
        )
