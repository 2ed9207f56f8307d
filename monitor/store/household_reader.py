"""Reads household.db without ever writing; the defaults where nobody has chosen yet."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from monitor.contract.record import LATEST_MS, ClockState, MarkKind
from monitor.night.alert_choices import AlertChoices
from monitor.night.household import CALIBRATION, Correction, Household, PageMark
from monitor.night.view_choices import ViewChoices
from monitor.runtime.clock import Clock
from monitor.store.database import InWords, Schema, data_version, open_reader
from monitor.store.deletion import WHOLE_HOUSE, Deletion
from monitor.store.errors import (
    CorruptFileError,
    StoreError,
    StoreMissingError,
    StoreUnavailableError,
)
from monitor.store.hidden_words import HIDDEN, deletions
from monitor.store.household_db import IN_FORCE, NEWEST, UNDONE, chosen, household_schema
from monitor.store.household_numbers import LAST_CHANGES, LAST_REQUEST, Changes
from monitor.store.household_seal import require_fitting
from monitor.store.own_file import file_under

_correction: Final = msgspec.json.Decoder(Correction)
# A kind that a later version has added says nothing to this one.
_KINDS: Final = frozenset(MarkKind)
_CHANGES_IN_FORCE: Final = (
    "SELECT change_id, key FROM settings WHERE room IN ('', ?) AND valid_from_ms <= ?"
)
# In force at this instant, which no clock shows, is what was chosen last.
NEWEST_MS: Final = LATEST_MS


class Undatable(Protocol):
    """Where rows may wait for their date."""

    def is_undated(self) -> bool:
        """Tell whether anything waits that people chose or said before the time was known."""
        ...


def in_force_ms(clock: Clock, household: Undatable, state: ClockState | None = None) -> int:
    """Return the instant by which to ask a household what is in force now.

    A clock that does not know the time may be weeks behind what people chose, and nobody can
    have chosen anything for later: then that is what was chosen last. So it is while anything
    waits that was chosen by such a clock. state: the clock's, where that has been asked already.
    """
    if (state or clock.state()) is ClockState.UNSYNCED or household.is_undated():
        return NEWEST_MS
    return clock.now_ms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked the monitor to do; value is JSON, its form depends on kind."""

    request_id: int
    made_ms: int
    kind: str
    value: str


