"""What people chose of alerts: where messages go, and how each rule behaves."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

NAME: Final = r"^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?\Z"
ChannelName = Annotated[str, Meta(pattern=NAME)]


class Kind(StrEnum):
    """What an alert is about; the word is a key in settings, store and pages."""

    TOO_WARM = "too_warm"
    TOO_COLD = "too_cold"
    BRIGHT_EVENING = "bright_evening"
    TOO_BRIGHT = "too_bright"
    TOO_LOUD = "too_loud"
    TOO_HUMID = "too_humid"
    CLIMATE_FAULT = "climate_fault"
    LIGHT_FAULT = "light_fault"
    MICROPHONE_FAULT = "microphone_fault"
    NO_DATA = "no_data"
    DISK_FULL = "disk_full"


class AfterLightsOut(StrEnum):
    """What becomes of a message while people sleep."""

    HOLD = "hold"  # it waits for the morning note
    SILENT = "silent"  # at once, without a sound where the channel knows how
    WAKE = "wake"  # at once, as loud as the channel can


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where messages go. The url (Apprise's notation) is a secret: it is never printed."""

    name: ChannelName
    url: Annotated[str, Meta(min_length=1, max_length=2048)]

    def __repr__(self) -> str:
        return f"Channel(name={self.name!r}, url={masked(self.url)!r})"


class RuleChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one rule behaves; None keeps its own threshold or dwell time (docs/alerts.md)."""

    enabled: bool = True
    after_lights_out: AfterLightsOut = AfterLightsOut.HOLD
    threshold: Annotated[float, Meta(ge=0)] | None = None
    dwell_s: Annotated[float, Meta(ge=0, le=7200)] | None = None


class AlertChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The choices in force; a rule that is not named has the defaults."""

    alert_channels: tuple[Channel, ...] = ()
    alert_rules: dict[Kind, RuleChoice] = {}
    alert_morning_note: bool = True

    def rule(self, kind: Kind) -> RuleChoice:
        """Return the choice for a rule."""
        return self.alert_rules.get(kind, RuleChoice())


def masked(url: str) -> str:
    """Return a url with nothing but its scheme left to read.

    >>> masked("ntfys://me:word@example.org/topic"), masked("a topic")
    ('ntfys://…', '…')
    """
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator and scheme.isalnum() else "…"
