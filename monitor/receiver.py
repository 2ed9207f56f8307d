"""The receiving side of the transfer protocol: pure, event in, actions out.

Everything is decided against what the store has committed, asked through Positions: the
receiver itself remembers only whom to tell. So a crash between a commit and its
acknowledgement costs nothing but the acknowledgement.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import UNSET

from monitor.contract.messages import SCHEMA_VERSION, Batch, Hello, Stored
from monitor.contract.record import Record


class Positions(Protocol):
    """What the store has committed; asked between transactions only."""

    def stored_seq(self, stream: str) -> int | None:
        """Return the position of a stream, None if it is not known."""
        ...

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        """Return (crc, revision) of the record kept, None in a gap or where it is purged."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who sends: one device's one stream from one room."""

    room: str
    device: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The broker is there and every subscription stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloReceived:
    """A sender asks for its position."""

    room: str
    hello: Hello


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReceived:
    """A sender offers records; the codec has checked order, CRCs and values."""

    room: str
    batch: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreBatch:
    """Do all of this in one transaction, then report Committed.

    Attributes:
        source: whose records they are.
        records: not stored yet, ascending by seq; the first write of a key wins.
        revisions: stored already, to be replaced by these of a higher revision.
        gaps: seq ranges (first, last) that are lost for good, to be declared.
        position: stored_seq of the stream afterwards.
        answers: the batch's sequence; None if a part before it is missing.
    """

    source: Source
    records: tuple[Record, ...]
    revisions: tuple[Record, ...]
    gaps: tuple[tuple[int, int], ...]
    position: int
    answers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The transaction is durable. One that failed is simply not reported."""

    storing: StoreBatch


Event = Connected | HelloReceived | BatchReceived | Committed


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishStored:
    """Publish the acknowledgement, retained, on the room's stored topic."""

    room: str
    stored: Stored


Action = StoreBatch | PublishStored


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the batches brought since the start, in records; conflicts are shown."""

    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    revisions: int = 0
    ahead: int = 0
    declared_lost: int = 0


class Receiver:
    """Decides what to store, what to declare lost and what to acknowledge.

    Args:
        store: the store's own id, 16 hex digits.
        positions: what is committed.
        sources: whom to tell on connecting, one a room; those heard later are added.
    """

    def __init__(self, store: str, positions: Positions, sources: Iterable[Source] = ()) -> None:
        self._store = store
        self._positions = positions
        self._sources = {source.room: source for source in sources}
        self._sequence = 0
        self._tally: Counter[str] = Counter()

    @property
    def counts(self) -> Counts:
        """Return what happened since the start."""
        return Counts(**self._tally)

    def handle(self, event: Event, at: datetime) -> list[Action]:
        """Take one event and return what to do, in order.

        Args:
            event: what happened.
            at: UTC, the stamp of an acknowledgement.
        """
        answers = None
        match event:
            case Connected():
                return [self._stored(source, at) for source in self._sources.values()]
            case HelloReceived(room=room, hello=hello):
                source = Source(room=room, device=hello.device, stream=hello.stream)
            case BatchReceived(room=room, batch=batch):
                source = Source(room=room, device=batch.device, stream=batch.stream)
                self._sources[room] = source
                wanted = self._sort(source, batch)
                if wanted.records or wanted.revisions:
                    return [wanted]
                answers = wanted.answers
            case _:
                source = event.storing.source
                answers = event.storing.answers
                self._count(event.storing)
        self._sources[source.room] = source
        return [self._stored(source, at, answers)]

    def _stored(self, source: Source, at: datetime, answers: int | None = None) -> PublishStored:
        self._sequence += 1
        position = self._positions.stored_seq(source.stream) or 0
        kept = self._positions.crc_of(source.stream, position)
        return PublishStored(
            room=source.room,
            stored=Stored(
                v=SCHEMA_VERSION,
                at=at,
                sequence=self._sequence,
                store=self._store,
                device=source.device,
                stream=source.stream,
                stored_seq=position,
                stored_crc=kept[0] if kept else UNSET,
                answers=UNSET if answers is None else answers,
            ),
        )

    def _count(self, storing: StoreBatch) -> None:
        self._tally["stored"] += len(storing.records)
        self._tally["revisions"] += len(storing.revisions)
        self._tally["declared_lost"] += sum(last - first + 1 for first, last in storing.gaps)

    def _sort(self, source: Source, batch: Batch) -> StoreBatch:
        """Return what is new in a batch: nothing, if what is stored before it is not its own.

        A part before it may be missing. Or another record is stored under one of its keys,
        by a twin of its card: what follows must not be built upon that, or the CRC at the
        new position would prove to the sender that the records below are stored as well.
        """
        position = self._positions.stored_seq(source.stream) or 0
        conflicts = self._tally["conflicts"]
        revisions = [
            record
            for record in batch.records
            if record.seq <= position and self._is_revision(record)
        ]
        records = tuple(record for record in batch.records if record.seq > position)
        is_own = not records or self._tally["conflicts"] == conflicts
        gaps = _gaps(position, batch)
        if gaps is None:
            self._tally["ahead"] += len(batch.records)
        if gaps is None or not is_own:
            records = ()
        return StoreBatch(
            source=source,
            records=records,
            revisions=tuple(revisions),
            gaps=gaps or (),
            answers=batch.sequence if gaps is not None and is_own else None,
            position=records[-1].seq if records else position,
        )

    def _is_revision(self, record: Record) -> bool:
        """Compare a record with the one kept under its key; count it if it changes nothing."""
        kept = self._positions.crc_of(record.stream, record.seq)
        if kept is None or kept[0] == record.crc:
            self._tally["duplicates"] += 1  # in a gap, or purged, it counts as stored
            return False
        if record.revision > kept[1]:
            return True
        self._tally["conflicts"] += 1
        return False


def _gaps(position: int, batch: Batch) -> tuple[tuple[int, int], ...] | None:
    """Return what is lost between position and the batch, None if a part is only missing."""
    if batch.records[0].seq <= position + 1:
        return ()
    lost = sorted([(1, batch.lowest_seq - 1), *batch.holes])
    gaps: list[tuple[int, int]] = []
    next_seq = position + 1
    first_seq = batch.records[0].seq
    for first, last in lost:
        if first <= next_seq <= last and next_seq < first_seq:
            gaps.append((next_seq, min(last, first_seq - 1)))
            next_seq = gaps[-1][1] + 1
    return tuple(gaps) if next_seq >= first_seq else None
