"""What the pages read: the store and the live files, as they see them.

The web process holds no MQTT client; store and live files belong to the monitor and may
be absent, empty or old at any moment. What the household says is the web process's own.
An absent store reads as an empty one; a store that cannot be read raises
monitor.store.errors.StoreError.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Protocol

import msgspec

from monitor.contract.messages import State
from monitor.contract.record import LATEST_MS, Minute
from monitor.night.alert_choices import AlertChoices
from monitor.night.household import Correction, Household, PageMark
from monitor.night.view_choices import ViewChoices
from monitor.night.window import Window
from monitor.score.result import Live, NightScore
from monitor.score.series import NightSeries
from monitor.store.alerts_db import OutboxRow
from monitor.store.deletion import Deletion
from monitor.store.household_reader import Request


class Condition(Protocol):
    """One thing looked at; fix is what to do where it is not well."""

    @property
    def what(self) -> str:
        """Return what was looked at."""
        ...

    @property
    def ok(self) -> bool:
        """Tell whether it is well."""
        ...

    @property
    def words(self) -> str:
        """Return how it is."""
        ...

    @property
    def fix(self) -> str:
        """Return what to do."""
        ...


class Finding(Protocol):
    """Something a person should know about the machine, in words with the fix."""

    @property
    def text(self) -> str:
        """Return the words."""
        ...

    @property
    def serious(self) -> bool:
        """Tell whether something is at stake."""
        ...

    @property
    def code(self) -> str:
        """Return what it is about, the same whatever the words."""
        ...

    @property
    def since_ms(self) -> int:
        """Return when it was first found."""
        ...


class LiveRoom(Protocol):
    """The last words about one room."""

    @property
    def room(self) -> str:
        """Return the room's slug."""
        ...

    @property
    def written_ms(self) -> int:
        """Return when the monitor last renewed this, which it does every few seconds."""
        ...

    @property
    def online(self) -> bool:
        """Tell whether the room's daemon is there, as the broker knows it."""
        ...

    @property
    def session(self) -> str | None:
        """Return the session that online is about, None before the first word of one."""
        ...

    @property
    def received_ms(self) -> int | None:
        """Return when the state was made or received, by the monitor's clock."""
        ...

    @property
    def state(self) -> State | None:
        """Return the sensors' last state, None before the first."""
        ...

    @property
    def score(self) -> Live | None:
        """Return the running score, None before the first."""
        ...

    @property
    def night(self) -> NightScore | None:
        """Return the running night, without its minute costs."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """Return what doctor found."""
        ...

    @property
    def refused(self) -> int:
        """Return how many messages the monitor could not read since it started."""
        ...

    @property
    def written_today_bytes(self) -> int:
        """Return what the monitor has written to the disk since UTC midnight."""
        ...

    @property
    def conflicts(self) -> int:
        """Return how many records came again with other contents since then."""
        ...


class KeptNight(Protocol):
    """A judged night as stored; inputs_hash changes when it is judged again."""

    @property
    def score(self) -> NightScore:
        """Return the judgement."""
        ...

    @property
    def inputs_hash(self) -> str:
        """Return what names the inputs of this judgement."""
        ...

    @property
    def seal(self) -> bytes:
        """Return the check sum of the judgement as it is kept."""
        ...


class LiveSource(Protocol):
    """Reads the live files."""

    def rooms(self) -> Sequence[str]:
        """Return the slugs of rooms that have a live file."""
        ...

    def read(self, room: str) -> LiveRoom | None:
        """Return a room's live values, None where there are none (yet)."""
        ...


