"""Pure: the few shapes a strip is drawn of, as SVG text.

Lines are drawn in whole tenths, of a minute from the axis' start and of a pixel from the
strip's top: an inner picture stretches them, and whole numbers cost a third of written
fractions. x of bars is percent of the width; their y is pixels.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import add, neg, sub
from typing import Final, NamedTuple

import msgspec

from monitor.score.series import Steps
from web.scales import TimeAxis
from web.stretches import gaps, runs

TENTH_MS: Final = 6_000  # of a minute


class Line(NamedTuple):
    """An unbroken line: where it begins, and the moves from there as path data."""

    x: int
    y: int
    moves: str


class Run(NamedTuple):
    """Steps that follow each other: first, behind the last, and the places of a line's points.

    xs are the first edge, every middle and the last edge; across the ways between them.
    """

    first: int
    end: int
    xs: tuple[int, ...]
    across: tuple[int, ...]


class Places:
    """Places on an axis, tenths of a minute from its start; one picture's, for all its strips.

    hours are those of the whole hours, percent of the width as they are written.
    """

    def __init__(self, axis: TimeAxis) -> None:
        self.hours: Final = tuple(num(axis.percent(at_ms), 2) for at_ms, _ in axis.hours())
        self._axis = axis
        self._times: tuple[tuple[int, ...], tuple[int, ...]] = (), ()
        self._runs: tuple[Run, ...] = ()

    def at(self, at_ms: int) -> int:
        """Return the place of an instant, held to the axis."""
        return round(10 * self._axis.minute(at_ms))

    def runs(self, steps: Steps) -> tuple[Run, ...]:
        """Return the unbroken runs: most quantities were measured at the same times."""
        times = steps.starts_ms, steps.ends_ms
        if times != self._times:
            self._times = times
            self._runs = tuple(self._places(steps))
        return self._runs

    def gaps(self, steps: Steps, until_ms: int) -> list[tuple[int, int]]:
        """Return the stretches of the axis up to an instant that no step covers."""
        runs = [(run.first, run.end) for run in self.runs(steps)]
        return gaps(steps, runs, self._axis.start_ms, min(self._axis.end_ms, until_ms))

    def _places(self, steps: Steps) -> Iterator[Run]:
        left = 2 * self._axis.start_ms - TENTH_MS  # a step's ends add up to twice its middle
        sums = map(add, steps.starts_ms, steps.ends_ms)
        twice_a_tenth_ms = 2 * TENTH_MS
        middles = [(twice - left) // twice_a_tenth_ms for twice in sums]
        if middles and min(middles) < 0:
            middles = [max(0, middle) for middle in middles]
        for first, end in runs(steps):
            edges = self.at(steps.starts_ms[first]), self.at(steps.ends_ms[end - 1])
            xs = (edges[0], *middles[first:end], edges[1])
            yield Run(first, end, xs, tuple(map(sub, xs[1:], xs)))


def polylines(runs: Iterable[Run], ys: Sequence[int]) -> list[Line]:
    """Return each run as a line: from its first edge over every middle to its last edge."""
    lines = []
    for run in runs:
        down = (ys[run.first], *ys[run.first : run.end], ys[run.end - 1])
        moves = [0] * (2 * len(run.across))
        moves[::2] = run.across
        moves[1::2] = map(sub, down[1:], down)
        lines.append(Line(run.xs[0], down[0], _moves(moves)))
    return lines


def combs(runs: Iterable[Run], lows: Sequence[int], rises: Sequence[int]) -> list[Line]:
    """Return each run as a line that goes up to every step's peak and back again.

    From step to step it lies below the line of the values; rises are from there to the peaks.
    """
    lines = []
    for first, end, xs, across in runs:
        low, rise = lows[first:end], rises[first:end]
        moves = [0] * (6 * len(low))
        moves[1::6] = map(neg, rise)
        moves[3::6] = rise
        moves[4:-2:6] = across[1:-1]
        moves[5:-2:6] = map(sub, low[1:], low)
        lines.append(Line(xs[1], low[0], _moves(moves)))
    return lines


def outline(lines: Iterable[Line]) -> str:
    """Return path data of lines: it breaks at every gap."""
    return "".join([f"M{line.x} {line.y}{line.moves}" for line in lines])


def areas(lines: Iterable[Line], floor: int) -> str:
    """Return path data of the area between the lines and the floor, one closed piece a run."""
    return "".join([f"M{line.x} {floor}V{line.y}{line.moves}V{floor}Z" for line in lines])


def _moves(numbers: list[int]) -> str:
    # A list of whole numbers in JSON is one of path data but for its brackets, and is
    # written twenty times as fast as number by number: a night has thousands.
    return f"l{msgspec.json.encode(numbers)[1:-1].decode()}"


def path(kind: str, data: str) -> str:
    """Return a path element, nothing without data."""
    return f'<path class="{kind}" d="{data}"/>' if data else ""


def bar(kind: str, first: float, last: float, top: int, height: int) -> str:
    """Return a rectangle from percent `first` to `last` of the width."""
    fill = ' fill="url(#hatch)"' if kind == "gap" else ""
    return (
        f'<rect class="{kind}" x="{first:.6g}%" width="{last - first:.6g}%"'
        f' y="{top}" height="{height}"{fill}/>'
    )


def num(value: float, decimals: int = 1) -> str:
    """Return a number as short as it can be written, one or two decimals at most."""
    # Asked 140 times a picture: a format that is known beforehand costs half.
    text = f"{value:.1f}" if decimals == 1 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")
