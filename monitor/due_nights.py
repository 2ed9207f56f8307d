"""The nights that are due to be judged: each once, after what changes it has settled. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

# Judgement: a back-fill sends a batch every few tens of ms; its night is judged once, after.
SETTLES_S: Final = 1.0
WAITS_AT_MOST_S: Final = 30.0


@dataclass(slots=True)
class _Due:
    first_s: float
    last_s: float

    def is_ready(self, now_s: float) -> bool:
        return now_s - self.last_s >= SETTLES_S or now_s - self.first_s >= WAITS_AT_MOST_S


class DueNights:
    """Nights by their room and date, each with since when it waits; times are monotonic."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, date], _Due] = {}

    @property
    def is_empty(self) -> bool:
        """Tell whether none is due."""
        return not self._due

    def mark(self, room: str, night: date, now_s: float) -> None:
        """Take note that something of a night has changed."""
        self._due.setdefault((room, night), _Due(now_s, now_s)).last_s = now_s

    def take(self, now_s: float) -> tuple[str, date] | None:
        """Return the newest that has settled, which is due no more; None if there is none."""
        ready = [key for key, due in self._due.items() if due.is_ready(now_s)]
        if not ready:
            return None
        key = max(ready, key=lambda one: one[1])
        del self._due[key]
        return key
