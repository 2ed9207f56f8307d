"""Recorded sound levels as sound minutes, with the noise events that they show. Pure."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from msgspec import UNSET, UnsetType

from monitor.contract.record import MAX_EVENTS, Flag, SoundMinute
from monitor.contract.series import JITTER
from monitor.night.events import SECOND_MS, EventDetector, NoiseEvent

# Judgement: loggers that mean a second stamp within a few hundredths of it.
SECOND_WITHIN_MS: Final = 50
MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRow:
    """One row of levels, dB; it stands for (end_ms - duration_ms, end_ms]."""

    end_ms: int
    duration_ms: int
    laeq_db: float | None
    lafmax_db: float | None
    lasmax_db: float | None


class SoundRows:
    """Makes sound minutes of rows, in order of time. State carried over: the open event.

    Args:
        step_ms: the series' step.
        events: those of another instrument, None to find them in rows of a second.
        calibrated: of the meter that gave the levels.
        last_ms: the end of the last row, where an open event ends.
    """

    def __init__(
        self,
        step_ms: int,
        events: Sequence[NoiseEvent] | None,
        *,
        calibrated: bool,
        last_ms: int,
    ) -> None:
        is_second = abs(step_ms - SECOND_MS) <= SECOND_WITHIN_MS
        self._detector = EventDetector() if events is None and is_second else None
        self._looks = events is not None or self._detector is not None
        self._starting = deque(sorted(events or (), key=attrgetter("start_ms")))
        self._ending = deque(sorted(events or (), key=attrgetter("end_ms")))
        self._heard_until_ms = 0
        self._calibrated = calibrated
        self._last_ms = last_ms

    def minute(
        self, rows: Sequence[SoundRow], end_ms: int, *, due_s: int | None = None
    ) -> SoundMinute:
        """Return the sound of rows that end by end_ms; due_s is theirs unless given."""
        finished: list[NoiseEvent] = []
        quiet = [row for row in rows if not self._hear(row, finished) and row.laeq_db is not None]
        if rows[-1].end_ms == self._last_ms:
            finished += self._end()
        while self._ending and self._ending[0].end_ms <= end_ms:
            finished.append(self._ending.popleft())
        known = [row for row in rows if row.laeq_db is not None]
        levels = sorted(row.laeq_db for row in known if row.laeq_db is not None)
        finished.sort(key=lambda event: -event.lasmax_db)
        return SoundMinute(
            laeq_db=_mean_db(known),
            laeq_quiet_db=_mean_db(quiet) if self._looks else UNSET,
            quiet_s=_seconds(quiet) if self._looks else 0,
            lafmax_db=max((r.lafmax_db for r in known if r.lafmax_db is not None), default=None),
            lasmax_db=max((r.lasmax_db for r in known if r.lasmax_db is not None), default=UNSET),
            la10_db=_exceeded(levels, 0.1),
            la50_db=_exceeded(levels, 0.5),
            la90_db=_exceeded(levels, 0.9),
            floor_db=None,
            calibrated=self._calibrated,
            n=_seconds(known),
            due=max(_seconds(rows), due_s or 0),
            flags=() if known else (Flag.NOT_GIVEN,),
            # The loudest are listed; the rest count as their mean, which errs to the louder.
            events=tuple(event.carried_by(end_ms) for event in finished[:MAX_EVENTS]),
            events_more=len(finished[MAX_EVENTS:]),
        )

    def _hear(self, row: SoundRow, finished: list[NoiseEvent]) -> bool:
        """Return whether a row belongs to an event; add the events that it finished."""
        if self._detector is not None:
            finished += self._detector.second(row.end_ms, row.laeq_db, row.lafmax_db, row.lasmax_db)
            return self._detector.in_event
        while self._starting and self._starting[0].start_ms < row.end_ms:
            self._heard_until_ms = max(self._heard_until_ms, self._starting.popleft().end_ms)
        # One sound does not make ten minutes unknown: a long row is taken as it is, which is
        # louder than the steady level was.
        is_short = row.duration_ms <= MINUTE_MS * JITTER
        return is_short and row.end_ms - row.duration_ms < self._heard_until_ms

    def _end(self) -> list[NoiseEvent]:
        """Return what the end of the series finishes."""
        found = [] if self._detector is None else self._detector.close()
        while self._ending:
            found.append(self._ending.popleft())
        return found


def _seconds(rows: Sequence[SoundRow]) -> int:
    return round(sum(row.duration_ms for row in rows) / SECOND_MS)


def _mean_db(rows: Sequence[SoundRow]) -> float | None:
    """Return the energy mean over the rows' time."""
    if not rows:
        return None
    energy = sum(10.0 ** ((row.laeq_db or 0.0) / 10.0) * row.duration_ms for row in rows)
    return 10.0 * math.log10(energy / sum(row.duration_ms for row in rows))


def _exceeded(levels: Sequence[float], share: float) -> float | UnsetType | None:
    """Return the level that a share of the rows exceeds; one row has no percentiles."""
    if not levels:
        return None
    if len(levels) == 1:
        return UNSET
    return levels[min(int((1.0 - share) * len(levels)), len(levels) - 1)]
