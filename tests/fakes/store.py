"""A store in memory: what the receiver asks of one and does to one, and its accidents."""

import copy

from monitor.contract.record import Record
from monitor.receiver import StoreBatch


class MemoryStore:
    """Positions over dicts; commit is all or nothing, as a transaction is."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id
        self.rows: dict[tuple[str, int], Record] = {}
        self.gaps: list[tuple[str, int, int]] = []
        self.positions: dict[str, int] = {}

    def stored_seq(self, stream: str) -> int | None:
        return self.positions.get(stream)

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        row = self.rows.get((stream, seq))
        return None if row is None else (row.crc, row.revision)

    def commit(self, storing: StoreBatch) -> None:
        stream = storing.source.stream
        for record in storing.records:
            self.rows.setdefault((stream, record.seq), record)
        for record in storing.revisions:
            self.rows[stream, record.seq] = record
        self.gaps += [(stream, first, last) for first, last in storing.gaps]
        self.positions[stream] = storing.position

    def has_declared(self, stream: str, seq: int) -> bool:
        return any(s == stream and first <= seq <= last for s, first, last in self.gaps)

    def snapshot(self) -> "MemoryStore":
        return copy.deepcopy(self)
