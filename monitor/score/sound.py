"""A night's sound records into steady levels on clock minutes and events."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Final

from msgspec import UNSET

from monitor.contract.record import EventKind, Flag, SoundEvent, SoundMinute
from monitor.night.floor import TrueLevel, without_floor
from monitor.night.window import Window
from monitor.score import model
from monitor.score.carry import Carry
from monitor.score.grid import MINUTE_MS, UNSEEN, Placed, Tally
from monitor.score.part import NightEvent
from monitor.score.quiet import awakening_pct, emergence_ratio
from monitor.score.quiet_night import Awakenings, QuietNight
from monitor.score.sound_notes import Noticed

BRIEF, ALARM_CLOCK = "brief", "alarm_clock"
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
SILENT: Final = Flag.SILENT
# Source: the table; bound once likewise.
_DEAF_DB: Final = model.FLOOR_MISSING.value
_QUIET_SECONDS: Final = model.QUIET_SECONDS.value

_Level = tuple[TrueLevel | None, bool]


class SoundSums:
    """Sums of sound over up to `size` clock minutes; records may still come.

    Events belong to the night they start in, whichever record carries them: records after
    the window may be given for that.
    """

    def __init__(self, size: int) -> None:
        self.noticed = Noticed()
        self._tally = Tally(size)
        self._quiet_power = [0.0] * size
        self._quiet_s = [0.0] * size
        self._floor_db: list[float | None] = [None] * size
        self._known: list[tuple[Placed, SoundMinute]] = []
        self._with_events: list[tuple[Placed, SoundMinute]] = []
        self._first_uncalibrated = self._first_unlistened = UNSEEN

    def add(self, one: Placed, sound: SoundMinute) -> None:
        """Add one record."""
        first, floor_db = one.first, sound.floor_db
        self.noticed.add(one, sound)
        if sound.events:
            self._with_events.append((one, sound))
        known = sound.laeq_db is not None and SILENT not in sound.flags
        level_db, quiet_s = _steady(sound) if known else (None, 0.0)
        power = 0.0 if level_db is None else 10.0 ** (level_db / 10.0)
        tally = self._tally
        for index, cover_s, share in one.shares:
            tally.cover_s[index] += cover_s
            tally.due[index] += sound.due * share
            highest_db = self._floor_db[index]
            if highest_db is None or (floor_db is not None and floor_db > highest_db):
                self._floor_db[index] = floor_db
            if known:
                tally.n[index] += sound.n * share
                self._quiet_power[index] += power * quiet_s * share
                self._quiet_s[index] += quiet_s * share
        if not known:
            return
        self._known.append((one, sound))
        if first < self._first_uncalibrated and not sound.calibrated:
            self._first_uncalibrated = first
        if first < self._first_unlistened and sound.laeq_quiet_db is UNSET:
            self._first_unlistened = first

    def night(self, length: int, window: Window, carry: Carry) -> QuietNight:
        """Return the Quiet of the first `length` clock minutes; length is the window's."""
        levels, gaps = self._levels(length, carry)
        usable = length - levels.count(None)
        # A window shorter than a full night needs its part of them: a quarter of its minutes.
        needed = model.QUIET_MINUTES.value * min(1.0, length / model.FULL_NIGHT.value)
        if usable < needed and len(gaps) < length:
            sounds = [sound for one, sound in self._known if one.first < length]
            levels, gaps = self._night_level(sounds, length, gaps)
        in_time = sorted(self._with_events, key=lambda pair: (pair[0].end_ms, pair[0].start_ms))
        counted, listed = _events(in_time, window)
        return QuietNight(
            levels=levels,
            gaps=gaps,
            awakenings=counted,
            listed=listed,
            calibrated=self._first_uncalibrated >= length,
            at_most=self._first_unlistened < length,
            carry=carry,
        )

    def _levels(self, length: int, carry: Carry) -> tuple[list[TrueLevel | None], list[int]]:
        """Return the steady level of each clock minute, and the clock minutes that are gaps."""
        valid = self._tally.valid(length)
        # The columns are as long as a night may become, valid is as long as it is.
        rows = list(zip(valid, self._quiet_power, self._quiet_s, self._floor_db, strict=False))

        def levels_after(known: list[_Level]) -> list[_Level]:
            return [_level(*row) for row in rows[len(known) :]]

        found = carry.of("sound", rows).column("levels", levels_after)
        return [level for level, _ in found], [at for at, (_, gap) in enumerate(found) if gap]

    def _night_level(
        self, sounds: Sequence[SoundMinute], length: int, gaps: Sequence[int]
    ) -> tuple[list[TrueLevel | None], list[int]]:
        """Return LA90 of the night for every covered clock minute, and the gaps."""
        floors = self._floor_db[:length]
        floor_db = max((floor for floor in floors if floor is not None), default=None)
        night = without_floor(night_la90_db(sounds), floor_db)
        missing = set(range(length)) if _is_deaf(night) else set(gaps)
        levels = [None if index in missing else night for index in range(length)]
        return levels, sorted(missing)


