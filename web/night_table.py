"""Pure: a night as a table of half hours, for those who do not see the picture."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from monitor.contract.record import EventKind
from monitor.night.window import Window
from web.present import DASH, clock_text, figure, lux_text
from web.series import Heard, NightSeries, Step
from web.units import TemperatureUnit

ROW_MS: Final = 30 * 60_000
_end_ms: Final = attrgetter("end_ms")
KIND_WORDS: Final = {
    EventKind.COUNTED: "counted",
    EventKind.LONG: "long sound, counted once",
    EventKind.BRIEF_NEAR: "brief and near, not counted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One half hour: texts without units, which stand in the table's head."""

    time: str
    laeq_db: str
    lafmax_db: str
    temperature: str
    humidity_pct: str
    illuminance_lx: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One noise event in words."""

    time: str
    lasmax_db: str
    duration_s: str
    kind: str


def night_table(
    window: Window,
    series: NightSeries,
    costs: dict[str, tuple[float, ...]],
    unit: TemperatureUnit,
) -> tuple[TableRow, ...]:
    """Return the rows of a night; a half hour without data holds dashes."""
    rows = []
    for start_ms in range(window.start_ms, window.end_ms, ROW_MS):
        end_ms = min(start_ms + ROW_MS, window.end_ms)
        noise = _within(series.noise_db or (), start_ms, end_ms)
        climate = _within(series.temperature_c or (), start_ms, end_ms)
        light = _within(series.illuminance_lx or (), start_ms, end_ms)
        peaks = [step.peak for step in noise if step.peak is not None]
        rows.append(
            TableRow(
                time=clock_text(start_ms, window.zone),
                laeq_db=_energy_mean(noise),
                lafmax_db=figure(max(peaks)) if peaks else DASH,
                temperature=_mean(climate, unit.text),
                humidity_pct=_mean(_within(series.humidity_pct, start_ms, end_ms), figure),
                illuminance_lx=lux_text(max(step.value for step in light)) if light else DASH,
                points=_points(costs, window, start_ms, end_ms)
                if costs and (noise or climate or light)
                else DASH,
            )
        )
    return tuple(rows)


def event_rows(window: Window, events: Sequence[Heard]) -> tuple[EventRow, ...]:
    """Return the noise events of a night, loudest first."""
    inside = [heard for heard in events if window.start_ms <= heard.start_ms < window.end_ms]
    return tuple(
        EventRow(
            time=clock_text(heard.start_ms, window.zone),
            lasmax_db=figure(heard.event.lasmax_db),
            duration_s=figure(heard.event.duration_s),
            kind=KIND_WORDS[heard.event.kind],
        )
        for heard in sorted(inside, key=lambda heard: -heard.event.lasmax_db)
    )


def _within(steps: Sequence[Step], start_ms: int, end_ms: int) -> list[Step]:
    """Return the steps that end in (start_ms, end_ms]; they come in order of time."""
    first = bisect_right(steps, start_ms, key=_end_ms)
    return list(steps[first : bisect_right(steps, end_ms, key=_end_ms)])


def _energy_mean(steps: Sequence[Step]) -> str:
    """Return the mean level: levels average by energy, never by their numbers."""
    if not steps:
        return DASH
    total_ms = sum(step.end_ms - step.start_ms for step in steps)
    energy = sum(10 ** (step.value / 10) * (step.end_ms - step.start_ms) for step in steps)
    bound = "≤ " if all(step.hidden for step in steps) else ""
    return bound + figure(10 * math.log10(energy / total_ms))


def _mean(steps: Sequence[Step], show: Callable[[float], str]) -> str:
    if not steps:
        return DASH
    return show(sum(step.value for step in steps) / len(steps))


def _points(costs: dict[str, tuple[float, ...]], window: Window, start_ms: int, end_ms: int) -> str:
    first = (start_ms - window.start_ms) // 60_000
    last = (end_ms - window.start_ms) // 60_000
    return figure(sum(sum(minutes[first:last]) for minutes in costs.values()), 1)
