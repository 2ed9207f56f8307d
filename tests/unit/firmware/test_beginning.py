"""A new stream carries all that older segments give, and a hole for all that they do not."""

from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from firmware.disk import RealDisk
from firmware.errors import JournalError
from firmware.journal import Journal
from monitor.contract.record import ClockState, Record
from tests.fakes.disk import Fault, FaultyDisk, PowerCut
from tests.fakes.transfer_records import BOOT, a_minute

DAY = 1440
DAYS = 5
A_DAY = 2  # minutes, in a segment
HOUR = 61  # minutes, after which what cannot be read is given up


class Card:
    """A card with a segment a day, whose journal.json is lost."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = FaultyDisk(RealDisk(durable=False))
        self._ids = (f"{one:016x}" for one in count(1))
        journal = self.opened()
        for day in range(DAYS):
            for minute in range(A_DAY):
                keep(journal, day * DAY + minute)
        self.segments = sorted(path.name for path in folder.glob("*.log"))
        (folder / "journal.json").write_bytes(b"{}")

    def opened(self) -> Journal:
        return Journal.open(self.folder, disk=self.disk, new_id=lambda: next(self._ids))

    def is_cut_at(self, call: int) -> bool:
        """Cut the power at a call while a stream is begun; tell whether there was such a call."""
        self.disk.calls, self.disk.faults = 0, {call: Fault(errno=None, written=10)}
        try:
            self.opened()
        except PowerCut:
            return True
        finally:
            self.disk.faults = {}
        return False


def keep(journal: Journal, minute: int) -> None:
    with suppress(JournalError):  # it waits
        journal.append(
            a_minute(minute), boot=BOOT, boottime_s=60.0 * minute, clock=ClockState.SYNCED
        )


def all_of(journal: Journal) -> list[Record]:
    held: list[Record] = []
    while run := journal.records(held[-1].seq + 1 if held else 1):
        held += run
    return held


@pytest.mark.slow
@pytest.mark.parametrize("bad", range(DAYS))
def test_interrupted_at_any_call_and_a_segment_unread_for_an_hour_what_is_gone_is_a_hole(
    tmp_path: Path, bad: int
) -> None:
    for call in count(1):
        folder = tmp_path / str(call)
        card = Card(folder)
        if not card.is_cut_at(call):
            assert call > 3 * DAYS, "each segment was looked at, read and written"
            return
        card.disk.bad_spots = frozenset({card.segments[bad]})
        journal = card.opened()
        for minute in range(HOUR):
            keep(journal, DAYS * DAY + minute)

        held = all_of(journal)
        kept = {record.minute.end_ms for record in held}
        assert len(kept) == len(held), "none twice"
        assert len(held) >= HOUR + (DAYS - 1) * A_DAY
        assert journal.next_seq > HOUR + DAYS * A_DAY, f"undeclared, cut at call {call}"
        assert journal.waiting == 0
