"""Where the points went: stretches of time by cause, and events, with their evidence."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

from monitor.score import model
from monitor.score.grid import MINUTE_MS
from monitor.score.part import Costs, NightEvent, PartNight
from monitor.score.result import Span

# Source: the table in model.py.
JOIN_MINUTES: Final = int(model.JOIN.value)
JOIN_SLOW_MINUTES: Final = int(model.JOIN_SLOW.value)
TELLING_SHARE: Final = model.TELLING_SHARE.value
SLOW: Final = frozenset({"warm", "cold", "humid", "dry"})


def spans_of(
    night: PartNight, costs: Costs, start_ms: int, listed: Sequence[NightEvent] = ()
) -> list[Span]:
    """Return the spans of one part; their points sum to those of costs."""
    found = [
        _span(night, cause, column, stretch, start_ms)
        for cause, column in costs.causes.items()
        for stretch in _stretches(column, JOIN_SLOW_MINUTES if cause in SLOW else JOIN_MINUTES)
    ]
    found += [_event_span(event, "event", cost) for event, cost in costs.events]
    found += [_event_span(event, event.why_listed, 0.0) for event in listed]
    return sorted(found, key=lambda span: (span.start_ms, span.cause))


def _stretches(column: Mapping[int, float], join: int) -> Iterator[list[int]]:
    costly = [index for index, cost in column.items() if cost > 0]
    breaks = [at for at, (one, next_) in enumerate(pairwise(costly), 1) if next_ - one > join]
    for first, end in pairwise([0, *breaks, len(costly)]):
        if end > first:
            yield costly[first:end]


def _span(
    night: PartNight, cause: str, column: Mapping[int, float], stretch: list[int], start_ms: int
) -> Span:
    costs = [column[index] for index in stretch]
    least = (TELLING_SHARE if cause in SLOW else 0.0) * max(costs)
    first = next(index for index in stretch if column[index] >= least)
    last = next(index for index in reversed(stretch) if column[index] >= least)
    detail = night.evidence(cause, first, last)
    minute = detail.pop("minute", None)
    if minute is not None:
        detail["at_ms"] = start_ms + minute * MINUTE_MS
    return Span(
        part=night.name,
        cause=cause,
        start_ms=start_ms + first * MINUTE_MS,
        end_ms=start_ms + (last + 1) * MINUTE_MS,
        points=sum(costs),
        detail=detail,
    )


def _event_span(event: NightEvent, cause: str, points: float) -> Span:
    return Span(
        part="quiet",
        cause=cause,
        start_ms=event.start_ms,
        end_ms=event.end_ms,
        points=points,
        detail={
            "lasmax_db": event.lasmax_db,
            "lafmax_db": event.lafmax_db,
            "background_db": event.background_db,
            "awakenings": event.awakenings,
            "extrapolated": float(event.extrapolated),
        },
    )


def gap_stretches(gaps: Sequence[int]) -> list[tuple[int, int]]:
    """Return runs of consecutive indices as (first, last).

    >>> gap_stretches([3, 4, 9])
    [(3, 4), (9, 9)]
    """
    runs = (
        [index for _, index in run]
        for _, run in groupby(enumerate(gaps), key=lambda pair: pair[1] - pair[0])
    )
    return [(run[0], run[-1]) for run in runs]
