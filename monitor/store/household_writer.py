"""The one writer of household.db: dated settings, corrections, marks of a page, requests."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from monitor.contract.codec import encode
from monitor.contract.record import ClockState
from monitor.night.household import Correction, PageMark
from monitor.runtime.clock import Clock
from monitor.store.access_rows import AccessRows
from monitor.store.database import InWords, Schema, Transaction, open_reader
from monitor.store.deletion import WHOLE_HOUSE
from monitor.store.diary_rows import DiaryRows
from monitor.store.errors import (
    CorruptFileError,
    GoneFileError,
    StoreError,
    StoreUnavailableError,
)
from monitor.store.handover import NewSettings
from monitor.store.hidden_words import holding, prefix_of
from monitor.store.household_copy import bring_back, goes_further, is_emptied, keep_copy
from monitor.store.household_db import UNDONE, household_schema, setting_json
from monitor.store.household_seal import Seal, require_fitting, require_sealed
from monitor.store.joined_deletions import learn_from_nights
from monitor.store.no_file import move_away
from monitor.store.own_file import OwnFile
from monitor.store.replacement import open_or_replace
from monitor.store.set_aside import set_aside
from monitor.store.soundness import read_every_row
from monitor.store.undated_rows import Booted, date_rows, is_waiting, note, undated
from monitor.store.writer_lock import take_writer_lock

# Judgement: a mark that its undo overtakes is a rare thing; each is a row for good.
MAX_UNKNOWN_A_DAY: Final = 100
DAY_MS: Final = 86_400_000


class HouseholdWriter:
    """Owns household.db for as long as it is open; rows of choices are only ever added.

    Threads may share it. Any method may raise StoreUnavailableError; nothing of its work is
    kept then.

    Args:
        clock: tells whether what is written now has a date that counts; None where all has.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: IO[bytes],
        clock: Clock | None = None,
    ) -> None:
        self._path = path
        self._connection = connection
        self._lock = lock
        self._clock = clock
        self._turn = threading.Lock()
        self._own = OwnFile(path)
        self._seal = Seal(connection, path, self._own)
        self._diary = DiaryRows(path, connection, self._turn, self._seal)

    @classmethod
    def open(cls, path: Path, *, schema: Schema | None = None, clock: Clock | None = None) -> Self:
        """Open or create the file; a damaged one is set aside, its last copy used instead.

        Raises:
            StoreError: see monitor.store.database.open_writer and monitor.store.writer_lock.
        """
        schema = schema or household_schema()
        lock = take_writer_lock(path, schema)
        try:
            fell_back: list[Path] = []

            def instead(bad: Path) -> None:
                bring_back(path, bad)
                fell_back.append(bad)

            with InWords(path):
                move_away(path)
                if is_emptied(path):
                    path.touch(mode=0o600)  # or nothing could tell that it was removed
                    instead(set_aside(path, why="emptied or removed"))
                elif goes_further(path):
                    instead(set_aside(path, why="its log is damaged, its copy goes further"))
            connection = open_or_replace(path, schema, instead=instead, require=_require_sound)
            if fell_back:
                with suppress(StoreError):  # nights.db honours by itself what it knows
                    learn_from_nights(path, connection)
            writer = cls(path, connection, lock, clock)
            with suppress(StoreUnavailableError):  # a full disk keeps nobody out
                writer.keep_copy()
        except BaseException:
            lock.close()
            raise
        return writer

    def keep_copy(self) -> None:
        """Copy the file for the day when it is damaged; once a day is enough."""
        with self._turn:
            keep_copy(self._connection, self._path)

    def check(self) -> None:
        """Hold all rows, as they are on the disk, against their seal; once an hour is enough.

        Raises:
            CorruptFileError: they do not fit; every change is refused from now on.
            StoreError: it cannot be read.
        """
        with closing(open_reader(self._path, household_schema())) as connection:
            try:
                require_fitting(connection, self._path)
            except CorruptFileError:
                self._seal.condemn()
                raise

    def require_in_place(self) -> None:
        """Refuse to go on with a file that is no longer the one under its name.

        Raises:
            GoneFileError: whoever opens it anew finds what is there now, as at any start.
        """
        try:
            self._own.require()
        except GoneFileError:
            raise
        except StoreUnavailableError:
            return  # the folder cannot be read just now: each write says so

    def close(self) -> None:
        """Close the file and let another writer in."""
        with self._turn, InWords(self._path):
            self._connection.close()
        self._lock.close()

    def access(self) -> AccessRows:
        """Return the rows that say who may come in; they are of use while this is open."""
        return AccessRows(self._path, self._connection, self._turn, self._own)

    def diary(self) -> DiaryRows:
        """Return the tags, notes and deletions of nights; they are of use while this is open."""
        return self._diary

    def set_value(
        self, key: str, value: object, *, valid_from_ms: int, room: str = WHOLE_HOUSE
    ) -> None:
        """Set a field of any of the choices from an instant on, in a room or the house.

        Raises:
            SettingError: no such field, or not a value it can have.
        """
        self.set_values({key: value}, valid_from_ms=valid_from_ms, room=room)

    def set_values(
        self, values: Mapping[str, object], *, valid_from_ms: int, room: str = WHOLE_HOUSE
    ) -> None:
        """Set several fields at once: all of them, or where one cannot be, none.

        Raises:
            SettingError: as set_value.
        """
        self._set(values, valid_from_ms, room, self._undated(valid_from_ms))

    def take(self, wish: NewSettings) -> None:
        """Set what a command has measured, dated by the moment of the command.

        Raises:
            SettingError: as set_value.
        """
        values = {str(key): value for key, value in wish.values.items()}
        self._set(values, wish.valid_from_ms, wish.room, wish.undated)

    def date_rows(self) -> None:
        """Date what waits for it, where the time is known by now; once a second is enough."""
        clock = self._clock
        with self._turn, InWords(self._path):
            is_due = clock is not None and is_waiting(self._connection)
        if clock is not None and is_due and clock.state() is not ClockState.UNSYNCED:
            with self._turn, self._seal.changing() as connection:
                date_rows(connection, clock)

    def _set(
        self, values: Mapping[str, object], valid_from_ms: int, room: str, booted: Booted | None
    ) -> None:
        kept = [
            (valid_from_ms, room, key, setting_json(key, value)) for key, value in values.items()
        ]
        with self._turn, self._seal.changing():
            for row in kept:
                self._add(
                    "settings",
                    "INSERT INTO settings (valid_from_ms, room, key, value) VALUES (?, ?, ?, ?)",
                    row,
                    booted,
                )

    def _add(self, what: str, sql: str, row: Sequence[int | str], booted: Booted | None) -> bool:
        """Add a row, and where it has no date that counts say so; False where it was not added."""
        done = self._connection.execute(sql, row)
        if done.rowcount == 1 and booted is not None:
            note(self._connection, what, done.lastrowid or 0, booted)
        return done.rowcount == 1

    def _undated(self, stamp_ms: int) -> Booted | None:
        return None if self._clock is None else undated(self._clock, stamp_ms)

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        """Keep what a person said of a night; it replaces all they said of it before."""
        booted = self._undated(made_ms)
        with self._turn, self._seal.changing():
            self._add(
                "corrections",
                "INSERT INTO corrections (made_ms, room, night, value) VALUES (?, ?, ?, ?)",
                (made_ms, room, night, encode(correction).decode()),
                booted,
            )

    def mark(self, room: str, mark: PageMark, *, made_ms: int) -> bool:
        """Keep a mark; False where one of its id is kept already, or was taken back before it.

        False as well where what it belongs to was deleted meanwhile: it is kept out of sight
        with that, comes back with it, and is gone for good with it. One of a boot that does not
        know the time belongs to nothing that was deleted by another clock, until it has its date
        (monitor.store.undated_rows).
        """
        booted = self._undated(made_ms)
        with self._turn, self._seal.changing():
            gone = holding(self._connection, room, mark.at_ms)
            if booted is not None and mark.at_ms >= booted.booted_ms:
                gone = [it for it in gone if booted.booted_ms <= it.made_ms <= made_ms]
            hidden = next(map(prefix_of, gone), "")
            is_new = self._add(
                "marks",
                "INSERT OR IGNORE INTO marks (mark_id, made_ms, room, at_ms, kind, note)"
                " SELECT ?1, ?2, ?3, ?4, ?5, ?6"
                " WHERE NOT EXISTS (SELECT 1 FROM marks WHERE mark_id = ?7 || ?1)",
                (mark.mark_id, made_ms, hidden + room, mark.at_ms, mark.kind, mark.note, UNDONE),
                booted,
            )
        return is_new and not hidden

    def unmark(self, mark_id: str, *, made_ms: int) -> bool:
        """Take a mark back; return False where it is unknown or taken back already.

        A row is added that says so: the mark sent again stays taken back, and the monitor
        notices it as it notices every new row. Of a mark that is unknown too, without a room:
        it may be on a slower way than the word that takes it back.
        """
        with self._turn, self._seal.changing():
            done = self._connection.execute(
                "INSERT OR IGNORE INTO marks (mark_id, made_ms, room, at_ms, kind, note)"
                " SELECT ?1 || mark_id, ?2, room, at_ms, ?1, '' FROM marks WHERE mark_id = ?3",
                (UNDONE, made_ms, mark_id),
            )
            self._connection.execute(
                "INSERT OR IGNORE INTO marks (mark_id, made_ms, room, at_ms, kind, note)"
                " SELECT ?1 || ?3, ?2, '', ?2, ?1, '' WHERE ?4 >"
                " (SELECT count(*) FROM marks WHERE room = '' AND at_ms > ?2 - ?5)",
                (UNDONE, made_ms, mark_id, MAX_UNKNOWN_A_DAY, DAY_MS),
            )
        return done.rowcount == 1

    def request(self, kind: str, value: msgspec.Struct | None = None, *, made_ms: int) -> None:
        """Ask the monitor to do something (monitor.alerts.requests)."""
        with self._turn:
            with Transaction(self._connection, self._path):
                self._connection.execute(
                    "INSERT INTO requests (made_ms, kind, value) VALUES (?, ?, ?)",
                    (made_ms, kind, "" if value is None else encode(value).decode()),
                )
            self._own.require()


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    with InWords(path):
        read_every_row(connection)  # who may come in, and what is asked for, has no seal
    require_sealed(connection, path)
