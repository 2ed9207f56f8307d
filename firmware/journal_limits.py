"""How much a journal may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from firmware.holdings import Holdings
from firmware.segment import Segment
from monitor.contract.codec import MAX_BATCH_BYTES

# What a batch says besides its records: ids, position and 16 holes take less than 1 KiB.
BATCH_RECORDS_BYTES: Final = MAX_BATCH_BYTES - 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a journal holds at most; the oldest segment goes first.

    Attributes:
        records: 30 days of minutes.
        size_bytes: the same at 1 KiB a record.
        age_ms: of an acknowledged segment against the newest minute, where both are dated:
            one that waits goes only for want of space, since a wrong clock ages it at once.
        waiting: a day of minutes kept in memory while the disk refuses.
        segment_records: a day of minutes with a margin; bounds what opening reads at once.
    """

    records: int = 43_200
    size_bytes: int = 43_200 * 1024
    age_ms: int = 30 * 86_400_000
    waiting: int = 1_440
    segment_records: int = 1_500

    @property
    def most_in_segment(self) -> int:
        """Return how many records a segment may hold: what waited goes into it at once."""
        return self.segment_records + self.waiting

    def are_exceeded(self, segments: Sequence[Segment], holdings: Holdings) -> bool:
        """Tell whether the oldest segment has to go; the last one never has."""
        aged_seq = min(holdings.last_older_than(self.age_ms), holdings.acknowledged_seq)
        return len(segments) > 1 and (
            sum(segment.count for segment in segments) > self.records
            or sum(segment.size for segment in segments) > self.size_bytes
            or aged_seq >= segments[1].first_seq - 1
        )
