"""Records that are not durable yet: in memory, numbered, bounded."""

from collections import deque
from collections.abc import Iterator

from firmware.rekey import readdressed
from monitor.contract.record import Record


class Waiting:
    """What waits for the disk, in order of seq.

    Attributes:
        next_seq: of the record that comes next.
        dropped: how many were given up because too many waited.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._records: deque[Record] = deque()
        self.next_seq = 1
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        """Go through those that wait now, whatever happens to them meanwhile."""
        return iter(tuple(self._records))

    def add(self, record: Record) -> None:
        """Add the record of next_seq; the oldest goes where too many wait."""
        self._records.append(record)
        self.next_seq += 1
        if len(self._records) > self._limit:
            self._records.popleft()  # its seq is never used: a hole that the sender declares
            self.dropped += 1

    def take(self, count: int) -> None:
        """Let go of the first ones, which are durable now."""
        for _ in range(count):
            self._records.popleft()

    def number_anew(self, stream: str, shift: int) -> None:
        """Move what waits, and what is to come, to its place in another stream."""
        self._records = deque(readdressed(one, stream, shift) for one in self._records)
        self.next_seq += shift
