"""The journal's wear and speed: bytes written a day, open time of 30 days, reading them all.

    python -m benchmarks.journal [DIRECTORY]

DIRECTORY should lie on the card in question; a temporary one is used without it.
"""

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.contract.codec import encode
from monitor.contract.record import (
    ClimateMinute,
    ClockState,
    EventKind,
    LightMinute,
    Minute,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.runtime.clock import Clock, RealClock

FIRST_END_MS = 1_767_225_660_000
DAY_MINUTES = 1440
DAYS = 30


def a_full_minute(number: int, rng: random.Random) -> Minute:
    """Return a minute as a night has them: every part fitted, an event in every third."""
    level_db = round(rng.uniform(24.0, 45.0), 2)
    event = SoundEvent(
        start_offset_s=-31.0,
        duration_s=6.0,
        lafmax_db=level_db,
        lasmax_db=level_db,
        lae_db=level_db,
        background_db=24.1,
        kind=EventKind.COUNTED,
    )
    return Minute(
        end=instant(FIRST_END_MS + number * 60_000),
        duration_s=60.0,
        climate=ClimateMinute(
            temperature_c=18.52,
            temperature_min_c=18.49,
            temperature_max_c=18.55,
            humidity_pct=48.31,
            pressure_hpa=1013.22,
            n=6,
            due=6,
        ),
        light=LightMinute(
            illuminance_lx=0.0123,
            illuminance_max_lx=0.0211,
            illuminance_max10s_lx=0.0154,
            visible_ir_counts=3.2114,
            ir_counts=1.0223,
            n=60,
            due=60,
        ),
        sound=SoundMinute(
            laeq_db=level_db,
            laeq_quiet_db=24.15,
            quiet_s=54,
            lceq_db=41.02,
            lafmax_db=level_db,
            lasmax_db=level_db,
            la10_db=27.31,
            la50_db=24.55,
            la90_db=24.02,
            floor_db=22.0,
            calibrated=True,
            n=60,
            due=60,
            events=(event,) * (number % 3 == 0),
        ),
    )


def fill(journal: Journal, minutes: range, *, group: int = 1) -> int:
    """Journal the minutes, a sync for every group of them; return the bytes of their lines."""
    rng = random.Random(1)
    length = 0
    for number in minutes:
        record = journal.append(
            a_full_minute(number, rng),
            boot="0" * 16,
            boottime_s=60.0 * number,
            clock=ClockState.SYNCED,
            sync=(number + 1) % group == 0,
        )
        length += len(encode(record)) + 1
    return length


def written_bytes() -> int:
    """Return what this process has made the block layer write."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])


def timed(clock: Clock, task: Callable[[], object]) -> float:
    """Return how long a task takes, seconds."""
    before_s = clock.monotonic_s()
    task()
    return clock.monotonic_s() - before_s


def read_all(journal: Journal) -> int:
    """Read every record run by run, as the sender does."""
    seq = 1
    while run := journal.records(seq):
        seq = run[-1].seq + 1
    return seq - 1


def report(directory: Path) -> None:
    """Print one key=value a line."""
    clock = RealClock()
    ids = random.Random(2)

    def opened(name: str) -> Journal:
        return Journal.open(
            directory / name, disk=RealDisk(), new_id=lambda: f"{ids.getrandbits(64):016x}"
        )

    day = opened("day")
    before = written_bytes()
    lengths: list[int] = []
    day_s = timed(clock, lambda: lengths.append(fill(day, range(DAY_MINUTES))))
    print(f"day_line_bytes={lengths[0]}")
    print(f"day_written_bytes={written_bytes() - before}")
    print(f"append_ms={1000 * day_s / DAY_MINUTES:.2f}")
    fill(opened("month"), range(DAYS * DAY_MINUTES), group=60)
    months: list[Journal] = []
    print(f"month_open_s={timed(clock, lambda: months.append(opened('month'))):.3f}")
    print(f"month_read_s={timed(clock, lambda: read_all(months[0])):.3f}")
    print(f"month_records={months[0].next_seq - 1}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        report(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
