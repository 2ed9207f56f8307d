"""Copies what is intact in a damaged nights.db back into the one in use, row by row.

A minute counts as intact if its CRC is right: it covers every value, the stream and the
seq. Which room a stream belongs to is asked of the store in use first, where the sensors
themselves have said it; but a series may have been imported into another room.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from monitor.contract.record import ClockState, Record
from monitor.contract.topics import SLUG
from monitor.store import buried_rows
from monitor.store.database import PAGE_BYTES
from monitor.store.deletion import UNDO_MS, Key
from monitor.store.gap_rows import Range
from monitor.store.missed_rows import Told
from monitor.store.names_file import read_names
from monitor.store.pages import Row, rows_of_page, wal_frames
from monitor.store.purged_seqs import check_sum
from monitor.store.rows import MINUTE_WIDTH, sound_record

HEX_ID: Final = re.compile("[0-9a-f]{16}")
# Keys (room_id, end_ms, stream_id, seq), then boot to crc, then the minute without its end.
MINUTE_ROW_WIDTH: Final = 4 + 5 + MINUTE_WIDTH - 1
STREAM_ROW_WIDTH: Final = 7
ROOM_ROW_WIDTH: Final = 2
GAP_ROW_WIDTH: Final = 6  # and one of a deletion
PURGED_ROW_WIDTH: Final = 4  # and an entry of an index of minutes, without a blob
INDEX_ROW_WIDTH: Final = 2  # of streams by their names
# Judgement: an id of which a byte has changed is another's in one row, not in two.
BELIEVED_ROWS: Final = 2
# Judgement: chains of overflow pages are read in order; a few are enough.
PAGES_REMEMBERED: Final = 64

# Room, device, stream.
Place = tuple[str, str, str]


@dataclass(slots=True)
class Names:
    """What ids stand for: streams as (stream, device, room_id), rooms as slugs.

    beside: (room, device) of the streams that were kept beside the file.
    told: what the rows of streams say, by stream. gaps: (first, last) by stream_id.
    homes: how many minutes of a (stream_id, room_id) were seen, intact or not.
    purged: the keys of deletions whose minutes were erased for good.
    erased: the rows (first, last, check sum) of what was erased, whose streams those tell.
    indexed: the names by stream_id once more, as the index has them.
    fits: to how many minutes of a stream_id the name of a stream has proved right.
    keys: what is left of minutes that were not kept, by (stream_id, seq).
    proven: what erased_of has told of streams.
    """

    streams: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    rooms: dict[int, str] = field(default_factory=dict)
    beside: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    gaps: defaultdict[int, set[Range]] = field(default_factory=lambda: defaultdict(set))
    homes: Counter[tuple[int, int]] = field(default_factory=Counter)
    purged: set[Key] = field(default_factory=set)
    erased: set[tuple[int, int, bytes]] = field(default_factory=set)
    indexed: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    fits: Counter[tuple[int, str]] = field(default_factory=Counter)
    fitted: dict[int, tuple[str, str]] = field(default_factory=dict)
    keys: dict[tuple[int, int], buried_rows.Key] = field(default_factory=dict)
    proven: dict[str, list[Range]] = field(default_factory=dict)

    def candidates(self, stream_id: int) -> Iterator[tuple[str, str]]:
        """Yield (stream, device) that an id may stand for: the CRC of a record tells.

        What its row says comes early, and alone is not believed: a byte of it may have changed.
        """
        if stream_id in self.fitted:
            yield self.fitted[stream_id]
        own = self.streams.get(stream_id)
        if own is not None:
            yield own[:2]
            yield from ((stream, own[1]) for stream in self.indexed.get(stream_id, ()))
        yield from (named[:2] for named in self.streams.values())
        yield from ((stream, device) for stream, (_, device) in self.beside.items())

    def in_order(self) -> Iterator[Place]:
        """Yield (room, device, stream) of what the file names, oldest first, as far as it can.

        Of two records of a minute the one of the newer stream is shown.
        """
        yield from ((room, device, stream) for stream, (room, device) in self.beside.items())
        for stream_id, (stream, device, room_id) in sorted(self.streams.items()):
            room = self.rooms.get(room_id)
            is_right = _is_hex(stream) and stream in self.indexed.get(stream_id, {stream})
            if stream not in self.beside and is_right and room is not None:
                yield room, device, stream

    def fit(self, stream_id: int, stream: str, device: str) -> None:
        """Take note that a minute of an id has proved to be of a stream."""
        self.fits[stream_id, stream] += 1
        self.fitted[stream_id] = stream, device

    def correct(self) -> None:
        """Let rows of streams have the names to which all of their minutes fit."""
        for stream_id, (stream, device) in self.fitted.items():
            own = self.streams.get(stream_id)
            if own is None or self.fits[stream_id, own[0]]:
                continue
            if self.fits[stream_id, stream] < BELIEVED_ROWS:
                continue
            del self.streams[stream_id]
            if all(stream != named[0] for named in self.streams.values()):
                self.streams[stream_id] = stream, device, own[2]
            if (told := self.told.pop(own[0], None)) is not None:
                self._take_told(stream, told)
        # By a name that cannot be nobody will ever ask.
        self.streams = {it: named for it, named in self.streams.items() if _is_hex(named[0])}

    def other_room(self, room_id: int, stream_id: int) -> str | None:
        """Return the room of a minute where it is not its stream's own, as after an import."""
        own = self.streams.get(stream_id)
        if own is None or own[2] == room_id:
            return None
        is_believed = self.homes[stream_id, room_id] >= BELIEVED_ROWS
        return self.rooms.get(room_id) if is_believed else None

    def gaps_of(self, stream: str) -> list[Range]:
        """Return what was declared lost of a stream, as far as it can be read."""
        ids = [number for number, named in self.streams.items() if named[0] == stream]
        return sorted({gap for number in ids for gap in self.gaps[number]})

    def erased_of(self, stream: str) -> list[Range]:
        """Return which numbers of a stream people had erased, as far as the file proves it."""
        return [(first, last) for first, last, crc in self.erased
                if crc == check_sum(stream, first, last)]  # fmt: skip

    def is_gone(self, stream_id: int, record: Record) -> bool:
        """Tell whether a record is one that the file itself knows to be kept no more.

        An older page of its log still has it, without the date that told. One with its date is
        judged by that, and may have left what was erased by it.
        """
        key = self.keys.get((stream_id, record.seq))
        if key is not None and key.is_left_of(record):
            return True
        if record.clock is not ClockState.UNSYNCED:
            return False
        if record.stream not in self.proven:
            self.proven[record.stream] = self.erased_of(record.stream)
        return any(first <= record.seq <= last for first, last in self.proven[record.stream])

    def keys_of(self, stream: str) -> list[buried_rows.Key]:
        """Return the keys without values of a stream, as far as they can be read."""
        ids = {number for number, named in self.streams.items() if named[0] == stream}
        return [key for (number, _), key in sorted(self.keys.items()) if number in ids]

    def take(self, row: Row) -> None:
        """Take note of a row if it is one of a stream, of a room, a gap, or of what is erased."""
        rowid, *cells = row
        if len(cells) == MINUTE_ROW_WIDTH:
            room_id, _, stream_id, *_ = cells
            if isinstance(room_id, int) and isinstance(stream_id, int):
                self.homes[stream_id, room_id] += 1
                self._take_key(stream_id, cells)
        elif rowid is None and len(cells) == GAP_ROW_WIDTH:
            if isinstance(cells[1], str):
                self._take_deletion(cells)
            else:
                self._take_gap(cells)
        elif rowid is None and len(cells) == PURGED_ROW_WIDTH:
            if isinstance(cells[3], bytes):
                self.erased.add((cells[1], cells[2], cells[3]))
        elif rowid is None and len(cells) == INDEX_ROW_WIDTH:
            if _is_hex(cells[0]) and isinstance(cells[1], int):
                self.indexed[cells[1]].add(cells[0])
        elif rowid is not None and cells and cells[0] is None:
            self._take_named(rowid, cells)

    def _take_named(self, rowid: int, cells: list[Any]) -> None:
        if len(cells) == STREAM_ROW_WIDTH and all(isinstance(one, str) for one in cells[1:3]):
            self.streams[rowid] = (cells[1], cells[2], cells[3])
            if all(isinstance(cell, int) for cell in cells[4:]):
                self._take_told(cells[1], Told(*cells[4:]))
        elif (
            len(cells) == ROOM_ROW_WIDTH and isinstance(cells[1], str) and SLUG.fullmatch(cells[1])
        ):
            self.rooms[rowid] = cells[1]

    def _take_told(self, stream: str, told: Told) -> None:
        # Older pages of it may come after newer ones: the highest is the newest.
        if told.makes_sense:
            self.told[stream] = max(told, self.told.get(stream, told))

    def _take_deletion(self, cells: list[Any]) -> None:
        made_ms, room, start_ms, end_ms, undone_ms, purged_ms = cells
        numbers = (made_ms, start_ms, end_ms, purged_ms)
        is_over = undone_ms is None and all(isinstance(it, int) for it in numbers)
        if is_over and purged_ms >= made_ms + UNDO_MS:
            self.purged.add((made_ms, room, start_ms, end_ms))

    def _take_key(self, stream_id: int, cells: list[Any]) -> None:
        key = buried_rows.key_of(cells)
        known = self.keys.get((stream_id, cells[3])) if key is not None else None
        # Pages of the log give older ones too; one that tells its moment is the newer of two.
        if key is not None and (known is None or known.rank <= key.rank):
            self.keys[stream_id, key.seq] = key

    def _take_gap(self, cells: list[Any]) -> None:
        stream_id, first, last, *_ = cells
        are_numbers = all(isinstance(cell, int | None) for cell in cells)
        if are_numbers and None not in (stream_id, first, last) and 1 <= first <= last:
            self.gaps[stream_id].add((first, last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """An intact record, and where it belongs as far as the damaged file says.

    moved_to: its room where that is not its stream's own. meant_ms: the hour at which its row
    stands, where that need not be its own (meant_rows).
    """

    record: Record
    device: str
    room: str | None
    moved_to: str | None = None
    meant_ms: int | None = None


class DamagedStore:
    """Reads a nights.db that SQLite need not be able to open, its write-ahead log included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        log = path.with_name(f"{path.name}-wal")
        self._frames = tuple(wal_frames(log.read_bytes(), PAGE_BYTES)) if log.exists() else ()
        self._log = {number: page for number, page, is_current in self._frames if is_current}
        self._page = lru_cache(PAGES_REMEMBERED)(self._read_page)
        self._file_page = lru_cache(PAGES_REMEMBERED)(self._read_file_page)

    @property
    def page_count(self) -> int:
        """Return how many pages the file has, for a progress."""
        return self._path.stat().st_size // PAGE_BYTES

    def names(self) -> Names:
        """Return the streams and rooms that can be read."""
        kept = read_names(self._path)
        names = Names(beside={stream: (room, device) for room, device, stream in kept})
        for page in self.pages():
            for row in self.rows(page):
                names.take(row)
        return names

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, page) of the file, then of its log: what was written last comes last."""
        with self._path.open("rb") as file:
            number = 1
            while page := file.read(PAGE_BYTES):
                yield number, page.ljust(PAGE_BYTES, b"\0")
                number += 1
        # All of them: a spoiled header makes current ones look old; revisions tell in the end.
        yield from ((number, page) for number, page, _ in self._frames)

    def rows(self, page: tuple[int, bytes]) -> Iterator[Row]:
        """Yield what can be read in a page."""
        return rows_of_page(page[1], is_first=page[0] == 1, overflow=self._page)

    def salvaged(self, page: tuple[int, bytes], names: Names) -> Iterator[Salvaged]:
        """Yield the intact minutes of a page."""
        tried: set[Row] = set()
        # A long row goes on in a page of the log; or in the file's own, where the log is another's.
        for overflow in (self._page, self._file_page)[: 1 + bool(self._log)]:
            for row in rows_of_page(page[1], is_first=page[0] == 1, overflow=overflow):
                if len(row) != 1 + MINUTE_ROW_WIDTH or row in tried:
                    continue
                tried.add(row)
                found = intact(list(row[1:]), names)
                if found is not None:
                    yield found

    def _read_page(self, number: int) -> bytes:
        return self._log.get(number) or self._file_page(number)

    def _read_file_page(self, number: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek((number - 1) * PAGE_BYTES)
            return file.read(PAGE_BYTES)


def intact(cells: list[Any], names: Names) -> Salvaged | None:
    """Return the record of a minute's row if its CRC is right, None otherwise, or if it is gone."""
    room_id, end_ms, stream_id, seq, *rest = cells
    ordered = (seq, *rest[:5], end_ms, *rest[5:])
    for stream, device in names.candidates(stream_id):
        record = sound_record(ordered, stream)
        if record is not None:
            names.fit(stream_id, stream, device)
            if names.is_gone(stream_id, record):
                return None
            room = names.rooms.get(room_id) if isinstance(room_id, int) else None
            moved_to = names.other_room(room_id, stream_id) if room is not None else None
            is_meant = rest[-1] is not None and record.clock is not ClockState.SYNCED
            return Salvaged(
                record=record,
                device=device,
                room=room,
                moved_to=moved_to,
                meant_ms=end_ms if is_meant else None,
            )
    return None


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and HEX_ID.fullmatch(value) is not None
