"""Minutes into their tables, in a transaction of the caller's: kept ones, and deleted ones."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from monitor.contract.record import ClockState, Record
from monitor.store import gap_rows, meant_rows, purged_rows, purged_seqs, uncertain_rows
from monitor.store.blobs import signed_crc
from monitor.store.deletion import Sorted
from monitor.store.errors import CorruptFileError
from monitor.store.recall import DAY_MS, Recall, RoomDay
from monitor.store.rows import CLOCK_STATES, pack

_INSERT_MINUTE: Final = f"INSERT OR IGNORE INTO minutes {meant_rows.ROW}"
_INSERT_HIDDEN: Final = f"INSERT OR IGNORE INTO deleted_minutes {meant_rows.ROW}"


class Inserted(NamedTuple):
    """How many records count as stored now; whether all are new and in sight; their days."""

    stored: int
    all_in_sight: bool
    days: set[RoomDay]


def insert(
    connection: sqlite3.Connection, room_id: int, stream_id: int, fates: Sorted, recall: Recall
) -> Inserted:
    """Insert what is new; what people deleted out of sight, or, if for good, not at all.

    A record of an unsynced clock has no date by which anybody can have deleted it: of one that
    is dropped its key stays, so that the revision with its date is judged by that.

    Raises:
        CorruptFileError: a record is neither new nor there already: nothing may acknowledge it.
    """
    count = sum(map(len, fates))
    fates, meant = meant_rows.without_meant(connection, room_id, stream_id, fates)
    fates = uncertain_rows.without_dated(connection, room_id, stream_id, fates)
    kept, hidden, dropped = fates
    is_whole = sum(map(len, fates)) == count
    days = {(room_id, record.minute.end_ms // DAY_MS) for record in kept}
    replaced = sum(
        _replace(connection, room_id, stream_id, record, days)
        for some in fates
        for record in some
        if record.revision
    )
    inserted = -meant_rows.make_way(connection, stream_id, (*kept, *hidden))
    for statement, some in ((_INSERT_MINUTE, kept), (_INSERT_HIDDEN, hidden)):
        if some:
            rows = [(room_id, stream_id, *pack(record)) for record in some]
            # Not total_changes: a trigger's own changes would stand for rows that are not there.
            inserted += connection.executemany(statement, rows).rowcount
    if inserted < len(kept) + len(hidden):
        _require_there(connection, stream_id, [*kept, *hidden], recall.path)
    added = inserted - replaced
    if dropped:
        # What has come before, and was counted then, may come again by a salvage or an import.
        added += len({one.seq for one in dropped} - _known(connection, stream_id, dropped))
        purged_rows.keep(connection, stream_id, dropped[-1])
        dated = (one.seq for one in dropped if one.clock is not ClockState.UNSYNCED)
        purged_seqs.keep(connection, stream_id, purged_seqs.ranges(dated))
        connection.executemany(uncertain_rows.INSERT_KEY, _hollow(room_id, stream_id, dropped))
    left = uncertain_rows.supersede(connection, room_id, stream_id, [*kept, *hidden, *dropped])
    days |= left
    # A day already noted is left alone, so that a minute dirties no page for it.
    if not days <= recall.days:
        connection.executemany("INSERT OR IGNORE INTO unscored_days VALUES (?, ?)", days)
    if replaced:
        seqs = [record.seq for some in fates for record in some if record.revision]
        gap_rows.date_anew(connection, stream_id, min(seqs), max(seqs))
    undated = 0 if stream_id in recall.dated else gap_rows.date(connection, stream_id)
    is_plain = is_whole and added == len(kept)
    is_plain = is_plain and not (hidden or dropped or replaced or undated or left)
    return Inserted(added + meant, all_in_sight=is_plain, days=days)


def newest(records: Sequence[Record]) -> Sequence[Record]:
    """Return each record once, in its highest revision: a damaged file gives both of a key."""
    found = {one.seq: one for one in sorted(records, key=lambda one: one.revision)}
    if len(found) == len(records):
        return records
    return sorted(found.values(), key=lambda one: one.seq)


def _hollow(room_id: int, stream_id: int, dropped: Sequence[Record]) -> Iterator[tuple[int, ...]]:
    """Yield the rows of those among dropped records that have no date yet."""
    for one in dropped:
        if one.clock is ClockState.UNSYNCED:
            key = (room_id, stream_id, one.minute.end_ms, one.seq)
            yield *key, CLOCK_STATES.index(one.clock), one.revision, signed_crc(one.crc)


def _require_there(
    connection: sqlite3.Connection, stream_id: int, records: Sequence[Record], path: Path
) -> None:
    """Require records that were not inserted to be there by their key."""
    there = _there(connection, stream_id, records)
    if missing := sorted({record.seq for record in records} - there):
        raise CorruptFileError(
            f"{path} does not keep what it is given ({len(missing)} of {len(records)} minutes):"
            " restart its writer, which sets it aside",
            path,
        )


def _known(connection: sqlite3.Connection, stream_id: int, records: Sequence[Record]) -> set[int]:
    """Return the numbers of the records that are there, by their key at least, or were erased.

    What was erased and lies beyond the position was so in another file, as a salvage knows: it
    has not been counted here.
    """
    (position,) = connection.execute(
        "SELECT stored_seq FROM streams WHERE stream_id = ?", (stream_id,)
    ).fetchone()
    erased = [one for one in purged_seqs.kept(connection, stream_id) if one[0] <= position]
    seqs = {
        one.seq
        for one in records
        if one.seq <= position and any(first <= one.seq <= last for first, last in erased)
    }
    return seqs | _there(connection, stream_id, records)


def _there(connection: sqlite3.Connection, stream_id: int, records: Sequence[Record]) -> set[int]:
    seqs = json.dumps([record.seq for record in records])
    return {
        seq
        for table in ("minutes", "deleted_minutes")
        for (seq,) in connection.execute(
            f"SELECT seq FROM {table}"  # noqa: S608 - our names
            " WHERE stream_id = ? AND seq IN (SELECT value FROM json_each(?))",
            (stream_id, seqs),
        )
    }


def _replace(
    connection: sqlite3.Connection,
    room_id: int,
    stream_id: int,
    record: Record,
    days: set[RoomDay],
) -> int:
    """Make room for a higher revision; the days it leaves change as well."""
    replaced = 0
    for table in ("minutes", "deleted_minutes"):
        for (end_ms,) in connection.execute(
            f"DELETE FROM {table} WHERE stream_id = ? AND seq = ? AND revision < ?"  # noqa: S608 - our names
            " RETURNING end_ms",
            (stream_id, record.seq, record.revision),
        ).fetchall():
            replaced += 1
            days.add((room_id, end_ms // DAY_MS))
    return replaced
