"""Copies what is intact in a damaged nights.db back into the one in use, row by row.

A minute counts as intact if its CRC is right: it covers every value, the stream and the
seq. Which room a stream belongs to is asked of the store in use first, where the sensors
themselves have said it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from monitor.contract.record import Record
from monitor.contract.topics import SLUG
from monitor.store.database import PAGE_BYTES
from monitor.store.names_file import read_names
from monitor.store.pages import Row, rows_of_page, wal_frames
from monitor.store.rows import MINUTE_WIDTH, sound_record

HEX_ID: Final = re.compile("[0-9a-f]{16}")
# Keys (room_id, end_ms, stream_id, seq), then boot to crc, then the minute without its end.
MINUTE_ROW_WIDTH: Final = 4 + 5 + MINUTE_WIDTH - 1
STREAM_ROW_WIDTH: Final = 7
ROOM_ROW_WIDTH: Final = 2
# Judgement: chains of overflow pages are read in order; a few are enough.
PAGES_REMEMBERED: Final = 64


@dataclass(slots=True)
class Names:
    """What ids stand for: streams as (stream, device, room_id), rooms as slugs.

    beside: (room, device) of the streams that were kept beside the file.
    """

    streams: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    rooms: dict[int, str] = field(default_factory=dict)
    beside: dict[str, tuple[str, str]] = field(default_factory=dict)

    def candidates(self, stream_id: int) -> list[tuple[str, str]]:
        """Return (stream, device) that an id may stand for: the CRC of a record tells."""
        if stream_id in self.streams:
            return [self.streams[stream_id][:2]]
        return [
            *(named[:2] for named in self.streams.values()),
            *((stream, device) for stream, (_, device) in self.beside.items()),
        ]

    def take(self, row: Row) -> None:
        """Take note of a row if it is one of a stream or of a room."""
        rowid, *cells = row
        if rowid is None or not cells or cells[0] is not None:
            return
        if len(cells) == STREAM_ROW_WIDTH and _is_hex(cells[1]) and isinstance(cells[2], str):
            self.streams[rowid] = (cells[1], cells[2], cells[3])
        elif (
            len(cells) == ROOM_ROW_WIDTH and isinstance(cells[1], str) and SLUG.fullmatch(cells[1])
        ):
            self.rooms[rowid] = cells[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """An intact record, and where it belongs as far as the damaged file says."""

    record: Record
    device: str
    room: str | None


class DamagedStore:
    """Reads a nights.db that SQLite need not be able to open, its write-ahead log included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        log = path.with_name(f"{path.name}-wal")
        self._frames = tuple(wal_frames(log.read_bytes(), PAGE_BYTES)) if log.exists() else ()
        self._log = {number: page for number, page, is_current in self._frames if is_current}
        self._page = lru_cache(PAGES_REMEMBERED)(self._read_page)

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
        for _, *cells in self.rows(page):
            if len(cells) != MINUTE_ROW_WIDTH:
                continue
            found = intact(cells, names)
            if found is not None:
                yield found

    def _read_page(self, number: int) -> bytes:
        if number in self._log:
            return self._log[number]
        with self._path.open("rb") as file:
            file.seek((number - 1) * PAGE_BYTES)
            return file.read(PAGE_BYTES)


def intact(cells: list[Any], names: Names) -> Salvaged | None:
    """Return the record of a minute's row if its CRC is right, None otherwise."""
    room_id, end_ms, stream_id, seq, *rest = cells
    ordered = (seq, *rest[:5], end_ms, *rest[5:])
    for stream, device in names.candidates(stream_id):
        record = sound_record(ordered, stream)
        if record is not None:
            room = names.rooms.get(room_id) if isinstance(room_id, int) else None
            return Salvaged(record=record, device=device, room=room)
    return None


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and HEX_ID.fullmatch(value) is not None
