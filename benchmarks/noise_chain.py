"""Noise chain: S32_LE stereo at 48 kHz to levels, percentiles and events.

Prints what it measured beside its target: the weighting's error, what the fast detectors
cost, dependence on block size, CPU against three bare biquads, memory of a process that does
nothing else. Exit code 1 when a target is missed that no machine's speed has a part in.
python benchmarks/noise_chain.py [--json FILE], else test-output/noise_chain.json.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from scipy import signal

from firmware.sound.arrays import Samples
from firmware.sound.detector import FAST_S, ExponentialDetector
from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.noise import Colour, NoiseFeed
from firmware.sound.pcm import LouderChannel
from firmware.sound.summary import summarise
from firmware.sound.weighting import Curve, Weighting, WeightingFilter
from monitor.night.events import EventDetector

REPORT = Path(__file__).resolve().parent.parent / "test-output" / "noise_chain.json"
RATE_HZ = 48_000
PERIOD_FRAMES = 4_800
FULL_SCALE_DB = full_scale_db(-26.0)
ROUNDS = 60
# Durations of the standard's tone bursts. Source: IEC 61672-1:2013, table 4.
BURSTS_MS = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.25)
BLOCK_SIZES = (1, 480, 4_799, 48_000)
RESPONSE: Curve = ((50.0, 3.0), (1000.0, 0.0), (10_000.0, -4.0))


@dataclass(frozen=True)
class Target:
    """The most a figure may be; gates tells whether missing it fails."""

    most: float
    unit: str
    gates: bool = True


# Source: the targets of the noise chain.
TARGETS = {
    "a_error_db": Target(0.05, "dB"),
    "c_error_db": Target(0.05, "dB"),
    "a_error_44k1_db": Target(0.1, "dB up to 16 kHz"),
    "burst_lafmax_db": Target(0.05, "dB from the sample-rate detector"),
    "block_size_db": Target(1e-3, "dB between block sizes"),
    "cpu_ratio": Target(3.5, "times three bare biquads", gates=False),
    "response_cpu_ratio": Target(1.1, "times that without a response file", gates=False),
    "rss_mib": Target(45.0, "MiB"),
    "rss_growth_mib": Target(1.0, "MiB from minute 2 to 10"),
}


class Chain:
    """The whole of it: bytes in; levels, percentiles a minute and events out."""

    def __init__(self, correction: Curve = ()) -> None:
        self._channel = LouderChannel()
        self._meter = LevelMeter(full_scale_db=FULL_SCALE_DB, correction=correction)
        self._events = EventDetector()
        self._minute: list = []
        self._end_ms = 0

    def second(self, periods: list[bytes]) -> None:
        """Take one second of audio, a period at a time."""
        for period in periods:
            for levels in self._meter.feed(self._channel.samples(period)):
                self._end_ms += 1000
                self._events.second(
                    self._end_ms, levels.laeq_db, levels.lafmax_db, levels.lasmax_db
                )
                self._minute.append(levels)
        if len(self._minute) == 60:
            summarise(self._minute)
            self._minute.clear()


def periods() -> list[bytes]:
    """Return one second of a bedroom, period by period."""
    feed = NoiseFeed(full_scale_db=FULL_SCALE_DB, frames=PERIOD_FRAMES, colour=Colour.PINK)
    return [feed.block(40.0) for _ in range(RATE_HZ // PERIOD_FRAMES)]


def weighting_error_db(weighting: Weighting, *, rate_hz: int = RATE_HZ, up_to: int = 14) -> float:
    """Return the largest error at the third-octave centres, through the streaming filter."""
    click = np.zeros(2 * rate_hz)
    click[0] = 1.0
    response = WeightingFilter((weighting,), rate_hz=rate_hz).process(click)[0]
    centres_hz = 1000.0 * 10.0 ** (np.arange(-17, up_to) / 10)
    angles = np.outer(-2j * np.pi * centres_hz / rate_hz, np.arange(click.size))
    gain_db = 20 * np.log10(np.abs(np.exp(angles) @ response))
    return float(np.abs(gain_db - weighting.curve_db(centres_hz)).max())


def burst(duration_ms: float) -> Samples:
    """Return two seconds with a 4 kHz burst after one."""
    samples = np.zeros(2 * RATE_HZ)
    count = round(duration_ms * RATE_HZ / 1000)
    samples[RATE_HZ : RATE_HZ + count] = 0.1 * np.sin(2 * np.pi * np.arange(count) / 12)
    return samples


def burst_lafmax_db() -> float:
    """Return the most that LAFmax of a burst differs from a detector at the sample rate."""
    worst_db = 0.0
    for duration_ms in BURSTS_MS:
        meter = LevelMeter(full_scale_db=0.0, settle_s=0)
        fast_db = max(second.lafmax_db for second in meter.feed(burst(duration_ms)))
        weighted = WeightingFilter((Weighting.A,), rate_hz=RATE_HZ).process(burst(duration_ms))[0]
        exact = ExponentialDetector(FAST_S, step_s=1 / RATE_HZ).process(weighted**2)
        worst_db = max(worst_db, abs(fast_db - 10 * float(np.log10(exact.max()))))
    return worst_db


def block_size_db() -> float:
    """Return the most that any level of three seconds depends on the size of the blocks."""
    samples = np.concatenate([burst(50), burst(5)])[: 3 * RATE_HZ] + 1e-3
    found = []
    for size in BLOCK_SIZES:
        meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0)
        starts = range(0, samples.size, size)
        seconds = [one for start in starts for one in meter.feed(samples[start : start + size])]
        found.append([astuple(second)[1:7] for second in seconds])
    return float(np.ptp(np.array(found), axis=0).max())


def cpu() -> dict[str, float]:
    """Return the best CPU time per second of audio: the chain, and three biquads alone."""
    second = periods()
    flat, corrected, biquads = Chain(), Chain(RESPONSE), biquads_second(second)
    chain_ms, corrected_ms, biquads_ms = [], [], []
    for _ in range(ROUNDS):  # interleaved, so that all meet the same machine
        chain_ms.append(timed_ms(lambda: flat.second(second)))
        biquads_ms.append(timed_ms(biquads))
        corrected_ms.append(timed_ms(lambda: corrected.second(second)))
    return {
        "chain_cpu_ms": min(chain_ms),
        "sosfilt_cpu_ms": min(biquads_ms),
        "cpu_ratio": min(chain_ms) / min(biquads_ms),
        "response_cpu_ratio": min(corrected_ms) / min(chain_ms),
    }


def timed_ms(work: Callable[[], None]) -> float:
    """Return the CPU time of work, all threads of this process together."""
    start_s = time.process_time()
    work()
    return (time.process_time() - start_s) * 1000


def biquads_second(second: list[bytes]) -> Callable[[], None]:
    """Return what runs three biquads over a second, block by block."""
    # Any three biquads cost the same; these are a plain band-pass.
    sections = signal.butter(3, (20.6, 12_194.0), "bandpass", fs=RATE_HZ, output="sos")
    blocks = [np.frombuffer(period, "<i4")[::2].astype(np.float64) for period in second]

    def run() -> None:
        state = np.zeros((3, 2))
        for block in blocks:
            _, state = signal.sosfilt(sections, block, zi=state)

    return run


# Run alone, in a process of its own: neither scipy nor this file may count.
MEMORY = """
import sys
from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.pcm import LouderChannel
from firmware.sound.summary import summarise
from monitor.night.events import EventDetector

