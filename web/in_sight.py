"""The store without what people deleted: out of the pages' sight at once.

The monitor takes deleted minutes out of nights.db within seconds, but it may be stopped; what
somebody asked to be gone must not stay on a page until it runs again.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from monitor.contract.record import LATEST_MS, Minute
from monitor.night.window import Window
from monitor.score.result import NightScore
from monitor.score.series import NightSeries, picture_span
from monitor.store.alerts_db import OutboxRow
from monitor.store.deletion import WHOLE_HOUSE, Deletion, between, in_force, is_deleted
from monitor.store.untold import is_untold
from web.sources import Condition, HouseholdSource, KeptNight, LiveRoom, Store

# judgement: a busy monitor has judged a running night anew by then (8 s were seen).
JUDGED_ANEW_MS: Final = 10_000


class InSight:
    """A Store that leaves out what deletions in force hold of another one."""

    def __init__(self, store: Store, household: HouseholdSource) -> None:
        self._store = store
        self._household = household

    def rooms(self) -> Sequence[str]:
        """Return the slugs of rooms with anything kept."""
        return self._store.rooms()

    def minutes(self, room: str, start_ms: int, end_ms: int) -> Sequence[Minute]:
        """Return the minutes that end in (start_ms, end_ms], in order."""
        found = self._store.minutes(room, start_ms, end_ms)
        deleted = between(self._deleted(), room, start_ms, end_ms)
        if not deleted:
            return found
        return tuple(one for one in found if not is_deleted(deleted, room, one.end_ms))

    def minutes_mark(self, room: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return what differs whenever minutes() of the same would, deletions aside."""
        return self._store.minutes_mark(room, start_ms, end_ms)

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        """Return what a night's picture draws, None where only its minutes tell."""
        if between(self._deleted(), room, *picture_span(window)):
            return None
        return self._store.series(room, window, mark)

    def newest_end_ms(self, room: str, by_ms: int = LATEST_MS) -> int | None:
        """Return the end of the newest minute that ended by an instant, deleted or not."""
        return self._store.newest_end_ms(room, by_ms)

    def oldest_end_ms(self, room: str, after_ms: int = 0) -> int | None:
        """Return the end of the oldest minute that ended after an instant, deleted or not."""
        return self._store.oldest_end_ms(room, after_ms)

    def night(self, room: str, night: str) -> KeptNight | None:
        """Return one judged night, whole."""
        found = self._store.night(room, night)
        return found if found is None or self._is_left(room, found.score.window) else None

    def nights(self, room: str, first: str, last: str) -> Sequence[KeptNight]:
        """Return outlines of the judged nights from first to last, both included, in order."""
        found = self._store.nights(room, first, last)
        deleted = [one for one in self._deleted() if one.room in (WHOLE_HOUSE, room)]
        if not deleted:
            return found
        return [one for one in found if not _is_gone(deleted, one.score.window)]

    def messages(self, limit: int) -> Sequence[OutboxRow]:
        """Return the newest messages of alerts, newest first; none of what is deleted."""
        deleted, settings = self._deleted(), self._household.in_force
        asked = limit
        while True:
            found = self._store.messages(asked)
            left = [it for it in found if not is_untold(deleted, it.decision, settings)]
            if len(left) >= limit or len(found) < asked:
                return left[:limit]
            asked *= 2

    def records(self) -> int:
        """Return how many minutes have ever been stored."""
        return self._store.records()

    def condition(self) -> Sequence[Condition]:
        """Return how the database files and their disk are, in words with what to do."""
        return self._store.condition()

    def size_bytes(self) -> int:
        """Return what the store occupies on disk."""
        return self._store.size_bytes()

    def content_bytes(self) -> int:
        """Return how much of it grows with what is recorded."""
        return self._store.content_bytes()

    def version(self) -> tuple[int, int]:
        """Return what differs whenever anything that is kept has changed, deletions aside."""
        return self._store.version()

    def _is_left(self, room: str, window: Window) -> bool:
        deleted = between(self._deleted(), room, window.start_ms, window.end_ms)
        return not _is_gone(deleted, window)

    def _deleted(self) -> tuple[Deletion, ...]:
        return in_force(self._household.deletions())


def running_night(live: LiveRoom | None, deletions: Iterable[Deletion]) -> NightScore | None:
    """Return a room's running night, None while it may be judged with what was deleted of it.

    The monitor has judged it anew some seconds after a deletion, if it has written since.
    """
    night = None if live is None else live.night
    if live is None or night is None:
        return None
    window = night.window
    for one in between(in_force(deletions), live.room, window.start_ms, live.written_ms):
        if live.written_ms < one.made_ms + JUDGED_ANEW_MS:
            return None
    return night


def _is_gone(deleted: Iterable[Deletion], window: Window) -> bool:
    """Tell whether one of a room's deletions holds a whole night."""
    return any(one.start_ms <= window.start_ms and window.end_ms <= one.end_ms for one in deleted)
