"""Reads nights.db without ever writing: rooms, minutes, gaps, nights."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from monitor.contract.record import LATEST_MS, Minute, Record
from monitor.night.window import Window
from monitor.score.result import NightScore
from monitor.score.series import NightSeries, picture_span
from monitor.store.database import InWords, Schema, data_version, open_reader
from monitor.store.errors import UnreadableNightError
from monitor.store.held_minutes import SHOWN, HeldMinutes
from monitor.store.nights_db import CRC_BYTES, is_sound, nights_schema, unsealed
from monitor.store.position_rows import Position, position
from monitor.store.rows import RECORD_COLUMNS, sound_minute, sound_record, unpack_record
from monitor.store.series_rows import MadeOf, SeriesRows
from monitor.store.soundness import broken_index, changed_minutes

_score: Final = msgspec.json.Decoder(NightScore)
_SPAN: Final = "room_id = (SELECT room_id FROM rooms WHERE room = ?) AND end_ms > ? AND end_ms <= ?"
# As _of_boot tells it.
_BOOT: Final = (
    "coalesce(boot, substr(CAST(exact AS TEXT), instr(CAST(exact AS TEXT), '\"boot\"'),"
    " instr(CAST(exact AS TEXT), '\"clock\"') - instr(CAST(exact AS TEXT), '\"boot\"')))"
)
_COUNT: Final = (
    "SELECT count(*) FROM (SELECT DISTINCT end_ms, boottime_s_e3, "  # noqa: S608 - constants
    f"{_BOOT} FROM minutes JOIN streams USING (stream_id) WHERE minutes.{_SPAN} AND {SHOWN})"
)
_MARK: Final = f"SELECT count(*), coalesce(sum(crc), 0) FROM minutes WHERE {_SPAN}"  # noqa: S608 - constants
_RECORDS: Final = (
    f"SELECT stream, {RECORD_COLUMNS} FROM minutes JOIN streams USING (stream_id)"  # noqa: S608 - constants
    f" WHERE minutes.{_SPAN} ORDER BY end_ms, stream_id, seq"
)
_SOURCED: Final = _RECORDS.replace("stream, ", "stream, device, ", 1)
_SHOWN: Final = _RECORDS.replace(" ORDER BY", f" AND {SHOWN} ORDER BY", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNight:
    """A judged night as kept, seal its CRC; an outline has no minute_costs, spans, sentences."""

    room: str
    night: str
    score: NightScore
    inputs_hash: str
    computed_ms: int
    seal: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Records a sender declared lost, in (start_ms, end_ms]; None while not known."""

    room: str
    stream: str
    first_seq: int
    last_seq: int
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatus:
    """How far one sender's stream is kept, and how much of it was declared lost."""

    room: str
    device: str
    stream: str
    stored_seq: int
    records: int
    lost: int


