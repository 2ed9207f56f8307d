"""The night that runs in a room: its minutes, read once, and its score as it grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from monitor.contract.record import Minute, Record
from monitor.night.household import Household
from monitor.night.window import Window
from monitor.score.result import NightScore


class Following(Protocol):
    """A night from one lights-out on, judged again as it grows."""

    def add(self, minute: Minute) -> None:
        """Take one more minute."""
        ...

    def score(self, window: Window) -> NightScore:
        """Return the score of the minutes so far, see score_night."""
        ...


# Begins to follow a night at (start_ms of its window, settings).
Follow = Callable[[int, Household], Following]


@dataclass(slots=True)
class _Followed:
    """What has been given the first `fed` minutes of a night, and from where it judges."""

    following: Following
    start_ms: int
    household: Household
    fed: int = 0


@dataclass(slots=True)
class KeptNight:
    """The minutes of a night's span (start_ms, end_ms] as the store has them."""

    night: date
    span_ms: tuple[int, int]
    minutes: list[Minute]
    _followed: _Followed | None = field(default=None, init=False)

    def take(self, records: Sequence[Record]) -> bool:
        """Append records in order of time; False where only the store knows what holds now."""
        for record in sorted(records, key=lambda one: one.minute.end):
            end_ms = record.minute.end_ms
            if not self.span_ms[0] < end_ms <= self.span_ms[1]:
                continue
            if record.revision or (self.minutes and end_ms <= self.minutes[-1].end_ms):
                return False
            self.minutes.append(record.minute)
        return True

    def between(self, first_ms: int, last_ms: int) -> tuple[Minute, ...]:
        """Return the minutes that end in (first_ms, last_ms]."""
        return tuple(minute for minute in self.minutes if first_ms < minute.end_ms <= last_ms)

    def score(
        self, window: Window, household: Household, follow: Follow, first_ms: int
    ) -> NightScore:
        """Return the score of a window so far, given only what it has not been given before.

        Args:
            window: of this night; another start begins the judgement anew.
            household: other settings begin it anew as well.
            follow: begins it.
            first_ms: minutes that end later are judged.

        Raises:
            ScoreError: of the judgement.
        """
        followed = self._followed
        begun = (window.start_ms, household)
        if followed is None or (followed.start_ms, followed.household) != begun:
            followed = self._followed = _Followed(follow(*begun), *begun)
        for minute in self.minutes[followed.fed :]:
            if minute.end_ms > first_ms:
                followed.following.add(minute)
        followed.fed = len(self.minutes)
        return followed.following.score(window)
