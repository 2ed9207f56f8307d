"""Pure: one night as one picture: noise, climate and light on one time axis, as SVG text.

The picture has no viewBox: places along time are percentages, so that text keeps its
size on a phone, a kiosk and paper. Only lines live in inner pictures that stretch.
Colours come from the page's stylesheet; nothing here carries a style of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from monitor.contract.record import Mark
from monitor.night.window import Window
from web.present import clock_text, figure, lux_text
from web.scales import TimeAxis
from web.series import Step, gaps
from web.shapes import num
from web.strips import TITLE, NightPicture, Plot, night_strips, strip_parts, upright

MARGIN_MS: Final = 30 * 60_000  # judgement: what happened around the night explains it
TOP: Final = 40
BETWEEN: Final = 18
AXIS: Final = 26
EDGE_MS: Final = 20 * 60_000  # judgement: a label nearer to the edge would be cut off
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
    plots: list[Plot] = []
    top = TOP
    for strip in night_strips(night.series):
        body += strip_parts(strip, night, axis, top)
        if strip.steps is not None:
            plots.append(Plot(top=top + TITLE, bottom=top + TITLE + strip.height))
        top += TITLE + (strip.height if strip.steps is not None else 0) + BETWEEN
    bottom = top - BETWEEN
    body += _hour_labels(axis, bottom)
    body += _bounds(night.window, axis, plots)
    body += _marks(night.marks, axis, plots)
    body += _calibrations(night.calibrations_ms, axis, plots)
    return (
        f'<svg class="strip" width="100%" height="{bottom + AXIS}" role="img"'
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
            *(
                f"Calibrated at {clock_text(at_ms, night.window.zone)}."
                for at_ms in night.calibrations_ms
            ),
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


def _hour_labels(axis: TimeAxis, bottom: int) -> list[str]:
    return [
        f'<text class="hour-label" x="{num(axis.percent(at_ms), 2)}%" y="{bottom + 19}"'
        f' text-anchor="middle">{label}</text>'
        for at_ms, label in axis.hours()
        if label and min(at_ms - axis.start_ms, axis.end_ms - at_ms) >= EDGE_MS
    ]


def _bounds(window: Window, axis: TimeAxis, plots: Sequence[Plot]) -> list[str]:
    parts = []
    for at_ms, word, anchor in (
        (window.lights_out_ms, "lights out", "start"),
        (window.get_up_ms, "get up", "end"),
    ):
        parts += upright("bound", axis.percent(at_ms), plots)
        parts.append(
            f'<text class="bound-label" x="{num(axis.percent(at_ms), 2)}%" y="14"'
            f' text-anchor="{anchor}">{word} {clock_text(at_ms, window.zone)}</text>'
        )
    return parts


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


def _marks(marks: Iterable[Mark], axis: TimeAxis, plots: Sequence[Plot]) -> list[str]:
    parts = []
    for mark in marks:
        if axis.start_ms <= mark.at_ms <= axis.end_ms:
            x = axis.percent(mark.at_ms)
            parts += upright("mark", x, plots)
            parts.append(f'<circle class="mark" cx="{num(x, 2)}%" cy="28" r="3.5"/>')
    return parts
