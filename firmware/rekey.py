"""Carry records into a new stream: pure, one segment at a time."""

import msgspec

from firmware.segment import sealed_seq
from monitor.contract.codec import decode, encode, seal
from monitor.contract.errors import PayloadError
from monitor.contract.record import Record


class Rekeying:
    """Gives records a new stream's id and its seqs, each minute once, holes kept as holes.

    State carried over: what was seen of the segments so far. The order of seqs within
    a stream stays; several streams follow one another.

    Args:
        stream: id of the new stream.
        after_seq: what to leave behind: all up to here of one old stream. None takes all.
    """

    def __init__(self, stream: str, after_seq: int | None) -> None:
        self._stream = stream
        self._after_seq = after_seq
        self._old_stream = ""
        self._shift = 0
        self._seen: set[tuple[str, float, int]] = set()
        self.next_seq = 1

    def carry(self, data: bytes) -> list[Record]:
        """Return the intact records of a segment's bytes, sealed anew."""
        return [
            self._renumbered(record)
            for line in data.split(b"\n")
            if sealed_seq(line) is not None
            for record in _decoded(line)
            if self._is_wanted(record)
        ]

    def _is_wanted(self, record: Record) -> bool:
        if self._after_seq is not None and record.seq <= self._after_seq:
            return False
        # An interrupted start of a stream leaves minutes in two streams.
        key = (record.boot, record.boottime_s, record.minute.end_ms)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _renumbered(self, record: Record) -> Record:
        if record.stream != self._old_stream:
            self._old_stream = record.stream
            left_behind = record.seq - 1 if self._after_seq is None else self._after_seq
            self._shift = self.next_seq - 1 - left_behind
        seq = record.seq + self._shift
        self.next_seq = seq + 1
        return seal(msgspec.structs.replace(record, stream=self._stream, seq=seq))


def to_lines(records: list[Record]) -> bytes:
    """Return records as the bytes of a segment."""
    return b"".join(encode(record) + b"\n" for record in records)


def _decoded(line: bytes) -> tuple[Record, ...]:
    try:
        return (decode(line, Record),)
    except PayloadError:
        return ()
