"""What happens to the sender, and what it wants done: values only."""

from dataclasses import dataclass
from enum import StrEnum

from firmware.holdings import Holdings, Hole
from monitor.contract.messages import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The broker is there and the acknowledgement topic is subscribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The broker is gone; what was in flight may or may not have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalled:
    """The journal holds something else than before: after an append, a trim, a new stream."""

    holdings: Holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A Stored message came.

    held_crc is that of our record at its stored_seq, if we hold it. retained: the broker
    kept it for us, so it is the broker's memory and not the store speaking. answered is
    the range of seqs of our last batch, if it answers that one. lacks_date: the store has
    that record as it was before its date was known. is_late: it was taken before, when nothing
    could be compared; all it can do now is be refused.
    """

    stored: Stored
    held_crc: int | None
    retained: bool = False
    answered: Hole | None = None
    lacks_date: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Records in these ranges (first, last), sent or not, have a date now, and had none."""

    ranges: tuple[Hole, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed."""


Event = Connected | Disconnected | Journalled | Acknowledged | Corrected | Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishHello:
    """Ask for the acknowledgement."""

    stream: str
    lowest_seq: int
    next_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBatch:
    """Publish the records first_seq to last_seq, or as many of the first as fit a batch."""

    stream: str
    first_seq: int
    last_seq: int
    lowest_seq: int
    holes: tuple[Hole, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPosition:
    """Tell the journal up to where which store has proven to hold it; it may have fallen."""

    seq: int
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """Remove the segments that end at or below up_to_seq from the journal."""

    up_to_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStream:
    """Begin a new stream and carry into it all that is held."""


class Topic(StrEnum):
    """What a note is about; the word is the log's and the status page's."""

    POSITION_FELL = "acknowledgement_fell"
    NOT_OURS = "acknowledgement_not_ours"
    AT_A_HOLE = "acknowledgement_at_a_hole"
    OTHER_STORE = "other_store_ignored"
    NEW_STORE = "other_store_adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a person may want to know; fields are for key=value."""

    topic: Topic
    fields: tuple[tuple[str, str | int], ...] = ()


Action = PublishHello | PublishBatch | KeepPosition | Trim | NewStream | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What happened since the start; shown on the status page."""

    timeouts: int = 0
    positions_fallen: int = 0
    not_ours: int = 0
    other_store: int = 0
    new_streams: int = 0
