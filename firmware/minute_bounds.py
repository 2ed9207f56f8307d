"""Where one minute ends and the next begins, on a wall clock that may step. Pure.

Ends lie on whole wall minutes, lengths come from the monotonic clock. When the wall
steps, the running minute is realigned: it ends at the next whole minute of the new
time, shorter or longer than 60 s, so that every monotonic second is in exactly one
minute.
"""

from dataclasses import dataclass, replace
from typing import Final

from monitor.contract.record import ClockState

MINUTE_MS: Final = 60_000
# Judgement: below half of the second to which stamps must be right (docs/no-loss.md, F16) a
# difference is slewing and goes into the length of the minute.
STEP_MS: Final = 500
# Judgement: two minutes; a clock that steps again and again closes minutes unaligned.
MAX_LENGTH_S: Final = 120.0
SHORTEST_S: Final = 0.001  # the resolution of duration_s; less is no minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A minute: (start_s, end_s] on the monotonic clock, stamped end_ms by a clock so sure."""

    start_s: float
    end_s: float
    end_ms: int
    clock: ClockState

    @property
    def duration_s(self) -> float:
        """Return the length, from the monotonic clock."""
        return self.end_s - self.start_s


class MinuteBounds:
    """The running minute's span, kept right as both clocks are shown to it.

    Args:
        now_s: monotonic time at which the first (short) minute starts.
        now_ms: wall time at the same instant.
        clock: whether that comes from a time source.
    """

    def __init__(self, *, now_s: float, now_ms: int, clock: ClockState) -> None:
        self._seen_s = now_s
        self._seen_ms = now_ms
        self._clock = clock
        self._last_end_ms = now_ms
        self.span = self._span(now_s, now_s, now_ms, _whole_after(now_ms))

    def look(self, now_s: float, now_ms: int, clock: ClockState) -> int:
        """Compare the clocks and return by how many ms the wall stepped, 0 if it did not.

        The running minute is realigned.

        One that has ended, and waits for its last second, keeps its stamp and with it the
        state of the clock that made it: what is found out a moment later is not of it.
        """
        expected_ms = self._seen_ms + (now_s - self._seen_s) * 1000
        self._seen_s, self._seen_ms, self._clock = now_s, now_ms, clock
        has_stepped = abs(now_ms - expected_ms) > STEP_MS
        if now_s < self.span.end_s:
            self.span = replace(self.span, clock=clock)
            if has_stepped:
                end_ms = _whole_after(now_ms)
                self.span = self._to_whole_minute(self.span.start_s, now_s, now_ms, end_ms)
        return round(now_ms - expected_ms) if has_stepped else 0

    def close(self, now_s: float, now_ms: int) -> Span:
        """Return the running minute, which has ended, and start the next where it ended."""
        closed = self.span
        self._last_end_ms = closed.end_ms
        # The next end is where the wall says it is now, so drift goes into the next length;
        # counted from the start, so that a stalled loop closes minute after minute.
        start_ms = now_ms - round((now_s - closed.end_s) * 1000)
        end_ms = _whole_after(start_ms + STEP_MS)
        self.span = self._to_whole_minute(closed.end_s, now_s, now_ms, end_ms)
        return closed

    def cut(self, now_s: float, now_ms: int) -> Span | None:
        """Return the running minute as it is at an orderly stop; None if nothing ran yet."""
        if now_s - self.span.start_s < SHORTEST_S:
            return None
        return Span(start_s=self.span.start_s, end_s=now_s, end_ms=now_ms, clock=self._clock)

    def _to_whole_minute(self, start_s: float, now_s: float, now_ms: int, end_ms: int) -> Span:
        if end_ms <= self._last_end_ms:  # a step back must not name the same minute twice
            later = self._span(start_s, now_s, now_ms, _whole_after(self._last_end_ms))
            if later.duration_s <= MAX_LENGTH_S:
                return later
        aligned = self._span(start_s, now_s, now_ms, end_ms)
        if aligned.duration_s > MAX_LENGTH_S:
            return Span(start_s=start_s, end_s=now_s, end_ms=now_ms, clock=self._clock)
        return aligned

    def _span(self, start_s: float, now_s: float, now_ms: int, end_ms: int) -> Span:
        end_s = now_s + (end_ms - now_ms) / 1000
        return Span(start_s=start_s, end_s=end_s, end_ms=end_ms, clock=self._clock)


def _whole_after(at_ms: int) -> int:
    return (at_ms // MINUTE_MS + 1) * MINUTE_MS
