"""Pure: the few shapes a strip is drawn of, as SVG text.

x of lines is minutes from the axis' start (an inner picture stretches them), x of bars
is percent of the width; y is pixels.
"""

from collections.abc import Callable, Sequence

from web.scales import Scale, TimeAxis
from web.series import Step, runs


class Places(dict[float, str]):
    """Values as places in text, each worked out once.

    A night's strips ask for the same minutes again and again, and most of its values recur.
    """

    def __init__(self, place: Callable[[float], float]) -> None:
        super().__init__()
        self._place = place

    def __missing__(self, value: float) -> str:
        text = self[value] = f"{self._place(value):.1f}"
        return text


def minute_places(axis: TimeAxis) -> Places:
    """Return minutes of an axis by twice their instant: a step's middle is its ends' sum."""
    return Places(lambda doubled_ms: axis.minute(doubled_ms / 2))


def outline(lines: Sequence[str]) -> str:
    """Return path data of lines that polylines made: it breaks at every gap."""
    return "".join(f"M{line}" for line in lines)


def areas(lines: Sequence[str], scale: Scale) -> str:
    """Return path data of the area below the lines, one closed piece a run."""
    floor = num(scale.height)
    starts = (line.partition(" ")[0].removesuffix(".0") for line in lines)
    return "".join(
        f"M{start} {floor}L{line}V{floor}Z" for start, line in zip(starts, lines, strict=True)
    )


def polylines(steps: Sequence[Step], scale: Scale, x: Places) -> list[str]:
    """Return each run as points: its first edge, every middle, its last edge."""
    y = Places(scale.place())
    lines = []
    for run in runs(steps):
        first, last = run[0], run[-1]
        middles = [f"{x[step.start_ms + step.end_ms]} {y[step.value]}" for step in run]
        before = f"{x[2 * first.start_ms]} {y[first.value]}"
        after = f"{x[2 * last.end_ms]} {y[last.value]}"
        lines.append(" ".join((before, *middles, after)))
    return lines


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def ticks(steps: Sequence[Step], scale: Scale, x: Places) -> str:
    """Return path data of one upright stroke a step, from its value to its peak."""
    place = scale.place()
    return "".join(
        f"M{x[step.start_ms + step.end_ms]} {low:.1f}V{high:.1f}"
        for step in steps
        if step.peak is not None and (low := place(step.value)) - (high := place(step.peak)) >= 1
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
