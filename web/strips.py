"""Pure: one strip of a night: a quantity over time, its cost behind it, its gaps hatched."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub
from typing import Final

from msgspec.structs import replace

from monitor.contract.record import EventKind, Mark
from monitor.night.window import Window
from monitor.score.figures import MINUS, figure, half_up
from monitor.score.series import Heard, NightSeries, Steps
from monitor.score.units import TemperatureUnit
from web.present import points_text
from web.scales import (
    Extremes,
    Scale,
    TimeAxis,
    extremes_of,
    light_scale,
    noise_scale,
    temperature_scale,
)
from web.shapes import Places, areas, bar, combs, num, outline, path, polylines

TITLE: Final = 26
NOISE_HEIGHT: Final = 128
CLIMATE_HEIGHT: Final = 104
LIGHT_HEIGHT: Final = 104
# judgement: shades of points lost an hour; a whole hour at the last one costs 12 points.
COST_SHADES: Final = (0.5, 2.0, 6.0, 12.0)
SHADES_A_MINUTE: Final = tuple(points / 60 for points in COST_SHADES)
NARROW_GAP_PCT: Final = 9.0  # judgement: below it the words "no data" do not fit
HALF_WORDS_PCT: Final = 9.5  # judgement: of 250 px, the narrowest phone's
BESIDE_AXIS_PCT: Final = 21.0  # judgement: of the same, half of the words beside the axis' labels
SHORTEST_STROKE: Final = 10  # judgement: tenths; strokes of less than a pixel only thicken a line
USUAL_C: Final = 18.0  # judgement: where an axis without a single value is put
_SHADED: Final = re.compile(rb"([^\0])\1*")  # minutes of one shade
MAX_EVENTS_DRAWN: Final = 150  # judgement: more than that is a solid row of dots


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPicture:
    """What a night's picture is made of. Costs are points lost a clock minute, by part.

    until_ms is where data can end at the latest: now in a running night.
    """

    window: Window
    series: NightSeries
    costs: dict[str, tuple[float, ...]]
    points_lost: dict[str, float]
    marks: tuple[Mark, ...]
    until_ms: int
    unit: TemperatureUnit = TemperatureUnit.CELSIUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Where a strip is drawn, pixels from the picture's top."""

    top: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What one strip shows; steps is None where nothing is fitted. lines: (value, label).

    extremes are those of the steps' values.
    """

    part: str
    title: str
    unit: str
    height: int
    steps: Steps | None
    extremes: Extremes
    scale: Scale
    lines: tuple[tuple[float, str], ...]


def night_strips(series: NightSeries, unit: TemperatureUnit) -> tuple[Strip, ...]:
    """Return noise, climate and light of a night, in this order."""
    heard = series.noise_db or Steps()
    levels = extremes_of(heard.values)
    noise = noise_scale((*levels, max(filter(None, heard.peaks), default=0.0)), NOISE_HEIGHT)
    warmth = _in_unit(series.temperature_c, unit)
    degrees = extremes_of(warmth.values if warmth else ())
    climate = temperature_scale(degrees, CLIMATE_HEIGHT, usual=unit.of(USUAL_C))
    light = series.illuminance_lx
    return (
        Strip(
            part="quiet",
            title="Noise",
            unit="dB(A), ticks up to the peak",
            height=NOISE_HEIGHT,
            steps=series.noise_db,
            extremes=levels,
            scale=noise,
            lines=tuple((float(db), str(db)) for db in range(30, int(noise.high), 20)),
        ),
        Strip(
            part="cool",
            title="Temperature",
            unit=f"{unit.symbol}, humidity dashed",
            height=CLIMATE_HEIGHT,
            steps=warmth,
            extremes=degrees,
            scale=climate,
            lines=_degrees(climate),
        ),
        Strip(
            part="dark",
            title="Light",
            unit="lx, each line ten times the last",
            height=LIGHT_HEIGHT,
            steps=light,
            extremes=extremes_of(light.values if light else ()),
            scale=light_scale(LIGHT_HEIGHT),
            lines=((0.1, "0.1"), (1.0, "1"), (10.0, "10"), (100.0, "100")),
        ),
    )


def _degrees(climate: Scale) -> tuple[tuple[float, str], ...]:
    low, high = int(climate.low), int(climate.high)
    every_k = max(1, round((climate.high - climate.low) / 4))
    return tuple((float(it), f"{figure(it)}°") for it in range(low + every_k, high, every_k))


def _in_unit(steps: Steps | None, unit: TemperatureUnit) -> Steps | None:
    if steps is None or unit is TemperatureUnit.CELSIUS:
        return steps
    return replace(steps, values=tuple(map(unit.of, steps.values)))


def strip_parts(
    strip: Strip, night: NightPicture, axis: TimeAxis, x: Places, top: int
) -> list[str]:
    """Return a strip as SVG elements; top is where its title's row begins."""
    lost = night.points_lost.get(strip.part)
    label = top + TITLE - 9
    parts = [
        f'<g class="part-{strip.part}">',
        _title(strip, label),
    ]
    if strip.steps is not None:
        if lost is not None:
            parts.append(
                f'<text class="strip-lost" x="100%" y="{label}" text-anchor="end">'
                f"{MINUS if half_up(lost, 1) else ''}{points_text(lost)}</text>"
            )
        parts += _plot(strip, night, axis, x, top + TITLE)
    return [*parts, "</g>"]


