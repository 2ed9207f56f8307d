"""What a simulation knows about every journalled minute: where it is, who answers for it."""

from firmware.journal import Journal
from tests.fakes.store import MemoryStore
from tests.fakes.true_time import true_end_ms

DAY_MS = 86_400_000
Key = tuple[str, int]


class Ledger:
    """Follows each durable minute, named by its true end, and the keys it travelled under.

    Attributes:
        keys: every key a minute ever had.
        on_card: the minutes the present card holds, and their present key.
        swapped: minutes of a card that is gone, which the present one has not got.
        given_up: minutes that left the card for want of space.
        spoiled: minutes whose line was damaged.
        ever_safe: minutes that some store held or declared once.
        left_behind: minutes that a store alone held which a backup replaced. It is kept beside,
            with a list of them: they are told until they are back.
        lost_with_card: minutes of a card that is gone, for which no store answered then.
        lost_with_store: minutes for which a store answered that is gone with all that was kept
            beside it, and which no card held then.
        undeclared: minutes lost before, as a store had declared which a backup replaced; the
            backup does not say so, and no card held them then. Nothing that was measured
            is lost by it, and it is not told again.
    """

    def __init__(self) -> None:
        self.keys: dict[int, set[Key]] = {}
        self.on_card: dict[int, Key] = {}
        self.swapped: set[int] = set()
        self.given_up: set[int] = set()
        self.spoiled: set[int] = set()
        self.ever_safe: set[int] = set()
        self.left_behind: set[int] = set()
        self.lost_with_card: set[int] = set()
        self.lost_with_store: set[int] = set()
        self.undeclared: set[int] = set()
        self._owners: dict[Key, int] = {}  # of the present card: its twin's are another's
        self._stream = ""
        self._next_seq = self._lowest_seq = 1

    def reopen(self, journal: Journal) -> None:
        """Take stock after the journal was opened again, on the same card."""
        found = self._contents(journal)
        self.spoiled |= self.on_card.keys() - found.keys()
        self._take(found)
        self.on_card = found
        self._remember(journal)

    def swap(self, journal: Journal, store: MemoryStore) -> None:
        """Take stock after another card came in: a new one, or a copy of an older state."""
        found = self._contents(journal)
        self.swapped |= self.keys.keys()
        self.swapped -= found.keys()
        self.lost_with_card |= self.swapped - self._answered(store)
        for excused in (self.lost_with_card, self.lost_with_store, self.undeclared):
            excused.difference_update(found)
        self.on_card = found
        self._owners = {key: end for end, key in found.items()}
        self._remember(journal)

    def observe(self, journal: Journal, store: MemoryStore, *, was_short: bool) -> None:
        """Follow what the journal did since: appended, began a stream, gave up segments."""
        before = self._stream, self._next_seq, self._lowest_seq
        if (journal.stream, journal.next_seq, journal.lowest_seq) == before:
            return  # Most of a run: it is asked after every message.
        if journal.stream == self._stream:
            found = self._contents(journal, self._next_seq)
        else:
            self._follow_holes(journal)
            found = self._contents(journal)
        self._take(found)
        self.on_card |= found
        self._judge_what_left(journal, store, was_short=was_short)
        self._remember(journal)

    def save(self, store: MemoryStore) -> None:
        """Note what the store holds or has declared now."""
        stored = store.ends_ms()
        self.ever_safe |= {
            end for end in self.keys if end in stored or self._is_answered(end, store)
        }

    def replace_store(self, before: MemoryStore) -> None:
        """Excuse what this store, or one kept beside it, answered for and no card holds."""
        self.save(before)
        self.lost_with_store |= self._answered(before) - self.on_card.keys()
        self.left_behind.clear()

    def roll_back_store(self, before: MemoryStore, after: MemoryStore) -> None:
        """List what the store that is replaced alone holds; nothing that was stored is excused.

        A backup of 13 days or less costs only what space or a card cost: else it was trimmed
        too young.
        """
        self.save(before)
        alone = before.ends_ms() - after.ends_ms()
        unexplained = alone - self.on_card.keys() - self.swapped - self.given_up - self.spoiled
        assert not unexplained, f"trimmed, and not in a young backup: {sorted(unexplained)}"
        declared = self._answered(before) - before.ends_ms()
        self.undeclared |= declared - self._answered(after) - self.on_card.keys()
        self.left_behind |= alone

    def take_back(self, before: list[int], store: MemoryStore) -> None:
        """Excuse what a deletion that is taken back answered for, and no card holds any more.

        What came to a store before it was deleted is required of that store (product_store.py).
        """
        self.lost_with_card |= set(self.unanswered(store)) - set(before) - self.on_card.keys()

    def unanswered(self, store: MemoryStore) -> list[int]:
        """Return the minutes that are neither stored nor declared, deleted, told or excused."""
        excused = self.lost_with_card | self.lost_with_store | self.undeclared
        return sorted(self.keys.keys() - self._answered(store) - excused)

    def told(self, store: MemoryStore) -> set[int]:
        """Return what the status page tells of: left behind by a restore, and not back.

        No more than that counts as answered: what the card still held when the store was
        replaced has to come back, unless it was given up, spoiled or taken away since.
        """
        may_be_told = self.left_behind & (self.given_up | self.spoiled | self.swapped)
        return may_be_told - store.ends_ms()

    def _answered(self, store: MemoryStore) -> set[int]:
        there = store.ends_ms() | self.told(store)
        return {end for end in self.keys if end in there or self._is_answered(end, store)}

    def _is_answered(self, end: int, store: MemoryStore) -> bool:
        return store.has_deleted(end) or any(
            store.has_declared(stream, seq) for stream, seq in self.keys[end]
        )

    def _judge_what_left(self, journal: Journal, store: MemoryStore, *, was_short: bool) -> None:
        left = {end: key[1] for end, key in self.on_card.items() if key[1] < journal.lowest_seq}
        if left:
            self._judge(left, journal, store, was_short=was_short)

    def _judge(
        self, left: dict[int, int], journal: Journal, store: MemoryStore, *, was_short: bool
    ) -> None:
        self.save(store)
        newest = max(self.on_card)
        for end, seq in left.items():
            del self.on_card[end]
            if seq > journal.given_up_seq:
                assert end in self.ever_safe, f"minute {end} was trimmed and never stored"
                assert was_short or end < newest - 14 * DAY_MS, f"minute {end} was trimmed young"
            if seq <= journal.given_up_seq or was_short:
                self.given_up.add(end)

    def _follow_holes(self, journal: Journal) -> None:
        """Give what was lost from the card the key by which its new stream will declare it.

        The new stream begins behind what was acknowledged and given up since, and declares
        none of it: where a store was rolled back in between, its list tells of those minutes.
        """
        shift = journal.next_seq - self._next_seq
        for keys in self.keys.values():
            moved = {seq + shift for old, seq in keys if old == self._stream}
            keys |= {(journal.stream, seq) for seq in moved}

    def _take(self, found: dict[int, Key]) -> None:
        # A line may be whole although its append never returned: it is journalled all the same.
        for end, key in found.items():
            self.keys.setdefault(end, set()).add(key)
            owner = self._owners.setdefault(key, end)
            assert owner == end, f"{key} was given to {owner} and to {end}"

    def _remember(self, journal: Journal) -> None:
        self._stream = journal.stream
        self._next_seq = journal.next_seq
        self._lowest_seq = journal.lowest_seq

    def _contents(self, journal: Journal, from_seq: int = 1) -> dict[int, Key]:
        found: dict[int, Key] = {}
        while run := journal.records(from_seq):
            found |= {true_end_ms(record): (record.stream, record.seq) for record in run}
            from_seq = run[-1].seq + 1
        return found
