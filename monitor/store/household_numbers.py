"""The numbers of household.db's rows, by which whoever has seen some knows what is new."""

from dataclasses import dataclass
from typing import Final

# The highest there are. In one file none of them falls (monitor.store.hidden_words.erase): where
# one has, the file is another, as a copy of before, and gives numbers a second time.
LAST_REQUEST: Final = "SELECT coalesce(max(request_id), 0) FROM requests"
LAST_CHANGES: Final = (
    "SELECT (SELECT coalesce(max(change_id), 0) FROM settings),"
    " (SELECT coalesce(max(change_id), 0) FROM corrections),"
    " (SELECT coalesce(max(change_id), 0) FROM marks)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was added after change numbers, as far as nights depend on it.

    settings by (room, valid_from_ms), corrections by (room, night), marks of lights-out
    and get-up by (room, at_ms).
    """

    up_to: tuple[int, int, int]
    settings: tuple[tuple[str, int], ...]
    corrections: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, int], ...]