def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

channel, meter = LouderChannel(), LevelMeter(full_scale_db=full_scale_db(-26.0))
events, minute, end_ms = EventDetector(), [], 0
second = sys.stdin.buffer.read()
size = len(second) // 10
for number in range(10):
    for _ in range(60):
        for start in range(0, len(second), size):
            for levels in meter.feed(channel.samples(second[start:start + size])):
                end_ms += 1000
                events.second(end_ms, levels.laeq_db, levels.lafmax_db, levels.lasmax_db)
                minute.append(levels)
        if len(minute) >= 60:
            summarise(minute)
            minute.clear()
    if number in (1, 9):
        print(resident_kib())
"""


def memory_mib() -> dict[str, float]:
    """Return the memory of a process that measures for 10 minutes, and its growth from 2."""
    child = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", MEMORY], input=b"".join(periods()), check=True, capture_output=True
    )
    early, late = (int(line) / 1024 for line in child.stdout.split())
    return {"rss_mib": late, "rss_growth_mib": late - early}


def main() -> int:
    """Measure, print a table, write JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=REPORT)
    options = parser.parse_args()
    results = {
        "a_error_db": weighting_error_db(Weighting.A),
        "c_error_db": weighting_error_db(Weighting.C),
        "a_error_44k1_db": weighting_error_db(Weighting.A, rate_hz=44_100, up_to=13),
        "burst_lafmax_db": burst_lafmax_db(),
        "block_size_db": block_size_db(),
        **cpu(),
        **memory_mib(),
    }
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    failed = False
    for name, value in results.items():
        target = TARGETS.get(name)
        verdict = ""
        if target is not None:
            met = value <= target.most
            failed = failed or (target.gates and not met)
            verdict = f"{'meets' if met else 'MISSES'} ≤ {target.most:g} {target.unit}"
        print(f"{name:<19} {value:>12.4g}  {verdict}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
