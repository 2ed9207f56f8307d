"""Carry records into a new stream: pure, one segment at a time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from firmware.segment import sealed_seq
from monitor.contract.codec import decode, encode, seal
from monitor.contract.errors import PayloadError
from monitor.contract.record import Record


class Older(NamedTuple):
    """The stream that another one carries on: the seq behind which that begins, and its end."""

    stream: str
    behind_seq: int
    end_seq: int


class Rekeying:
    """Gives records a new stream's id and its seqs, each minute once, holes kept as holes.

    State carried over: what was seen of the segments so far. The order of seqs within
    a stream stays; several streams follow one another.

    Args:
        stream: id of the new stream.
        older: the stream whose seq behind behind_seq becomes 1; nothing up to that may come.
            What others give comes behind all that it can have had. None begins with the first
            record that comes.
    """

    def __init__(self, stream: str, older: Older | None) -> None:
        self._stream = stream
        self._older = older
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
            older, behind_seq = self._older, record.seq - 1
            if older is not None and older.stream == record.stream:
                behind_seq = older.behind_seq
            elif older is not None:
                self.next_seq = max(self.next_seq, older.end_seq - older.behind_seq)
            self._shift = self.next_seq - 1 - behind_seq
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
