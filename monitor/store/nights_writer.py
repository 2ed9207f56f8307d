"""The one writer of nights.db: minutes with their position, declared gaps, closed nights."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Final

from monitor.contract.record import Record
from monitor.score.result import NightScore
from monitor.store import gap_rows, minute_rows, night_rows
from monitor.store.alerts_writer import AlertsWriter
from monitor.store.blobs import unsigned_crc
from monitor.store.database import InWords, Schema, Transaction, open_writer
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Honoured
from monitor.store.held_minutes import HeldMinutes
from monitor.store.minute_rows import Inserted
from monitor.store.missed_rows import MissedRows
from monitor.store.names_file import keep_names, require_names
from monitor.store.nights_db import nights_schema
from monitor.store.no_file import move_away
from monitor.store.position_rows import EVERY, move_up, position, position_of, settle
from monitor.store.recall import DAY_MS, Recall
from monitor.store.replacement import open_or_replace
from monitor.store.series_rows import SeriesRows
from monitor.store.set_aside import condemn
from monitor.store.store_name import named
from monitor.store.writer_lock import take_writer_lock

DIGITS: Final = re.compile("[0-9]{1,18}")


class NightsWriter:
    """Owns nights.db for as long as it is open; every method is one transaction at most.

    Any method may raise StoreUnavailableError; nothing of its work is kept then, and it
    may be called again.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: IO[bytes]) -> None:
        self._path = path
        self._connection = connection
        self._lock = lock
        self._store_id = ""
        self._honoured = Honoured()
        self._ids: dict[tuple[str, str], tuple[int, int]] = {}
        self._recall = Recall(connection, path)

    @classmethod
    def open(
        cls, path: Path, *, new_id: Callable[[], str], schema: Schema | None = None,
        lock: IO[bytes] | None = None,
    ) -> "NightsWriter":  # fmt: skip
        """Open or create the file; new_id names a store that has none yet (16 hex digits).

        A damaged or foreign file is set aside and a fresh one begun; lock: taken before.

        Raises:
            StoreError: see monitor.store.database.open_writer and monitor.store.writer_lock.
        """
        schema = schema or nights_schema()
        lock = lock or take_writer_lock(path, schema)
        try:
            with InWords(path):
                move_away(path)
            writer = cls(path, open_or_replace(path, schema, require=require_names), lock)
        except BaseException:
            lock.close()
            raise
        try:
            writer._store_id = named(writer._connection, path, new_id)
            keep_names(path, writer.streams())
        except BaseException:
            writer.close()
            raise
        return writer

    def beside(self) -> "NightsWriter":
        """Open a second connection for another thread; this one keeps the lock."""
        writer = NightsWriter(self._path, open_writer(self._path, nights_schema()), self._lock)
        writer._honoured = self._honoured
        return writer

    @property
    def store_id(self) -> str:
        """Return the 16 hex digits that tell this store from a replaced one."""
        return self._store_id

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return self._path

    def alerts(self) -> AlertsWriter:
        """Return what writes alerts into this file, usable while this is open."""
        return AlertsWriter(self._path, self._connection)

    def deleted(self) -> DeletedMinutes:
        """Return what moves and purges deleted minutes, usable while this is open."""
        return DeletedMinutes(self._path, self._connection)

    def held(self) -> HeldMinutes:
        """Return what tells of all that is held, a transaction that is open included."""
        return HeldMinutes(self._path, self._connection)

    def missed(self) -> MissedRows:
        """Return what declares the records that a salvage misses, usable while this is open."""
        return MissedRows(self._path, self._connection, self._honoured)

    def series(self) -> SeriesRows:
        """Return what keeps the series of judged nights, usable while this is open."""
        return SeriesRows(self._path, self._connection)

    @property
    def honoured(self) -> Honoured:
        """Return the deletions honoured on arrival; renewing them is the caller's."""
        return self._honoured

    def close(self) -> None:
        """Close the file and let another writer in."""
        self.disconnect()
        self._lock.close()

    def disconnect(self) -> None:
        """Close this connection alone; the lock is another's."""
        with InWords(self._path):
            self._connection.close()

    def condemn(self) -> None:
        """Have the file, found damaged, be set aside at the next start."""
        with InWords(self._path):
            condemn(self._path)

    def streams(self) -> tuple[tuple[str, str, str], ...]:
        """Return (room, device, stream) of every stream known, oldest first."""
        with InWords(self._path):
            rows = self._connection.execute(
                "SELECT room, device, stream FROM streams JOIN rooms USING (room_id)"
                " ORDER BY stream_id"
            ).fetchall()
        return tuple((room, device, stream) for room, device, stream in rows)

    def stored_seq(self, stream: str) -> int | None:
        """Return the position of a stream as it is on disk, None for an unknown stream.

        Read anew after every batch; asked again, only if the file has changed since.
        """
        known = self._recall.positions
        if stream in known:
            self._recall.check()
        if stream not in known:
            with InWords(self._path):
                found = position_of(self._connection, stream)
            if found is None:
                return None
            known[stream] = found
        return known[stream].reached

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        """Return (crc, revision) of a record, None where there is none.

        One that is deleted is known, at the stream's position even when it is purged: without
        its CRC the store could not prove its position to a sensor that has forgotten it.
        """
        for table in ("minutes", "deleted_minutes", "purged_positions"):
            row = self._one(
                f"SELECT crc, revision FROM {table} JOIN streams USING (stream_id)"  # noqa: S608 - our names
                " WHERE stream = ? AND seq = ?",
                stream,
                seq,
            )
            if row is not None:
                return unsigned_crc(row[0]), row[1]
        return None

    def store_batch(
        self,
        *,
        room: str,
        device: str,
        stream: str,
        records: Sequence[Record],
        gaps: Iterable[tuple[int, int]],
        stored_seq: int,
    ) -> None:
        """Keep records and declared gaps (first, last) with the new position, all or nothing.

        The first write of a (stream, seq) wins unless a later one has a higher revision.
        """
        with Transaction(self._connection, self._path):
            known = self._ids.get((room, stream))
            room_id, stream_id = known or self._new_ids(room, stream, device)
            self._recall.check()
            at = self._recall.positions.pop(stream, None)
            before = at or position(self._connection, stream_id)
            added = self._insert(room, room_id, stream_id, records)
            lost = gap_rows.keep(self._connection, room_id, stream_id, gaps, records)
            is_told = (
                known is not None
                and lost == 0
                and added.all_in_sight
                and added.stored == stored_seq - before.reached
                and before.newest == before.reached == records[0].seq - 1
                and records[-1].seq == stored_seq < before.written + EVERY
            )
            if not is_told:
                uncounted = before.reached - before.written
                self._connection.execute(
                    "UPDATE streams SET stored_seq = ?, records = records + ?, lost = lost + ?"
                    " WHERE stream_id = ?",
                    (max(stored_seq, before.reached), added.stored + uncounted, lost, stream_id),
                )
                # Behind it may lie what was put back: counted already.
                move_up(self._connection, stream_id)
        # Remembered only now: a transaction rolled back takes new rows back with it.
        if known is None:
            self._ids[room, stream] = room_id, stream_id
            keep_names(self._path, self.streams())
        if added.all_in_sight and lost == 0:
            self._recall.keep(stream_id, added.days)

    def put_back(self, room: str, device: str, stream: str, records: Sequence[Record]) -> int:
        """Keep salvaged records of a stream; return how many are new.

        A gap that was declared in the meantime shrinks to what is still missing. The position
        moves over what follows it without a break now, and never over a hole.
        """
        return self.put_all_back([(room, device, stream, records)])

    def put_all_back(
        self,
        parts: Iterable[tuple[str, str, str, Sequence[Record]]],
        sources: Iterable[tuple[str, str, str]] = (),
    ) -> int:
        """Put back the records of many (room, device, stream): all of them or, on error, none.

        sources are begun in their order: of two records of one minute the newer stream's is shown.
        """
        total, streams = 0, set()
        with Transaction(self._connection, self._path):
            settle(self._connection)  # what is put back is counted here, not by its place
            self._recall.check()
            for room, device, stream in sources:
                self._new_ids(room, stream, device)
            for room, device, stream, records in parts:
                room_id, stream_id = self._new_ids(room, stream, device)
                added = self._insert(room, room_id, stream_id, records).stored
                self._connection.execute(
                    "UPDATE streams SET records = records + ? WHERE stream_id = ?",
                    (added, stream_id),
                )
                move_up(self._connection, stream_id)  # before others take the place of some
                total += added
                streams.add((room_id, stream_id))
            for room_id, stream_id in streams:
                lost = gap_rows.refit(self._connection, room_id, stream_id)
                self._connection.execute(
                    "UPDATE streams SET lost = ? WHERE stream_id = ?", (lost, stream_id)
                )
        return total

    def drop_night(self, room: str, night: str) -> bool:
        """Forget the judgement of a night without minutes, or not over; return if there was one."""
        with Transaction(self._connection, self._path):
            return night_rows.drop(self._connection, room, night)

    def save_night(
        self, room: str, score: NightScore, *, inputs_hash: str, computed_ms: int
    ) -> None:
        """Keep a judged night in place of an earlier judgement of it."""
        with Transaction(self._connection, self._path):
            night_rows.save(
                self._connection, self._room_id(room), score,
                inputs_hash=inputs_hash, computed_ms=computed_ms,
            )  # fmt: skip

    def unscored_days(self) -> tuple[tuple[str, int, int], ...]:
        """Return (room, start of UTC day in epoch ms, minutes) changed since scoring."""
        with InWords(self._path):
            rows = self._connection.execute(
                "SELECT room, day * ?1, (SELECT count(*) FROM minutes WHERE minutes.room_id ="
                " unscored_days.room_id AND end_ms BETWEEN day * ?1 AND (day + 1) * ?1)"
                " FROM unscored_days JOIN rooms USING (room_id) ORDER BY 1, 2",
                (DAY_MS,),
            ).fetchall()
        return tuple((room, day_ms, count) for room, day_ms, count in rows)

    def day_scored(self, room: str, day_ms: int) -> None:
        """Note that every night touching the UTC day at day_ms is closed and stored."""
        with Transaction(self._connection, self._path):
            self._connection.execute(
                "DELETE FROM unscored_days WHERE day = ? AND room_id ="
                " (SELECT room_id FROM rooms WHERE room = ?)",
                (day_ms // DAY_MS, room),
            )

    def household_seen(self) -> tuple[int, int, int]:
        """Return the changes of household.db whose nights were judged: Changes.up_to."""
        with InWords(self._path):
            row = self._connection.execute(
                "SELECT value FROM meta WHERE key = 'household_seen'"
            ).fetchone()
        # A file of before marks were kept has two numbers; a damaged one has all judged again.
        parts = row[0].split(",") if row else []
        told = [int(part) for part in parts] if all(map(DIGITS.fullmatch, parts)) else []
        settings, corrections, marks, *_ = (*told, 0, 0, 0)
        return settings, corrections, marks

    def set_household_seen(self, up_to: tuple[int, int, int]) -> None:
        """Note that every night touched by changes up to here has been judged."""
        with Transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('household_seen', ?)",
                (",".join(map(str, up_to)),),
            )

    def _insert(
        self, room: str, room_id: int, stream_id: int, records: Sequence[Record]
    ) -> Inserted:
        if not records:
            return Inserted(0, all_in_sight=False, days=set())
        fates = self._honoured.sorted(room, minute_rows.newest(records))
        return minute_rows.insert(self._connection, room_id, stream_id, fates, self._recall)

    def _room_id(self, room: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO rooms (room) VALUES (?)", (room,))
        return self._number("SELECT room_id FROM rooms WHERE room = ?", room)

    def _new_ids(self, room: str, stream: str, device: str) -> tuple[int, int]:
        """Return the ids of a room and a stream, in the transaction that may make them."""
        room_id = self._room_id(room)
        self._connection.execute(
            "INSERT OR IGNORE INTO streams (stream, device, room_id, stored_seq)"
            " VALUES (?, ?, ?, 0)",
            (stream, device, room_id),
        )
        return room_id, self._number("SELECT stream_id FROM streams WHERE stream = ?", stream)

    def _one(self, sql: str, *values: str | int) -> tuple[int, ...] | None:
        with InWords(self._path):
            row: tuple[int, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _number(self, sql: str, *values: str | int) -> int:
        """Return the one number of a row that must exist."""
        with InWords(self._path):
            return int(self._connection.execute(sql, values).fetchone()[0])
