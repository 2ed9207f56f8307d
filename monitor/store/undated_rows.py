"""Dates what people chose and said before the machine knew the time, once it does.

A row written then has a stamp that may be weeks off. Beside it stands which boot it was written
in, and when that began by the clock of the moment: once the same boot knows the time, the two
beginnings tell how far to move it. Of a boot that never learnt the time nobody can tell; what
was chosen last stays what holds last.
"""

import sqlite3
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec
from msgspec import structs
from msgspec.structs import asdict

from monitor.contract.codec import encode
from monitor.contract.errors import ZoneNameError
from monitor.contract.record import ClockState
from monitor.night.errors import NightError
from monitor.night.household import Correction, Household
from monitor.night.window import night_of
from monitor.runtime.clock import Clock
from monitor.store.hidden_words import HIDDEN, room_once_dated
from monitor.store.household_db import IN_FORCE, MOVED, UNDONE, chosen

# Judgement: a stamp is given and written within a second; a clock that is put right between
# the two is put right by more than this, or it does not matter.
STALE_MS: Final = 10_000
# Source: https://www.sqlite.org/autoinc.html: the largest number that a row can have.
LAST_ID: Final = (1 << 63) - 1


class Booted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A boot, and when it began by a clock that does not know the time."""

    boot_id: str
    booted_ms: int


def undated(clock: Clock, stamp_ms: int) -> Booted | None:
    """Return which boot a stamp of just now belongs to, None where the time was known.

    A stamp that is not of now was given before the time was found, a moment ago.
    """
    knows_time = clock.state() is not ClockState.UNSYNCED  # first: it may be found meanwhile
    now_ms = clock.now_ms()
    is_of_now = abs(now_ms - stamp_ms) < STALE_MS
    if knows_time and is_of_now:
        return None
    began_ms = _booted_ms(clock, now_ms if is_of_now else stamp_ms)
    return Booted(boot_id=clock.boot_id(), booted_ms=began_ms)


def note(connection: sqlite3.Connection, what: str, change_id: int, booted: Booted) -> None:
    """Note that a row of a table was written without the time."""
    connection.execute(
        "INSERT INTO undated (what, change_id, boot_id, booted_ms) VALUES (?, ?, ?, ?)",
        (what, change_id, booted.boot_id, booted.booted_ms),
    )


def is_waiting(connection: sqlite3.Connection) -> bool:
    """Tell whether a row waits for its date."""
    return bool(connection.execute("SELECT 1 FROM undated LIMIT 1").fetchone())


def date_rows(connection: sqlite3.Connection, clock: Clock) -> None:
    """Give every row that waits its date, by a clock that knows the time."""
    now_ms, boot_id = clock.now_ms(), clock.boot_id()
    began_ms = _booted_ms(clock, now_ms)
    moved = _Moved(connection)
    said: dict[tuple[str, str], _Said] = {}
    for what, change_id, of_boot, booted_ms in connection.execute(
        "SELECT what, change_id, boot_id, booted_ms FROM undated ORDER BY undated_id"
    ).fetchall():
        by_ms = began_ms - booted_ms if of_boot == boot_id else None
        if what == "settings":
            # Of a boot that is over it is known that it was before this one.
            by_then_ms = began_ms if by_ms is None else now_ms
            moved.setting(change_id, by_ms or 0, by_then_ms)
        elif what == "marks" and by_ms is not None:
            moved.mark(change_id, by_ms, (booted_ms, now_ms - by_ms))
        elif what == "corrections" and by_ms is not None:
            _gather(connection, said, change_id, _Boot(by_ms=by_ms, since_ms=booted_ms))
    connection.execute("DELETE FROM undated")
    for (room, night), one in said.items():
        _move_correction(connection, room, night, one)
    moved.tell()


class _Boot(NamedTuple):
    """By how much its stamps are off, and since when it ran by them."""

    by_ms: int
    since_ms: int


class _Said(NamedTuple):
    """What was said last of a night without the time, and since which row.

    is_taken_back: nothing of it is to hold, of whichever night it was meant.
    """

    first_id: int
    wanted: Correction
    made_ms: int
    boot: _Boot
    is_taken_back: bool = False

    @property
    def meant(self) -> Correction:
        """Return it by the right time; an end of before this boot was said by that."""

        def moved(at_ms: int | None) -> int | None:
            is_of_boot = at_ms is not None and self.boot.since_ms <= at_ms <= self.made_ms
            return at_ms + self.boot.by_ms if at_ms is not None and is_of_boot else at_ms

        return Correction(
            lights_out_ms=moved(self.wanted.lights_out_ms), get_up_ms=moved(self.wanted.get_up_ms)
        )


class _Moved:
    """Moves rows, and adds one to settings that says from when on: the monitor judges anew."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._from_ms: dict[str, int] = {}

    def setting(self, change_id: int, by_ms: int, by_then_ms: int) -> None:
        """Move what was chosen by then; never before the same was last chosen."""
        for room, key, was_ms in self._connection.execute(
            "SELECT room, key, valid_from_ms FROM settings WHERE change_id = ?", (change_id,)
        ).fetchall():
            (newest_ms,) = self._connection.execute(
                "SELECT coalesce(max(valid_from_ms), 0) FROM settings"
                " WHERE room = ? AND key = ? AND change_id < ?",
                (room, key, change_id),
            ).fetchone()
            is_ms = max(newest_ms, min(was_ms + by_ms, by_then_ms))
            self._connection.execute(
                "UPDATE settings SET valid_from_ms = ? WHERE change_id = ?", (is_ms, change_id)
            )
            self._note(room, was_ms, is_ms)

    def mark(self, change_id: int, by_ms: int, by_its_clock_ms: tuple[int, int]) -> None:
        """Move a mark, and what takes it back, which stands at the same instant.

        What was deleted at the new instant has it, see room_once_dated.
        """
        for mark_id, room, was_ms in self._connection.execute(
            "UPDATE marks SET made_ms = made_ms + ? WHERE change_id = ?"
            " RETURNING mark_id, room, at_ms",
            (by_ms, change_id),
        ).fetchall():
            is_ms = was_ms + by_ms
            is_room = room_once_dated(self._connection, room, is_ms, by_its_clock_ms)
            self._connection.execute(
                "UPDATE marks SET at_ms = ?, room = ? WHERE mark_id IN (?, ?)",
                (is_ms, is_room, mark_id, f"{UNDONE}{mark_id}"),
            )
            for one in {room, is_room}:
                self._note(one, was_ms, is_ms)

    def tell(self) -> None:
        """Add what has the nights judged anew."""
        self._connection.executemany(
            "INSERT INTO settings (valid_from_ms, room, key, value) VALUES (?, ?, ?, 'null')",
            [(from_ms, room, MOVED) for room, from_ms in self._from_ms.items()],
        )

    def _note(self, room: str, was_ms: int, is_ms: int) -> None:
        if was_ms != is_ms and not room.startswith(HIDDEN):
            self._from_ms[room] = min(self._from_ms.get(room, was_ms), was_ms, is_ms)


