"""What one minute keeps of its samples, and the means it takes of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import fsum, log10
from typing import Final

from firmware.sensors.base import ClimateReading, Fault, LightReading, LoudnessReading, SoundSecond
from monitor.contract.record import Flag

# Judgement: the largest 10-s mean of the light.
LIGHT_WINDOW_S: Final = 10.0
SAME_S: Final = 1e-6  # times nearer than this are equal but for rounding


@dataclass(slots=True)
class ClimateSamples:
    """Readings and flags of the climate part."""

    readings: list[ClimateReading] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def add(self, sample: ClimateReading | Fault) -> None:
        """Take one sample."""
        if isinstance(sample, Fault):
            self.flags.append(sample.flag)
        else:
            self.readings.append(sample)


@dataclass(slots=True)
class LightSamples:
    """Readings with their monotonic times, and flags, of the light part."""

    readings: list[tuple[float, LightReading]] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def add(self, at_s: float, sample: LightReading | Fault) -> None:
        """Take one sample, not older than those before it."""
        if isinstance(sample, Fault):
            self.flags.append(sample.flag)
        else:
            self.readings.append((at_s, sample))
            self.flags += sample.flags

    def largest_window_mean_lx(self, start_s: float) -> float:
        """Return the largest mean of the readings of any 10 s inside the minute from start_s.

        The first 10 s count whole, and so does a stretch shorter than that: a brief light
        at the edge of a minute is seen. 0 without readings.
        """
        whole_s = start_s + LIGHT_WINDOW_S
        largest = 0.0
        total = 0.0
        first = 0
        times_s = [at_s for at_s, _ in self.readings]
        times_s.append(float("inf"))
        for index, (at_s, reading) in enumerate(self.readings):
            total += reading.illuminance_lx
            while times_s[first] <= at_s - LIGHT_WINDOW_S + SAME_S:
                total -= self.readings[first][1].illuminance_lx
                first += 1
            if at_s >= whole_s - SAME_S or times_s[index + 1] > whole_s:
                largest = max(largest, total / (index - first + 1))
        return largest


@dataclass(slots=True)
class LoudnessSamples:
    """Indices and flags of the loudness part."""

    indices_pct: list[float] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def add(self, sample: LoudnessReading | Fault) -> None:
        """Take one sample."""
        if isinstance(sample, Fault):
            self.flags.append(sample.flag)
        else:
            self.indices_pct.append(sample.loudness_pct)
            self.flags += sample.flags


@dataclass(slots=True)
class SoundSamples:
    """Seconds of sound; quiet are the LAeq of those outside noise events."""

    seconds: list[SoundSecond] = field(default_factory=list)
    quiet_db: list[float] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def add(self, sample: SoundSecond | Fault, *, in_event: bool = False) -> None:
        """Take one second; in_event tells whether it lies inside a noise event."""
        if isinstance(sample, Fault):
            self.flags.append(sample.flag)
            return
        self.seconds.append(sample)
        self.flags += sample.flags
        if not in_event:
            self.quiet_db.append(sample.laeq_db)


def mean(values: list[float]) -> float | None:
    """Return the arithmetic mean, None of nothing."""
    return fsum(values) / len(values) if values else None


def energy_mean_db(levels_db: list[float]) -> float | None:
    """Return the level of the mean power, None of nothing.

    >>> round(energy_mean_db([30.0, 50.0]), 2)
    47.03
    """
    if not levels_db:
        return None
    return 10 * log10(fsum(10 ** (level_db / 10) for level_db in levels_db) / len(levels_db))


def exceeded_db(levels_db: list[float], share: float) -> float | None:
    """Return the level exceeded during a share of the time (LA10: 0.1), None of nothing.

    Linear between the two nearest levels.

    >>> exceeded_db([30.0, 40.0, 50.0], 0.5)
    40.0
    """
    if not levels_db:
        return None
    ordered = sorted(levels_db)
    place = (1 - share) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def distinct(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return each flag once, in the order of its first appearance."""
    return tuple(dict.fromkeys(flags))
