"""The one writer of nights.db: minutes with their position, declared gaps, closed nights."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Final

from monitor.contract.codec import encode
from monitor.contract.record import Record
from monitor.score.result import NightScore
from monitor.store.alerts_writer import AlertsWriter
from monitor.store.database import (
    InWords,
    Schema,
    open_writer,
    take_writer_lock,
    transaction,
)
from monitor.store.nights_db import nights_schema, outline_of
from monitor.store.rows import RECORD_COLUMNS, pack, unsigned_crc

DAY_MS: Final = 86_400_000
_INSERT_MINUTE: Final = (
    f"INSERT OR IGNORE INTO minutes (room_id, stream_id, {RECORD_COLUMNS})"  # noqa: S608 - constants
    f" VALUES (?, ?{', ?' * (RECORD_COLUMNS.count(',') + 1)})"
)


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
        self._ids: dict[tuple[str, str], tuple[int, int]] = {}

    @classmethod
    def open(
        cls, path: Path, *, new_id: Callable[[], str], schema: Schema | None = None
    ) -> "NightsWriter":
        """Open or create the file; new_id names a store that has none yet (16 hex digits).

        Raises:
            StoreError: see monitor.store.database.open_writer and take_writer_lock.
        """
        schema = schema or nights_schema()
        lock = take_writer_lock(path, schema)
        try:
            writer = cls(path, open_writer(path, schema), lock)
        except BaseException:
            lock.close()
            raise
        writer._name_store(new_id)
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

    def close(self) -> None:
        """Close the file and let another writer in."""
        with InWords(self._path):
            self._connection.close()
        self._lock.close()

    def streams(self) -> tuple[tuple[str, str, str], ...]:
        """Return (room, device, stream) of every stream known, oldest first."""
        with InWords(self._path):
            rows = self._connection.execute(
                "SELECT room, device, stream FROM streams JOIN rooms USING (room_id)"
                " ORDER BY stream_id"
            ).fetchall()
        return tuple((room, device, stream) for room, device, stream in rows)

    def stored_seq(self, stream: str) -> int | None:
        """Return the position of a stream as it is on disk, None for an unknown stream."""
        row = self._one("SELECT stored_seq FROM streams WHERE stream = ?", stream)
        return None if row is None else row[0]

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        """Return (crc, revision) of a stored record, None where there is none."""
        row = self._one(
            "SELECT crc, revision FROM minutes JOIN streams USING (stream_id)"
            " WHERE stream = ? AND seq = ?",
            stream,
            seq,
        )
        return None if row is None else (unsigned_crc(row[0]), row[1])

    def store_batch(
        self,
        *,
        room: str,
        device: str,
        stream: str,
        records: Sequence[Record],
        gaps: Iterable[tuple[int, int]],
        stored_seq: int,
    ) -> int:
        """Keep records and declared gaps (first, last) with the new position, all or nothing.

        The first write of a (stream, seq) wins unless a later one has a higher revision.
        Returns the position read back after COMMIT.
        """
        with transaction(self._connection, self._path):
            room_id, stream_id = self._ids.get((room, stream)) or self._new_ids(
                room, stream, device
            )
            added = self._insert(room_id, stream_id, records)
            lost = self._declare(room_id, stream_id, gaps)
            self._connection.execute(
                "UPDATE streams SET stored_seq = max(stored_seq, ?),"
                " records = records + ?, lost = lost + ? WHERE stream_id = ?",
                (stored_seq, added, lost, stream_id),
            )
        # Remembered only now: a transaction rolled back takes new rows back with it.
        self._ids[room, stream] = room_id, stream_id
        return self._number("SELECT stored_seq FROM streams WHERE stream = ?", stream)

    def save_night(
        self, room: str, score: NightScore, *, inputs_hash: str, computed_ms: int
    ) -> None:
        """Keep a judged night in place of an earlier judgement of it."""
        with transaction(self._connection, self._path):
            night_id = self._connection.execute(
                "INSERT INTO nights (room_id, night, rating, score_model_version, inputs_hash,"
                " computed_ms, outline) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (room_id, night) DO UPDATE SET rating = excluded.rating,"
                " score_model_version = excluded.score_model_version,"
                " inputs_hash = excluded.inputs_hash, computed_ms = excluded.computed_ms,"
                " outline = excluded.outline RETURNING night_id",
                (
                    self._room_id(room),
                    score.window.night,
                    score.rating,
                    score.score_model_version,
                    inputs_hash,
                    computed_ms,
                    encode(outline_of(score)),
                ),
            ).fetchone()[0]
            self._connection.execute(
                "INSERT INTO night_scores VALUES (?, ?)"
                " ON CONFLICT (night_id) DO UPDATE SET score = excluded.score",
                (night_id, encode(score)),
            )

    def unscored_days(self) -> tuple[tuple[str, int], ...]:
        """Return (room, start of UTC day in epoch ms) whose minutes changed since scoring."""
        with InWords(self._path):
            rows = self._connection.execute(
                "SELECT room, day FROM unscored_days JOIN rooms USING (room_id) ORDER BY 1, 2"
            ).fetchall()
        return tuple((room, day * DAY_MS) for room, day in rows)

    def day_scored(self, room: str, day_ms: int) -> None:
        """Note that every night touching the UTC day at day_ms is closed and stored."""
        with transaction(self._connection, self._path):
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
        # A file of before marks were kept has two numbers.
        told = [int(part) for part in row[0].split(",")] if row else []
        settings, corrections, marks, *_ = (*told, 0, 0, 0)
        return settings, corrections, marks

    def set_household_seen(self, up_to: tuple[int, int, int]) -> None:
        """Note that every night touched by changes up to here has been judged."""
        with transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('household_seen', ?)",
                (",".join(map(str, up_to)),),
            )

    def _insert(self, room_id: int, stream_id: int, records: Sequence[Record]) -> int:
        if not records:
            return 0
        before = self._connection.total_changes
        rows = [(room_id, stream_id, *pack(record)) for record in records]
        revised = [(stream_id, r.seq, r.revision) for r in records if r.revision]
        if revised:
            self._connection.executemany(
                "DELETE FROM minutes WHERE stream_id = ? AND seq = ? AND revision < ?", revised
            )
        replaced = self._connection.total_changes - before
        self._connection.executemany(_INSERT_MINUTE, rows)
        added = self._connection.total_changes - before - 2 * replaced
        days = {(room_id, record.minute.end_ms // DAY_MS) for record in records}
        # A day already noted is left alone, so that a minute dirties no page for it.
        self._connection.executemany("INSERT OR IGNORE INTO unscored_days VALUES (?, ?)", days)
        self._date_gaps(stream_id)
        return added

    def _declare(self, room_id: int, stream_id: int, gaps: Iterable[tuple[int, int]]) -> int:
        lost = 0
        for first, last in gaps:
            lost += self._connection.execute(
                "INSERT OR IGNORE INTO gaps (stream_id, first_seq, last_seq, room_id)"
                " VALUES (?, ?, ?, ?)",
                (stream_id, first, last, room_id),
            ).rowcount * (last - first + 1)
        if lost:
            self._date_gaps(stream_id)
        return lost

    def _date_gaps(self, stream_id: int) -> None:
        """Give undated gaps the instants of the records around them."""
        undated = self._connection.execute(
            "SELECT first_seq, last_seq FROM gaps WHERE stream_id = ? AND end_ms IS NULL",
            (stream_id,),
        ).fetchall()
        for first, last in undated:
            after = self._one(
                "SELECT end_ms - coalesce(duration_s_e3, 60000) FROM minutes"
                " WHERE stream_id = ? AND seq > ? ORDER BY seq LIMIT 1",
                stream_id,
                last,
            )
            if after is None:
                continue
            before = self._one(
                "SELECT end_ms FROM minutes WHERE stream_id = ? AND seq < ?"
                " ORDER BY seq DESC LIMIT 1",
                stream_id,
                first,
            )
            # Without a record before it, a gap is taken as one minute a record.
            start = after[0] - 60_000 * (last - first + 1) if before is None else before[0]
            self._connection.execute(
                "UPDATE gaps SET start_ms = ?, end_ms = ? WHERE stream_id = ? AND first_seq = ?",
                (min(start, after[0]), after[0], stream_id, first),
            )

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

    def _name_store(self, new_id: Callable[[], str]) -> None:
        with transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT OR IGNORE INTO meta VALUES ('store_id', ?)", (new_id(),)
            )
            row = self._connection.execute(
                "SELECT value FROM meta WHERE key = 'store_id'"
            ).fetchone()
        self._store_id = str(row[0])

    def _one(self, sql: str, *values: str | int) -> tuple[int, ...] | None:
        with InWords(self._path):
            row: tuple[int, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _number(self, sql: str, *values: str | int) -> int:
        """Return the one number of a row that must exist."""
        with InWords(self._path):
            return int(self._connection.execute(sql, values).fetchone()[0])
