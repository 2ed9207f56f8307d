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
class Undated:
    """Records in a row that one boot made while it did not know the time.

    earliest_s and latest_s are those ends' CLOCK_BOOTTIME.
    """

    boot: str
    first_seq: int
    last_seq: int
    earliest_s: float
    latest_s: float


def with_undated(
    runs: tuple[Undated, ...], boot: str, seq: int, boottime_s: float, *, after_seq: int
) -> tuple[Undated, ...]:
    """Return the runs and one more record, which follows the one at after_seq."""
    if not runs or runs[-1].last_seq != after_seq or runs[-1].boot != boot:
        fresh = Undated(
            boot=boot, first_seq=seq, last_seq=seq, earliest_s=boottime_s, latest_s=boottime_s
        )
        return (*runs, fresh)
    last = runs[-1]
    longer = Undated(
        boot=boot,
        first_seq=last.first_seq,
        last_seq=seq,
        earliest_s=min(last.earliest_s, boottime_s),
        latest_s=max(last.latest_s, boottime_s),
    )
    return (*runs[:-1], longer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One day segment. end_ms is its newest minute's end, None while that is not dated.

    is_unread: the card gives none of it for now, so nobody knows what in it is undated.
    """

    first_seq: int
    last_seq: int
    end_ms: int | None
    undated: tuple[Undated, ...] = ()
    is_unread: bool = False


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
        waits_from: the first seq that is not to be sent yet, None if all may go.
        short_of_space: acknowledged segments should go now, whatever their age.
        unreadable: ranges, held or given up, of which the card gives nothing to compare.
    """

    stream: str
    lowest_seq: int
    next_seq: int
    holes: tuple[Hole, ...]
    spans: tuple[Span, ...]
    acknowledged_seq: int
    short_of_space: bool
    acknowledged_by: str | None = None
    waits_from: int | None = None
    unreadable: tuple[Hole, ...] = ()

    def waiting(self, from_seq: int) -> "Holdings":
        """Return the same, of which nothing from from_seq on is to be sent yet."""
        return replace(self, waits_from=from_seq)

    @property
    def end_seq(self) -> int:
        """Return the seq above the last that may be sent."""
        if self.waits_from is None:
            return self.next_seq
        return min(self.next_seq, max(self.waits_from, self.lowest_seq))

    @property
    def undated(self) -> tuple[Undated, ...]:
        """Return what was made by boots that did not know the time, in order of seq."""
        return tuple(run for span in self.spans for run in span.undated)

    @property
    def has_unread(self) -> bool:
        """Return whether nobody knows of some of it what it is."""
        return any(span.is_unread for span in self.spans)

    def is_unreadable(self, seq: int) -> bool:
        """Return whether seq is one that the card does not give."""
        return any(first <= seq <= last for first, last in self.unreadable)

    def holds(self, seq: int) -> bool:
        """Return whether there is a record of seq, as far as is known."""
        return seq == self.first_above(seq - 1) < self.next_seq

    def first_above(self, seq: int) -> int:
        """Return the lowest seq above seq that is held; end_seq or more if none may be sent."""
        candidate = max(seq + 1, self.lowest_seq)
        for first, last in self.holes:
            if first <= candidate <= last:
                candidate = last + 1
        return candidate

    def end_of_run(self, seq: int) -> int:
        """Return the last seq held without a break from seq on."""
        starts = (first for first, _ in self.holes if first > seq)
        return min((self.end_seq, *starts)) - 1

    def count_above(self, seq: int) -> int:
        """Return how many records above seq are held and may be sent."""
        low, end = max(seq + 1, self.lowest_seq), self.end_seq
        lost = sum(max(0, min(last + 1, end) - max(first, low)) for first, last in self.holes)
        return end - low - lost if low < end else 0

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
