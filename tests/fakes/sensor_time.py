"""The sensor's own time in a World: boots without a clock, a source found, lost, found again.

Its choices come from a generator of its own: a world without it goes as it always went.
"""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from firmware.journal import Journal
from monitor.contract.record import ClockState, Record
from monitor.runtime.clock import VirtualClock
from tests.fakes.store import MemoryStore
from tests.fakes.true_time import boot_begun, true_end_ms

# How far a clock without a battery may be behind, or ahead after somebody set it.
WRONG_S = (-7_200, 0, 60, 7_200, 3 * 604_800)


class SensorTime(VirtualClock):
    """The clock of a machine that boots now and then; true time is another clock's.

    Attributes:
        rng: of its accidents.
        dated_up_to_s: by boot, up to which CLOCK_BOOTTIME its minutes on the present card
            have been given their date.
        of_copies: the same, of the copies of cards.
    """

    def __init__(self, seed: int, true: VirtualClock) -> None:
        self.rng = random.Random(f"time {seed}")
        self._true = true
        self._behind_ms = 0
        self.dated_up_to_s: dict[str, float] = {}
        self.of_copies: dict[Path, dict[str, float]] = {}
        self.boot(ClockState.SYNCED)

    def boot(self, state: ClockState) -> None:
        self._began_ms = self._true.now_ms() - self.rng.randrange(5_000, 60_000)
        self._name = boot_begun(self._began_ms)
        self._state = state

    def find(self) -> None:
        self._behind_ms = 0
        self._state = ClockState.SYNCED

    def lose(self, *, behind_s: int = 0) -> None:
        self._state = ClockState.UNSYNCED
        self._behind_ms = behind_s * 1000

    @property
    def is_known(self) -> bool:
        return self._state is ClockState.SYNCED

    def note_dated(self) -> None:
        """Take note that a daemon which could write has seen the present time."""
        self.dated_up_to_s[self._name] = self.boottime_s()

    def remember_copy(self, copy: Path) -> None:
        self.of_copies[copy] = dict(self.dated_up_to_s)

    def take_copy(self, copy: Path) -> None:
        self.dated_up_to_s = dict(self.of_copies[copy])

    def take_fresh_card(self) -> None:
        self.dated_up_to_s = {}

    def note_told(self, journal: Journal) -> None:
        """Take note of what an opened journal's minutes tell: one with the time dates its boot."""
        for run in journal.holdings().undated:
            for behind in journal.records(run.last_seq + 1, limit=1):
                if behind.boot == run.boot and behind.clock is ClockState.SYNCED:
                    known_s = self.dated_up_to_s.get(run.boot, -1.0)
                    self.dated_up_to_s[run.boot] = max(known_s, behind.boottime_s)

    def misdated(self, held: Iterable[Record], store: MemoryStore) -> list[str]:
        """Return what the store has as uncertain, or wrong, and the card must know by now."""
        return [
            f"{row.stream}/{row.seq} {row.clock}"
            for record in self._owed(held)
            if (row := store.rows.get((record.stream, record.seq))) is not None
            and (row.boot, row.boottime_s) == (record.boot, record.boottime_s)
            and (row.clock is ClockState.UNSYNCED or row.minute.end_ms != true_end_ms(record))
        ]

    def _owed(self, held: Iterable[Record]) -> Iterator[Record]:
        """Give the undated records that were on the card when their boot found the time."""
        for one in held:
            known_s = self.dated_up_to_s.get(one.boot, -1.0)
            if one.clock is ClockState.UNSYNCED and one.boottime_s <= known_s:
                yield one

    def now_ms(self) -> int:
        return self._true.now_ms() - self._behind_ms

    def monotonic_s(self) -> float:
        return self._true.monotonic_s()

    def boottime_s(self) -> float:
        return (self._true.now_ms() - self._began_ms) / 1000

    def boot_id(self) -> str:
        return self._name


def held_by(journal: Journal) -> Iterator[Record]:
    """Give what a journal holds, in order."""
    seq = journal.lowest_seq
    while found := journal.records(seq):
        yield from found
        seq = found[-1].seq + 1
