"""Which of an import's minutes the store is given, and what becomes of the others."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from monitor.contract.record import Record
from monitor.store.deletion import Fate
from monitor.store.held_minutes import IMPORTED, JITTER_MS
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter

# Room, device, stream and their records.
Part = tuple[str, str, str, list[Record]]


@dataclass(slots=True)
class Imported:
    """What became of a file's minutes; elsewhere: those that are there, by which other room."""

    read: int = 0
    new: int = 0
    deleted: int = 0
    conflicts: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)


def wanted_parts(
    parts: Iterable[Part],
    writer: NightsWriter,
    reader: NightsReader,
    found: Imported,
    *,
    is_export: bool,
) -> Iterator[Part]:
    """Pass on what people have not deleted for good, and of a series what is not there yet.

    A series that was in a store before may lie in the time of the sensors' own minutes, which
    had come later: it is not shown then, and comes back as what it was.

    Args:
        parts: of a file, its rows in whatever order.
        writer: knows what is deleted, and what the file has brought so far.
        reader: of what is there.
        found: counts what is read and what is left out.
        is_export: the series are not new ones, but from a store.
    """
    for room, device, stream, records in parts:
        wanted = [
            record
            for record in sorted(records, key=lambda record: record.minute.end_ms)
            if writer.honoured.fate(room, record.minute.end_ms) is not Fate.DROPPED
        ]
        found.read += len(records)
        found.deleted += len(records) - len(wanted)
        wanted = _new(writer, room, stream, wanted, found)
        if device == IMPORTED:
            wanted = _not_there(reader, room, wanted, stream if is_export else None)
        if wanted:  # or a room would be begun for nothing
            yield room, device, stream, wanted


def _new(
    writer: NightsWriter, room: str, stream: str, records: Sequence[Record], found: Imported
) -> list[Record]:
    """Return the records that nothing is held under the key of, or an earlier revision.

    Also of what the file has brought before: a card and its clone may be in one.
    """
    held = writer.held().crcs(stream, (record.seq for record in records))
    new = []
    for record in records:
        crc, revision, where = held.get(record.seq, (record.crc, -1, room))
        if record.revision > revision:
            new.append(record)
            held[record.seq] = record.crc, record.revision, room
        # As when it is sent: one of before a correction is no conflict, another minute is.
        elif record.crc != crc and record.revision == revision:
            found.conflicts += 1
        elif where != room:
            found.elsewhere[where] += 1
    return new


def _not_there(
    reader: NightsReader, room: str, records: Sequence[Record], own: str | None
) -> list[Record]:
    """Return the records, in order of their end, of whose time nothing is stored.

    Two sources are never mixed. own: of an export, the series' stream; then only what another
    series has of that time is in its way.
    """
    if not records:
        return []
    minutes = [record.minute for record in records]
    first_ms = min(minute.start_ms for minute in minutes)
    last_ms = minutes[-1].end_ms
    held = reader.held()
    there = (
        held.spans(room, first_ms, last_ms)
        if own is None
        else held.spans_of_other_series(room, own, first_ms, last_ms)
    )
    ends = [end_ms for _, end_ms in there]
    # Of each one and all that end later: a long one may begin before those in front of it.
    starts = [*accumulate((start_ms for start_ms, _ in reversed(there)), min)][::-1]
    wanted = []
    for record, minute in zip(records, minutes, strict=True):
        at = bisect_right(ends, minute.start_ms + JITTER_MS)
        if at == len(there) or starts[at] >= minute.end_ms - JITTER_MS:
            wanted.append(record)
    return wanted
