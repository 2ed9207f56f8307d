"""What /api/v1 answers with: versioned documents, named with their units."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.contract.record import Minute
from monitor.night.household import PageMark
from monitor.score.result import NightScore
from web.readings import MinuteReading
from web.room_now import RoomNow

API_VERSION: Final = 1


class ErrorDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was not done, in words; status repeats the answer's."""

    error: str
    status: int


class RoomsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every room now."""

    v: int = API_VERSION
    rooms: tuple[RoomNow, ...]


class NightDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One night of a room; rating and score are the shown ones unrounded (see sure_rating).

    deleted: what of it was deleted, in words: no sensor is to blame for that.
    """

    v: int = API_VERSION
    room: str
    night: NightScore
    deleted: str = ""


class NightsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Some weeks of nights, newest first, as outlines; earlier and later name an `until`.

    rating and score are the shown ones unrounded: with at_least, what is surely reached, or with
    at_most, too, high.
    """

    v: int = API_VERSION
    room: str
    nights: tuple[NightScore, ...]
    earlier: str = ""
    later: str = ""


class NightMinutesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of a night's window."""

    v: int = API_VERSION
    room: str
    night: str
    minutes: tuple[Minute, ...]


class MinutesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes that ended in a range, in order."""

    v: int = API_VERSION
    room: str
    minutes: tuple[Minute, ...]


class ReadingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A night's picture in words: one entry a minute from its left edge on, as shown."""

    v: int = API_VERSION
    room: str
    night: str
    minutes: tuple[MinuteReading, ...]


class MarkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a mark: as it is kept; new is False where it was known already.

    Of one that was taken back or deleted, taken_back is True and the mark is as it was sent.
    """

    v: int = API_VERSION
    room: str
    mark: PageMark
    new: bool
    taken_back: bool = False


class UnmarkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that is taken back."""

    v: int = API_VERSION
    mark_id: str


class MarksDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The marks made on pages in one night, from noon to noon."""

    v: int = API_VERSION
    room: str
    night: str
    marks: tuple[PageMark, ...]


class TagsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every tag of a room and on how many nights it is, the most used first."""

    v: int = API_VERSION
    room: str
    tags: dict[str, int]


class DiaryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote on a night."""

    v: int = API_VERSION
    room: str
    night: str
    tags: tuple[str, ...]
    note: str


class WantedDiary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tags and words for a night, in place of those it has; a tag has no comma."""

    tags: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    note: Annotated[str, Meta(max_length=2000)] = ""
