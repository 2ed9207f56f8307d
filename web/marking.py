"""Pure: what a page asks to be marked, checked."""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.contract.record import MarkKind
from monitor.night.household import PageMark
from monitor.store.diary_rows import MAX_MARK_CHARACTERS
from monitor.store.plain_text import plain_text
from web.present import clock_text

# judgement: a phone may be away for a week before it reaches home again.
OLDEST_S: Final = 7 * 86_400.0
MARK_WORDS: Final = {
    MarkKind.AWAKE: "Awake now",
    MarkKind.JERK: "Jerk",
    MarkKind.NOTE: "Note",
    MarkKind.LIGHTS_OUT: "Lights out",
    MarkKind.GET_UP: "Get up",
}


def noted_text(mark: PageMark, zone: str) -> str:
    """Return what is said to who has just made a mark; bedside.js says the same."""
    return f"Noted: {MARK_WORDS[mark.kind].lower()}, {clock_text(mark.at_ms, zone)}"


# A UUID, as a page makes it.
_ID: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
MarkId = Annotated[str, Meta(pattern=_ID)]


def is_mark_id(text: str) -> bool:
    """Tell whether a mark could have this id.

    >>> is_mark_id("0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10"), is_mark_id("nothing")
    (True, False)
    """
    return re.match(_ID, text) is not None


class WantedMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark as a page sends it: its own id (UUID), how long ago, what; room if several."""

    id: MarkId
    kind: MarkKind
    age_s: Annotated[float, Meta(ge=0, le=OLDEST_S)] = 0.0
    note: Annotated[str, Meta(max_length=MAX_MARK_CHARACTERS)] = ""
    room: str | None = None

    def stamped(self, now_ms: int) -> PageMark:
        """Return the mark with its instant by this machine's clock.

        A page says how old a mark is and not when it was: a phone's clock may be wrong.
        """
        at_ms = now_ms - round(self.age_s * 1000)
        note = plain_text(self.note).strip()
        return PageMark(mark_id=self.id, at_ms=at_ms, kind=self.kind, note=note)
