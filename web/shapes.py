"""Pure: the few shapes a strip is drawn of, as SVG text.

x of lines is minutes from the axis' start (an inner picture stretches them), x of bars
is percent of the width; y is pixels.
"""

from collections.abc import Sequence
from operator import add

from monitor.score.series import Steps
from web.scales import TimeAxis
from web.stretches import runs


class Places(dict[int, str]):
    """Minutes of an axis in text by twice their instant: a step's middle is its ends' sum.

    Each is worked out once: a night's strips ask for the same minutes again and again.
    """

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__()
        self._axis = axis

    def __missing__(self, doubled_ms: int) -> str:
        text = self[doubled_ms] = f"{self._axis.minute(doubled_ms / 2):.1f}"
        return text


def outline(lines: Sequence[str]) -> str:
    """Return path data of lines that polylines made: it breaks at every gap."""
    return "".join(f"M{line}" for line in lines)


def areas(lines: Sequence[str], height: float) -> str:
    """Return path data of the area below the lines, one closed piece a run."""
    floor = num(height)
    starts = (line.partition(" ")[0].removesuffix(".0") for line in lines)
    return "".join(
        f"M{start} {floor}L{line}V{floor}Z" for start, line in zip(starts, lines, strict=True)
    )


def middles(steps: Steps, x: Places) -> list[str]:
    """Return where each step's middle is."""
    return [x[doubled_ms] for doubled_ms in map(add, steps.starts_ms, steps.ends_ms)]


def polylines(steps: Steps, places: Sequence[str], ys: Sequence[float], x: Places) -> list[str]:
    """Return each run as points: its first edge, every middle, its last edge."""
    heights = [f"{y:.1f}" for y in ys]
    points = [f"{place} {y}" for place, y in zip(places, heights, strict=True)]
    lines = []
    for first, end in runs(steps):
        before = f"{x[2 * steps.starts_ms[first]]} {heights[first]}"
        after = f"{x[2 * steps.ends_ms[end - 1]]} {heights[end - 1]}"
        lines.append(" ".join((before, *points[first:end], after)))
    return lines


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def ticks(places: Sequence[str], lows: Sequence[float], highs: Sequence[float]) -> str:
    """Return path data of one upright stroke a step, from its value to its peak."""
    return "".join(
        [
            f"M{place} {low:.1f}V{high:.1f}"
            for place, low, high in zip(places, lows, highs, strict=True)
            if low - high >= 1
        ]
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
