"""Noise chain: S32_LE stereo at 48 kHz to one set of levels a second.

Prints the weighting's error, CPU per second of audio with its ratio to three bare biquads
(if scipy is there), and the memory of a process that does nothing else.
python benchmarks/noise_chain.py [--json FILE].
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.noise import Colour, NoiseFeed
from firmware.sound.pcm import LouderChannel
from firmware.sound.weighting import Weighting, WeightingFilter

RATE_HZ = 48_000
PERIOD_FRAMES = 4_800
FULL_SCALE_DB = full_scale_db(-26.0)
ROUNDS = 60


def periods() -> list[bytes]:
    """Return one second of a bedroom, period by period."""
    feed = NoiseFeed(full_scale_db=FULL_SCALE_DB, frames=PERIOD_FRAMES, colour=Colour.PINK)
    return [feed.block(40.0) for _ in range(RATE_HZ // PERIOD_FRAMES)]


def chain_second(channel: LouderChannel, meter: LevelMeter, second: list[bytes]) -> None:
    """Take one second of audio through the chain, a period at a time."""
    for period in second:
        meter.feed(channel.samples(period))


def weighting_error_db(weighting: Weighting) -> float:
    """Return the largest error at the 31 centres, through the streaming filter."""
    click = np.zeros(2 * RATE_HZ)
    click[0] = 1.0
    response = WeightingFilter((weighting,), rate_hz=RATE_HZ).process(click)[0]
    centres_hz = 1000.0 * 10.0 ** (np.arange(-17, 14) / 10)
    angles = np.outer(-2j * np.pi * centres_hz / RATE_HZ, np.arange(click.size))
    gain_db = 20 * np.log10(np.abs(np.exp(angles) @ response))
    return float(np.abs(gain_db - weighting.curve_db(centres_hz)).max())


def cpu_ms() -> dict[str, float | None]:
    """Return the best CPU time per second of audio: the chain, and three biquads alone."""
    second = periods()
    channel, meter = LouderChannel(), LevelMeter(full_scale_db=FULL_SCALE_DB)
    chain_second(channel, meter, second)
    biquads = biquads_second(second)
    chain_ms, biquads_ms = [], []
    for _ in range(ROUNDS):  # interleaved, so that both meet the same machine
        chain_ms.append(timed_ms(lambda: chain_second(channel, meter, second)))
        if biquads:
            biquads_ms.append(timed_ms(biquads))
    bare_ms = min(biquads_ms) if biquads_ms else None
    ratio = min(chain_ms) / bare_ms if bare_ms else None
    return {"chain_cpu_ms": min(chain_ms), "sosfilt_cpu_ms": bare_ms, "cpu_ratio": ratio}


def timed_ms(work: Callable[[], None]) -> float:
    """Return the CPU time of work, all threads of this process together."""
    start_s = time.process_time()
    work()
    return (time.process_time() - start_s) * 1000


def biquads_second(second: list[bytes]) -> Callable[[], None] | None:
    """Return what runs three biquads over a second, block by block; None without scipy."""
    try:
        signal = import_module("scipy.signal")
    except ImportError:
        return None
    # Any three biquads cost the same; these are a plain band-pass.
    sections = signal.butter(3, (20.6, 12_194.0), "bandpass", fs=RATE_HZ, output="sos")
    blocks = [np.frombuffer(period, "<i4")[::2].astype(np.float64) for period in second]

    def run() -> None:
        state = np.zeros((3, 2))
        for block in blocks:
            _, state = signal.sosfilt(sections, block, zi=state)

    return run


def resident_mib() -> float:
    """Return the resident memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmRSS")


def memory_mib() -> dict[str, float]:
    """Return the memory of this process after 2 and 10 minutes of audio."""
    second = periods()
    channel, meter = LouderChannel(), LevelMeter(full_scale_db=FULL_SCALE_DB)
    resident = []
    for minutes in (2, 8):
        for _ in range(60 * minutes):
            chain_second(channel, meter, second)
        resident.append(resident_mib())
    return {"rss_mib": resident[1], "rss_growth_mib": resident[1] - resident[0]}


def main() -> None:
    """Measure, print a table, write JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--memory-only", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_only:
        print(json.dumps(memory_mib()))
        return
    # A process of its own: scipy must not count, nor what the timing leaves behind.
    child = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "--memory-only"], check=True, capture_output=True, text=True
    )
    results = {
        "a_error_db": weighting_error_db(Weighting.A),
        "c_error_db": weighting_error_db(Weighting.C),
        **cpu_ms(),
        **json.loads(child.stdout),
    }
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    for name, value in results.items():
        print(f"{name:<16} {'not measured: no scipy' if value is None else f'{value:.6g}'}")


if __name__ == "__main__":
    main()
