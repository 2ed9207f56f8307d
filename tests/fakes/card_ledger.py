"""A ledger that looks at the card itself, whatever its journal can read of it just now."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from firmware.journal import NOT_OPEN, Journal
from firmware.quarantine import SUFFIX
from firmware.segment import NAME, sealed_seq
from monitor.contract.codec import decode
from monitor.contract.record import Record
from tests.fakes.ledger import Key, Ledger
from tests.fakes.store import MemoryStore
from tests.fakes.true_time import true_end_ms


class CardLedger(Ledger):
    """Follows each minute to its file, and out of it: nothing leaves a card unexplained.

    Args:
        card: returns the present card's directory.
        damaged: the files in which an accident has changed something.
        may_give_up: tells whether a file set aside has been waited for long enough.

    Attributes:
        is_pending: the journal could not be opened yet; the world says when it is.
        lost_with_identity: minutes that had left the segments before (torn and cut off, or
            given up for want of space), no store had been told of, and nothing but the
            identity knew of, when that could not be read.
    """

    def __init__(
        self,
        card: Callable[[], Path],
        damaged: set[Path],
        may_give_up: Callable[[Path], bool],
    ) -> None:
        super().__init__()
        self._card, self._damaged, self._may_give_up = card, damaged, may_give_up
        self._files: dict[int, Path] = {}
        self._seen: tuple[object, ...] = ()
        self.is_pending = False
        self.lost_with_identity: set[int] = set()

    def swap(self, journal: Journal, store: MemoryStore) -> None:
        """Take stock after another card came in."""
        super().swap(journal, store)
        self.lost_with_identity -= self.on_card.keys()

    def reopen_card(self, journal: Journal, store: MemoryStore) -> None:
        """Take stock after the journal was opened again, under a new stream perhaps."""
        found = self._contents(journal)
        if self._stream not in ("", journal.stream):
            self._follow_into(journal, found, store)
        gone = self.on_card.keys() - found.keys()
        for_space = {end for end in gone if self._went_for_space(end, journal)}
        self.given_up |= for_space
        gone -= for_space
        for end in gone - self._given_up(gone):
            path = self._files[end]
            is_there = path.exists() or set_aside(path).exists()
            assert not is_there or path in self._damaged, f"minute {end} was cut off"
        self.spoiled |= gone
        self._take(found)
        self.on_card = found
        self._remember(journal)

    def observe(self, journal: Journal, store: MemoryStore, *, was_short: bool) -> None:
        """Follow what the journal did since; each minute that is gone has to be explained."""
        if self.is_pending or journal.stream == NOT_OPEN or self._state_of(journal) == self._seen:
            return
        found = self._contents(journal)
        if journal.stream != self._stream:
            self._follow_holes(journal)
        self._take(found)
        gone = self.on_card.keys() - found.keys()
        self.on_card |= found
        given_up = self._given_up(gone)
        self.spoiled |= given_up
        left = {end: self.on_card[end][1] for end in gone - given_up}
        for end in given_up:
            del self.on_card[end]
        if left:
            self._judge(left, journal, store, was_short=was_short)
        self._remember(journal)

    def unanswered(self, store: MemoryStore) -> list[int]:
        """Return the minutes that are neither stored nor declared, deleted, told or excused."""
        return [end for end in super().unanswered(store) if end not in self.lost_with_identity]

    def _went_for_space(self, end: int, journal: Journal) -> bool:
        """Tell whether a minute was carried into the new stream, which was too long then."""
        stream, up_to_seq = journal.stream, journal.given_up_seq
        return any(of == stream and seq <= up_to_seq for of, seq in self.keys[end])

    def _given_up(self, gone: set[int]) -> set[int]:
        """Return which of them are whole in a file set aside: it was unreadable for an hour.

        Where that was one file too many of those set aside it is gone with all that it held.
        """
        given_up = set()
        for path in {self._files[end] for end in gone}:
            aside = set_aside(path)
            if not path.exists() and aside.exists():
                whole = gone & {true_end_ms(record) for record in whole_in(aside)}
                assert not whole or self._may_give_up(aside), f"{aside.name} was given up too soon"
                given_up |= whole
            elif not path.exists() and self._may_give_up(aside):
                given_up |= {end for end in gone if self._files[end] == path}
        return given_up

    def _follow_into(self, journal: Journal, found: dict[int, Key], store: MemoryStore) -> None:
        """Give what is lost the key by which a stream that was begun without an identity has it.

        Its numbers begin with the first file, and end with the last line of which a trace is
        left: what was beyond them only the identity knew.
        """
        stream = self._stream
        carried = sorted(
            (seq, found[end][1] - seq)
            for end in found
            for of, seq in self.keys.get(end, ())
            if of == stream
        )
        unanswered = set(self.unanswered(store))
        for end, keys in self.keys.items():
            olds = {seq for of, seq in keys if of == stream}
            news = {seq + _shift(carried, seq, 1 - self._lowest_seq) for seq in olds}
            held = {seq for seq in news if 1 <= seq < journal.next_seq}
            keys |= {(journal.stream, seq) for seq in held}
            if end in unanswered and not held and end not in found:
                self.lost_with_identity.add(end)

    def _contents(self, _journal: Journal, from_seq: int = 1) -> dict[int, Key]:
        found: dict[int, Key] = {}
        for path, record in records_on(self._card(), _journal.stream):
            if record.seq >= from_seq:
                end = true_end_ms(record)
                assert end not in found, f"minute {end} is twice on the card"
                found[end] = record.stream, record.seq
                self._files[end] = path
        return found

    def _remember(self, journal: Journal) -> None:
        super()._remember(journal)
        self._seen = self._state_of(journal)

    @staticmethod
    def _state_of(journal: Journal) -> tuple[object, ...]:
        return journal.stream, journal.next_seq, journal.lowest_seq, journal.holes


def set_aside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def segments_on(card: Path) -> list[Path]:
    """Return the files of minutes, of whatever stream."""
    return sorted(path for path in card.glob("*.log") if NAME.fullmatch(path.name))


def records_on(card: Path, stream: str) -> Iterator[tuple[Path, Record]]:
    """Give what the files of a stream hold intact, in order, each with its file."""
    last_seq = 0
    for path in segments_on(card):
        if path.name.startswith(stream):
            for record in whole_in(path):
                if record.stream == stream and record.seq > last_seq:
                    last_seq = record.seq
                    yield path, record


def whole_in(path: Path) -> Iterator[Record]:
    """Give the records whose lines are intact."""
    for line in path.read_bytes().split(b"\n")[:-1]:
        if (record := _whole(line)) is not None:
            yield record


@lru_cache(maxsize=4096)
def _whole(line: bytes) -> Record | None:
    return None if sealed_seq(line) is None else decode(line, Record)


def _shift(carried: list[tuple[int, int]], seq: int, otherwise: int) -> int:
    """Return by how much the nearest record that was carried has moved."""
    nearest = min(carried, key=lambda one: abs(one[0] - seq), default=(seq, otherwise))
    return nearest[1]
