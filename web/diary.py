"""Pure: what people write on a night, and what they delete, in words."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec.structs import replace

from monitor.night.household import Household
from monitor.night.window import Window, span_of
from monitor.store.deletion import WHOLE_HOUSE, Deletion, Key
from web.present import local_time, night_title

BEGINNING_MS: Final = 0  # judgement: no minute of ours is older
SUGGESTED: Final = ("window open", "fan", "earplugs", "coffee late", "guest", "away")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """A deletion that can still be taken back, in words."""

    deletion_id: int
    what: str
    until: str


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a line with commas; empty ones are none.

    >>> split_tags(" fan, window  open ,,fan")
    ('fan', 'window open')
    """
    return tuple(dict.fromkeys(tag for it in text.split(",") if (tag := " ".join(it.split()))))


def night_range(window: Window, household: Household) -> tuple[int, int]:
    """Return what deleting a night takes: from noon to noon, so that nothing of it is left.

    By the clock of the night itself: another zone may have been chosen since it began.
    """
    return span_of(date.fromisoformat(window.night), replace(household, zone=window.zone))


def undoable(
    deletions: tuple[Deletion, ...],
    gone: Container[Key] | None,
    now_ms: int,
    zone_at: Callable[[str, int], str],
    titles: dict[str, str],
) -> tuple[Undoable, ...]:
    """Return what can still be taken back, the newest first.

    zone_at: tells the zone of a room's clock at an instant; a night is named by its own.
    gone: what the store has erased, None while it cannot be asked: then the date tells. It may be
    wrong either way: one made before this machine knew the time is there for longer, and with the
    clock behind one that is gone looks young.
    """
    open_ones = [it for it in deletions if it.undone_ms is None and _is_there(it, gone, now_ms)]
    return tuple(
        Undoable(
            deletion_id=it.deletion_id,
            what=_what(it, zone_at, titles),
            until=f"{local_time(it.undo_until_ms, zone_at('', now_ms)):%a %d %b, %H:%M}"
            if now_ms < it.undo_until_ms
            else "it is erased",
        )
        for it in reversed(open_ones)
    )


def _is_there(deletion: Deletion, gone: Container[Key] | None, now_ms: int) -> bool:
    return now_ms < deletion.undo_until_ms if gone is None else deletion.key not in gone


def _what(deletion: Deletion, zone_at: Callable[[str, int], str], titles: dict[str, str]) -> str:
    if deletion.room == WHOLE_HOUSE:
        return "Everything that was recorded"
    room = titles.get(deletion.room, deletion.room)
    if deletion.start_ms == BEGINNING_MS:
        return f"Everything of {room}"
    at_ms = deletion.start_ms
    evening = local_time(at_ms, zone_at(deletion.room, at_ms)).date()
    return f"{room}, {night_title(evening.isoformat())}"
