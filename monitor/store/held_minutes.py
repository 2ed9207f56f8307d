"""What nights.db holds, whether in sight or deleted and still to be brought back."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from monitor.contract.record import Record
from monitor.store.blobs import unsigned_crc
from monitor.store.database import InWords
from monitor.store.rows import IS_WHOLE, RECORD_COLUMNS, sound_record
from monitor.store.uncertain_rows import UNCERTAIN

# Source: monitor/contract/record.py, Minute.duration_s; a row kept whole takes no column for it.
LONGEST_MS: Final = 600_000
# Whose an imported series is.
IMPORTED: Final = "import"
# Judgement: minutes that only touch share no more than their stamps are off.
JITTER_MS: Final = 1_000
_BETTER: Final = (
    "EXISTS (SELECT 1 FROM minutes AS own JOIN streams AS theirs"  # noqa: S608 - constants
    " ON theirs.stream_id = own.stream_id"
    f" WHERE own.room_id = minutes.room_id AND theirs.device <> '{IMPORTED}'"
    f" AND own.end_ms > minutes.end_ms - coalesce(minutes.duration_s_e3, 60000) + {JITTER_MS}"
    f" AND own.end_ms < minutes.end_ms + {LONGEST_MS}"
    " AND own.end_ms - coalesce(own.duration_s_e3, 60000)"
    f" < minutes.end_ms - {JITTER_MS}"
)
# Of minutes JOIN streams: the sensors' own, which may arrive after a series of the same time was
# imported, stand in its place; and what a clock without time has stamped gives way to what was
# measured at that time for sure. Asked of imported and of uncertain minutes only.
SHOWN: Final = (
    f"(streams.device <> '{IMPORTED}' OR NOT {_BETTER}))"
    f" AND (coalesce(minutes.clock, 0) <> {UNCERTAIN}"
    f" OR NOT {_BETTER} AND coalesce(own.clock, 0) <> {UNCERTAIN}))"
)
_TABLES: Final = ("minutes", "deleted_minutes")
_SPANS: Final = " UNION ALL ".join(
    f"SELECT end_ms - coalesce(duration_s_e3, 60000), end_ms FROM {table}"  # noqa: S608 - our names
    " WHERE room_id = (SELECT room_id FROM rooms WHERE room = ?1) AND end_ms > ?2 AND end_ms <= ?3"
    f" AND {IS_WHOLE} {{among}}"  # a key alone is no minute
    for table in _TABLES
)
_OTHER_SERIES: Final = (
    "AND stream_id IN (SELECT stream_id FROM streams"  # noqa: S608 - a constant
    f" WHERE device = '{IMPORTED}' AND stream <> ?4)"
)
_CRCS: Final = " UNION ALL ".join(
    f"SELECT seq, crc, revision, room FROM {table} JOIN rooms USING (room_id)"  # noqa: S608 - our names
    " WHERE stream_id = (SELECT stream_id FROM streams WHERE stream = ?1)"
    " AND seq IN (SELECT value FROM json_each(?2))"
    for table in _TABLES
)
_HIDDEN: Final = (
    "FROM deleted_minutes{} WHERE deleted_minutes.room_id = (SELECT room_id FROM rooms"  # noqa: S608 - constants
    f" WHERE room = ?) AND {IS_WHOLE}"
)
_BOUNDS: Final = f"SELECT min(end_ms), max(end_ms) {_HIDDEN.format('')}"
_SOURCED: Final = (
    f"SELECT end_ms, device, stream, {RECORD_COLUMNS}"
    f" {_HIDDEN.format(' JOIN streams USING (stream_id)')} AND end_ms > ? AND end_ms <= ?"
)
_TABLE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deleted_minutes'"


class HeldMinutes:
    """Shares the connection of nights.db's reader; its methods raise StoreError as that does."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def spans(self, room: str, start_ms: int, end_ms: int) -> tuple[tuple[int, int], ...]:
        """Return (start, end) of the minutes that lie wholly or partly in (start_ms, end_ms].

        In order of their ends.
        """
        return self._spans("", room, start_ms, end_ms)

    def spans_of_other_series(
        self, room: str, stream: str, start_ms: int, end_ms: int
    ) -> tuple[tuple[int, int], ...]:
        """Return of the same those that were imported, and not in a stream."""
        return self._spans(_OTHER_SERIES, room, start_ms, end_ms, stream)

    def _spans(
        self, among: str, room: str, start_ms: int, end_ms: int, *values: str
    ) -> tuple[tuple[int, int], ...]:
        sql = f"{_SPANS.format(among=among)} ORDER BY end_ms"
        with InWords(self._path):
            rows = self._connection.execute(
                sql, (room, start_ms, end_ms + LONGEST_MS, *values)
            ).fetchall()
        return tuple((start, end) for start, end in rows if start < end_ms)

    def crcs(self, stream: str, seqs: Iterable[int]) -> dict[int, tuple[int, int, str]]:
        """Return (crc, revision, room) by number of those records of a stream that are held."""
        with InWords(self._path):
            rows = self._connection.execute(_CRCS, (stream, json.dumps([*seqs]))).fetchall()
        return {seq: (unsigned_crc(crc), revision, room) for seq, crc, revision, room in rows}

    def streams_in_order(self) -> dict[str, int]:
        """Return the place of every stream among them, 0 for the one that was begun first."""
        with InWords(self._path):
            rows = self._connection.execute("SELECT stream FROM streams ORDER BY stream_id")
            return {stream: place for place, (stream,) in enumerate(rows)}

    def hidden_bounds(self, room: str) -> tuple[int, ...]:
        """Return where the first and the last minute that is out of sight stand, if any is."""
        with InWords(self._path):
            if self._connection.execute(_TABLE).fetchone() is None:
                return ()  # a file of before deletions
            first_ms, last_ms = self._connection.execute(_BOUNDS, (room,)).fetchone()
        return () if first_ms is None else (first_ms, last_ms)

    def hidden(
        self, room: str, start_ms: int, end_ms: int
    ) -> Iterator[tuple[int, str, Callable[[], Record | None]]]:
        """Yield what stands out of sight in (start_ms, end_ms]: its hour, its device, its record.

        Its hour is where its deletion finds it, and need not be its own (meant_rows). record: asks
        for it; None where its check sum is wrong.
        """
        with InWords(self._path):
            rows = self._connection.execute(_SOURCED, (room, start_ms, end_ms)).fetchall()
        for at_ms, device, stream, *cells in rows:
            yield at_ms, device, partial(sound_record, cells, stream)
