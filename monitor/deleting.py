"""Carries out what people deleted: at once out of sight, after seven days gone for good."""

from collections.abc import Callable
from functools import partial
from typing import Final

from monitor.night.window import nights_within
from monitor.store.deleted_minutes import TO_PURGE
from monitor.store.deletion import Deletion, in_force
from monitor.store.errors import StoreError
from monitor.store.household_reader import HouseholdReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.undo_time import KEEP_EVERY_S, Moment, UndoTime, go_on, read, written

# Judgement: a change is noticed within a second (PRAGMA data_version).
LOOK_S: Final = 1.0
# Judgement: what becomes final is purged within a minute; it has waited for seven days.
RENEW_S: Final = 60.0
# When each was purged.
Known = dict[Deletion, int | None]


class Deleter:
    """Honours household.db's deletions in nights.db; one thread's, a bounded bit a step.

    A deletion once taken over holds even if household.db is lost.

    Args:
        writer: of nights.db.
        household: where people delete and undo.
        changed: told whenever minutes came or went.
    """

    def __init__(
        self, writer: NightsWriter, household: HouseholdReader, changed: Callable[[], None]
    ) -> None:
        self._writer = writer
        self._rows = writer.deleted()
        self._household = household
        self._changed = changed
        self._seen_version = -1
        self._work: list[Callable[[], int]] = []
        self._next_look_s = self._next_renew_s = self._next_keep_s = 0.0
        self._time: UndoTime | None = None
        self._is_to_fold = True  # what a kill left in the log holds what was purged before it
        self._kept: frozenset[str] = frozenset()  # of which deletions time was last written

    def step(self, now: Moment) -> bool:
        """Do some of what is due; return whether more is waiting.

        Raises:
            StoreError: what was due stays due.
        """
        if now.boot_s >= self._next_look_s:
            self._next_look_s = now.boot_s + LOOK_S
            self._look(now)
        if self._work:
            if self._work[0]():
                self._changed()
            else:
                del self._work[0]
        return bool(self._work)

    def _look(self, now: Moment) -> None:
        try:
            version = self._household.data_version()
        except StoreError:
            self._renew(self._rows.known(), now)
            raise
        if version == self._seen_version and now.boot_s < self._next_renew_s:
            return
        known = self._known()
        self._renew(known, now)
        self._work = self._due(known, now.now_ms)
        self._seen_version, self._next_renew_s = version, now.boot_s + RENEW_S

    def _renew(self, known: Known, now: Moment) -> None:
        """Have writers honour what is in force; what is final is so for good."""
        before = self._time or read(self._rows.undo_time())
        open_ones = [one for one in in_force(known) if known[one] is None]
        time = self._time = go_on(before, open_ones, now)
        self._writer.honoured.renew(known, lambda one: known[one] is not None or time.is_over(one))
        names = frozenset(time.served_ms)
        if names != self._kept or (names and now.boot_s >= self._next_keep_s):
            self._rows.keep_undo_time(written(time))
            self._kept, self._next_keep_s = names, now.boot_s + KEEP_EVERY_S

    def _known(self) -> Known:
        """Return all deletions with when they were purged, new ones taken over first."""
        known = self._rows.known()
        # Undone once is undone: a household.db that fell back to its copy knows less.
        undone = {one.key for one in known if one.undone_ms is not None}
        new = tuple(
            one for one in self._household.deletions() if one not in known and one.key not in undone
        )
        if new and not self._household.is_sound():
            new = ()  # what has changed on the card is nobody's word; its own finding tells
        if new or (known and not self._rows.is_summed()):
            self._rows.take_over(new)
            known = self._rows.known()
        return known

    def _due(self, known: Known, now_ms: int) -> list[Callable[[], int]]:
        rows, honoured = self._rows, self._writer.honoured
        undone = [one for one in known if one.undone_ms is not None]
        to_purge = [one for one in honoured.final if known[one] in (None, TO_PURGE)]
        in_force = (*honoured.undoable, *honoured.final)
        purged_before = any(purged_ms is not None for purged_ms in known.values())
        return [
            *([self._fold_in] if self._is_to_fold and purged_before else ()),
            *(partial(rows.hide, one) for one in honoured.undoable),
            *(partial(rows.bring_back, one, in_force) for one in undone),
            *(
                partial(self._purge if known[one] == TO_PURGE else self._begin, one, now_ms)
                for one in to_purge
            ),
        ]

    def _begin(self, deletion: Deletion, now_ms: int) -> int:
        """Note that nobody can take it back any more, and only then ask whether somebody has."""
        self._rows.begin_purge(deletion)
        there = [one for one in self._household.deletions() if one.key == deletion.key]
        if all(one.undone_ms is None for one in there):
            self._work.append(partial(self._purge, deletion, now_ms))
        return 0

    def _purge(self, deletion: Deletion, now_ms: int) -> int:
        gone = self._rows.purge(deletion)
        if not gone:
            household = self._household.household(deletion.room, deletion.end_ms)
            nights = nights_within(deletion.start_ms, deletion.end_ms, household)
            self._rows.purged(deletion, now_ms=now_ms, nights=nights)
            self._is_to_fold = True
            self._work.append(self._fold_in)
        return gone

    def _fold_in(self) -> int:
        """Leave no byte of what was purged in the log; where somebody reads, a minute later."""
        self._is_to_fold = not (self._is_to_fold and self._rows.fold_in())
        return 0
