"""Joins what several files know of deletions, so that none is forgotten or purged too soon.

What one of them has taken back is taken back; what any of them knows as deleted is deleted.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from monitor.store.database import InWords, open_reader, open_writer, recognise
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Deletion, in_force, joined
from monitor.store.errors import StoreError
from monitor.store.handed_rows import hand_on, to_hand_on
from monitor.store.hidden_words import deletions, hide, nights_of, show
from monitor.store.household_seal import fits_its_seal, sealing
from monitor.store.kept_aside import kept_uri
from monitor.store.nights_db import NIGHTS_FILE, nights_schema
from monitor.store.schemas import schemas
from monitor.store.set_aside import is_log_alone

# A deletion, and when its minutes were purged.
Known = dict[Deletion, int | None]


def carry_over(new: Path, there: Path, names: Iterable[str], *, now_ms: int) -> None:
    """Teach a backup's databases what those in use know of deletions, before they replace them.

    One that the backup has in force, and of which those in use know nothing, may have been
    taken back since: its seven days begin again, so that nothing of it is purged at once.

    Args:
        new: the folder of the backup's databases.
        there: the folder of those in use; nobody writes them meanwhile.
        names: the databases of the backup.
        now_ms: UTC, epoch milliseconds.

    Raises:
        StoreError: one of the backup's cannot be written.
    """
    told = joined(one for name in schemas() for one in _known(there / name))
    held = {name: _known(new / name) for name in names}
    renewed = _renewed(told, list(held.values()), now_ms)
    begun_again = [replace(one, undone_ms=now_ms) for one in renewed]
    known = joined(
        (*told, *begun_again, *renewed.values(), *(one for it in held.values() for one in it))
    )
    for name, before in held.items():
        those = to_hand_on(there / name, in_force(known)) if name == NIGHTS_FILE else iter(())
        some = list(islice(those, 1))
        if not some and all(one in before for one in known):
            continue  # the usual restore: the backup's file stays as it is
        with closing(open_writer(new / name, schemas()[name])) as connection:
            if name == NIGHTS_FILE:
                _join_nights(new / name, connection, known, _purged(there / name))
                hand_on(new / name, connection, chain(some, those))
            else:
                join_household(new / name, connection, known, handed=renewed.values())


def learn_from_nights(path: Path, connection: sqlite3.Connection) -> None:
    """Put into a household.db that fell back to its copy what nights.db has taken over since.

    Raises:
        StoreError: nights.db cannot be read, or this file not written; nothing was changed.
    """
    nights = path.with_name(NIGHTS_FILE)
    with closing(open_reader(nights, nights_schema())) as reader:
        known = DeletedMinutes(nights, reader).known()
    join_household(path, connection, filter(_makes_sense, known))


def join_household(
    path: Path,
    connection: sqlite3.Connection,
    known: Iterable[Deletion],
    *,
    handed: Iterable[Deletion] = (),
) -> None:
    """Put into household.db what else is known of deletions, and treat its words accordingly.

    Args:
        path: of the file.
        connection: its writer's; a file that does not fit its seal stays as it is.
        known: from elsewhere.
        handed: those of them that only take over the words of one that is undone.

    Raises:
        StoreError: nothing was changed.
    """
    with InWords(path):
        if not fits_its_seal(connection):
            return  # it is set aside at the next start
        there = {one.key: one for one in deletions(connection)}
    known = tuple(known)
    added = [one for one in known if one.undone_ms is None and one.key not in there]
    undone = [
        replace(one, deletion_id=there[one.key].deletion_id)
        for one in known
        if one.undone_ms is not None and one.key in there and there[one.key].undone_ms is None
    ]
    if not (added or undone):
        return
    with sealing(connection, path):
        for one in added:
            number = connection.execute(
                "INSERT INTO deletions (made_ms, room, start_ms, end_ms) VALUES (?, ?, ?, ?)",
                one.key,
            ).lastrowid
            if one not in handed and number is not None:
                hide(connection, replace(one, deletion_id=number), nights_of(connection, one))
        for one in undone:
            connection.execute(
                "UPDATE deletions SET undone_ms = ? WHERE deletion_id = ?",
                (one.undone_ms, one.deletion_id),
            )
            show(connection, one)


def _join_nights(
    path: Path,
    connection: sqlite3.Connection,
    known: tuple[Deletion, ...],
    purged: Iterable[Deletion],
) -> None:
    """Put into nights.db what else is known; what is undone is in sight before it is in use."""
    rows = DeletedMinutes(path, connection)
    rows.take_over(known)
    # What was gone for good is so again at once, and nobody is offered to take it back.
    rows.purged_before({one.key for one in purged})
    for one in known:
        while one.undone_ms is not None and rows.bring_back(one, in_force(known)):
            pass


def _purged(path: Path) -> list[Deletion]:
    return [one for one, purged_ms in _known(path).items() if purged_ms is not None]


def _renewed(
    told: tuple[Deletion, ...], held: list[Known], now_ms: int
) -> dict[Deletion, Deletion]:
    """Return the backup's deletions that may have been taken back since, as made only now."""
    keys = {one.key for one in told}
    # Of what was purged when the backup was made there is nothing to bring back.
    purged = {
        one.key for known in held for one, purged_ms in known.items() if purged_ms is not None
    }
    open_ones = [
        one
        for one in in_force(one for known in held for one in known)
        if one.key not in keys | purged
    ]
    # A clock that is behind makes none of them older; and each gets a time of its own.
    first_ms = max((now_ms, *(one.made_ms + 1 for one in open_ones)))
    return {
        one: replace(one, made_ms=first_ms + number, deletion_id=0)
        for number, one in enumerate(open_ones)
    }


def _known(path: Path) -> Known:
    """Return what a database that nobody writes knows, nothing where it cannot be read."""
    if not path.is_file() or is_log_alone(path):
        return {}
    try:
        with InWords(path), closing(sqlite3.connect(kept_uri(path), uri=True)) as connection:
            recognise(connection, path, schemas()[path.name])
            tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deletions'"
            if not (connection.execute(tables).fetchone() and fits_its_seal(connection)):
                return {}
            known: Known = (
                DeletedMinutes(path, connection).known()
                if path.name == NIGHTS_FILE
                else dict.fromkeys(deletions(connection))
            )
            return {one: purged_ms for one, purged_ms in known.items() if _makes_sense(one)}
    except StoreError:
        return {}


def _makes_sense(one: Deletion) -> bool:
    """Tell whether it can be one: nights.db has no seal, and damage must not stop a restore."""
    numbers: tuple[object, ...] = (one.made_ms, one.start_ms, one.end_ms, one.undone_ms or 0)
    room: object = one.room
    return (
        isinstance(room, str)
        and all(isinstance(it, int) for it in numbers)
        and one.start_ms < one.end_ms
    )
