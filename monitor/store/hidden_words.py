"""What a deletion takes out of sight in household.db: marks; corrections, tags, notes of nights."""

import sqlite3
from contextlib import suppress
from datetime import UTC, tzinfo
from typing import Final

from monitor.contract.errors import ZoneNameError
from monitor.contract.record import instant
from monitor.contract.zones import chosen_zone
from monitor.night.household import Household
from monitor.store.deletion import WHOLE_HOUSE, Deletion
from monitor.store.household_db import IN_FORCE, chosen

# What a deletion takes out of sight has its number before the name of its room or night, which
# no room and no night can have; undoing takes it off again.
HIDDEN: Final = "deleted:"
# The table, and its column that is renamed.
WORDS: Final = (
    ("marks", "room"),
    ("corrections", "night"),
    ("night_tags", "night"),
    ("night_notes", "night"),
)
# Of a table whose numbers tell what is new: the row of the highest stays, and says nothing. Its
# number would be given again, and what has it then be taken for seen.
_EMPTIED: Final = {
    "marks": "mark_id = ?1 || change_id, made_ms = 0, room = ?1, at_ms = 0, note = ''",
    "corrections": "made_ms = 0, room = '', night = ?1, value = '{}'",
}
ALL_NIGHTS: Final = ""
# What of it another deletion holds, by that column.
_HELD_TOO: Final = {
    "room": ":room IN ('', substr(room, :from)) AND at_ms > :start_ms AND at_ms <= :end_ms",
    "night": ":room IN ('', room) AND :night IN ('', substr(night, :from))",
}
_COLUMNS: Final = "deletion_id, made_ms, room, start_ms, end_ms, undone_ms"


def deletions(connection: sqlite3.Connection) -> tuple[Deletion, ...]:
    """Return every deletion of household.db, oldest first, undone ones too."""
    return tuple(
        Deletion(
            deletion_id=number, made_ms=made_ms, room=room,
            start_ms=start_ms, end_ms=end_ms, undone_ms=undone_ms,
        )
        for number, made_ms, room, start_ms, end_ms, undone_ms in connection.execute(
            f"SELECT {_COLUMNS} FROM deletions ORDER BY deletion_id"  # noqa: S608 - a constant
        ).fetchall()
    )  # fmt: skip


def holding(connection: sqlite3.Connection, room: str, at_ms: int) -> list[Deletion]:
    """Return the deletions in force that hold a mark of a room, oldest first."""
    return [one for one in deletions(connection) if one.covers(room, at_ms)]


def room_once_dated(
    connection: sqlite3.Connection, room: str, at_ms: int, by_its_clock_ms: tuple[int, int]
) -> str:
    """Return the name of the room of a mark, in or out of sight, now that its date is known.

    Args:
        connection: household.db.
        room: as it was named so far.
        at_ms: the date.
        by_its_clock_ms: from when until when its boot went by the clock that it had: what
            people deleted then stays deleted. Anything else that was deleted is held against
            the date.
    """
    number, _, name = room.removeprefix(HIDDEN).rpartition(":")
    since_ms, until_ms = by_its_clock_ms
    for one in deletions(connection) if number else ():
        if str(one.deletion_id) == number and since_ms <= one.made_ms <= until_ms:
            return room
    return next(map(prefix_of, holding(connection, name, at_ms)), "") + name


def hide(connection: sqlite3.Connection, deletion: Deletion, nights: str) -> None:
    """Take out of sight what a deletion holds, and what is written on a night ('': on all)."""
    prefix = prefix_of(deletion)
    connection.execute(
        "UPDATE marks SET room = ?1 || room WHERE at_ms > ?2 AND at_ms <= ?3"
        " AND ?4 IN ('', room) AND room NOT LIKE ?5",
        (prefix, deletion.start_ms, deletion.end_ms, deletion.room, f"{HIDDEN}%"),
    )
    for table in ("corrections", "night_tags", "night_notes"):
        connection.execute(
            f"UPDATE {table} SET night = ?1 || night WHERE ?2 IN ('', night)"  # noqa: S608 - our names
            " AND ?3 IN ('', room) AND night NOT LIKE ?4",
            (prefix, nights, deletion.room, f"{HIDDEN}%"),
        )


def show(connection: sqlite3.Connection, undone: Deletion) -> None:
    """Bring back what a deletion took out of sight, but for what another in force holds.

    That goes over to the other one. What was written anew since goes before what was there.
    """
    prefix = prefix_of(undone)
    for other in deletions(connection):
        if other.undone_ms is None and other.deletion_id != undone.deletion_id:
            _hand_over(connection, undone, other)
    for table, column in WORDS:
        connection.execute(
            f"UPDATE OR IGNORE {table} SET {column} = substr({column}, ?)"  # noqa: S608 - our names
            f" WHERE {column} LIKE ?",
            (len(prefix) + 1, f"{prefix}%"),
        )
        connection.execute(f"DELETE FROM {table} WHERE {column} LIKE ?", (f"{prefix}%",))  # noqa: S608 - our names


def erase(connection: sqlite3.Connection, table: str, prefix: str) -> int:
    """Remove for good what a deletion took out of sight in a table; return how many rows."""
    column = dict(WORDS)[table]
    erased = 0
    if table in _EMPTIED:
        erased += connection.execute(
            f"UPDATE {table} SET {_EMPTIED[table]}"  # noqa: S608 - our names
            f" WHERE {column} LIKE ?2 AND change_id = (SELECT max(change_id) FROM {table})",
            (HIDDEN, f"{prefix}%"),
        ).rowcount
    erased += connection.execute(
        f"DELETE FROM {table} WHERE {column} LIKE ?",  # noqa: S608 - our names
        (f"{prefix}%",),
    ).rowcount
    return erased


def nights_of(connection: sqlite3.Connection, deletion: Deletion) -> str:
    """Return which night's (YYYY-MM-DD) tags and notes a deletion holds, ALL_NIGHTS for all.

    That of a night begins at the household's noon; one that is no night's reaches back to the
    beginning.
    """
    if deletion.room == WHOLE_HOUSE or deletion.start_ms <= 0:
        return ALL_NIGHTS
    values = (deletion.room, deletion.end_ms)
    household = chosen(Household, connection.execute(IN_FORCE, values).fetchall())
    zone: tzinfo = UTC
    with suppress(ZoneNameError):  # that this machine's tz database no longer has
        zone = chosen_zone(household.zone)
    return instant(deletion.start_ms).astimezone(zone).date().isoformat()


def prefix_of(deletion: Deletion) -> str:
    """Return what stands before the names of all that a deletion took out of sight."""
    return f"{HIDDEN}{deletion.deletion_id}:"


def _hand_over(connection: sqlite3.Connection, undone: Deletion, other: Deletion) -> None:
    """Put under another deletion what an undone one took out of sight and the other holds too."""
    old, new = prefix_of(undone), prefix_of(other)
    nights = ALL_NIGHTS if other.spans(undone) else nights_of(connection, other)
    held = {
        "old": f"{old}%", "new": new, "from": len(old) + 1, "room": other.room, "night": nights,
        "start_ms": other.start_ms, "end_ms": other.end_ms,
    }  # fmt: skip
    for table, column in WORDS:
        where = f"{column} LIKE :old AND {_HELD_TOO[column]}"
        connection.execute(
            f"UPDATE OR IGNORE {table} SET {column} = :new || substr({column}, :from)"  # noqa: S608 - our names
            f" WHERE {where}",
            held,
        )
        connection.execute(f"DELETE FROM {table} WHERE {where}", held)  # noqa: S608 - our names
