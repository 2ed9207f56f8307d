"""A store in memory: what the receiver asks of one and does to one, and its accidents."""

from collections import defaultdict

from monitor.contract.record import ClockState, Record
from monitor.receiver import StoreBatch
from tests.fakes.true_time import true_end_ms


class MemoryStore:
    """Positions over dicts; commit is all or nothing, as a transaction is.

    Attributes:
        rows: the records kept, by (stream, seq).
        gaps: the ranges declared lost, by stream.
        answered: every seq stored, declared, or deleted on arrival, by stream.
        deleted: ranges of epoch milliseconds (after, up to); what ends in one counts as
            stored and is not kept. They belong to the household and outlive the store.
        remembers: knows the CRC at its positions also once the record there is purged. One
            that was salvaged, or is of before that was kept, does not.
    """

    def __init__(
        self,
        store_id: str,
        deleted: list[tuple[int, int]] | None = None,
        *,
        remembers: bool = False,
    ) -> None:
        self.store_id = store_id
        self.remembers = remembers
        self._purged_at: dict[tuple[str, int], tuple[int, int]] = {}
        self.deleted = [] if deleted is None else deleted
        self.rows: dict[tuple[str, int], Record] = {}
        self.gaps: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._declared: set[tuple[str, int]] = set()
        self.answered: defaultdict[str, set[int]] = defaultdict(set)
        self.positions: dict[str, int] = {}

    def stored_seq(self, stream: str) -> int | None:
        return self.positions.get(stream)

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        row = self.rows.get((stream, seq))
        return self._purged_at.get((stream, seq)) if row is None else (row.crc, row.revision)

    def commit(self, storing: StoreBatch) -> None:
        stream = storing.source.stream
        for record in storing.records:
            self.answered[stream].add(record.seq)
            if not self._has_deleted(record):
                self.rows.setdefault((stream, record.seq), record)
            elif self.remembers and record.seq == storing.position:
                self._purged_at[stream, record.seq] = record.crc, record.revision
        for record in storing.revisions:
            self.rows[stream, record.seq] = record
            if self._has_deleted(record):
                self._purge((stream, record.seq))
        for first, last in storing.gaps:
            self.gaps[stream].append((first, last))
            self.answered[stream].update(range(first, last + 1))
            self._declared |= {(stream, seq) for seq in range(first, last + 1)}
        self.positions[stream] = storing.position

    def delete(self, after_ms: int, up_to_ms: int) -> None:
        self.deleted.append((after_ms, up_to_ms))
        self.purge()

    def purge(self) -> None:
        """Drop what lies in a deleted range, as a restored backup must be."""
        for key in [key for key, row in self.rows.items() if self._has_deleted(row)]:
            self._purge(key)

    def _purge(self, key: tuple[str, int]) -> None:
        row = self.rows.pop(key)
        if self.remembers and self.positions.get(key[0]) == key[1]:
            self._purged_at[key] = row.crc, row.revision

    def _has_deleted(self, row: Record) -> bool:
        """Judge by a date that is one: what is uncertain waits for it."""
        return row.clock is not ClockState.UNSYNCED and self.has_deleted(row.minute.end_ms)

    def has_deleted(self, end_ms: int) -> bool:
        return any(after < end_ms <= up_to for after, up_to in self.deleted)

    def has_declared(self, stream: str, seq: int) -> bool:
        return (stream, seq) in self._declared

    def ends_ms(self) -> set[int]:
        """Return the true ends of what is kept."""
        return {true_end_ms(row) for row in self.rows.values()}

    def restart(self) -> None:
        """Nothing but the positions is remembered, and they are on disk."""

    def pass_time(self) -> None:
        """What is deleted is purged at once."""

    def judge(self) -> None:
        """Nothing is to be said but what the world asks."""

    def successor(self, store_id: str) -> "MemoryStore":
        """Return the one that is begun where this one is gone."""
        return MemoryStore(store_id, self.deleted, remembers=self.remembers)

    def restored_over(self, _before: "MemoryStore") -> "MemoryStore":
        """Return what this backup is once it is in the place of another."""
        restored = self.snapshot()
        restored.purge()
        return restored

    def snapshot(self) -> "MemoryStore":
        """Return a copy as a backup is one; the household's deletions are not in it."""
        backup = MemoryStore(self.store_id, self.deleted, remembers=self.remembers)
        backup._purged_at = dict(self._purged_at)
        backup.rows = dict(self.rows)
        backup.positions = dict(self.positions)
        for stream, seqs in self.answered.items():
            backup.answered[stream] = set(seqs)
            backup.gaps[stream] = list(self.gaps[stream])
        backup._declared = set(self._declared)
        return backup
