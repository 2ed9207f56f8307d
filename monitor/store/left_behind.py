"""What a nights.db kept aside holds and another lacks: minutes by room and end, as runs."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec

from monitor.contract.record import LATEST_MS, ClockState
from monitor.store.archive import Show
from monitor.store.backup import read_only
from monitor.store.database import InWords
from monitor.store.kept_aside import kept_uri, open_kept
from monitor.store.rows import CLOCK_STATES, IS_WHOLE

# Judgement: 100 KB of list a room; further runs are joined, and only take longer to count again.
MOST_RUNS: Final = 1_000
# Judgement: some tenths of a second on a small machine.
SHOWN_EVERY: Final = 20_000
_SPAN: Final = "room_id = ?1 AND end_ms >= ?2 AND end_ms <= ?3"
_OF_ITS_NUMBER: Final = (
    "EXISTS (SELECT 1 FROM main.streams JOIN main.{} AS there USING (stream_id) WHERE stream ="
    " (SELECT stream FROM kept.streams WHERE stream_id = held.stream_id) AND there.seq = held.seq"
    " AND {})"
)
# A minute whose time was corrected since is there at another end, under its own key.
_CORRECTED: Final = _OF_ITS_NUMBER.format("minutes", "there.revision > held.revision")
_HELD: Final = (
    f"SELECT end_ms FROM kept.minutes AS held WHERE {_SPAN} AND NOT"  # noqa: S608 - constants
    f" (clock IS NOT {CLOCK_STATES.index(ClockState.SYNCED)} AND {_CORRECTED})"
)
# What was hidden may have stood at another hour than its own, and is there at that.
_ITSELF: Final = "(there.revision > held.revision OR there.crc = held.crc)"
_HIDDEN: Final = (
    f" UNION ALL SELECT end_ms FROM kept.deleted_minutes AS held WHERE {_SPAN} AND {IS_WHOLE}"  # noqa: S608 - constants
    f" AND NOT {_OF_ITS_NUMBER.format('minutes', _ITSELF)}"
)
_NOT_HIDDEN: Final = f" AND NOT {_OF_ITS_NUMBER.format('deleted_minutes', _ITSELF)}"
_TABLE: Final = "SELECT 1 FROM {}.sqlite_master WHERE type = 'table' AND name = 'deleted_minutes'"
_THERE: Final = f"SELECT end_ms FROM main.minutes WHERE {_SPAN} ORDER BY end_ms"  # noqa: S608 - constants
_NEWEST: Final = "SELECT max(end_ms) FROM kept.{} WHERE room_id = ?"
_end: Final = itemgetter(0)


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes that one store holds, none of the other's between them; epoch milliseconds."""

    first_end_ms: int
    last_end_ms: int
    minutes: int


