"""What people deleted, as values: a range of minutes, for a while to be undone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from monitor.contract.record import Record

# Judgement: undo for 7 days, then purged.
UNDO_MS: Final = 7 * 86_400_000
WHOLE_HOUSE: Final = ""
# What tells a deletion from others: made_ms, room, start_ms, end_ms.
Key = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Every minute of a room ('': of all rooms) that ended in (start_ms, end_ms].

    undone_ms: when it was taken back, None while it is in force. deletion_id: its row in
    household.db, 0 where only nights.db remembers it.
    """

    made_ms: int
    room: str
    start_ms: int
    end_ms: int
    undone_ms: int | None = None
    deletion_id: int = field(default=0, compare=False)

    @property
    def key(self) -> Key:
        """Return what tells it from others, in household.db and nights.db alike."""
        return self.made_ms, self.room, self.start_ms, self.end_ms

    @property
    def undo_until_ms(self) -> int:
        """Return until when it can be taken back; its minutes are purged then."""
        return self.made_ms + UNDO_MS

    def is_final(self, now_ms: int) -> bool:
        """Tell whether seven days are over by the wall clock; undo_time tells whether by all."""
        return self.undone_ms is None and now_ms >= self.undo_until_ms

    def covers(self, room: str, end_ms: int) -> bool:
        """Tell whether it is in force and holds a room's minute that ended at end_ms."""
        return (
            self.undone_ms is None
            and self.room in (WHOLE_HOUSE, room)
            and self.start_ms < end_ms <= self.end_ms
        )

    def spans(self, other: "Deletion") -> bool:
        """Tell whether it holds all that another one does."""
        is_there = self.room in (WHOLE_HOUSE, other.room)
        return is_there and self.start_ms <= other.start_ms and other.end_ms <= self.end_ms


def is_deleted(deletions: Iterable[Deletion], room: str, end_ms: int) -> bool:
    """Tell whether any deletion in force holds a room's minute.

    >>> one = Deletion(made_ms=9, room="", start_ms=2, end_ms=4)
    >>> [is_deleted((one,), "bedroom", end_ms) for end_ms in (2, 3, 4, 5)]
    [False, True, True, False]
    """
    return any(one.covers(room, end_ms) for one in deletions)


def between(
    deletions: Iterable[Deletion], room: str, start_ms: int, end_ms: int
) -> tuple[Deletion, ...]:
    """Return those that hold any of a room's minutes that end in (start_ms, end_ms]."""
    return tuple(
        one
        for one in deletions
        if one.room in (WHOLE_HOUSE, room) and one.start_ms < end_ms and start_ms < one.end_ms
    )


def in_force(known: Iterable[Deletion]) -> tuple[Deletion, ...]:
    """Return what of several files' deletions is in force: what one has undone is undone."""
    return tuple(one for one in joined(known) if one.undone_ms is None)


def joined(known: Iterable[Deletion]) -> tuple[Deletion, ...]:
    """Return several files' deletions, each once; what one of them has undone is undone."""
    found: dict[Key, Deletion] = {}
    for one in known:
        if (there := found.get(one.key)) is None or there.undone_ms is None:
            found[one.key] = one
    return tuple(found.values())


# Kept, out of sight, not kept.
Sorted = tuple[Sequence[Record], Sequence[Record], Sequence[Record]]


class Fate(Enum):
    """What becomes of a minute that arrives."""

    KEPT = "kept"
    HIDDEN = "hidden"
    DROPPED = "dropped"


@dataclass(slots=True)
class Honoured:
    """The deletions in force as they stand; shared by every writer of one nights.db.

    Each field is replaced whole, so that a thread may read while another renews it.
    """

    undoable: tuple[Deletion, ...] = ()
    final: tuple[Deletion, ...] = ()

    def renew(self, deletions: Iterable[Deletion], is_final: Callable[[Deletion], bool]) -> None:
        """Take over what is in force, and which of it can no longer be undone."""
        held = in_force(deletions)
        self.undoable = tuple(one for one in held if not is_final(one))
        self.final = tuple(one for one in held if is_final(one))

    def fate(self, room: str, end_ms: int) -> Fate:
        """Return what becomes of a room's minute: out of sight, or gone for good."""
        if is_deleted(self.final, room, end_ms):
            return Fate.DROPPED
        return Fate.HIDDEN if is_deleted(self.undoable, room, end_ms) else Fate.KEPT

    def of(self, room: str) -> tuple[Deletion, ...]:
        """Return what is in force in a room."""
        held = (*self.undoable, *self.final)
        return tuple(one for one in held if one.room in (WHOLE_HOUSE, room))

    def sorted(self, room: str, records: Sequence[Record]) -> Sorted:
        """Return records by what becomes of them."""
        if not (self.undoable or self.final):
            return records, (), ()
        found: dict[Fate, list[Record]] = {fate: [] for fate in Fate}
        for record in records:
            found[self.fate(room, record.minute.end_ms)].append(record)
        return found[Fate.KEPT], found[Fate.HIDDEN], found[Fate.DROPPED]