class HouseholdReader:
    """A read-only view of household.db, which may not exist yet: then all are defaults.

    A choice for a room stands before the one for the whole house. Any method may raise
    StoreError: a file that is foreign or newer, or storage that fails.
    """

    def __init__(self, path: Path, *, schema: Schema | None = None) -> None:
        self._path = path
        self._schema = schema or household_schema()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._opened_times = 0

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def household(self, room: str, at_ms: int) -> Household:
        """Return the settings in force in a room at an instant."""
        return chosen(Household, self._in_force(room, at_ms))

    def alert_choices(self, at_ms: int) -> AlertChoices:
        """Return what people chose of alerts, which is for the whole house."""
        return chosen(AlertChoices, self._in_force(WHOLE_HOUSE, at_ms))

    def view_choices(self, room: str, at_ms: int) -> ViewChoices:
        """Return what people chose of how a room is shown, '' for the whole house."""
        return chosen(ViewChoices, self._in_force(room, at_ms))

    def is_undated(self) -> bool:
        """Tell whether anything waits that people chose or said before the time was known."""
        return bool(self._rows("SELECT 1 FROM undated LIMIT 1"))

    def requests_after(self, request_id: int) -> tuple[Request, ...]:
        """Return what people asked for after a request, oldest first."""
        rows = self._rows(
            "SELECT request_id, made_ms, kind, value FROM requests WHERE request_id > ?"
            " ORDER BY request_id",
            request_id,
        )
        return tuple(
            Request(request_id=number, made_ms=made_ms, kind=kind, value=value)
            for number, made_ms, kind, value in rows
        )

    def newest_request(self, kind: str) -> Request | None:
        """Return what people asked for last of a kind, None where nobody has."""
        rows = self._rows(
            "SELECT request_id, made_ms, kind, value FROM requests WHERE kind = ?"
            " ORDER BY request_id DESC LIMIT 1",
            kind,
        )
        for number, made_ms, _, value in rows:
            return Request(request_id=number, made_ms=made_ms, kind=kind, value=value)
        return None

    def calibration_id(self, room: str, at_ms: int) -> int:
        """Return the number of the newest calibration in force, 0 for none."""
        rows = self._rows(_CHANGES_IN_FORCE, room, at_ms)
        return max((change_id for change_id, key in rows if key in CALIBRATION), default=0)

    def last_set_ms(self, room: str, keys: Sequence[str]) -> int | None:
        """Return since when the setting of these keys made last holds; None if none was made."""
        marks = ", ".join("?" * len(keys))
        sql = f"SELECT valid_from_ms FROM settings WHERE room IN ('', ?) AND key IN ({marks})"  # noqa: S608 - placeholders only
        rows = self._rows(f"{sql} ORDER BY change_id DESC LIMIT 1", room, *keys)
        return rows[0][0] if rows else None

    def correction(self, room: str, night: str) -> Correction | None:
        """Return what a person last said of a night (YYYY-MM-DD), None if nothing."""
        rows = self._rows(
            "SELECT value FROM corrections WHERE room = ? AND night = ?"
            " ORDER BY change_id DESC LIMIT 1",
            room,
            night,
        )
        if not rows:
            return None
        try:
            return _correction.decode(rows[0][0])
        except msgspec.MsgspecError as error:
            raise StoreUnavailableError(
                f"{self._path}: the correction of {night} cannot be read ({error}): make it again"
            ) from error

    def has_password(self) -> bool:
        """Tell whether the first run is over."""
        return bool(self._rows("SELECT 1 FROM account"))

    def data_version(self) -> int:
        """Return a number that changes when the web process has written; 0 without a file.

        Another file has other numbers.
        """
        connection = self._connected()
        if connection is None:
            return 0
        return (self._opened_times << 32) + data_version(connection, self._path)

    def marks(self, room: str, start_ms: int, end_ms: int) -> tuple[PageMark, ...]:
        """Return the marks made on pages in (start_ms, end_ms], in order of time."""
        rows = self._rows(
            "SELECT mark_id, at_ms, kind, note FROM marks"
            " WHERE room = ? AND at_ms > ? AND at_ms <= ? AND NOT EXISTS"
            " (SELECT 1 FROM marks AS other WHERE other.mark_id = ? || marks.mark_id)"
            " ORDER BY at_ms, change_id",
            room,
            start_ms,
            end_ms,
            UNDONE,
        )
        return tuple(
            PageMark(mark_id=mark_id, at_ms=at_ms, kind=MarkKind(kind), note=note)
            for mark_id, at_ms, kind, note in rows
            if kind in _KINDS
        )

    def kept_mark(self, mark_id: str) -> tuple[str, PageMark] | None:
        """Return (room, mark) as it is kept; None where it is unknown, taken back or deleted."""
        rows = self._rows(
            "SELECT room, at_ms, kind, note FROM marks WHERE mark_id = ?1 AND kind <> ?2"
            " AND room NOT LIKE ?3"
            " AND NOT EXISTS (SELECT 1 FROM marks WHERE mark_id = ?2 || ?1)",
            mark_id,
            UNDONE,
            f"{HIDDEN}%",
        )
        if not rows or rows[0][2] not in _KINDS:
            return None
        room, at_ms, kind, note = rows[0]
        return room, PageMark(mark_id=mark_id, at_ms=at_ms, kind=MarkKind(kind), note=note)

    def deletions(self) -> tuple[Deletion, ...]:
        """Return every deletion of minutes, oldest first, undone ones too."""
        connection = self._connected()
        if connection is None:
            return ()
        with InWords(self._path):
            return deletions(connection)

    def is_sound(self) -> bool:
        """Tell whether what people chose and said is as it was written."""
        connection = self._connected()
        try:
            if connection is not None:
                require_fitting(connection, self._path)
        except CorruptFileError:
            return False
        return True

    def tags(self, room: str, night: str) -> tuple[str, ...]:
        """Return the tags of a night (YYYY-MM-DD), in order of the alphabet."""
        rows = self._rows(
            "SELECT tag FROM night_tags WHERE room = ? AND night = ? ORDER BY tag", room, night
        )
        return tuple(tag for (tag,) in rows)

    def tagged_nights(self, room: str, tag: str) -> tuple[str, ...]:
        """Return the nights that have a tag, oldest first."""
        rows = self._rows(
            "SELECT night FROM night_tags WHERE room = ? AND tag = ? AND night NOT LIKE ?"
            " ORDER BY night",
            room,
            tag,
            f"{HIDDEN}%",
        )
        return tuple(night for (night,) in rows)

    def tag_counts(self, room: str) -> dict[str, int]:
        """Return on how many nights each tag of a room is, the most used first."""
        rows = self._rows(
            "SELECT tag, count(*) FROM night_tags WHERE room = ? AND night NOT LIKE ?"
            " GROUP BY tag ORDER BY 2 DESC, 1",
            room,
            f"{HIDDEN}%",
        )
        return dict(rows)

    def note(self, room: str, night: str) -> str:
        """Return the words on a night (YYYY-MM-DD), '' without any."""
        rows = self._rows("SELECT note FROM night_notes WHERE room = ? AND night = ?", room, night)
        return rows[0][0] if rows else ""

    def has_reached_request(self, request_id: int) -> bool:
        """Tell whether a request may be of this file, whose numbers never fall, if there is one."""
        return all(number >= request_id for (number,) in self._rows(LAST_REQUEST))

    def changes_after(self, up_to: tuple[int, int, int] = (0, 0, 0)) -> Changes:
        """Return what was added after an earlier Changes.up_to, the whole house as room ''.

        All there is where the file has not come so far: it is another one, as a copy of before.
        """
        for reached in self._rows(LAST_CHANGES):
            if any(mine < seen for mine, seen in zip(reached, up_to, strict=True)):
                up_to = (0, 0, 0)
        settings = self._rows(
            "SELECT change_id, room, valid_from_ms FROM settings WHERE change_id > ?"
            " ORDER BY change_id",
            up_to[0],
        )
        corrections = self._rows(
            "SELECT change_id, room, night FROM corrections WHERE change_id > ?"
            " AND night NOT LIKE ? ORDER BY change_id",
            up_to[1],
            f"{HIDDEN}%",
        )
        marks = self._rows(
            "SELECT change_id, room, at_ms FROM marks WHERE change_id > ? AND kind IN (?, ?, ?)"
            " AND room != '' AND room NOT LIKE ? ORDER BY change_id",
            up_to[2],
            UNDONE,
            MarkKind.LIGHTS_OUT,
            MarkKind.GET_UP,
            f"{HIDDEN}%",
        )
        return Changes(
            up_to=(
                settings[-1][0] if settings else up_to[0],
                corrections[-1][0] if corrections else up_to[1],
                marks[-1][0] if marks else up_to[2],
            ),
            settings=tuple((room, valid_from_ms) for _, room, valid_from_ms in settings),
            corrections=tuple((room, night) for _, room, night in corrections),
            marks=tuple((room, at_ms) for _, room, at_ms in marks),
        )

    def _in_force(self, room: str, at_ms: int) -> list[tuple[Any, ...]]:
        if at_ms >= NEWEST_MS:
            return self._rows(NEWEST, room)
        return self._rows(IN_FORCE, room, at_ms)

    def _rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        connection = self._connected()
        if connection is None:
            return []
        with InWords(self._path):
            return connection.execute(sql, values).fetchall()

    def _connected(self) -> sqlite3.Connection | None:
        """Return the connection, opened as soon as there is a file, and anew where it is another.

        While there is none, what was there is still read: its writer makes one within seconds.
        """
        with InWords(self._path):
            found = file_under(self._path)
        if self._connection is None or found not in {self._opened, None}:
            try:
                connection = open_reader(self._path, self._schema)
            except StoreMissingError:
                return self._connection
            if self._connection is not None:
                self._require_own_log(connection)
            self.close()
            self._connection, self._opened = connection, found
            self._opened_times += 1
        return self._connection

    def _require_own_log(self, connection: sqlite3.Connection) -> None:
        """Refuse a file that was put in the place of another, and is shown with that one's log."""
        try:
            require_fitting(connection, self._path)
        except StoreError:
            connection.close()
            raise
