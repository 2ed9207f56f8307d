"""Which messages tell of what people deleted, by whatever clock it was decided. Pure."""

from collections.abc import Sequence

from monitor.alerts.outbox import Now
from monitor.store.alerts_db import OutboxRow
from monitor.store.deletion import Deletion
from monitor.store.untold import Settings, holds_rise, is_untold


def kept_back(
    rows: Sequence[OutboxRow],
    deletions: Sequence[Deletion],
    settings: Settings,
    *,
    now: Now,
    clock_ms: int,
) -> list[OutboxRow]:
    """Return those messages that tell of what was deleted.

    In a boot that does not know the time yet, what happens now has a date of weeks ago: a
    deletion made later than that is none of it, but one of what rose before that boot.

    Args:
        rows: messages.
        deletions: in force.
        settings: returns what is in force in a room at an instant.
        now: this moment.
        clock_ms: the same by the machine's clock, whether that is the time or not.
    """
    past = [one for one in deletions if now.now_ms is not None or one.made_ms <= clock_ms]
    began_ms = clock_ms - round((now.now_s - now.boot_began_s) * 1000)

    def is_kept_back(row: OutboxRow) -> bool:
        known = deletions if row.made_s <= now.boot_began_s else past
        if is_untold(known, row.decision, settings):
            return True
        rose_ms = row.decision.rise_from_ms
        rose_before = rose_ms is not None and not began_ms <= rose_ms <= clock_ms
        return rose_before and any(holds_rise(one, row.decision) for one in deletions)

    return [row for row in rows if is_kept_back(row)]
