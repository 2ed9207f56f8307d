"""Which minutes make a night: lights-out and get-up, by order of trust."""

from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Who said when the lights went out, or when the person got up."""

    CORRECTION = "correction"
    BUTTON = "button"
    LIGHT = "light"
    SCHEDULE = "schedule"


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One night: (start_ms, end_ms] in UTC, named by its evening's local date."""

    night: str
    zone: str
    lights_out_ms: int
    get_up_ms: int
    lights_out_source: Source
    get_up_source: Source
    provisional: bool = False

    @property
    def start_ms(self) -> int:
        """Return the first whole minute's start at or after lights-out."""
        return -(-self.lights_out_ms // 60_000) * 60_000

    @property
    def end_ms(self) -> int:
        """Return the last whole minute's end at or before get-up."""
        return self.get_up_ms // 60_000 * 60_000
