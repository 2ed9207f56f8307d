"""Noise events: which sounds stand out of the room's background, on 1-s levels."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import UNSET

from monitor.contract.quantities import DURATION, SOUND_LEVEL
from monitor.contract.record import EventKind, Minute, SoundEvent
from monitor.night import model

SECOND_MS: Final = 1000
# Source: judgement: stamps of consecutive seconds may wander by half a second, a lost one is 1 s.
GAP_MS: Final = 1500
# Source: the table in model.py; bound once, because every second of every night asks for them.
BACKGROUND_MS: Final = model.BACKGROUND.ms
BACKGROUND_AFTER_S: Final = int(model.BACKGROUND_AFTER.value)
START_DB: Final = model.EVENT_FROM.value
START_ABOVE_BACKGROUND_DB: Final = model.EVENT_ABOVE.value
END_ABOVE_BACKGROUND_DB: Final = model.EVENT_UNTIL.value
CLOSED_AFTER_S: Final = int(model.EVENT_CLOSED.value)
LONG_MS: Final = model.EVENT_LONG.ms
STEADY_SPREAD_DB: Final = model.EVENT_STEADY.value
BRIEF_MS: Final = model.EVENT_BRIEF.ms
BRIEF_BELOW_DB: Final = model.EVENT_BRIEF_BELOW.value
# Source: IEC 61672-1:2013, 3.8: time weighting S has a time constant of 1 s.
SLOW_GAIN: Final = 1.0 - math.exp(-1.0)
WIRE_LEVEL_DECIMALS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseEvent:
    """One finished event in (start_ms, end_ms]; levels in dB as they were fed."""

    start_ms: int
    end_ms: int
    lafmax_db: float
    lasmax_db: float
    lae_db: float
    background_db: float
    kind: EventKind

    def carried_by(self, minute_end_ms: int) -> SoundEvent:
        """Return the event as the minute that ends at minute_end_ms carries it."""
        return SoundEvent(
            start_offset_s=DURATION.rounded(min(0, self.start_ms - minute_end_ms) / SECOND_MS),
            duration_s=DURATION.rounded((self.end_ms - self.start_ms) / SECOND_MS),
            lafmax_db=round(self.lafmax_db, WIRE_LEVEL_DECIMALS),
            lasmax_db=round(self.lasmax_db, WIRE_LEVEL_DECIMALS),
            lae_db=round(self.lae_db, WIRE_LEVEL_DECIMALS),
            background_db=round(self.background_db, WIRE_LEVEL_DECIMALS),
            kind=self.kind,
        )


@dataclass(frozen=True, slots=True)
class _Second:
    end_ms: int
    laeq_db: float
    energy: float
    lafmax_db: float
    lasmax_db: float

    def shifted(self, by_db: float) -> "_Second":
        return _Second(
            self.end_ms,
            self.laeq_db + by_db,
            self.energy * 10.0 ** (by_db / 10.0),
            self.lafmax_db + by_db,
            self.lasmax_db + by_db,
        )


@dataclass(slots=True)
class _OpenEvent:
    """An event that may go on; trailing holds the seconds since its last loud one."""

    start_ms: int
    background_db: float
    end_ms: int = 0
    energy: float = 0.0
    lafmax_db: float = -math.inf
    lasmax_db: float = -math.inf
    trailing: list[_Second] = field(default_factory=list)

    def is_loud(self, second: _Second) -> bool:
        return second.laeq_db >= self.background_db + END_ABOVE_BACKGROUND_DB

    def reach(self, end_ms: int) -> None:
        """Make the trailing seconds part of the event, which now runs to end_ms."""
        for second in self.trailing:
            if second.end_ms <= end_ms:
                self.energy += second.energy
                self.lafmax_db = max(self.lafmax_db, second.lafmax_db)
                self.lasmax_db = max(self.lasmax_db, second.lasmax_db)
        self.trailing.clear()
        self.end_ms = end_ms

    def shift(self, by_db: float) -> None:
        power = 10.0 ** (by_db / 10.0)
        self.background_db += by_db
        self.energy *= power
        self.lafmax_db += by_db
        self.lasmax_db += by_db
        self.trailing = [second.shifted(by_db) for second in self.trailing]

    def move(self, by_ms: int) -> None:
        self.start_ms += by_ms
        self.end_ms += by_ms
        self.trailing = [replace(one, end_ms=one.end_ms + by_ms) for one in self.trailing]

    def finished(self, *, is_long: bool) -> NoiseEvent:
        kind = EventKind.COUNTED
        if is_long:
            kind = EventKind.LONG
        elif self.end_ms - self.start_ms < BRIEF_MS and self.lasmax_db < BRIEF_BELOW_DB:
            kind = EventKind.BRIEF_NEAR
        return NoiseEvent(
            start_ms=self.start_ms,
            end_ms=self.end_ms,
            lafmax_db=self.lafmax_db,
            lasmax_db=self.lasmax_db,
            lae_db=10.0 * math.log10(self.energy),
            background_db=self.background_db,
            kind=kind,
        )


@dataclass(slots=True)
class _Recent:
    """The 1-s levels of the last 10 min, in time and in order of level."""

    by_time: deque[tuple[int, float]] = field(default_factory=deque)
    by_level: list[float] = field(default_factory=list)

    def add(self, end_ms: int, level_db: float) -> None:
        self.by_time.append((end_ms, level_db))
        insort(self.by_level, level_db)

    def forget_until(self, end_ms: int) -> None:
        while self.by_time and self.by_time[0][0] <= end_ms:
            _, level_db = self.by_time.popleft()
            del self.by_level[bisect_left(self.by_level, level_db)]

    def clear(self) -> None:
        self.by_time.clear()
        self.by_level.clear()

    def shift(self, by_db: float) -> None:
        self.by_time = deque((end_ms, level_db + by_db) for end_ms, level_db in self.by_time)
        self.by_level = [level_db + by_db for level_db in self.by_level]

    def move(self, by_ms: int) -> None:
        self.by_time = deque((end_ms + by_ms, level_db) for end_ms, level_db in self.by_time)

    def la90_db(self) -> float:
        return self.by_level[len(self.by_level) // 10]

    def la10_db(self) -> float:
        return self.by_level[-1 - len(self.by_level) // 10]


@dataclass(slots=True)
class EventDetector:
    """Finds noise events, one second in, finished events out (docs/sound.md, "Noise events").

    State carried over: the last 10 min of levels, the open event, the background that a
    long sound began in, the S-weighted level. in_event tells of the second fed last
    whether it is left out of the steady level; the up to 10 s after an event in which it
    might go on are left out too.
    """

    in_event: bool = False
    _recent: _Recent = field(default_factory=_Recent)
    _event: _OpenEvent | None = None
    _long_since_db: float | None = None
    _long_below_s: int = 0
    _slow: float | None = None
    _last_ms: int | None = None
    _second_began_ms: int = 0
    _begun_cal: int | None = None

    def seed(self, minutes: Iterable[Minute]) -> None:
        """Take the background from the last journalled minutes, as after a restart.

        Each minute stands for 60 s at its LA90, which errs to the low, sensitive side. Call
        it before the first second; what is older than 10 min by then has no effect, nor has
        what went through another calibration than the newest minute did.
        """
        ordered = sorted(minutes, key=lambda one: one.end)
        for minute in ordered:
            la90_db = UNSET if minute.sound is UNSET else minute.sound.la90_db
            if la90_db is UNSET or la90_db is None or minute.cal != ordered[-1].cal:
                continue
            self._begun_cal = minute.cal
            end_ms = minute.end_ms
            for ago in reversed(range(BACKGROUND_AFTER_S)):
                self._recent.add(end_ms - ago * SECOND_MS, la90_db)
            self._last_ms = end_ms

    def begin(self, cal: int, offset_db: float) -> None:
        """Fit the background of before a restart to the calibration of the seconds to come.

        Levels without one (0) are moved by the offset; of another one it is not known what
        was put on them, and no background is better than a wrong one: it is forgotten.
        """
        if self._begun_cal == cal:
            return
        if self._begun_cal == 0:
            self.recalibrate(offset_db)
        else:
            self._recent.clear()
        self._begun_cal = cal

    def second(
        self,
        end_ms: int,
        laeq_db: float | None,
        lafmax_db: float | None = None,
        lasmax_db: float | None = None,
    ) -> list[NoiseEvent]:
        """Take the second that ended at end_ms; return the events that it finished.

        A missing second (None, or a jump of end_ms) ends an open event. A source without
        maxima may leave them out: LASmax is then the S-weighting run over the 1-s mean
        squares, exact for a level that is constant within each second and up to 4 dB low
        for a burst shorter than one; LAFmax is then the 1-s level, a lower bound.

        Args:
            end_ms: end of the second, epoch ms; clocks may step.
            laeq_db: LAeq of the second, None when it was lost; digital silence may be -inf.
            lafmax_db: largest F-weighted level in the second.
            lasmax_db: largest S-weighted level in the second.
        """
        finished = self._bridge(end_ms)
        if laeq_db is None:
            finished += self.close()
            self._slow = None
            self.in_event = False
            return finished
        finished += self._hear(end_ms, max(laeq_db, SOUND_LEVEL.low), lafmax_db, lasmax_db)
        self.in_event = self._event is not None or any(end_ms <= one.end_ms for one in finished)
        return finished

    def close(self) -> list[NoiseEvent]:
        """End the open event at its last loud second, as a gap or the end of the process does."""
        if self._event is None:
            return []
        finished = self._event.finished(is_long=False)
        self._event = None
        return [finished]

    def recalibrate(self, by_db: float) -> None:
        """Take note that from the next second on every level is by_db higher than it was.

        What was heard is moved along, so that a new calibration is no sound that begins.
        """
        power = 10.0 ** (by_db / 10.0)
        self._recent.shift(by_db)
        if self._slow is not None:
            self._slow *= power
        if self._long_since_db is not None:
            self._long_since_db += by_db
        if self._event is not None:
            self._event.shift(by_db)

    def move(self, by_ms: int) -> None:
        """Take note that the clock of all stamps to come was put on, or back, by some ms.

        What was heard is moved along: a sound goes on while the clock is put right.
        """
        self._recent.move(by_ms)
        if self._last_ms is not None:
            self._last_ms += by_ms
        if self._event is not None:
            self._event.move(by_ms)

    def _hear(
        self, end_ms: int, laeq_db: float, lafmax_db: float | None, lasmax_db: float | None
    ) -> list[NoiseEvent]:
        energy = 10.0 ** (laeq_db / 10.0)
        self._slow = (
            energy if self._slow is None else self._slow + SLOW_GAIN * (energy - self._slow)
        )
        self._recent.forget_until(end_ms - SECOND_MS - BACKGROUND_MS)
        background_db = self._background_db(laeq_db)
        self._recent.add(end_ms, laeq_db)
        if self._event is None and background_db is not None and _begins(laeq_db, background_db):
            self._event = _OpenEvent(self._second_began_ms, background_db)
        if self._event is None:
            return []
        if lasmax_db is None:
            lasmax_db = 10.0 * math.log10(self._slow)
        if lafmax_db is None:
            lafmax_db = laeq_db
        return self._go_on(self._event, _Second(end_ms, laeq_db, energy, lafmax_db, lasmax_db))

    def _bridge(self, end_ms: int) -> list[NoiseEvent]:
        """Notice lost seconds and a clock that stepped back, which makes all stamps void."""
        last_ms, self._last_ms = self._last_ms, end_ms
        self._second_began_ms = end_ms - SECOND_MS
        if last_ms is not None and last_ms < end_ms:
            self._second_began_ms = max(last_ms, end_ms - SECOND_MS)
        if last_ms is None or 0 < end_ms - last_ms <= GAP_MS:
            return []
        self._slow = None
        if end_ms <= last_ms:
            self._recent.clear()
        return self.close()

    def _background_db(self, laeq_db: float) -> float | None:
        """Return the background for a new event, after deciding whether a long sound stopped."""
        if not self._recent.by_level:
            self._long_since_db = None
            return None
        la90_db, la10_db = self._recent.la90_db(), self._recent.la10_db()
        if self._long_since_db is not None:
            over_db = self._long_since_db + END_ABOVE_BACKGROUND_DB
            self._long_below_s = self._long_below_s + 1 if laeq_db < over_db else 0
            # An LA90 that is close to LA10 but still at the old background has not taken the
            # sound in; without this a wavering sound would count anew every 3 min.
            is_background = la10_db - la90_db <= STEADY_SPREAD_DB and la90_db >= over_db
            if self._long_below_s >= CLOSED_AFTER_S or is_background:
                self._long_since_db = None
        if len(self._recent.by_level) < BACKGROUND_AFTER_S:
            return None
        return la90_db if self._long_since_db is None else la10_db

    def _go_on(self, event: _OpenEvent, second: _Second) -> list[NoiseEvent]:
        event.trailing.append(second)
        if event.is_loud(second):
            long_ms = event.start_ms + LONG_MS
            event.reach(min(second.end_ms, long_ms))
            if second.end_ms < long_ms:
                return []
            self._event = None
            if self._long_since_db is None:
                self._long_since_db = event.background_db
                self._long_below_s = 0
            return [event.finished(is_long=True)]
        return self.close() if len(event.trailing) >= CLOSED_AFTER_S else []


def _begins(laeq_db: float, background_db: float) -> bool:
    return laeq_db >= max(START_DB, background_db + START_ABOVE_BACKGROUND_DB)
