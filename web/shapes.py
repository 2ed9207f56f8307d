"""Pure: the few shapes a strip is drawn of, as SVG text.

x of lines is minutes from the axis' start (an inner picture stretches them), x of bars
is percent of the width; y is pixels.
"""

from collections.abc import Sequence

from web.scales import Scale, TimeAxis
from web.series import Step, runs


def outline(steps: Sequence[Step], scale: Scale, axis: TimeAxis) -> str:
    """Return path data of a line that breaks at every gap."""
    return "".join(f"M{_points(run, scale, axis)}" for run in runs(steps))


def areas(steps: Sequence[Step], scale: Scale, axis: TimeAxis) -> str:
    """Return path data of the area below the line, one closed piece a run."""
    floor = num(scale.height)
    return "".join(
        f"M{num(axis.minute(run[0].start_ms))} {floor}L{_points(run, scale, axis)}V{floor}Z"
        for run in runs(steps)
    )


def _points(run: Sequence[Step], scale: Scale, axis: TimeAxis) -> str:
    """Return a run as points: its first edge, every middle, its last edge."""
    middles = [
        ((axis.minute(step.start_ms) + axis.minute(step.end_ms)) / 2, step.value) for step in run
    ]
    points = [
        (axis.minute(run[0].start_ms), run[0].value),
        *middles,
        (axis.minute(run[-1].end_ms), run[-1].value),
    ]
    return " ".join(f"{num(x)} {num(scale.y(value))}" for x, value in points)


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def ticks(steps: Sequence[Step], scale: Scale, axis: TimeAxis) -> str:
    """Return path data of one upright stroke a step, from its value to its peak."""
    return "".join(
        f"M{num((axis.minute(step.start_ms) + axis.minute(step.end_ms)) / 2)}"
        f" {num(scale.y(step.value))}V{num(scale.y(step.peak))}"
        for step in steps
        if step.peak is not None and scale.y(step.value) - scale.y(step.peak) >= 1
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
