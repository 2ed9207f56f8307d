"""Pure: the few shapes a strip is drawn of, as SVG text.

x of lines is minutes from the axis' start (an inner picture stretches them), x of bars
is percent of the width; y is pixels.
"""

from collections.abc import Sequence

from web.scales import Scale, TimeAxis
from web.series import Step, runs


def outline(lines: Sequence[str]) -> str:
    """Return path data of lines that polylines made: it breaks at every gap."""
    return "".join(f"M{line}" for line in lines)


def areas(steps: Sequence[Step], lines: Sequence[str], scale: Scale, axis: TimeAxis) -> str:
    """Return path data of the area below the lines, one closed piece a run."""
    floor = num(scale.height)
    return "".join(
        f"M{num(axis.minute(run[0].start_ms))} {floor}L{line}V{floor}Z"
        for run, line in zip(runs(steps), lines, strict=True)
    )


def polylines(steps: Sequence[Step], scale: Scale, axis: TimeAxis) -> list[str]:
    """Return each run as points: its first edge, every middle, its last edge."""
    place, minute = scale.place(), axis.minute
    lines = []
    for run in runs(steps):
        first, last = run[0], run[-1]
        middles = [
            f"{minute((step.start_ms + step.end_ms) / 2):.1f} {place(step.value):.1f}"
            for step in run
        ]
        before = f"{minute(first.start_ms):.1f} {place(first.value):.1f}"
        after = f"{minute(last.end_ms):.1f} {place(last.value):.1f}"
        lines.append(" ".join((before, *middles, after)))
    return lines


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def ticks(steps: Sequence[Step], scale: Scale, axis: TimeAxis) -> str:
    """Return path data of one upright stroke a step, from its value to its peak."""
    place, minute = scale.place(), axis.minute
    strokes = (
        (step, place(step.value), place(step.peak)) for step in steps if step.peak is not None
    )
    return "".join(
        f"M{minute((step.start_ms + step.end_ms) / 2):.1f} {low:.1f}V{high:.1f}"
        for step, low, high in strokes
        if low - high >= 1
    )


def bar(kind: str, first: float, last: float, top: float, height: float) -> str:
    """Return a rectangle from percent `first` to `last` of the width."""
    fill = ' fill="url(#hatch)"' if kind == "gap" else ""
    return (
        f'<rect class="{kind}" x="{num(first, 3)}%" width="{num(last - first, 3)}%"'
        f' y="{num(top)}" height="{num(height)}"{fill}/>'
    )


def num(value: float, decimals: int = 1) -> str:
    """Return a number as short as it can be written."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
