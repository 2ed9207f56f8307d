"""Pure: one night as one picture: noise, climate, light and marks on one time axis, as SVG.

The picture has no viewBox: places along time are percentages, so that text keeps its
size on a phone, a kiosk and paper. Only lines live in inner pictures that stretch.
Colours come from the page's stylesheet; nothing here carries a style of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from markupsafe import escape

from monitor.contract.record import Mark
from monitor.night.window import Window
from monitor.score.figures import figure
from monitor.score.series import Steps, picture_span
from web.mark_strip import HEIGHT, lane_names, mark_lanes, marks_in_words
from web.present import clock_text, lux_text
from web.scales import TimeAxis
from web.shapes import Places, num
from web.strips import (
    TITLE,
    NightPicture,
    Plot,
    Strip,
    night_strips,
    outside,
    strip_parts,
    upright,
)

TOP: Final = 24
LABEL: Final = 18  # a second row of words above the strips, where there are any
BETWEEN: Final = 18
AXIS: Final = 26
CROWDED_PCT: Final = 66.0  # judgement: two labels take 180 of the 280 pixels of the least phone
EDGE_MS: Final = 20 * 60_000  # judgement: a label nearer to the edge would be cut off


def axis_of(window: Window) -> TimeAxis:
    """Return the time axis of a night: its window with half an hour on both sides."""
    start_ms, end_ms = picture_span(window)
    return TimeAxis(start_ms=start_ms, end_ms=end_ms, zone=window.zone)


def night_picture(night: NightPicture, *, name: str = "") -> str:
    """Return the night strip as one SVG element; name makes its ids differ from another's."""
    axis = axis_of(night.window)
    x = Places(axis)
    body: list[str] = []
    plots: list[Plot] = []
    is_crowded = _is_crowded(night.window, axis)
    top = TOP + (LABEL if night.series.calibrations_ms or is_crowded else 0)
    strips = night_strips(night.series, night.unit)
    for strip in strips:
        body += strip_parts(strip, night, axis, x, top)
        if strip.steps is not None:
            plots.append(Plot(top=top + TITLE, bottom=top + TITLE + strip.height))
        top += TITLE + (strip.height if strip.steps is not None else 0) + BETWEEN
    body += _mark_strip(night, axis, top)
    plots.append(Plot(top=top + TITLE, bottom=top + TITLE + HEIGHT))
    bottom = top + TITLE + HEIGHT
    body += _hour_labels(axis, bottom)
    body += _bounds(night.window, axis, plots)
    body += _marks(night.marks, axis, plots)
    body += _calibrations(night.series.calibrations_ms, axis, plots)
    head = (
        f'<svg class="strip" width="100%" height="{bottom + AXIS}" role="img"'
        f' aria-labelledby="strip-title{name} strip-desc{name}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="strip-title{name}">The night, minute by minute</title>'
        f'<desc id="strip-desc{name}">{escape(_described(night, strips, axis, x))}</desc>'
        f'<defs><pattern id="hatch{name}" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect class="hatch" width="1.5" height="7"/>'
        "</pattern></defs>"
    )
    drawn = "".join((head, *body, "</svg>"))
    return drawn.replace("url(#hatch)", f"url(#hatch{name})") if name else drawn


def description(night: NightPicture) -> str:
    """Return the picture in words: the extremes of every strip, and its gaps."""
    axis = axis_of(night.window)
    return _described(night, night_strips(night.series, night.unit), axis, Places(axis))


def _described(night: NightPicture, strips: Sequence[Strip], axis: TimeAxis, x: Places) -> str:
    series = night.series
    shown: tuple[tuple[Callable[[float], str], str], ...] = (
        (figure, "dB(A)"),
        (partial(figure, decimals=1), night.unit.symbol),
        (lux_text, "lx"),
    )
    peaks = [peak for peak in (series.noise_db or Steps()).peaks if peak is not None]
    said = []
    for strip, (text, symbol) in zip(strips, shown, strict=True):
        words = _extremes(strip, text, symbol)
        if strip.steps is not None and strip.extremes:
            if strip.part == "quiet" and peaks:
                words += f", loudest peak {text(max(peaks))} {symbol}"
            words += _gaps_in_words(len(x.gaps(strip.steps, night.until_ms)))
        said.append(f"{words}.")
    said += [
        f"Calibrated at {clock_text(at_ms, night.window.zone)}." for at_ms in series.calibrations_ms
    ]
    return " ".join((*said, marks_in_words(night.marks, axis)))


