"""The rows of alerts in nights.db as values."""

from dataclasses import dataclass
from typing import Final

WAITING: Final = "waiting"
SENDING: Final = "sending"
SENT: Final = "sent"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What was decided of a room, when, and why.

    rise_from_ms to rise_to_ms: when that came up of which this is the end.
    """

    room: str
    at_ms: int
    night: str
    kind: str
    what: str
    fate: str
    why: str
    title: str
    body: str
    rise_from_ms: int | None = None
    rise_to_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be sent: the how-manieth decision of its transaction it tells."""

    decision: int
    channel: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message and how far it is; made_s and next_s are on the alerts' steady time.

    answer: the last attempt in words. done_ms: when it was sent or given up.
    """

    message_id: int
    channel: str
    urgency: str
    made_s: float
    next_s: float
    attempts: int
    status: str
    answer: str
    done_ms: int | None
    decision: DecisionRow
