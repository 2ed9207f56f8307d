"""Pure: a night as a table of half hours, for those who do not see the picture."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise, starmap
from operator import mul, sub
from typing import Final

import msgspec
from markupsafe import Markup

from monitor.contract.record import EventKind
from monitor.night.window import Window
from monitor.score.figures import figure
from monitor.score.series import Heard, NightSeries, Steps
from monitor.score.units import TemperatureUnit
from web.present import DASH, clock_text, lux_text

ROW_MS: Final = 30 * 60_000
KIND_WORDS: Final = {
    EventKind.COUNTED: "counted",
    EventKind.LONG: "long sound, counted once",
    EventKind.BRIEF_NEAR: "brief and near, not counted",
}


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """One half hour: texts without units, which stand in the table's head."""

    time: str
    laeq_db: str
    lafmax_db: str
    temperature: str
    humidity_pct: str
    illuminance_lx: str
    points: str


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
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
    noise, warmth, light = (
        it or Steps() for it in (series.noise_db, series.temperature_c, series.illuminance_lx)
    )
    humidity = series.humidity_pct
    bounds_ms = (*range(window.start_ms, window.end_ms, ROW_MS), window.end_ms)
    rows = []
    for start_ms, end_ms, heard, warmed, humid, lighted in zip(
        bounds_ms,
        bounds_ms[1:],
        *(_between(it, bounds_ms) for it in (noise, warmth, humidity, light)),
        strict=False,
    ):
        warm, lit = warmth.values[warmed], light.values[lighted]
        peaks = [peak for peak in noise.peaks[heard] if peak is not None]
        rows.append(
            TableRow(
                time=clock_text(start_ms, window.zone),
                laeq_db=_energy_mean(noise, heard),
                lafmax_db=figure(max(peaks)) if peaks else DASH,
                temperature=_mean(warm, unit.text),
                humidity_pct=_mean(humidity.values[humid], figure),
                illuminance_lx=lux_text(max(lit)) if lit else DASH,
                points=_points(costs, start_ms - bounds_ms[0], end_ms - bounds_ms[0])
                if costs and (noise.values[heard] or warm or lit)
                else DASH,
            )
        )
    return tuple(rows)


def table_html(rows: Sequence[TableRow]) -> Markup:
    """Return the rows as HTML: their texts are figures and dashes, with nothing to escape.

    A template would take as long for them as the whole picture does.
    """
    cells = [
        f'<tr id="row-{number}"><th scope="row">{row.time}</th><td>{row.laeq_db}</td>'
        f"<td>{row.lafmax_db}</td><td>{row.temperature}</td><td>{row.humidity_pct}</td>"
        f"<td>{row.illuminance_lx}</td><td>{row.points}</td></tr>\n"
        for number, row in enumerate(rows)
    ]
    return Markup("".join(cells))  # noqa: S704 - figures and fixed words


def events_html(rows: Sequence[EventRow]) -> Markup:
    """Return the rows of noise events as HTML: figures and fixed words."""
    cells = [
        f'<tr><th scope="row">{row.time}</th><td>{row.lasmax_db}</td>'
        f"<td>{row.duration_s}</td><td>{row.kind}</td></tr>\n"
        for row in rows
    ]
    return Markup("".join(cells))  # noqa: S704 - figures and fixed words


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


def _between(steps: Steps, bounds_ms: Sequence[int]) -> list[slice]:
    """Return which steps end between one bound and the next; they come in order of time."""
    return list(starmap(slice, pairwise([bisect_right(steps.ends_ms, it) for it in bounds_ms])))


def _energy_mean(noise: Steps, heard: slice) -> str:
    """Return the mean level: levels average by energy, never by their numbers."""
    levels_db = noise.values[heard]
    if not levels_db:
        return DASH
    lengths_ms = list(map(sub, noise.ends_ms[heard], noise.starts_ms[heard]))
    energy = sum(map(mul, [10.0 ** (db / 10) for db in levels_db], lengths_ms))
    bound = "≤ " if noise.hidden and all(noise.hidden[heard]) else ""
    return bound + figure(10 * math.log10(energy / sum(lengths_ms)))


def _mean(values: Sequence[float], show: Callable[[float], str]) -> str:
    return show(sum(values) / len(values)) if values else DASH


def _points(costs: dict[str, tuple[float, ...]], start_ms: int, end_ms: int) -> str:
    """Return the points of a stretch, told from the night's first minute on."""
    first, last = start_ms // 60_000, end_ms // 60_000
    return figure(sum([sum(minutes[first:last]) for minutes in costs.values()]), 1)
