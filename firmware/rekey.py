"""Carry records into a new stream: pure, one segment at a time."""

from collections.abc import Iterable, Iterator

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
        behind_seq: the old seq whose successor becomes 1; nothing up to it may come.
            None begins with the first record that comes.
        of_stream: whose seqs these are. What another stream gives comes behind end_seq, which
            is behind all that it can have had.
    """

    def __init__(
        self, stream: str, behind_seq: int | None, of_stream: str | None = None, end_seq: int = 1
    ) -> None:
        self._stream = stream
        self._behind_seq = behind_seq
        self._of_stream = of_stream
        self._end_seq = end_seq
        self._old_stream = ""
        self._shift = 0
        self._seen: set[tuple[str, float, int]] = set()
        self.next_seq = 1

    def carry(self, data: bytes) -> Iterator[Record]:
        """Yield the intact records of a segment's bytes, sealed anew.

        One at a time: as records a day is eight times its bytes, on a machine with little memory.
        """
        for line in data.split(b"\n"):
            if sealed_seq(line) is not None:
                for record in _decoded(line):
                    if self._is_wanted(record):
                        yield self._renumbered(record)

    def _is_wanted(self, record: Record) -> bool:
        # An interrupted start of a stream leaves minutes in two streams.
        key = (record.boot, record.boottime_s, record.minute.end_ms)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _renumbered(self, record: Record) -> Record:
        if record.stream != self._old_stream:
            self._old_stream = record.stream
            behind = self._behind_seq
            if behind is None:
                behind = record.seq - 1
            elif self._of_stream not in {None, record.stream}:
                self.next_seq = max(self.next_seq, self._end_seq - behind)
                behind = record.seq - 1
            self._shift = self.next_seq - 1 - behind
        self.next_seq = record.seq + self._shift + 1
        return readdressed(record, self._stream, self._shift)


def readdressed(record: Record, stream: str, shift: int) -> Record:
    """Return a record under another stream's id, its seq moved by shift, sealed anew."""
    return seal(msgspec.structs.replace(record, stream=stream, seq=record.seq + shift))


def to_lines(records: Iterable[Record]) -> bytes:
    """Return records as the bytes of a segment."""
    return b"".join(encode(record) + b"\n" for record in records)


def _decoded(line: bytes) -> tuple[Record, ...]:
    try:
        return (decode(line, Record),)
    except PayloadError:
        return ()
