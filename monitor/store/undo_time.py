"""How long what is deleted could be taken back: pure.

What cannot be undone is not asked of one look at a wall clock. A deletion's seven days are
those that the monitor has seen pass since it knew of it: by CLOCK_BOOTTIME within a boot, and
over a restart by a wall clock that came from a time source both before and after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from monitor.contract.record import ClockState
from monitor.runtime.clock import Clock
from monitor.store.deletion import UNDO_MS, Deletion

# Judgement: bookkeeping that a restart may set back; a day of open deletions is 24 small writes.
KEEP_EVERY_S: Final = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One look at all clocks; is_sure: the wall time comes from a time source."""

    now_ms: int
    boot: str
    boot_s: float
    is_sure: bool

    @classmethod
    def of(cls, clock: Clock) -> Self:
        """Look at a clock."""
        is_sure = clock.state() is not ClockState.UNSYNCED
        return cls(
            now_ms=clock.now_ms(), boot=clock.boot_id(), boot_s=clock.boottime_s(), is_sure=is_sure
        )


class UndoTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment, and what had been served then of each open deletion, in ms by its name."""

    now_ms: int
    boot: str
    boot_s: float
    is_sure: bool
    served_ms: dict[str, int] = {}

    def is_over(self, deletion: Deletion) -> bool:
        """Tell whether a deletion can no longer be taken back."""
        served_ms = self.served_ms.get(_name(deletion), 0)
        return deletion.is_final(self.now_ms) and served_ms >= UNDO_MS


def go_on(before: UndoTime | None, open_ones: Iterable[Deletion], now: Moment) -> UndoTime:
    """Return what has been served by now.

    A deletion that is new was made since the last look, or it would have been seen then.
    """
    passed_ms = 0 if before is None else _passed_ms(before, now)
    known = {} if before is None else before.served_ms
    served_ms = {}
    for one in open_ones:
        name = _name(one)
        told_ms = max(0, now.now_ms - one.made_ms) if now.is_sure else 0
        served_ms[name] = known[name] + passed_ms if name in known else min(told_ms, passed_ms)
    return UndoTime(
        now_ms=now.now_ms,
        boot=now.boot,
        boot_s=now.boot_s,
        is_sure=now.is_sure,
        served_ms=served_ms,
    )


def read(kept: bytes | None) -> UndoTime | None:
    """Return what was kept; None, by which all begins anew, where it cannot be read."""
    try:
        return None if kept is None else msgspec.json.decode(kept, type=UndoTime)
    except (msgspec.MsgspecError, UnicodeError):
        return None


def written(time: UndoTime) -> str:
    """Return it as text."""
    return msgspec.json.encode(time).decode()


def _passed_ms(before: UndoTime, now: Moment) -> int:
    if before.boot == now.boot:
        return max(0, round((now.boot_s - before.boot_s) * 1000))
    if before.is_sure and now.is_sure:
        return max(0, now.now_ms - before.now_ms)
    return 0


def _name(deletion: Deletion) -> str:
    return "/".join(map(str, deletion.key))