def _extremes(strip: Strip, text: Callable[[float], str], symbol: str) -> str:
    if strip.steps is None:
        return f"{strip.title}: not fitted"
    if not strip.extremes:
        return f"{strip.title}: no data"
    low, high = strip.extremes
    return f"{strip.title} from {text(low)} to {text(high)} {symbol}"


def _gaps_in_words(count: int) -> str:
    return f"; {count} gap{'s' if count > 1 else ''}" if count else "; no gaps"


def _hour_labels(axis: TimeAxis, bottom: int) -> list[str]:
    return [
        f'<text class="hour-label" x="{num(axis.percent(at_ms), 2)}%" y="{bottom + 19}"'
        f' text-anchor="middle">{label}</text>'
        for at_ms, label in axis.hours()
        if label and min(at_ms - axis.start_ms, axis.end_ms - at_ms) >= EDGE_MS
    ]


def _bounds(window: Window, axis: TimeAxis, plots: Sequence[Plot]) -> list[str]:
    parts = []
    bounds = [("lights_out", window.lights_out_ms, "lights out", "start")]
    if not window.is_open:
        bounds.append(("get_up", window.get_up_ms, "get up", "end"))
    rows = (14, 32 if _is_crowded(window, axis) else 14)
    for (name, at_ms, word, anchor), y in zip(bounds, rows, strict=False):
        parts.append(f'<g data-bound="{name}">')
        parts += upright("bound", axis.percent(at_ms), plots)
        parts.append(
            f'<text class="bound-label" x="{num(axis.percent(at_ms), 2)}%" y="{y}"'
            f' text-anchor="{anchor}">{word} {clock_text(at_ms, window.zone)}</text></g>'
        )
    return parts


def _is_crowded(window: Window, axis: TimeAxis) -> bool:
    """Tell whether the words at the two bounds would touch on a phone."""
    apart = axis.percent(window.get_up_ms) - axis.percent(window.lights_out_ms)
    return not window.is_open and apart < CROWDED_PCT


def _calibrations(changes_ms: Iterable[int], axis: TimeAxis, plots: Sequence[Plot]) -> list[str]:
    parts = []
    for at_ms in changes_ms:
        if axis.start_ms <= at_ms <= axis.end_ms:
            parts += upright("mark", axis.percent(at_ms), plots)
            parts.append(
                f'<text class="bound-label" x="{num(axis.percent(at_ms), 2)}%" y="32"'
                ' text-anchor="middle">calibrated</text>'
            )
    return parts


def _mark_strip(night: NightPicture, axis: TimeAxis, top: int) -> list[str]:
    note = "pressed by you" if night.marks else "none this night"
    title = (
        f'<g class="part-marks"><text class="strip-name" x="0" y="{top + TITLE - 9}">Marks'
        f'<tspan class="strip-unit" dx="8">{note}</tspan></text>'
    )
    veils = outside(night.window, axis, top + TITLE, HEIGHT)
    lanes = mark_lanes(night.marks, axis, top + TITLE)
    return [title, *lanes, *veils, *lane_names(top + TITLE), "</g>"]


def _marks(marks: Iterable[Mark], axis: TimeAxis, plots: Sequence[Plot]) -> list[str]:
    """Return a fine line through every strip at each mark, to see what was there then."""
    return [
        line
        for mark in marks
        if axis.start_ms <= mark.at_ms <= axis.end_ms
        for line in upright("mark", axis.percent(mark.at_ms), plots[:-1])
    ]