def _gather(
    connection: sqlite3.Connection,
    said: dict[tuple[str, str], _Said],
    change_id: int,
    boot: _Boot,
) -> None:
    """Add what was said in a row; what is said after it replaces it, or takes it back."""
    for room, night, value, made_ms in connection.execute(
        "SELECT room, night, value, made_ms FROM corrections"
        " WHERE change_id = ? AND night NOT LIKE ?",
        (change_id, f"{HIDDEN}%"),
    ).fetchall():
        before = said.get((room, night))
        first_id = change_id if before is None else before.first_id
        wanted = msgspec.json.decode(value, type=Correction)
        one = _Said(first_id, wanted, made_ms, boot)
        if before is not None and wanted == Correction():
            said[room, night] = before._replace(is_taken_back=True)
        elif one.meant == wanted != Correction():
            said.pop((room, night), None)  # of that night, as are the rows before this one
        else:
            said[room, night] = one


def _move_correction(connection: sqlite3.Connection, room: str, night: str, said: _Said) -> None:
    """Say of the night that was meant what was said of one at a false hour.

    Who corrects a night while its boot has a false date means that boot's; what was said of
    another night, by times outside of that boot, was meant as it is. Of the false night holds
    again what was said of it before; of what was taken back nothing else is left. All are new
    rows, as whatever people say is.
    """
    meant_by = said.meant
    if meant_by == said.wanted:
        return
    # A night is over before the noon at which the next one begins.
    ends = [at_ms for at_ms in (meant_by.lights_out_ms, meant_by.get_up_ms) if at_ms is not None]
    at_ms = min(ends) - (meant_by.lights_out_ms is None)
    values = connection.execute(IN_FORCE, (room, at_ms)).fetchall()
    with suppress(NightError, ZoneNameError):  # it stays where it is
        meant = night_of(at_ms, chosen(Household, values)).isoformat()
        if said.is_taken_back and meant == night:
            return  # it is that night of which it was taken back
        holds = [(night, _said_before(connection, room, night, said.first_id))]
        if meant != night:  # of which something may have been said by the right time
            there = _said_before(connection, room, meant, LAST_ID)
            said_ms = {name: at for name, at in asdict(meant_by).items() if at is not None}
            meant_by = structs.replace(there, **said_ms)
        if not said.is_taken_back:
            holds.append((meant, meant_by))
        connection.executemany(
            "INSERT INTO corrections (made_ms, room, night, value) VALUES (?, ?, ?, ?)",
            [(said.made_ms + said.boot.by_ms, room, of, encode(one).decode()) for of, one in holds],
        )


def _said_before(
    connection: sqlite3.Connection, room: str, night: str, change_id: int
) -> Correction:
    """Return what was said of a night before a row, nothing where nothing was."""
    row = connection.execute(
        "SELECT value FROM corrections WHERE room = ? AND night = ? AND change_id < ?"
        " ORDER BY change_id DESC LIMIT 1",
        (room, night, change_id),
    ).fetchone()
    return Correction() if row is None else msgspec.json.decode(row[0], type=Correction)


def _booted_ms(clock: Clock, now_ms: int) -> int:
    return now_ms - round(1000 * clock.boottime_s())
