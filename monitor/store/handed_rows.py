"""What a nights.db that a restore replaces knows of erased minutes, for the one in its place.

A deletion is a range of hours. Of what was deleted under a false hour, and of what is erased,
only rows tell which minutes it was: the sensors send them again, dated by now, or declare that
their card has given them up.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from monitor.contract.record import Record
from monitor.store import purged_seqs
from monitor.store.buried_rows import Key, key_of
from monitor.store.database import InWords
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Deletion, Honoured, is_deleted
from monitor.store.errors import StoreError
from monitor.store.kept_aside import open_kept
from monitor.store.missed_rows import MissedRows
from monitor.store.names_file import require_names
from monitor.store.purged_seqs import Range
from monitor.store.rows import RECORD_COLUMNS, sound_record

# Judgement: as many rows a transaction as a deletion moves.
AT_ONCE: Final = 500
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table'"
_STREAMS: Final = (
    "SELECT stream_id, room, device, stream FROM streams JOIN rooms USING (room_id)"
    " ORDER BY stream_id"
)
# What tells its moment and stands where its date need not be: keys, and what was meant
# (meant_rows), which are whole bytes.
_OF_A_MOMENT: Final = "clock <> 0 AND boot IS NOT NULL AND duration_s_e3 IS NULL"
_ROWS: Final = (
    f"SELECT {RECORD_COLUMNS} FROM deleted_minutes"  # noqa: S608 - constants
    f" WHERE stream_id = ? AND {_OF_A_MOMENT} ORDER BY seq"
)
_ANY: Final = (
    "SELECT EXISTS (SELECT 1 FROM purged_seqs)"  # noqa: S608 - constants
    f" OR EXISTS (SELECT 1 FROM deleted_minutes WHERE {_OF_A_MOMENT})"
)


class Handed(NamedTuple):
    """Of a (room, device, stream): what was erased, the keys of such, and what was meant."""

    place: tuple[str, str, str]
    erased: Sequence[Range] = ()
    keys: Sequence[Key] = ()
    meant: Sequence[tuple[Record, int]] = ()


def to_hand_on(path: Path, in_force: Collection[Deletion]) -> Iterator[Handed]:
    """Yield what is to be handed on, nothing where there is nothing or no more can be read.

    Args:
        path: a nights.db that nobody writes.
        in_force: what is deleted; what was meant by others has been taken back.
    """
    try:
        with closing(open_kept(path)) as connection, InWords(path):
            require_names(connection, path)  # by another one the backup would be damaged, too
            tables = {name for (name,) in connection.execute(_TABLES)}
            if not {"purged_seqs", "deleted_minutes"} <= tables:
                return  # of before anything was kept of what is erased
            if connection.execute(_ANY).fetchone() == (0,):
                return
            streams = connection.execute(_STREAMS).fetchall()
            # In their order: of two records of one minute the one of the newest stream is shown.
            for stream_id, *place in streams:
                erased = purged_seqs.kept(connection, stream_id)
                yield Handed((place[0], place[1], place[2]), erased=erased)
            for stream_id, *place in streams:
                yield from _rows(connection, stream_id, (place[0], place[1], place[2]), in_force)
    except StoreError:
        return


def hand_on(path: Path, connection: sqlite3.Connection, those: Iterator[Handed]) -> None:
    """Put what is handed on into the nights.db of a backup that knows the deletions already.

    Raises:
        StoreError: it cannot be written.
    """
    deleted = DeletedMinutes(path, connection)
    missed = MissedRows(path, connection, Honoured())
    for one in those:
        missed.learn(one.place, one.erased)
        stream = one.place[2]
        if one.keys:
            deleted.keep_keys(stream, one.keys)
        if one.meant:
            deleted.keep_meant(stream, one.meant)


def _rows(
    connection: sqlite3.Connection,
    stream_id: int,
    place: tuple[str, str, str],
    in_force: Collection[Deletion],
) -> Iterator[Handed]:
    found = connection.execute(_ROWS, (stream_id,))
    while some := found.fetchmany(AT_ONCE):
        keys: list[Key] = []
        meant: list[tuple[Record, int]] = []
        for cells in some:
            seq, *identity, end_ms = cells[:7]
            if key := key_of([None, end_ms, None, seq, *identity, *cells[7:]]):
                keys.append(key)
            elif is_deleted(in_force, place[0], end_ms) and (
                record := sound_record(cells, place[2])
            ):
                meant.append((record, end_ms))
        yield Handed(place, keys=keys, meant=meant)