def _level(valid: bool, power: float, quiet_s: float, floor_db: float | None) -> _Level:  # noqa: FBT001 - a row
    """Return the steady level of a clock minute, and whether that is a gap."""
    if not valid or quiet_s < _QUIET_SECONDS:
        return None, not valid
    level = without_floor(10.0 * math.log10(power / quiet_s), floor_db)
    return (None, True) if _is_deaf(level) else (level, False)


def _is_deaf(level: TrueLevel) -> bool:
    return level.below_floor and level.level_db > _DEAF_DB


def _steady(sound: SoundMinute) -> tuple[float | None, float]:
    if sound.laeq_quiet_db is UNSET:  # a source that finds no events: all of it is steady
        return sound.laeq_db, float(sound.n)
    if sound.laeq_quiet_db is None:
        return None, 0.0
    return sound.laeq_quiet_db, float(sound.quiet_s)


def night_la90_db(sounds: Sequence[SoundMinute]) -> float:
    """Return the level exceeded in 90 % of the night, from the percentiles of its records.

    Percentiles are not averaged: LA90 stands for the lowest 30 % of a record's seconds,
    LA50 for the next 40 %, LA10 for the rest, and the 10th percentile of all is taken.
    """
    pooled = sorted(chain.from_iterable(_quantiles(sound) for sound in sounds))
    remaining = 0.1 * sum(weight for _, weight in pooled)
    for level_db, weight in pooled[:-1]:
        remaining -= weight
        if remaining < 0:
            return level_db
    return pooled[-1][0]


def _quantiles(sound: SoundMinute) -> list[tuple[float, float]]:
    levels = ((sound.la90_db, 0.3), (sound.la50_db, 0.4), (sound.la10_db, 0.3))
    found = [
        (level_db, share * sound.n)
        for level_db, share in levels
        if level_db is not UNSET and level_db is not None
    ]
    return found or [(sound.laeq_db or 0.0, float(sound.n))]


def _events(
    carried: Sequence[tuple[Placed, SoundMinute]], window: Window
) -> tuple[list[Awakenings], list[NightEvent]]:
    counted: list[Awakenings] = []
    listed: list[NightEvent] = []
    for one, sound in carried:
        for sound_event in sound.events:
            start_ms = one.end_ms + round(sound_event.start_offset_s * 1000)
            if not window.start_ms <= start_ms < window.end_ms:
                continue
            why = _why_listed(sound_event, start_ms, window)
            if why:
                listed.append(_night_event(sound_event, start_ms, why))
            else:
                counted.append(_awakenings(sound_event, start_ms, sound))
    return counted, listed


def _why_listed(event: SoundEvent, start_ms: int, window: Window) -> str:
    if event.kind is EventKind.BRIEF_NEAR:
        return BRIEF
    alarm_ms = window.end_ms - int(model.ALARM_CLOCK.value) * MINUTE_MS
    return ALARM_CLOCK if start_ms >= alarm_ms and not window.provisional else ""


def _awakenings(event: SoundEvent, start_ms: int, sound: SoundMinute) -> Awakenings:
    """Count one event; those that its record had no room for count as the mean of its own."""
    more = 1.0 + sound.events_more / len(sound.events)
    level_db = without_floor(event.lasmax_db, sound.floor_db).level_db
    weight = emergence_ratio(event.lasmax_db, event.background_db) * more
    expected = awakening_pct(level_db) / 100.0 * weight
    return Awakenings(
        event=_night_event(event, start_ms, "", expected), level_db=level_db, weight=weight
    )


def _night_event(
    event: SoundEvent, start_ms: int, why_listed: str, awakenings: float = 0.0
) -> NightEvent:
    return NightEvent(
        start_ms=start_ms,
        end_ms=start_ms + round(event.duration_s * 1000),
        lasmax_db=event.lasmax_db,
        lafmax_db=event.lafmax_db,
        background_db=event.background_db,
        awakenings=awakenings,
        extrapolated=not model.P_FROM.value <= event.lasmax_db <= model.P_TO.value,
        why_listed=why_listed,
    )
