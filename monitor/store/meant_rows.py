"""Minutes without a date that people deleted as they saw them: once dated they stay deleted.

A deletion is a range of the hours that a page shows, and a minute of a clock without time may
lie in it for two reasons. It was in sight there, and was meant; or its false date fell into
what was deleted before it came, which its true one will tell. What was meant is kept as whole
bytes under its false hour, where its deletion finds it; the correction changes the bytes alone.
The same minute that comes under another stream was meant as well.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from monitor.contract.codec import encode
from monitor.contract.record import ClockState, Record
from monitor.store import buried_rows, purged_rows, purged_seqs
from monitor.store.blobs import signed_crc
from monitor.store.deletion import Fate, Sorted
from monitor.store.recall import DAY_MS, RoomDay
from monitor.store.rows import CLOCK_STATES, RECORD_COLUMNS, Cell, pack, unpack_record, whole
from monitor.store.uncertain_rows import (
    INSERT_KEY,
    UNCERTAIN,
    is_dated_elsewhere,
    moment_of,
    supersede,
)

_SPAN: Final = "room_id = ? AND end_ms > ? AND end_ms <= ?"
# A row of either table, without its name.
ROW: Final = (
    f"(room_id, stream_id, {RECORD_COLUMNS}) VALUES (?, ?{', ?' * (RECORD_COLUMNS.count(',') + 1)})"
)
_decoder: Final = msgspec.json.Decoder(Record)
_Span = tuple[int, int, int]


def hide(connection: sqlite3.Connection, span: _Span) -> int:
    """Take what is in sight without a date out of it; return how many rows."""
    rows = connection.execute(
        f"SELECT stream_id, stream, end_ms, {RECORD_COLUMNS} FROM minutes"  # noqa: S608 - constants
        f" JOIN streams USING (stream_id) WHERE minutes.{_SPAN} AND clock = {UNCERTAIN}",
        span,
    ).fetchall()
    for stream_id, stream, end_ms, *cells in rows:
        meant = _cells(unpack_record(cells, stream), end_ms)
        _move(connection, span[0], stream_id, meant, "minutes", "deleted_minutes")
    return len(rows)


def bring_back(
    connection: sqlite3.Connection,
    span: _Span,
    fate_of: Callable[[int], Fate],
    touched: Callable[[RoomDay], object],
) -> int:
    """Bring what was meant back into sight, where its own date says; return how many rows.

    Args:
        connection: of nights.db, in a transaction.
        span: a room's time, of which no other deletion holds any.
        fate_of: tells what has become of the minutes of another time.
        touched: told the days of those dates.
    """
    rows = connection.execute(
        "SELECT stream_id, exact FROM deleted_minutes"  # noqa: S608 - constants
        f" WHERE {_SPAN} AND exact IS NOT NULL",
        span,
    ).fetchall()
    for stream_id, written in rows:
        record = _decoder.decode(written)
        end_ms = record.minute.end_ms
        fate = fate_of(end_ms)
        if fate is Fate.DROPPED:
            buried_rows.keep(connection, span[0], stream_id, record, end_ms)
            purged_seqs.keep_all(connection, [(stream_id, record.seq)])
            continue
        target = "minutes" if fate is Fate.KEPT else "deleted_minutes"
        _move(connection, span[0], stream_id, pack(record), "deleted_minutes", target)
        touched((span[0], end_ms // DAY_MS))
    return len(rows)


def without_meant(
    connection: sqlite3.Connection, room_id: int, stream_id: int, fates: Sorted
) -> tuple[Sorted, int]:
    """Take what was meant, or is purged, to where it is; return the others, and how many are new.

    It stays where its deletion finds it, whatever its own date says.
    """
    taken, new = set(), 0
    for record in (record for some in fates for record in some):
        if record.clock is ClockState.SYNCED:
            continue
        if (purged_ms := buried_rows.hour_of(connection, room_id, record)) is not None:
            taken.add(record.seq)
            new += buried_rows.keep(connection, room_id, stream_id, record, purged_ms)
        elif record.revision and _revise(connection, room_id, stream_id, record):
            taken.add(record.seq)
        elif (end_ms := _meant_at(connection, room_id, stream_id, record)) is not None:
            taken.add(record.seq)
            new += keep(connection, room_id, stream_id, record, end_ms)
    if not taken:
        return fates, 0
    kept, hidden, dropped = ([one for one in some if one.seq not in taken] for some in fates)
    return (kept, hidden, dropped), new


def make_way(connection: sqlite3.Connection, stream_id: int, records: Iterable[Record]) -> int:
    """Let go what was meant under the number of a record that is another minute.

    A restore handed it on, and then the card was restored too, from a copy that did not know it:
    nobody will send it again. Returns how many rows.
    """
    gone = [
        (stream_id, record.seq)
        for record in records
        for moment in connection.execute(
            "SELECT boot, boottime_s_e3 FROM deleted_minutes"
            " WHERE stream_id = ? AND seq = ? AND exact IS NOT NULL AND boot IS NOT NULL",
            (stream_id, record.seq),
        ).fetchall()
        if moment != moment_of(record)
    ]
    for key in gone:
        connection.execute("DELETE FROM deleted_minutes WHERE stream_id = ? AND seq = ?", key)
    return len(gone)


def keep(
    connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record, end_ms: int
) -> int:
    """Keep a record as one that was meant at the hour end_ms; return 1 if it is new.

    It takes the place of what is there of it: an older page of a damaged file still has it in
    sight, or without its date. Of what another stream has with its date only the key stays, so
    that undone it comes back once.
    """
    replaced = sum(
        connection.execute(
            f"DELETE FROM {table} WHERE stream_id = ? AND seq = ? AND revision <= ?",  # noqa: S608 - our names
            (stream_id, record.seq, record.revision),
        ).rowcount
        for table in ("minutes", "deleted_minutes")
    )
    if _held(connection, stream_id, record.seq) is not None:
        return -replaced
    if is_dated_elsewhere(connection, room_id, stream_id, record):
        key = (room_id, stream_id, end_ms, record.seq)
        tail = (UNCERTAIN, record.revision, signed_crc(record.crc))
        return connection.execute(INSERT_KEY, (*key, *tail)).rowcount - replaced
    inserted = connection.execute(
        f"INSERT OR IGNORE INTO deleted_minutes {ROW}",
        (room_id, stream_id, *_cells(record, end_ms)),
    ).rowcount
    _let_go(connection, room_id, stream_id, record)
    return inserted - replaced


def _meant_at(
    connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record
) -> int | None:
    """Return the hour at which the same minute was meant under another stream, or None."""
    row = connection.execute(
        "SELECT end_ms FROM deleted_minutes WHERE clock <> 0 AND boot = ? AND boottime_s_e3 = ?"
        " AND room_id = ? AND stream_id <> ? AND exact IS NOT NULL",
        (*moment_of(record), room_id, stream_id),
    ).fetchone()
    return None if row is None else int(row[0])


def _revise(connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record) -> bool:
    key = (stream_id, record.seq)
    held = _held(connection, stream_id, record.seq)
    if held is None:
        is_purged = purged_rows.is_kept(connection, stream_id, record.seq)
        if is_purged:
            purged_rows.keep(connection, stream_id, record)
        return is_purged
    if held:
        connection.execute(
            "UPDATE deleted_minutes SET clock = ?, revision = ?, crc = ?, exact = ?"
            " WHERE stream_id = ? AND seq = ? AND revision < ?",
            (
                CLOCK_STATES.index(record.clock),
                record.revision,
                signed_crc(record.crc),
                encode(record),
                *key,
                record.revision,
            ),
        )
        _let_go(connection, room_id, stream_id, record)
    return held


def _let_go(connection: sqlite3.Connection, room_id: int, stream_id: int, record: Record) -> None:
    """Let go what other streams hold without time of what has just got its date."""
    left = supersede(connection, room_id, stream_id, [record])
    connection.executemany("INSERT OR IGNORE INTO unscored_days VALUES (?, ?)", left)


def _held(connection: sqlite3.Connection, stream_id: int, seq: int) -> bool | None:
    """Tell whether a record is kept as one that was meant, None where it is not there at all."""
    row = connection.execute(
        "SELECT exact IS NOT NULL FROM deleted_minutes WHERE stream_id = ?1 AND seq = ?2"
        " UNION ALL SELECT 0 FROM minutes WHERE stream_id = ?1 AND seq = ?2",
        (stream_id, seq),
    ).fetchone()
    return None if row is None else bool(row[0])


def _cells(record: Record, end_ms: int) -> tuple[Cell, ...]:
    """Return a record as whole bytes in a row of end_ms that its moment finds."""
    seq, _, _, _, *rest = whole(record, end_ms)
    return seq, *moment_of(record), CLOCK_STATES.index(record.clock), *rest


def _move(
    connection: sqlite3.Connection,
    room_id: int,
    stream_id: int,
    cells: tuple[object, ...],
    source: str,
    target: str,
) -> None:
    connection.execute(
        f"DELETE FROM {source} WHERE stream_id = ? AND seq = ?",  # noqa: S608 - our names
        (stream_id, cells[0]),
    )
    connection.execute(
        f"INSERT OR IGNORE INTO {target} {ROW}",
        (room_id, stream_id, *cells),
    )