def _title(strip: Strip, y: int) -> str:
    note = "not fitted" if strip.steps is None else strip.unit
    return (
        f'<text class="strip-name" x="0" y="{y}">{strip.title}'
        f'<tspan class="strip-unit" dx="8">{note}</tspan></text>'
    )


def _plot(strip: Strip, night: NightPicture, axis: TimeAxis, x: Places, top: int) -> list[str]:
    steps = strip.steps or Steps()
    parts = [bar("ground", 0, 100, top, strip.height)]
    parts += _costs(night.costs.get(strip.part, ()), night.window, axis, top, strip.height)
    heights = [top + strip.scale.y(value) for value, _ in strip.lines]
    parts += [f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>' for y in map(num, heights)]
    plot = Plot(top=top, bottom=top + strip.height)
    parts += [_upright("hour", place, plot) for place in x.hours]
    parts.append(
        f'<svg y="{top}" width="100%" height="{strip.height}" preserveAspectRatio="none"'
        f' viewBox="0 0 {num(10 * axis.minutes)} {10 * strip.height}">'
    )
    parts += _lines(steps, strip, x, filled=strip.part != "cool")
    if strip.part == "cool":
        humidity = Scale(low=0.0, high=100.0, height=strip.height)
        humid = night.series.humidity_pct
        parts.append(
            path("humidity", outline(polylines(x.runs(humid), humidity.tenths(humid.values))))
        )
    parts.append("</svg>")
    if strip.part == "quiet":
        parts += _floor(night.series.floor_db, strip.scale, top)
        parts += _events(night.series.events, strip.scale, axis, top)
    parts += outside(night.window, axis, top, strip.height)
    for start_ms, end_ms in x.gaps(steps, night.until_ms):
        parts += _gap(axis.percent(start_ms), axis.percent(end_ms), top, strip.height)
    parts += [
        f'<text class="grid-label" x="3" y="{num(y - 3)}">{text}</text>'
        for y, (_, text) in zip(heights, strip.lines, strict=True)
    ]
    return parts


def _lines(steps: Steps, strip: Strip, x: Places, *, filled: bool) -> list[str]:
    scale = strip.scale
    runs, ys = x.runs(steps), scale.tenths(steps.values, strip.extremes)
    lines = polylines(runs, ys)
    parts = []
    if filled:
        parts.append(path("area", areas(lines, round(10 * scale.height))))
    if filled and steps.peaks:
        rises = list(map(sub, ys, scale.tenths(_peaks(steps))))
        if max(rises) >= SHORTEST_STROKE:
            parts.append(path("ticks", outline(combs(runs, ys, rises))))
    parts.append(path("line", outline(lines)))
    return parts


def _peaks(steps: Steps) -> Sequence[float]:
    """Return the peak of each step; one without is its own."""
    known = [peak for peak in steps.peaks if peak is not None]
    if len(known) == len(steps.values):
        return known
    pairs = zip(steps.peaks, steps.values, strict=True)
    return [value if peak is None else peak for peak, value in pairs]


def _costs(
    costs: Sequence[float], window: Window, axis: TimeAxis, top: int, height: int
) -> list[str]:
    """Return one bar a stretch of equal shade; zero cost is no bar."""
    least = SHADES_A_MINUTE[0]
    if max(costs, default=0.0) < least:
        return []
    # Most minutes cost nothing that is shown: a comparison takes a third of a search.
    levels = bytes([bisect_right(SHADES_A_MINUTE, it) if it >= least else 0 for it in costs])
    start_ms = window.start_ms
    bars = []
    for stretch in _SHADED.finditer(levels):
        first, end = stretch.span()
        left, right = axis.percent(start_ms + 60_000 * first), axis.percent(start_ms + 60_000 * end)
        bars.append(bar(f"cost cost-{levels[first]}", left, right, top, height))
    return bars


def outside(window: Window, axis: TimeAxis, top: int, height: int) -> list[str]:
    """Return the veils over what lies before lights-out and after get-up."""
    return [
        bar("outside", 0, axis.percent(window.lights_out_ms), top, height),
        bar("outside", axis.percent(window.get_up_ms), 100, top, height),
    ]


def _gap(first: float, last: float, top: int, height: int) -> list[str]:
    parts = [bar("gap", first, last, top, height)]
    if last - first >= NARROW_GAP_PCT:
        place = _words_in(first, last, top, height)
        parts.append(f'<text class="gap-label" {place}>no data</text>')
    return parts


def _words_in(first: float, last: float, top: int, height: int) -> str:
    """Return where "no data" stands: in the middle of a gap, and on a phone too wholly in sight.

    Near the axis it is below its labels, which no strip has at its foot.
    """
    middle = (first + last) / 2
    y = top + (height - 5 if middle < BESIDE_AXIS_PCT else height / 2 + 4)
    if middle < HALF_WORDS_PCT:
        return f'x="{num(first)}%" dx="3" y="{y:g}"'
    if middle > 100 - HALF_WORDS_PCT:
        return f'x="{num(last)}%" dx="-3" y="{y:g}" text-anchor="end"'
    return f'x="{num(middle)}%" y="{y:g}" text-anchor="middle"'


def _floor(floor_db: float | None, scale: Scale, top: int) -> list[str]:
    if floor_db is None or floor_db <= scale.low:
        return []
    y = num(top + scale.y(floor_db))
    return [f'<line class="floor" x1="0" x2="100%" y1="{y}" y2="{y}"/>']


def _events(events: Sequence[Heard], scale: Scale, axis: TimeAxis, top: int) -> list[str]:
    loudest = sorted(events, key=lambda heard: -heard.event.lafmax_db)[:MAX_EVENTS_DRAWN]
    return [
        f'<circle class="event{" brief" if heard.event.kind is EventKind.BRIEF_NEAR else ""}"'
        f' cx="{num(axis.percent(heard.start_ms), 2)}%"'
        f' cy="{num(top + scale.y(heard.event.lafmax_db))}" r="3"/>'
        for heard in loudest
        if axis.start_ms <= heard.start_ms <= axis.end_ms
    ]


def upright(kind: str, x: float, plots: Sequence[Plot]) -> list[str]:
    """Return an upright line through every plot, leaving the titles between them alone."""
    place = num(x, 2)
    return [_upright(kind, place, plot) for plot in plots]


def _upright(kind: str, place: str, plot: Plot) -> str:
    return f'<line class="{kind}" x1="{place}%" x2="{place}%" y1="{plot.top}" y2="{plot.bottom}"/>'
