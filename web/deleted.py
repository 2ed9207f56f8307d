"""Pure: what of a night was deleted, in words: no sensor is to be blamed for that."""

from collections.abc import Iterable
from typing import Final

from monitor.night.window import Window
from monitor.score.phrases import AND, FROM_TO
from monitor.store.deletion import WHOLE_HOUSE, Deletion, in_force
from web.present import clock_text

DELETED: Final = (
    "What was recorded {stretches} was deleted: where values of that time are missing, no sensor"
    " is at fault."
)


def deleted_text(window: Window, room: str, deletions: Iterable[Deletion]) -> str:
    """Return when something of a night was deleted, '' where nothing was."""
    stretches = AND.join(
        FROM_TO.format(begin=clock_text(start_ms, window.zone), end=clock_text(end_ms, window.zone))
        for start_ms, end_ms in _stretches(window, room, deletions)
    )
    return DELETED.format(stretches=stretches) if stretches else ""


def _stretches(window: Window, room: str, deletions: Iterable[Deletion]) -> list[tuple[int, int]]:
    """Return the stretches of a night that deletions in force hold, in order, none twice."""
    found: list[tuple[int, int]] = []
    for one in sorted(in_force(deletions), key=lambda it: it.start_ms):
        start_ms, end_ms = max(one.start_ms, window.start_ms), min(one.end_ms, window.end_ms)
        if one.room not in (WHOLE_HOUSE, room) or start_ms >= end_ms:
            continue
        if found and start_ms <= found[-1][1]:
            start_ms, end_ms = found[-1][0], max(found.pop()[1], end_ms)
        found.append((start_ms, end_ms))
    return found
