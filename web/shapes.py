"""Pure: the few shapes a strip is drawn of, as SVG text.

x of lines is minutes from the axis' start (an inner picture stretches them), x of bars
is percent of the width; y is pixels.
"""

from collections.abc import Iterable, Sequence
from operator import add
from typing import Final

from monitor.score.series import Steps
from web.scales import TimeAxis
from web.stretches import runs

# A strip's heights in text, by tenths of a pixel: to write a float costs twice as much as to
# look one up, and a night has thousands.
_TENTHS: Final = tuple(f"{tenths / 10:.1f}" for tenths in range(10 * 200))


def heights(ys: Iterable[float]) -> list[str]:
    """Return distances from a strip's top in text; no strip is 200 pixels high."""
    return [_TENTHS[round(10 * y)] for y in ys]


class Places:
    """Places on an axis in text, minutes from its start; one picture's, for all its strips."""

    def __init__(self, axis: TimeAxis) -> None:
        self._axis = axis
        self._times: tuple[tuple[int, ...], tuple[int, ...]] = (), ()
        self._middles: list[str] = []

    def at(self, at_ms: int) -> str:
        """Return the place of an instant, held to the axis."""
        return f"{self._axis.minute(at_ms):.1f}"

    def middles(self, steps: Steps) -> list[str]:
        """Return where each step's middle is: most quantities were measured at the same times."""
        times = steps.starts_ms, steps.ends_ms
        if times != self._times:
            left = 2 * self._axis.start_ms  # the sum of a step's ends is twice its middle
            sums = map(add, *times)
            self._times = times
            self._middles = [
                f"{0.0 if twice < left else (twice - left) / 120_000:.1f}" for twice in sums
            ]
        return self._middles


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


def polylines(steps: Steps, ys: Sequence[str], x: Places) -> list[str]:
    """Return each run as points: its first edge, every middle, its last edge."""
    points = [f"{place} {y}" for place, y in zip(x.middles(steps), ys, strict=True)]
    lines = []
    for first, end in runs(steps):
        before = f"{x.at(steps.starts_ms[first])} {ys[first]}"
        after = f"{x.at(steps.ends_ms[end - 1])} {ys[end - 1]}"
        lines.append(" ".join((before, *points[first:end], after)))
    return lines


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def ticks(places: Sequence[str], lows: Sequence[float], highs: Sequence[float]) -> str:
    """Return path data of one upright stroke a step, from its value to its peak."""
    return "".join(
        [
            f"M{place} {_TENTHS[round(10 * low)]}V{_TENTHS[round(10 * high)]}"
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