class LeftBehind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The runs of each room, in order of time; unlisted says why they could not be found."""

    rooms: dict[str, tuple[Run, ...]] = {}
    unlisted: str = ""

    @property
    def minutes(self) -> int:
        """Return how many minutes all runs have."""
        return sum(run.minutes for runs in self.rooms.values() for run in runs)

    @property
    def last_end_ms(self) -> int:
        """Return when the newest of them ended; there must be one."""
        return max(runs[-1].last_end_ms for runs in self.rooms.values())


@dataclass(slots=True)
class Lacking:
    """What of a LeftBehind is still missing, among the minutes looked at.

    is_all: whether every minute was looked at.
    """

    minutes: int = 0
    first_end_ms: int = LATEST_MS
    last_end_ms: int = 0
    looked_at: int = 0
    is_all: bool = True


def runs_lacking(held: Iterable[int], there: Iterable[int]) -> Iterator[Run]:
    """Yield in runs what is held and not there; both ascend, doubles count once.

    >>> for run in runs_lacking(held=(1, 2, 2, 3, 5), there=(3, 4)):
    ...     print(run.first_end_ms, run.last_end_ms, run.minutes)
    1 2 2
    5 5 1
    """
    others = iter(there)
    other = next(others, None)
    first = last = minutes = 0
    for end_ms in held:
        is_parted = False
        while other is not None and other < end_ms:
            other, is_parted = next(others, None), True
        is_there = other == end_ms
        if minutes and (is_there or is_parted):
            yield Run(first_end_ms=first, last_end_ms=last, minutes=minutes)
            minutes = 0
        if is_there or (minutes and end_ms == last):
            continue
        first = first if minutes else end_ms
        last, minutes = end_ms, minutes + 1
    if minutes:
        yield Run(first_end_ms=first, last_end_ms=last, minutes=minutes)


def left_behind(path: Path, kept: Path, *, show: Show) -> LeftBehind:
    """Return what a nights.db kept aside holds and another, of any schema up to ours, lacks.

    Reads both once, in order, and remembers no more than the runs.

    Raises:
        StoreError: the one kept aside cannot be read.
    """
    found: dict[str, tuple[Run, ...]] = {}
    with InWords(kept), closing(read_only(path)) as connection:
        two = TwoStores(connection, kept)
        for number, room in enumerate(two.rooms):
            first_done, words = number / len(two.rooms), f"comparing {room}"

            def tell(done: float, first: float = first_done, words: str = words) -> None:
                show(first + done / len(two.rooms), words)

            held = _shown(two.held(room, 0, LATEST_MS), two.newest_end_ms(room), tell)
            if runs := _bounded(runs_lacking(held, two.there(room, 0, LATEST_MS))):
                found[room] = runs
    return LeftBehind(rooms=found)


def still_lacking(
    store: sqlite3.Connection,
    kept: Path,
    left: LeftBehind,
    *,
    is_deleted: Callable[[str, int], bool],
    at_most: int,
) -> Lacking:
    """Count again, inside the runs only, what a store lacks; the oldest first in each room.

    Args:
        store: a reader's connection to nights.db.
        kept: the file that left tells of.
        left: what the store lacked when it came into use.
        is_deleted: tells of a room and an end whether people deleted that minute.
        at_most: how many minutes are looked at; then it stops.

    Raises:
        StoreError: the one kept aside cannot be read.
    """
    found = Lacking()

    def wanted(room: str, ends: Iterable[int]) -> Iterator[int]:
        for end_ms in ends:
            if found.looked_at == at_most:
                found.is_all = False
                return
            found.looked_at += 1
            if not is_deleted(room, end_ms):
                yield end_ms

    with InWords(kept):
        two = TwoStores(store, kept)
        for room, runs in left.rooms.items():
            for run in runs:
                span = room, run.first_end_ms, run.last_end_ms
                for part in runs_lacking(wanted(room, two.held(*span)), two.there(*span)):
                    found.minutes += part.minutes
                    found.first_end_ms = min(found.first_end_ms, part.first_end_ms)
                    found.last_end_ms = max(found.last_end_ms, part.last_end_ms)
    return found


class TwoStores:
    """A store and one kept aside on one connection; spans are of ends, both included.

    What is hidden in the one kept aside is held by it, too: its deletion may be undone.

    Raises:
        StoreError: the one kept aside cannot be read.
    """

    def __init__(self, connection: sqlite3.Connection, kept: Path) -> None:
        open_kept(kept).close()
        self._connection = connection
        connection.execute("ATTACH ? AS kept", (kept_uri(kept),))
        # Files of before deletions have no such table.
        hides, main_hides = (bool(self._rows(_TABLE.format(name))) for name in ("kept", "main"))
        hidden = (_HIDDEN + (_NOT_HIDDEN if main_hides else "")) if hides else ""
        self._held = f"{_HELD}{hidden} ORDER BY end_ms"
        self._tables = ("minutes", "deleted_minutes") if hides else ("minutes",)
        self._ids: dict[str, tuple[int, int | None]] = {
            room: (held_id, there_id)
            for room, held_id, there_id in connection.execute(
                "SELECT room, held.room_id, there.room_id FROM kept.rooms AS held"
                " LEFT JOIN main.rooms AS there USING (room) ORDER BY room"
            ).fetchall()
        }

    @property
    def rooms(self) -> tuple[str, ...]:
        """Return the rooms of the one kept aside."""
        return tuple(self._ids)

    def newest_end_ms(self, room: str) -> int:
        """Return when the newest minute of the one kept aside ended, 0 without any."""
        newest = (self._rows(_NEWEST.format(one), self._ids[room][0]) for one in self._tables)
        return max(newest_ms or 0 for ((newest_ms,),) in newest)

    def held(self, room: str, first_ms: int, last_ms: int) -> Iterator[int]:
        """Return the ends that the one kept aside holds, ascending."""
        held_id, _ = self._ids.get(room, (None, None))
        return map(_end, self._connection.execute(self._held, (held_id, first_ms, last_ms)))

    def there(self, room: str, first_ms: int, last_ms: int) -> Iterator[int]:
        """Return the ends that the store has in sight, ascending.

        What a deletion in force hides is not asked for: the one who asks leaves it out.
        """
        _, there_id = self._ids.get(room, (None, None))
        return map(_end, self._connection.execute(_THERE, (there_id, first_ms, last_ms)))

    def _rows(self, sql: str, *values: int) -> list[tuple[int | None]]:
        return self._connection.execute(sql, values).fetchall()


def _shown(ends: Iterator[int], newest_ms: int, tell: Callable[[float], None]) -> Iterator[int]:
    """Pass ends on and tell how far they are, as a share of time."""
    oldest_ms: int | None = None
    while some := tuple(islice(ends, SHOWN_EVERY)):
        oldest_ms = some[0] if oldest_ms is None else oldest_ms
        tell((some[-1] - oldest_ms) / max(1, newest_ms - oldest_ms))
        yield from some


def _bounded(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs as they are, but the last of many as one."""
    found: list[Run] = []
    for run in runs:
        if len(found) < MOST_RUNS:
            found.append(run)
            continue
        last = found[-1]
        found[-1] = Run(
            first_end_ms=last.first_end_ms,
            last_end_ms=run.last_end_ms,
            minutes=last.minutes + run.minutes,
        )
    return tuple(found)