class NightsReader:
    """A read-only view of nights.db; usable as a context manager.

    Any method may raise StoreUnavailableError. Instants are epoch milliseconds and spans
    are (start_ms, end_ms], as minutes are stamped with their end.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, schema: Schema | None = None) -> Self:
        """Open the file the monitor writes.

        Raises:
            StoreMissingError: the monitor has not made it yet.
            StoreError: foreign or newer file.
        """
        return cls(path, open_reader(path, schema or nights_schema()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def data_version(self) -> int:
        """Return a number that changes when the monitor has written."""
        return data_version(self._connection, self._path)

    def content_bytes(self) -> int:
        """Return what all pages of the database take, wherever they lie just now."""
        size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return int(self._rows(size)[0][0])

    def store_id(self) -> str:
        """Return the store's own id, 16 hex digits."""
        return str(self._rows("SELECT value FROM meta WHERE key = 'store_id'")[0][0])

    def rooms(self) -> tuple[str, ...]:
        """Return the slugs of every room that has ever stored a minute, in order."""
        return tuple(room for (room,) in self._rows("SELECT room FROM rooms ORDER BY room"))

    def streams(self) -> tuple[StreamStatus, ...]:
        """Return every stream known, oldest first."""
        rows = self._rows(
            "SELECT stream_id, room, device, stream, records, lost"
            " FROM streams JOIN rooms USING (room_id) ORDER BY stream_id"
        )
        return tuple(
            StreamStatus(
                room=room,
                device=device,
                stream=stream,
                stored_seq=found.reached,
                records=records + found.reached - found.written,
                lost=lost,
            )
            for stream_id, room, device, stream, records, lost in rows
            for found in (self._position(stream_id),)
        )

    def _position(self, stream_id: int) -> Position:
        with InWords(self._path):
            return position(self._connection, stream_id)

    def minutes(self, room: str, start_ms: int, end_ms: int) -> tuple[Minute, ...]:
        """Return the minutes that ended in (start_ms, end_ms], in order of their end.

        Each once: a journal that began a new stream sends again under new keys what the old
        stream had stored already. The newest stream has the highest revisions. Two minutes
        whose clock said the same are two all the same: it was put back, or two boots without
        time began at the same hour. What was imported fills in only where the sensors' own
        minutes leave it room. A row whose CRC is wrong is left out: a card may change bytes
        that SQLite does not check.
        """
        found: dict[tuple[object, ...], Minute] = {}
        with InWords(self._path):
            # One by one: a night's rows are a megabyte that nobody needs at once.
            for stream, *cells in self._connection.execute(_SHOWN, (room, start_ms, end_ms)):
                minute = sound_minute(cells, stream)
                if minute is not None:
                    found[minute.end, *_of_boot(cells)] = minute
        return tuple(found.values())

    def minutes_mark(self, room: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return the number of records that ended in (start_ms, end_ms] and the sum of their CRCs.

        It differs when one has come, gone or been replaced, at a tenth of the price of reading.
        """
        count, total = self._rows(_MARK, room, start_ms, end_ms)[0]
        return int(count), int(total)

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        """Return the kept series of a night, None where its minutes have changed since or none is.

        It costs a hundredth of reading the minutes, and tells the same. mark: the minutes_mark
        of its picture where that is known; if it is not that of now, so is the series.
        """
        span = picture_span(window)
        made_of = MadeOf(*span, *(mark or self.minutes_mark(room, *span)))
        return SeriesRows(self._path, self._connection).read(room, window.night, made_of)

    def changed_minutes(self, is_over: Callable[[], bool] = lambda: False) -> int:
        """Return how many minutes have not the CRC they were stored with; it reads them all.

        is_over: asked before each of them; ends the count.
        """
        with InWords(self._path):
            return changed_minutes(self._connection, is_over)

    def broken_index(self, is_over: Callable[[], bool] = lambda: False) -> str:
        """Return what the file's whole check finds, empty if nothing; it reads all of it."""
        with InWords(self._path):
            return broken_index(self._connection, is_over)

    def minute_count(self, room: str, start_ms: int, end_ms: int) -> int:
        """Return how many minutes minutes() would, but for those whose bytes have changed."""
        return int(self._rows(_COUNT, room, start_ms, end_ms)[0][0])

    def held(self) -> HeldMinutes:
        """Return what tells of deleted minutes too, usable while this is open."""
        return HeldMinutes(self._path, self._connection)

    def sourced_records(
        self, room: str, start_ms: int, end_ms: int, left_out: Callable[[], None]
    ) -> tuple[tuple[str, Record], ...]:
        """Return (device, record) of what ended in (start_ms, end_ms]; left_out: of the unsound."""
        found = []
        for stream, device, *cells in self._rows(_SOURCED, room, start_ms, end_ms):
            record = sound_record(cells, stream)
            if record is None:
                left_out()
            else:
                found.append((device, record))
        return tuple(found)

    def records(self, room: str, start_ms: int, end_ms: int) -> Iterator[Record]:
        """Yield the records that ended in (start_ms, end_ms], a few at a time."""
        with InWords(self._path):
            for stream, *cells in self._connection.execute(_RECORDS, (room, start_ms, end_ms)):
                yield unpack_record(cells, stream)

    def newest_end_ms(self, room: str, by_ms: int = LATEST_MS) -> int | None:
        """Return when the newest minute by an instant ended, None where there is none.

        A clock that ran ahead has left minutes of days to come: they tell nothing of now.
        """
        rows = self._rows(
            "SELECT end_ms FROM rooms JOIN minutes USING (room_id) WHERE room = ?"
            " AND end_ms <= ? ORDER BY end_ms DESC LIMIT 1",
            room,
            by_ms,
        )
        return rows[0][0] if rows else None

    def oldest_end_ms(self, room: str, after_ms: int = 0) -> int | None:
        """Return when the oldest minute ended that did after an instant, None without any."""
        rows = self._rows(
            "SELECT end_ms FROM rooms JOIN minutes USING (room_id) WHERE room = ? AND end_ms > ?"
            " ORDER BY end_ms LIMIT 1",
            room,
            after_ms,
        )
        return rows[0][0] if rows else None

    def gaps(self, room: str, start_ms: int, end_ms: int) -> tuple[Gap, ...]:
        """Return the declared gaps that touch (start_ms, end_ms]; undated ones always."""
        rows = self._rows(
            "SELECT stream, first_seq, last_seq, start_ms, end_ms FROM gaps"
            " JOIN streams USING (stream_id) WHERE gaps.room_id = (SELECT room_id FROM rooms"
            " WHERE room = ?) AND (end_ms IS NULL OR (end_ms > ? AND start_ms < ?))"
            " ORDER BY end_ms IS NULL, end_ms",
            room,
            start_ms,
            end_ms,
        )
        return tuple(
            Gap(
                room=room,
                stream=stream,
                first_seq=first,
                last_seq=last,
                start_ms=start,
                end_ms=end,
            )
            for stream, first, last, start, end in rows
        )

    def night(self, room: str, night: str) -> StoredNight | None:
        """Return the whole judgement of a night (YYYY-MM-DD of its evening), None if unjudged."""
        sql = (
            "SELECT night, score, inputs_hash, computed_ms FROM rooms JOIN nights USING (room_id)"
            " JOIN night_scores USING (night_id) WHERE room = ? AND night = ?"
        )
        found = self._nights(sql, room, night)
        return found[0] if found else None

    def nights(self, room: str, first: str, last: str) -> tuple[StoredNight, ...]:
        """Return the outlines of the judged nights from first to last, both included."""
        sql = (
            "SELECT night, outline, inputs_hash, computed_ms FROM rooms JOIN nights"
            " USING (room_id) WHERE room = ? AND night BETWEEN ? AND ? ORDER BY night"
        )
        return self._nights(sql, room, first, last)

    def newest_night(self, room: str) -> StoredNight | None:
        """Return the whole judgement of the latest judged night, None if there is none."""
        sql = (
            "SELECT night, score, inputs_hash, computed_ms FROM rooms JOIN nights USING (room_id)"
            " JOIN night_scores USING (night_id) WHERE room = ? ORDER BY night DESC LIMIT 1"
        )
        found = self._nights(sql, room)
        return found[0] if found else None

    def nights_of_other_models(self, version: int) -> tuple[tuple[str, str], ...]:
        """Return (room, night) judged by another score model version, newest first."""
        rows = self._rows(
            "SELECT room, night FROM nights JOIN rooms USING (room_id)"
            " WHERE score_model_version <> ? ORDER BY night DESC",
            version,
        )
        return tuple((room, night) for room, night in rows)

    def unreadable_nights(self) -> tuple[tuple[str, str], ...]:
        """Return (room, night) of the judgements whose bytes have changed on the card."""
        rows = self._rows(
            "SELECT room, night, outline, score FROM nights JOIN rooms USING (room_id)"
            " LEFT JOIN night_scores USING (night_id)"
        )
        return tuple((room, night) for room, night, *kept in rows if not all(map(is_sound, kept)))

    def _nights(self, sql: str, room: str, *nights: str) -> tuple[StoredNight, ...]:
        rows = self._rows(sql, room, *nights)
        try:
            return tuple(
                StoredNight(
                    room=room,
                    night=night,
                    score=_score.decode(unsealed(score)),
                    inputs_hash=inputs_hash,
                    computed_ms=computed_ms,
                    seal=score[:CRC_BYTES],
                )
                for night, score, inputs_hash, computed_ms in rows
            )
        except (msgspec.MsgspecError, ValueError) as error:
            raise UnreadableNightError(
                f"{self._path}: a stored night cannot be read ({error}); it will be judged again"
            ) from error

    def _rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with InWords(self._path):
            return self._connection.execute(sql, values).fetchall()


def _of_boot(cells: list[Any]) -> tuple[object, ...]:
    """Return what tells a sound row's minute from others of its end: boot, and time within it."""
    boot, boottime, whole = cells[1], cells[2], cells[-1]
    if whole is None:
        return boot, boottime
    return (whole[whole.index(b'"boot"') : whole.index(b'"clock"')],)
