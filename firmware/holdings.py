"""What a journal holds, as the value its sender decides by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

Hole = tuple[int, int]


def with_hole(holes: Iterable[Hole], first: int, last: int) -> list[Hole]:
    """Return the holes and one more range, ascending, adjoining ones joined.

    >>> with_hole([(3, 4), (9, 9)], 5, 6)
    [(3, 6), (9, 9)]
    """
    joined: list[Hole] = []
    for begin, end in sorted([*holes, (first, last)] if first <= last else holes):
        if joined and begin <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One day segment. end_ms is its newest minute's end, None while that is not dated."""

    first_seq: int
    last_seq: int
    end_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What is durable: seq lowest_seq to next_seq - 1 of the stream, without the holes.

    Attributes:
        stream: the stream's id, 16 hex digits.
        lowest_seq: the lowest seq still held; next_seq if nothing is.
        next_seq: the seq the next record will have.
        holes: lost ranges (first, last) within, ascending, never adjacent.
        spans: the segments in order of seq; the last one is still written to.
        acknowledged_seq: the last position the journal was told to keep.
        acknowledged_by: the store that has proven it, None where that is not known.
        short_of_space: acknowledged segments should go now, whatever their age.
    """

    stream: str
    lowest_seq: int
    next_seq: int
    holes: tuple[Hole, ...]
    spans: tuple[Span, ...]
    acknowledged_seq: int
    short_of_space: bool
    acknowledged_by: str | None = None

    def up_to(self, next_seq: int) -> "Holdings":
        """Return the same without what is from next_seq on."""
        return replace(self, next_seq=min(self.next_seq, max(next_seq, self.lowest_seq)))

    def first_above(self, seq: int) -> int:
        """Return the lowest seq above seq that is held; next_seq if none is."""
        candidate = max(seq + 1, self.lowest_seq)
        for first, last in self.holes:
            if first <= candidate <= last:
                candidate = last + 1
        return candidate

    def end_of_run(self, seq: int) -> int:
        """Return the last seq held without a break from seq on."""
        starts = (first for first, _ in self.holes if first > seq)
        return min(starts, default=self.next_seq) - 1

    def count_above(self, seq: int) -> int:
        """Return how many records above seq are held."""
        low = max(seq + 1, self.lowest_seq)
        lost = sum(last - max(first, low) + 1 for first, last in self.holes if last >= low)
        return self.next_seq - low - lost if low < self.next_seq else 0

    def holes_between(self, seq: int, other_seq: int) -> tuple[Hole, ...]:
        """Return the holes that lie wholly or partly in (seq, other_seq)."""
        return tuple(hole for hole in self.holes if hole[1] > seq and hole[0] < other_seq)

    @property
    def newest_ms(self) -> int | None:
        """Return the end of the newest minute, None while that is not dated."""
        return self.spans[-1].end_ms if self.spans else None

    def last_older_than(self, age_ms: int) -> int:
        """Return the last seq of the closed segments older than age_ms, 0 if none is.

        Age counts back from the newest minute of all: no wall clock is asked. A segment
        without a date is as old as the next dated one behind it.
        """
        newest_ms = self.newest_ms
        if newest_ms is None:
            return 0
        dated = ((span.last_seq, span.end_ms) for span in self.spans[:-1])
        old = (seq for seq, end_ms in dated if end_ms is not None and end_ms < newest_ms - age_ms)
        return max(old, default=0)
