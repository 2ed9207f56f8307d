"""What alerts remember and decide: values only, serialisable."""

from enum import StrEnum

import msgspec

from monitor.alerts.phase import Phase
from monitor.night.alert_choices import Kind


class Fate(StrEnum):
    """What becomes of a decision."""

    NOW = "now"
    HELD = "held"  # for the morning note
    MUTED = "muted"


class Urgency(StrEnum):
    """How a message travels. A normal one waits while people sleep."""

    NORMAL = "normal"
    SILENT = "silent"
    WAKE = "wake"
    ASKED = "asked"  # somebody pressed a button and waits for it


class What(StrEnum):
    """What was decided about."""

    BEGAN = "began"
    ENDED = "ended"
    NOTE = "note"
    SNOOZE = "snooze"
    TEST = "test"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, when, and why; title and body are what is said.

    rise_from_ms to rise_to_ms: when that came up of which this is the end.
    """

    at_ms: int
    night: str
    kind: str
    what: What
    fate: Fate
    why: str
    title: str
    body: str = ""
    urgency: Urgency = Urgency.NORMAL
    rise_from_ms: int | None = None
    rise_to_ms: int | None = None


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is the matter, since when, and what became of its beginning.

    rose_s: how long it had been the matter when that was decided.
    """

    since_s: float
    since_ms: int
    fate: Fate
    rose_s: float = 0.0


class RuleState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule: how long it has been bad or good, the episode, the messages of tonight."""

    pending_s: float | None = None
    clearing_s: float | None = None
    episode: Episode | None = None
    sent: int = 0
    begun: int = 0


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the morning note will say of one kind."""

    night: str
    episodes: int
    first_ms: int
    first_s: float | None = None
    lasted_s: float = 0.0
    is_open: bool = True


class AlertState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room's alerts, all that has to survive a restart.

    night: whose messages are counted, since night_s; is_night_sure: that is its true date.
    seen_s: when the rules last looked. snoozed: until when, by kind or EVERYTHING. noted: the
    last night that had its morning note; is_noted_sure: by its true date; noted_s: when one was
    told last, of whatever night. phase: of the night, and knew_time: whether now_ms
    was the time, as of seen_s.
    """

    v: int = 1
    night: str = ""
    night_s: float = 0.0
    is_night_sure: bool = True
    seen_s: float = 0.0
    rules: dict[Kind, RuleState] = {}
    held: dict[Kind, Held] = {}
    snoozed: dict[str, float] = {}
    noted: str = ""
    noted_s: float | None = None
    is_noted_sure: bool = True
    phase: Phase | None = None
    knew_time: bool = True
