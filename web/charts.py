"""Pure: one night as one picture: noise, climate and light on one time axis, as SVG text.

The picture has no viewBox: places along time are percentages, so that text keeps its
size on a phone, a kiosk and paper. Only lines live in inner pictures that stretch.
Colours come from the page's stylesheet; nothing here carries a style of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from monitor.contract.record import EventKind, Mark
from monitor.night.window import Window
from web.present import clock_text, figure, lux_text, points_text
from web.scales import (
    HOUR_MS,
    Scale,
    TimeAxis,
    light_scale,
    noise_scale,
    temperature_scale,
)
from web.series import Heard, NightSeries, Step, gaps
from web.shapes import areas, bar, num, outline, path, ticks

MARGIN_MS: Final = 30 * 60_000  # judgement: what happened around the night explains it
TOP: Final = 40
TITLE: Final = 26
BETWEEN: Final = 18
AXIS: Final = 26
NOISE_HEIGHT: Final = 128
CLIMATE_HEIGHT: Final = 104
LIGHT_HEIGHT: Final = 104
# judgement: shades of points lost an hour; a whole hour at the last one costs 12 points.
COST_SHADES: Final = (0.5, 2.0, 6.0, 12.0)
NARROW_GAP_PCT: Final = 9.0  # judgement: below it the words "no data" do not fit
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    part: str
    title: str
    unit: str
    height: int
    steps: tuple[Step, ...] | None
    scale: Scale
    lines: tuple[tuple[float, str], ...]


_SHOWN: Final[dict[str, Callable[[float], str]]] = {
    "dB(A)": figure,
    "°C": lambda temperature_c: figure(temperature_c, 1),
    "lx": lux_text,
}


def axis_of(window: Window) -> TimeAxis:
    """Return the time axis of a night: its window with half an hour on both sides."""
    return TimeAxis(
        start_ms=window.lights_out_ms - MARGIN_MS,
        end_ms=window.get_up_ms + MARGIN_MS,
        zone=window.zone,
    )


def night_picture(night: NightPicture) -> str:
    """Return the night strip as one SVG element."""
    axis = axis_of(night.window)
    body: list[str] = []
    top = TOP
    for strip in _strips(night.series):
        body += _strip(strip, night, axis, top)
        top += TITLE + (strip.height if strip.steps is not None else 0) + BETWEEN
    bottom = top - BETWEEN
    body += _hours(axis, bottom)
    body += _bounds(night.window, axis, bottom)
    body += _marks(night.marks, axis, bottom)
    height = bottom + AXIS
    return (
        f'<svg class="strip" width="100%" height="{height}" role="img"'
        ' aria-labelledby="strip-title strip-desc" xmlns="http://www.w3.org/2000/svg">'
        '<title id="strip-title">The night, minute by minute</title>'
        f'<desc id="strip-desc">{escape(description(night))}</desc>'
        '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect class="hatch" width="1.5" height="7"/>'
        "</pattern></defs>" + "".join(body) + "</svg>"
    )


def description(night: NightPicture) -> str:
    """Return the picture in words: the extremes of every strip, and its gaps."""
    series = night.series
    axis = axis_of(night.window)
    peaks = [step.peak for step in series.noise_db or () if step.peak is not None]
    return " ".join(
        (
            _extremes("Noise", series.noise_db, peaks, "dB(A)", axis, night.until_ms),
            _extremes("Temperature", series.temperature_c, [], "°C", axis, night.until_ms),
            _extremes("Light", series.illuminance_lx, [], "lx", axis, night.until_ms),
        )
    )


def _extremes(
    name: str,
    steps: Sequence[Step] | None,
    peaks: Sequence[float],
    unit: str,
    axis: TimeAxis,
    until_ms: int,
) -> str:
    if steps is None:
        return f"{name}: not fitted."
    if not steps:
        return f"{name}: no data."
    show = _SHOWN[unit]
    values = [step.value for step in steps]
    text = f"{name} from {show(min(values))} to {show(max(values))} {unit}"
    if peaks:
        text += f", loudest peak {show(max(peaks))} {unit}"
    count = len(gaps(steps, axis.start_ms, min(axis.end_ms, until_ms)))
    return text + (f"; {count} gap{'s' if count > 1 else ''}." if count else "; no gaps.")


def _strips(series: NightSeries) -> tuple[_Strip, ...]:
    peaks = [step.peak or step.value for step in series.noise_db or ()]
    noise = noise_scale(peaks, NOISE_HEIGHT)
    climate = temperature_scale([step.value for step in series.temperature_c or ()], CLIMATE_HEIGHT)
    every_k = max(1, round((climate.high - climate.low) / 4))
    return (
        _Strip(
            part="quiet",
            title="Noise",
            unit="dB(A), ticks up to the peak",
            height=NOISE_HEIGHT,
            steps=series.noise_db,
            scale=noise,
            lines=tuple((float(db), str(db)) for db in range(30, int(noise.high), 20)),
        ),
        _Strip(
            part="cool",
            title="Temperature",
            unit="°C, dashed: humidity 0–100 %",
            height=CLIMATE_HEIGHT,
            steps=series.temperature_c,
            scale=climate,
            lines=tuple(
                (float(degree), f"{figure(degree)}°")
                for degree in range(int(climate.low) + every_k, int(climate.high), every_k)
            ),
        ),
        _Strip(
            part="dark",
            title="Light",
            unit="lx, each line ten times the last",
            height=LIGHT_HEIGHT,
            steps=series.illuminance_lx,
            scale=light_scale(LIGHT_HEIGHT),
            lines=((0.1, "0.1"), (1.0, "1"), (10.0, "10"), (100.0, "100")),
        ),
    )


def _strip(strip: _Strip, night: NightPicture, axis: TimeAxis, top: int) -> list[str]:
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
                f"{'−' if lost else ''}{points_text(lost)}</text>"
            )
        parts += _plot(strip, night, axis, top + TITLE)
    return [*parts, "</g>"]


def _title(strip: _Strip, y: int) -> str:
    note = "not fitted" if strip.steps is None else strip.unit
    return (
        f'<text class="strip-name" x="0" y="{y}">{strip.title}'
        f'<tspan class="strip-unit" dx="8">{note}</tspan></text>'
    )


def _plot(strip: _Strip, night: NightPicture, axis: TimeAxis, top: int) -> list[str]:
    steps = strip.steps or ()
    until_ms = min(axis.end_ms, night.until_ms)
    parts = [bar("ground", 0, 100, top, strip.height)]
    parts += _costs(night.costs.get(strip.part, ()), night.window, axis, top, strip.height)
    parts += [
        f'<line class="grid" x1="0" x2="100%" y1="{num(y)}" y2="{num(y)}"/>'
        for y in (top + strip.scale.y(value) for value, _ in strip.lines)
    ]
    parts.append(
        f'<svg y="{top}" width="100%" height="{strip.height}" preserveAspectRatio="none"'
        f' viewBox="0 0 {num(axis.minutes)} {strip.height}">'
    )
    parts += _lines(steps, strip.scale, axis, filled=strip.part != "cool")
    if strip.part == "cool":
        humidity = Scale(low=0.0, high=100.0, height=strip.height)
        parts.append(path("humidity", outline(night.series.humidity_pct, humidity, axis)))
    parts.append("</svg>")
    if strip.part == "quiet":
        parts += _floor(night.series.floor_db, strip.scale, top)
        parts += _events(night.series.events, strip.scale, axis, top)
    parts += _outside(night.window, axis, top, strip.height)
    for start_ms, end_ms in gaps(steps, axis.start_ms, until_ms):
        parts += _gap(axis.percent(start_ms), axis.percent(end_ms), top, strip.height)
    parts += [
        f'<text class="grid-label" x="3" y="{num(top + strip.scale.y(value) - 3)}">{text}</text>'
        for value, text in strip.lines
    ]
    return parts


def _lines(steps: Sequence[Step], scale: Scale, axis: TimeAxis, *, filled: bool) -> list[str]:
    parts = []
    if filled:
        parts.append(path("area", areas(steps, scale, axis)))
        parts.append(path("ticks", ticks(steps, scale, axis)))
    parts.append(path("line", outline(steps, scale, axis)))
    return parts


def _costs(
    costs: Iterable[float], window: Window, axis: TimeAxis, top: int, height: int
) -> list[str]:
    """Return one bar a stretch of equal shade; zero cost is no bar."""
    bars: list[tuple[int, int, int]] = []
    for index, points in enumerate(costs):
        level = sum(points * 60 >= shade for shade in COST_SHADES)
        start_ms = window.start_ms + index * 60_000
        if bars and bars[-1][2] == level:
            bars[-1] = (bars[-1][0], start_ms + 60_000, level)
        else:
            bars.append((start_ms, start_ms + 60_000, level))
    return [
        bar(f"cost cost-{level}", axis.percent(start_ms), axis.percent(end_ms), top, height)
        for start_ms, end_ms, level in bars
        if level
    ]


def _outside(window: Window, axis: TimeAxis, top: int, height: int) -> list[str]:
    return [
        bar("outside", 0, axis.percent(window.lights_out_ms), top, height),
        bar("outside", axis.percent(window.get_up_ms), 100, top, height),
    ]


def _gap(first: float, last: float, top: int, height: int) -> list[str]:
    parts = [bar("gap", first, last, top, height)]
    if last - first >= NARROW_GAP_PCT:
        parts.append(
            f'<text class="gap-label" x="{num((first + last) / 2)}%" y="{top + height / 2 + 4:g}"'
            ' text-anchor="middle">no data</text>'
        )
    return parts


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


def _hours(axis: TimeAxis, bottom: int) -> list[str]:
    parts = []
    for at_ms, label in axis.hours():
        x = num(axis.percent(at_ms), 2)
        parts.append(f'<line class="hour" x1="{x}%" x2="{x}%" y1="{TOP}" y2="{bottom + 4}"/>')
        near_edge = min(at_ms - axis.start_ms, axis.end_ms - at_ms) < HOUR_MS / 4
        if label and not near_edge:
            parts.append(
                f'<text class="hour-label" x="{x}%" y="{bottom + 19}"'
                f' text-anchor="middle">{label}</text>'
            )
    return parts


def _bounds(window: Window, axis: TimeAxis, bottom: int) -> list[str]:
    parts = []
    for at_ms, word, anchor in (
        (window.lights_out_ms, "lights out", "start"),
        (window.get_up_ms, "get up", "end"),
    ):
        x = num(axis.percent(at_ms), 2)
        parts.append(f'<line class="bound" x1="{x}%" x2="{x}%" y1="22" y2="{bottom}"/>')
        parts.append(
            f'<text class="bound-label" x="{x}%" y="14" text-anchor="{anchor}">{word}'
            f" {clock_text(at_ms, window.zone)}</text>"
        )
    return parts


def _marks(marks: Iterable[Mark], axis: TimeAxis, bottom: int) -> list[str]:
    parts = []
    for mark in marks:
        if axis.start_ms <= mark.at_ms <= axis.end_ms:
            x = num(axis.percent(mark.at_ms), 2)
            parts.append(f'<line class="mark" x1="{x}%" x2="{x}%" y1="32" y2="{bottom}"/>')
            parts.append(f'<circle class="mark" cx="{x}%" cy="29" r="3"/>')
    return parts
