"""Edges of a push button to presses: short, long, double. Pure."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

# Judgement: contacts of a push button settle within 20 ms*; nobody presses twice in 40.
BOUNCE_S: Final = 0.04
# Judgement: longer than any tap, shorter than what one wants to hold in the dark.
LONG_S: Final = 0.8
# Judgement: two taps of one hand are 0.2 to 0.3 s apart.
DOUBLE_S: Final = 0.5


class Press(Enum):
    """What a hand did."""

    SHORT = auto()
    LONG = auto()
    DOUBLE = auto()


@dataclass(slots=True)
class _Touch:
    down_s: float
    up_s: float | None = None

    def held_s(self, now_s: float) -> float:
        return (now_s if self.up_s is None else self.up_s) - self.down_s


@dataclass(slots=True)
class PressReader:
    """Reads presses from edges; a button that jams is one long press and then silent."""

    _touches: list[_Touch] = field(default_factory=list)
    _told_held: bool = False

    def edge(self, at_s: float, *, down: bool) -> None:
        """Take an edge, not older than the ones before it."""
        last = self._touches[-1] if self._touches else None
        if not down:
            if last is not None and last.up_s is None:
                last.up_s = at_s
        elif last is None:
            self._touches.append(_Touch(at_s))
        elif last.up_s is not None:
            if at_s - last.up_s < BOUNCE_S:
                last.up_s = None
            else:
                self._touches.append(_Touch(at_s))

    def presses(self, now_s: float) -> list[tuple[float, Press]]:
        """Return the presses that are decided by now, with the time each began."""
        found: list[tuple[float, Press]] = []
        while self._touches:
            first = self._touches[0]
            press, count = self._decided(now_s)
            if press is not None:
                found.append((first.down_s, press))
            if count == 0:
                break
            del self._touches[:count]
        return found

    def _decided(self, now_s: float) -> tuple[Press | None, int]:
        """Return what the first touches were, and how many of them are done with."""
        first = self._touches[0]
        settled = first.up_s is not None and now_s - first.up_s >= BOUNCE_S
        if self._told_held:
            self._told_held = not settled
            return None, int(settled)
        if first.held_s(now_s) >= LONG_S:
            self._told_held = not settled
            return Press.LONG, int(settled)
        if first.up_s is None:
            return None, 0
        if len(self._touches) > 1 and self._touches[1].down_s - first.up_s <= DOUBLE_S:
            return (Press.DOUBLE, 2) if self._touches[1].up_s is not None else (None, 0)
        return (Press.SHORT, 1) if now_s - first.up_s > DOUBLE_S else (None, 0)
