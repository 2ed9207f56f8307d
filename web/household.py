"""The household's choices for many threads: household.db as it is now, and its one writer."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from monitor.night.alert_choices import AlertChoices
from monitor.night.household import Correction, Household, PageMark
from monitor.night.view_choices import ViewChoices
from monitor.store.deletion import Deletion, Key
from monitor.store.gone_deletions import gone_keys
from monitor.store.household_reader import HouseholdReader, Request
from monitor.store.household_writer import HouseholdWriter


class KeptHousehold:
    """Reads household.db through one connection and writes it through the one writer.

    Before anybody has chosen, all are defaults. Threads may share it; any method may
    raise StoreError.
    """

    def __init__(self, path: Path, writer: HouseholdWriter) -> None:
        self._lock = threading.Lock()
        self._folder = path.parent
        self._reader = HouseholdReader(path)
        self._writer = writer

    def in_force(self, room: str, at_ms: int) -> Household:
        """Return the choices in force in a room at an instant."""
        with self._lock:
            return self._reader.household(room, at_ms)

    def alert_choices(self, at_ms: int) -> AlertChoices:
        """Return what is chosen of alerts at an instant."""
        with self._lock:
            return self._reader.alert_choices(at_ms)

    def view_choices(self, room: str, at_ms: int) -> ViewChoices:
        """Return how a room, or with '' the house, is shown at an instant."""
        with self._lock:
            return self._reader.view_choices(room, at_ms)

    def is_undated(self) -> bool:
        """Tell whether anything waits that was chosen or said before the time was known."""
        with self._lock:
            return self._reader.is_undated()

    def choose(self, room: str, values: Mapping[str, object], *, valid_from_ms: int) -> None:
        """Set choices from an instant on in a room, or with '' in the house.

        Raises:
            SettingError: no such setting, or not a value it can have; nothing is kept then.
        """
        with self._lock:
            self._writer.set_values(values, valid_from_ms=valid_from_ms, room=room)

    def request(self, kind: str, value: msgspec.Struct | None = None, *, made_ms: int) -> None:
        """Ask the monitor to do something (monitor.alerts.requests)."""
        with self._lock:
            self._writer.request(kind, value, made_ms=made_ms)

    def newest_request(self, kind: str) -> Request | None:
        """Return what was asked of the monitor last of a kind."""
        with self._lock:
            return self._reader.newest_request(kind)

    def tags(self, room: str, night: str) -> tuple[str, ...]:
        """Return the tags of a night."""
        with self._lock:
            return self._reader.tags(room, night)

    def tag_counts(self, room: str) -> dict[str, int]:
        """Return on how many nights each tag of a room is, the most used first."""
        with self._lock:
            return self._reader.tag_counts(room)

    def tagged_nights(self, room: str, tag: str) -> tuple[str, ...]:
        """Return the nights that have a tag, oldest first."""
        with self._lock:
            return self._reader.tagged_nights(room, tag)

    def note(self, room: str, night: str) -> str:
        """Return the words on a night, '' without any."""
        with self._lock:
            return self._reader.note(room, night)

    def write_on(
        self,
        room: str,
        night: str,
        *,
        tags: Sequence[str],
        note: str,
        words: Mapping[str, str] = MappingProxyType({}),
        made_ms: int,
    ) -> None:
        """Keep tags and words on a night, and with its marks, in place of those it had.

        Raises:
            SettingError: too many or too long; the text says which, and nothing is kept.
        """
        with self._lock:
            self._writer.diary().write(
                room, night, tags=tags, note=note, words=words, made_ms=made_ms
            )

    def deletions(self) -> tuple[Deletion, ...]:
        """Return every deletion, oldest first, undone ones too."""
        with self._lock:
            return self._reader.deletions()

    def gone_deletions(self) -> frozenset[Key] | None:
        """Return the keys of deletions whose minutes are erased; None while nobody can tell."""
        return gone_keys(self._folder)

    def delete(
        self, room: str, start_ms: int, end_ms: int, *, made_ms: int, night: str = ""
    ) -> int:
        """Delete what ended in (start_ms, end_ms] in a room ('': in all); return its number.

        With it go the tags and words of a night ('': of all).
        """
        with self._lock:
            return self._writer.diary().delete(room, start_ms, end_ms, made_ms=made_ms, night=night)

    def undo_deletion(self, deletion_id: int, *, undone_ms: int) -> bool:
        """Take a deletion back; False where that cannot be any more."""
        with self._lock:
            return self._writer.diary().undo_deletion(deletion_id, undone_ms=undone_ms)

    def correction(self, room: str, night: str) -> Correction | None:
        """Return what a person last said of a night, None if nothing."""
        with self._lock:
            return self._reader.correction(room, night)

    def marks(self, room: str, start_ms: int, end_ms: int) -> tuple[PageMark, ...]:
        """Return the marks made on pages in (start_ms, end_ms], in order of time."""
        with self._lock:
            return self._reader.marks(room, start_ms, end_ms)

    def kept_mark(self, mark_id: str) -> tuple[str, PageMark] | None:
        """Return (room, mark) as it is kept; None where it is unknown, taken back or deleted.

        Refused where the file has been removed or replaced: a page that hears of a mark as kept
        keeps it no longer.
        """
        with self._lock:
            self._writer.require_in_place()
            return self._reader.kept_mark(mark_id)

    def mark(self, room: str, mark: PageMark, *, made_ms: int) -> bool:
        """Keep a mark; False where one of its id is kept already, or was taken back before it."""
        with self._lock:
            return self._writer.mark(room, mark, made_ms=made_ms)

    def unmark(self, mark_id: str, *, made_ms: int) -> bool:
        """Take a mark back, now or when it comes; return False where there is none now."""
        with self._lock:
            return self._writer.unmark(mark_id, made_ms=made_ms)

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        """Keep what a person said of a night; it replaces all they said of it before."""
        with self._lock:
            self._writer.correct(room, night, correction, made_ms=made_ms)

    def version(self) -> int:
        """Return a number that differs whenever anything chosen or said has changed."""
        with self._lock:
            return self._reader.data_version()

    def close(self) -> None:
        """Close the reading connection; the writer is its opener's."""
        with self._lock:
            self._reader.close()
