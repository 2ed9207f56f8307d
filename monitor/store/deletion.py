"""What people deleted, as values: a range of minutes, for a while to be undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Source: the design: undo for 7 days, then purged.
UNDO_MS: Final = 7 * 86_400_000
WHOLE_HOUSE: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Every minute of a room ('': of all rooms) that ended in (start_ms, end_ms].

    undone_ms: when it was taken back, None while it is in force.
    """

    deletion_id: int
    made_ms: int
    room: str
    start_ms: int
    end_ms: int
    undone_ms: int | None = None

    @property
    def undo_until_ms(self) -> int:
        """Return until when it can be taken back; its minutes are purged then."""
        return self.made_ms + UNDO_MS

    def is_final(self, now_ms: int) -> bool:
        """Tell whether it can no longer be undone."""
        return self.undone_ms is None and now_ms >= self.undo_until_ms

    def covers(self, room: str, end_ms: int) -> bool:
        """Tell whether it is in force and holds a room's minute that ended at end_ms."""
        return (
            self.undone_ms is None
            and self.room in (WHOLE_HOUSE, room)
            and self.start_ms < end_ms <= self.end_ms
        )


def is_deleted(deletions: Iterable[Deletion], room: str, end_ms: int) -> bool:
    """Tell whether any deletion in force holds a room's minute.

    >>> from monitor.store.deletion import Deletion
    >>> one = Deletion(deletion_id=1, made_ms=9, room="", start_ms=2, end_ms=4)
    >>> [is_deleted((one,), "bedroom", end_ms) for end_ms in (2, 3, 4, 5)]
    [False, True, True, False]
    """
    return any(one.covers(room, end_ms) for one in deletions)
