"""The clock minutes of a window, and how records of any duration spread over them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from monitor.contract.record import EPOCH, Minute
from monitor.night.window import Window
from monitor.score import model

MINUTE_MS: Final = 60_000
MINUTE_S: Final = 60.0
DAY_MS: Final = 86_400_000
UNSEEN: Final = 1_000_000  # Source: later than the last clock minute of any night
_ROUNDING: Final = 1e-9  # so that half of the samples is half whatever the division left


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A record with the clock minutes it covers: (index, covered seconds, share of the record).

    middle is the index that holds the record's midpoint, None when outside the window; first
    is the first index it covers, UNSEEN without one.
    """

    minute: Minute
    start_ms: int
    end_ms: int
    shares: tuple[tuple[int, float, float], ...]
    middle: int | None
    first: int = UNSEEN


class Tally:
    """Counts valid against due samples of one quantity in each clock minute.

    Who sums up the quantity adds to the columns itself: a call for each minute of each of three
    quantities is what a night would spend much of its time on.
    """

    __slots__ = ("cover_s", "due", "n")

    def __init__(self, length: int) -> None:
        self.n = [0.0] * length
        self.due = [0.0] * length
        self.cover_s = [0.0] * length

    def valid(self, length: int) -> list[bool]:
        """Tell which of the first clock minutes hold at least half of the samples due in 60 s."""
        needed = model.VALID_SHARE.value * MINUTE_S
        covers_s = self.cover_s[:length]
        if max(covers_s, default=0.0) > MINUTE_S:  # two sources at once, or clocks that stepped
            covers_s = [min(cover_s, MINUTE_S) for cover_s in covers_s]
        # The columns are as long as a night may become.
        columns = zip(self.n, self.due, covers_s, strict=False)
        return [n > 0 and n * cover_s + _ROUNDING >= needed * due for n, due, cover_s in columns]


def minutes_in(window: Window) -> int:
    """Return the number of clock minutes of a window, 0 for an empty one."""
    return max(0, (window.end_ms - window.start_ms) // MINUTE_MS)


def place(minutes: Sequence[Minute], window: Window) -> list[Placed]:
    """Return every record with its clock minutes; those outside the window have none."""
    start_ms, length = window.start_ms, minutes_in(window)
    return [placed(minute, start_ms, length) for minute in minutes]


def placed(minute: Minute, window_ms: int, length: int) -> Placed:
    """Return a record with those of `length` clock minutes from window_ms on that it covers."""
    since = minute.end - EPOCH  # as minute.end_ms, in half of its time
    end_ms = since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000
    duration_ms = round(minute.duration_s * 1000) or 1
    start_ms = end_ms - duration_ms
    first = (start_ms - window_ms) // MINUTE_MS
    last = (end_ms - window_ms - 1) // MINUTE_MS
    if first == last:
        if not 0 <= first < length:
            return Placed(minute, start_ms, end_ms, (), None)
        shares = ((first, duration_ms / 1000, 1.0),)
        return Placed(minute, start_ms, end_ms, shares, first, first)
    found = []
    for index in range(max(first, 0), min(last, length - 1) + 1):
        minute_ms = window_ms + index * MINUTE_MS
        overlap_ms = min(end_ms, minute_ms + MINUTE_MS) - max(start_ms, minute_ms)
        found.append((index, overlap_ms / 1000, overlap_ms / duration_ms))
    middle = ((start_ms + end_ms) // 2 - window_ms) // MINUTE_MS
    held = middle if 0 <= middle < length else None
    begin = found[0][0] if found else UNSEEN
    return Placed(minute, start_ms, end_ms, tuple(found), held, begin)