class Store(Protocol):
    """Reads kept minutes and nights; nights are named by their evening, YYYY-MM-DD."""

    def rooms(self) -> Sequence[str]:
        """Return the slugs of rooms with anything kept."""
        ...

    def minutes(self, room: str, start_ms: int, end_ms: int) -> Sequence[Minute]:
        """Return the minutes that end in (start_ms, end_ms], in order."""
        ...

    def minutes_mark(self, room: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return what differs whenever minutes() of the same would."""
        ...

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        """Return what read_series would of the picture's minutes, None where it is not kept.

        mark: their minutes_mark, where that has been asked for already.
        """
        ...

    def newest_end_ms(self, room: str, by_ms: int = LATEST_MS) -> int | None:
        """Return the end of the newest minute that ended by an instant."""
        ...

    def oldest_end_ms(self, room: str, after_ms: int = 0) -> int | None:
        """Return the end of the oldest minute that ended after an instant."""
        ...

    def night(self, room: str, night: str) -> KeptNight | None:
        """Return one judged night, whole."""
        ...

    def nights(self, room: str, first: str, last: str) -> Sequence[KeptNight]:
        """Return outlines of the judged nights from first to last, both included, in order."""
        ...

    def messages(self, limit: int) -> Sequence[OutboxRow]:
        """Return the newest messages of alerts, newest first."""
        ...

    def records(self) -> int:
        """Return how many minutes have ever been stored."""
        ...

    def condition(self) -> Sequence[Condition]:
        """Return how the database files and their disk are, in words with what to do."""
        ...

    def size_bytes(self) -> int:
        """Return what the store occupies on disk."""
        ...

    def content_bytes(self) -> int:
        """Return how much of it grows with what is recorded."""
        ...

    def version(self) -> tuple[int, int]:
        """Return what differs whenever anything that is kept has changed."""
        ...


class HouseholdSource(Protocol):
    """Reads what the household chose and said, and keeps what it says on a page."""

    def in_force(self, room: str, at_ms: int) -> Household:
        """Return the settings in force in a room at an instant."""
        ...

    def alert_choices(self, at_ms: int) -> AlertChoices:
        """Return what is chosen of alerts at an instant."""
        ...

    def view_choices(self, room: str, at_ms: int) -> ViewChoices:
        """Return how a room, or with '' the house, is shown at an instant."""
        ...

    def is_undated(self) -> bool:
        """Tell whether anything waits that was chosen or said before the time was known."""
        ...

    def choose(self, room: str, values: Mapping[str, object], *, valid_from_ms: int) -> None:
        """Set choices from an instant on in a room, or with '' in the house."""
        ...

    def request(self, kind: str, value: msgspec.Struct | None = None, *, made_ms: int) -> None:
        """Ask the monitor to do something."""
        ...

    def newest_request(self, kind: str) -> Request | None:
        """Return what was asked of the monitor last of a kind."""
        ...

    def tags(self, room: str, night: str) -> Sequence[str]:
        """Return the tags of a night."""
        ...

    def tag_counts(self, room: str) -> Mapping[str, int]:
        """Return on how many nights each tag of a room is, the most used first."""
        ...

    def tagged_nights(self, room: str, tag: str) -> Sequence[str]:
        """Return the nights that have a tag, oldest first."""
        ...

    def note(self, room: str, night: str) -> str:
        """Return the words on a night, '' without any."""
        ...

    def write_on(
        self,
        room: str,
        night: str,
        *,
        tags: Sequence[str],
        note: str,
        words: Mapping[str, str] = ...,
        made_ms: int,
    ) -> None:
        """Keep tags and words on a night, and with marks (by mark_id), in place of those it had."""
        ...

    def deletions(self) -> tuple[Deletion, ...]:
        """Return every deletion, oldest first, undone ones too."""
        ...

    def gone_deletions(self) -> Container[tuple[int, str, int, int]] | None:
        """Return the keys of deletions whose minutes are erased; None while nobody can tell."""
        ...

    def delete(
        self, room: str, start_ms: int, end_ms: int, *, made_ms: int, night: str = ""
    ) -> int:
        """Delete what ended in (start_ms, end_ms] in a room ('': in all); return its number.

        With it go the tags and words of a night ('': of all).
        """
        ...

    def undo_deletion(self, deletion_id: int, *, undone_ms: int) -> bool:
        """Take a deletion back; False where that cannot be any more."""
        ...

    def version(self) -> int:
        """Return a number that differs whenever anything chosen or said has changed."""
        ...

    def correction(self, room: str, night: str) -> Correction | None:
        """Return what a person last said of a night, None if nothing."""
        ...

    def marks(self, room: str, start_ms: int, end_ms: int) -> Sequence[PageMark]:
        """Return the marks made on pages in (start_ms, end_ms], in order of time."""
        ...

    def kept_mark(self, mark_id: str) -> tuple[str, PageMark] | None:
        """Return (room, mark) as it is kept; None where it is unknown, taken back or deleted."""

    def mark(self, room: str, mark: PageMark, *, made_ms: int) -> bool:
        """Keep a mark; False where one of its id is kept already, or was taken back before it."""
        ...

    def unmark(self, mark_id: str, *, made_ms: int) -> bool:
        """Take a mark back, now or when it comes; return False where there is none now."""
        ...

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        """Keep what a person said of a night; it replaces all they said of it before."""
        ...
