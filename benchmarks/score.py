"""What judging costs: a whole night, and one more minute of a running one.

python benchmarks/score.py [--nights 200] [--json FILE]. Times are CPU time of this process; the
least of many tells what the work costs, the median what a machine busy with other work adds.
The night has everything: humid heat, noise events, a hum, a lamp, dawn, a floor, a place.
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from monitor.contract.record import (
    ClimateMinute,
    EventKind,
    LightMinute,
    Minute,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.night.household import Household, Place
from monitor.night.window import Source, Window, find_window
from monitor.score.rating import score_night
from monitor.score.running import RunningNight

START_MS: Final = 1_781_730_000_000  # 2026-06-17T21:00:00Z: dawn falls into the night
MINUTE_MS: Final = 60_000
NIGHT: Final = 480
HOUSEHOLD: Final = Household(lamp="led_3000k", place=Place(latitude_deg=50.85, longitude_deg=4.35))
# Source: docs, the target of judging a night with everything on a PC core.
TARGET_MS: Final = 10.0


@dataclass(frozen=True)
class Result:
    """One figure with its unit and its target, None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None


def main() -> None:
    """Run all workloads, print a table and write JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--json", type=Path, default=Path("test-output/score.json"))
    chosen = parser.parse_args()
    results = [*whole_night(chosen.nights), *running_night(), *window_while_it_runs()]
    for one in results:
        target = "" if one.target is None else f"  (target {one.target:g})"
        print(f"{one.name:<52} {one.value:8.2f} {one.unit}{target}")
    chosen.json.parent.mkdir(exist_ok=True)
    rows = [asdict(one) for one in results]
    chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def whole_night(nights: int) -> Iterator[Result]:
    """Judge the same night again and again."""
    minutes, window = night(NIGHT), window_of(NIGHT)
    score_night(minutes, window, HOUSEHOLD)
    times = [cpu_ms(lambda: score_night(minutes, window, HOUSEHOLD)) for _ in range(nights)]
    yield Result("night of 8 h with everything, least", min(times), "ms", TARGET_MS)
    yield Result("night of 8 h with everything, median", statistics.median(times), "ms")


def running_night() -> Iterator[Result]:
    """Let a night of ten hours grow minute by minute, judged at each."""
    minutes = night(600)
    running = RunningNight(START_MS, HOUSEHOLD)
    times = []
    for length, minute in enumerate(minutes, 1):
        window = window_of(length)
        times.append(cpu_ms(lambda: grow(running, minute, window)))  # noqa: B023 - called at once
    early, late = (min(times[at - 30 : at + 30]) for at in (90, 480))
    yield Result("one more minute after 90 min, least", early, "ms")
    yield Result("one more minute after 8 h, least", late, "ms")
    yield Result("growth from 90 min to 8 h", late / early, "x")


def window_while_it_runs() -> Iterator[Result]:
    """Look for the window of a running night, as before each of its scores; from noon on."""
    minutes = night(19 * 60)
    evening = date(2026, 6, 17)
    for hours in (13, 19):
        so_far = minutes[: hours * 60]
        now_ms = so_far[-1].end_ms
        times = [
            cpu_ms(lambda: find_window(evening, so_far, HOUSEHOLD, None, now_ms))  # noqa: B023 - called at once
            for _ in range(40)
        ]
        yield Result(f"its window, {hours} h after noon, least", min(times), "ms")


def grow(running: RunningNight, minute: Minute, window: Window) -> None:
    """Take a minute and judge."""
    running.add(minute)
    running.score(window)


def cpu_ms(work: Callable[[], object]) -> float:
    """Return what work costs this process."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def window_of(length: int) -> Window:
    """Return a window of so many minutes."""
    return Window(
        night="2026-06-17",
        zone="Europe/Brussels",
        lights_out_ms=START_MS,
        get_up_ms=START_MS + length * MINUTE_MS,
        lights_out_source=Source.LIGHT,
        get_up_source=Source.LIGHT,
    )


def night(length: int) -> list[Minute]:
    """Return the minutes of a night with everything in it."""
    return [minute_of(index) for index in range(length)]


def minute_of(index: int) -> Minute:
    """Return one minute."""
    lux = 0.05 + 40.0 * (240 <= index < 250) + max(0.0, (index - 400) * 0.5)
    level_db = 28.0 + 5.0 * math.sin(index / 11)
    return Minute(
        end=instant(START_MS + (index + 1) * MINUTE_MS),
        duration_s=60.0,
        climate=ClimateMinute(
            temperature_c=22.5 + 2.5 * math.sin(index / 90),
            temperature_min_c=20.0,
            temperature_max_c=26.0,
            humidity_pct=60.0 + 15.0 * math.sin(index / 70),
            n=6,
            due=6,
        ),
        light=LightMinute(
            illuminance_lx=lux,
            illuminance_max_lx=lux * 1.2,
            illuminance_max10s_lx=lux * 1.1,
            visible_ir_counts=10.0,
            ir_counts=1.0,
            n=60,
            due=60,
        ),
        sound=SoundMinute(
            laeq_db=level_db + 1.0,
            laeq_quiet_db=level_db,
            quiet_s=50,
            lceq_db=level_db + 8.0 + 4.0 * math.sin(index / 40),
            lafmax_db=level_db + 12.0,
            la10_db=level_db + 2.0,
            la50_db=level_db,
            la90_db=level_db - 2.0,
            floor_db=26.0,
            calibrated=False,
            n=60,
            due=60,
            events=(event(40.0 + index % 30),) if index % 12 == 0 else (),
        ),
    )


def event(lasmax_db: float) -> SoundEvent:
    """Return a noise event of ten seconds."""
    return SoundEvent(
        start_offset_s=-30.0,
        duration_s=10.0,
        lafmax_db=lasmax_db + 3.0,
        lasmax_db=lasmax_db,
        lae_db=lasmax_db + 8.0,
        background_db=28.0,
        kind=EventKind.COUNTED,
    )


if __name__ == "__main__":
    main()
