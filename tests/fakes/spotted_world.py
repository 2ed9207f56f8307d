"""A World whose sensor's card has bad spots; what a journal does then is checked at once."""

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from firmware.courier import Courier
from firmware.dating import COPY_NAME, DATES_NAME, Dating, Found, _read
from firmware.disk import RealDisk
from firmware.journal import NOT_OPEN, Journal
from firmware.journal_identity import read_identity
from firmware.quarantine import SUFFIX
from firmware.segment_log import TRIES
from monitor.contract.record import ClockState
from tests.fakes.card_ledger import CardLedger, records_on, segments_on
from tests.fakes.product_store import ProductStores
from tests.fakes.spotted_disk import SpottedDisk
from tests.fakes.world import PEACE_STEPS, World

DATES = (DATES_NAME, COPY_NAME, DATES_NAME + SUFFIX, COPY_NAME + SUFFIX)


class SpottedWorld(World):
    """A World as any other, but for its card.

    A minute here is one that the sensor keeps, or would have kept: as many as the tries, of
    which the journal makes one a minute.

    Attributes:
        spot_rng: of the accidents that only this world has.
        stuck_rng: of which of the identity's spots are under its inode.
        card_disk: where the spots are.
        is_stopping: somebody has stopped the daemon in order.
    """

    def __init__(
        self,
        seed: int,
        directory: Path,
        *,
        bystander: Callable[[World], None] | None = None,
        timeless: bool = True,
        stores: ProductStores | None = None,
    ) -> None:
        super().__init__(seed, directory, bystander=bystander, timeless=timeless, stores=stores)
        self.spot_rng = random.Random(f"spots {seed}")
        self.stuck_rng = random.Random(f"stuck {seed}")
        self.card_disk = SpottedDisk(RealDisk(durable=False))
        self.disk.disk = self.card_disk
        self.ledger = self.card_ledger = CardLedger(
            lambda: self.card, self.damaged, self._has_waited_for
        )
        # An hour until a journal opens without what it cannot read, and one until that is a hole.
        self.peace_steps = PEACE_STEPS + 2 * TRIES
        self.is_stopping = False
        self._closed_minutes = self._longest_closed_minutes = 0
        self._unread: set[Path] = set()
        self._not_told_s: dict[str, float] = {}

    # what passes by itself

    def step(self) -> None:
        super().step()
        if self.courier is None:
            self.card_disk.pass_a_minute(is_met=False)
        elif self.peaceful:
            self._with_sensor(lambda courier: self._minute(courier.sync))

    def live_a_minute(self, *, keeps: bool) -> None:
        """Let a minute pass in which no accident happens, and few messages move."""
        self.clock.wait(60.0)
        if self.courier is None:
            self.open_journal()
        if keeps:
            self._with_sensor(self._keep_a_minute)
        else:
            self._with_sensor(lambda courier: self._minute(courier.sync))
        self.tick()
        self._move_one_message()

    def tick(self) -> None:
        if self.journal is not None and self.journal.stream == NOT_OPEN:
            self._with_sensor(lambda courier: courier.tick())  # it can date nothing yet
        else:
            super().tick()

    def _keep_a_minute(self, courier: Courier) -> None:
        keep = super()._keep_a_minute
        self._minute(lambda: keep(courier))

    def _minute(self, task: Callable[[], None]) -> None:
        """Let the sensor live a minute: then it is durable, whatever cannot be read."""
        self.card_disk.pass_a_minute(is_met=True)
        refusals = self.card_disk.refusals
        self._closed_minutes += self.journal is not None and self.journal.stream == NOT_OPEN
        self._longest_closed_minutes = max(self._longest_closed_minutes, self._closed_minutes)
        task()
        if self.journal is None or self.disk.is_full or self.card_disk.refusals > refusals:
            return  # what cannot be extended is left for another with the next minute
        if self.journal.stream == NOT_OPEN:
            self._require_reason_to_wait()
            return
        assert self.journal.waiting == 0, f"{self.journal.waiting} minutes wait in memory"
        if readable := {path for path in self._unread if self.card_disk.can_read(path)}:
            self._unread -= readable
            self._note_told()

    def stop_the_sensor(self) -> None:
        """Stop it in order: what waits goes onto the card, if that takes anything."""
        self.is_stopping = True
        self._with_sensor(lambda courier: self._minute(courier.close))
        self.kill_the_sensor()

    def kill_the_sensor(self) -> None:
        super().kill_the_sensor()
        self.card_disk.begin_anew()
        self._closed_minutes = 0

    # the sensor's start

    def open_journal(self, *, swapped: bool = False) -> None:
        was_full, cut = self.disk.is_full, self.disk.next_append
        super().open_journal(swapped=swapped)
        is_cut = cut is not None and self.disk.next_append is None
        assert self.journal is not None or was_full or is_cut, "the daemon does not start"

    def may_wait_to_open(self) -> bool:
        return not self.disk.is_full

    def _open_dating(self, journal: Journal) -> Dating:
        self._note_dates_that_tell()
        return super()._open_dating(journal)

    def _with_sensor(self, task: Callable[[Courier], None]) -> None:
        super()._with_sensor(task)
        if self.card_ledger.is_pending and self.journal is not None:
            self._take_stock(self.journal)

    def _take_stock(self, journal: Journal) -> None:
        self.card_ledger.is_pending = journal.stream == NOT_OPEN
        if self.card_ledger.is_pending:
            return
        if self.is_card_swapped:
            self._not_told_s.clear()
            self.card_ledger.swap(journal, self.store)
        else:
            self.card_ledger.reopen_card(journal, self.store)
        self.is_card_swapped = self.is_stopping = False
        self._longest_closed_minutes = 0
        self._unread = {one for one in segments_on(self.card) if not self.card_disk.can_read(one)}
        self._note_told()

    # what must hold

    def _require_reason_to_wait(self) -> None:
        """One is an identity that is lost beside a segment that cannot be read, for an hour."""
        names = segments_on(self.card)
        assert any(not self.card_disk.can_read(path) for path in names), "it waits for nothing"
        has_identity = read_identity(self.card_disk, self.card) is not None
        assert not has_identity, "it waits although it knows which stream it has"
        assert self._closed_minutes < TRIES, "it waits for more than an hour"

    def _has_waited_for(self, aside: Path) -> bool:
        spot = self.card_disk.spots.get(aside) or self.card_disk.removed.get(aside)
        if spot is None or not spot.is_unreadable:
            return False
        waited = max(spot.longest_minutes, self._longest_closed_minutes)
        return waited >= TRIES or self.is_stopping

    def _misdated(self) -> list[str]:
        if self.time is None or self.journal is None or self.journal.stream == NOT_OPEN:
            return []
        held = (record for _, record in records_on(self.card, self.journal.stream))
        return self.time.misdated(held, self.store)

    def _note_told(self) -> None:
        """Take note of what the minutes tell that can be read: one with the time dates its boot."""
        if self.time is None or self.journal is None or self.disk.is_full:
            return
        for (path, one), (other, behind) in pairwise(records_on(self.card, self.journal.stream)):
            if (
                self.card_disk.can_read(path)
                and self.card_disk.can_read(other)
                and (one.clock, behind.clock) == (ClockState.UNSYNCED, ClockState.SYNCED)
                and one.boot == behind.boot
            ):
                self._know(one.boot, behind.boottime_s)

    def _note_dates_that_tell(self) -> None:
        """Take note of which dates can be read now: the others are known once they can be."""
        if self.time is None:
            return
        paths = [path for name in DATES if (path := self.card / name).exists()]
        told_s = {one.boot: one.at_s for path in paths for one in self._found_in(path)}
        if any(not self.card_disk.can_read(path) for path in paths):
            self._not_told_s |= self.time.dated_up_to_s
            self.time.dated_up_to_s.clear()
        for boot in self._not_told_s.keys() & told_s.keys():
            self._know(boot, min(self._not_told_s[boot], told_s[boot]))

    def _found_in(self, path: Path) -> list[Found]:
        """Return what a file tells, the latest of each boot at last."""
        if not self.card_disk.can_read(path):
            return []
        dates = _read(self.card_disk, path)
        return [] if dates is None else sorted(dates.found, key=lambda one: one.at_s)

    def _know(self, boot: str, at_s: float) -> None:
        assert self.time is not None
        self.time.dated_up_to_s[boot] = max(self.time.dated_up_to_s.get(boot, -1.0), at_s)
