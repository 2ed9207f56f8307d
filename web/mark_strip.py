"""Pure: the strip of what people said in a night: a lane a kind, a shape a kind."""

from collections.abc import Callable, Sequence
from typing import Final

from monitor.contract.record import Mark, MarkKind
from web.present import clock_text
from web.scales import TimeAxis
from web.shapes import bar, num

LANE: Final = 22
# Lights-out and get-up have lines of their own through all strips; these three have lanes.
LANES: Final = (
    (MarkKind.AWAKE, "awake"),
    (MarkKind.JERK, "jerk"),
    (MarkKind.NOTE, "note"),
)
HEIGHT: Final = LANE * len(LANES)
SPOKEN: Final = {
    MarkKind.AWAKE: "awake",
    MarkKind.JERK: "jerk",
    MarkKind.NOTE: "note",
    MarkKind.LIGHTS_OUT: "lights out",
    MarkKind.GET_UP: "get up",
}


def mark_lanes(marks: Sequence[Mark], axis: TimeAxis, top: int) -> list[str]:
    """Return the lanes as SVG elements; top is where the first one begins."""
    parts = [bar("ground", 0, 100, top, HEIGHT)]
    for index, (kind, _) in enumerate(LANES):
        middle = top + LANE * (index + 0.5)
        parts.append(f'<line class="lane" x1="0" x2="100%" y1="{num(middle)}" y2="{num(middle)}"/>')
        parts += [
            _SHAPES[kind](num(axis.percent(mark.at_ms), 2), middle)
            for mark in marks
            if mark.kind is kind and axis.start_ms <= mark.at_ms <= axis.end_ms
        ]
    return parts


def lane_names(top: float) -> list[str]:
    """Return the lanes' words, to be drawn above all else."""
    return [
        f'<text class="grid-label" x="3" y="{num(top + LANE * (index + 0.5) + 4)}">{word}</text>'
        for index, (_, word) in enumerate(LANES)
    ]


def marks_in_words(marks: Sequence[Mark], axis: TimeAxis) -> str:
    """Return the marks as a sentence, in order of time."""
    said = [
        f"{SPOKEN[mark.kind]} at {clock_text(mark.at_ms, axis.zone)}"
        for mark in marks
        if axis.start_ms <= mark.at_ms <= axis.end_ms
    ]
    return f"Marks: {', '.join(said)}." if said else "No marks."


def _dot(x: str, y: float) -> str:
    return f'<circle class="said" cx="{x}%" cy="{num(y)}" r="5"/>'


def _diamond(x: str, y: float) -> str:
    # A place in percent and a shape in pixels: an inner picture of no size carries both.
    return (
        f'<svg class="pin" x="{x}%" y="{num(y)}"><path class="said" d="M0-6L6 0 0 6-6 0Z"/></svg>'
    )


def _square(x: str, y: float) -> str:
    return (
        f'<svg class="pin" x="{x}%" y="{num(y)}"><path class="said" d="M-4.5-4.5h9v9h-9Z"/></svg>'
    )


_SHAPES: Final[dict[MarkKind, Callable[[str, float], str]]] = {
    MarkKind.AWAKE: _dot,
    MarkKind.JERK: _diamond,
    MarkKind.NOTE: _square,
}
