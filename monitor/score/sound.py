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
from monitor.score.grid import MINUTE_MS, Placed, Tally
from monitor.score.part import NightEvent
from monitor.score.quiet import awakening_pct, emergence_ratio
from monitor.score.quiet_night import Awakenings, QuietNight

BRIEF, ALARM_CLOCK = "brief", "alarm_clock"
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
SILENT: Final = Flag.SILENT


class SoundSums:
    """Sums of sound over up to `size` clock minutes; records may still come.

    Events belong to the night they start in, whichever record carries them: records after
    the window may be given for that.
    """

    def __init__(self, size: int) -> None:
        self._tally = Tally(size)
        self._quiet_power = [0.0] * size
        self._quiet_s = [0.0] * size
        self._floor_db: list[float | None] = [None] * size
        self.heard: list[tuple[Placed, SoundMinute]] = []
        self._known: list[tuple[Placed, SoundMinute]] = []
        self._with_events: list[tuple[Placed, SoundMinute]] = []

    def add(self, one: Placed, sound: SoundMinute) -> None:
        """Add one record."""
        pair = (one, sound)
        self.heard.append(pair)
        if sound.events:
            self._with_events.append(pair)
        known = sound.laeq_db is not None and SILENT not in sound.flags
        level_db, quiet_s = _steady(sound) if known else (None, 0.0)
        power = 0.0 if level_db is None else 10.0 ** (level_db / 10.0)
        for index, cover_s, share in one.shares:
            n = sound.n * share if known else 0.0
            self._tally.add(index, cover_s, n=n, due=sound.due * share)
            self._quiet_power[index] += power * quiet_s * share
            self._quiet_s[index] += quiet_s * share
            floor_db = self._floor_db[index]
            if floor_db is None or (sound.floor_db is not None and sound.floor_db > floor_db):
                self._floor_db[index] = sound.floor_db
        if known:
            self._known.append(pair)

    def night(self, length: int, window: Window, carry: Carry) -> QuietNight:
        """Return the Quiet of the first `length` clock minutes; length is the window's."""
        sounds = [sound for one, sound in self._known if one.is_before(length)]
        levels, gaps = self._levels(length, carry)
        usable = length - levels.count(None)
        # A window shorter than a full night needs its part of them: a quarter of its minutes.
        needed = model.QUIET_MINUTES.value * min(1.0, length / model.FULL_NIGHT.value)
        if usable < needed and len(gaps) < length:
            levels, gaps = self._night_level(sounds, length, gaps)
        in_time = sorted(self._with_events, key=lambda pair: (pair[0].end_ms, pair[0].start_ms))
        counted, listed = _events(in_time, window)
        return QuietNight(
            levels=levels,
            gaps=gaps,
            awakenings=counted,
            listed=listed,
            calibrated=all(sound.calibrated for sound in sounds),
            at_most=any(sound.laeq_quiet_db is UNSET for sound in sounds),
            carry=carry,
        )

    def _levels(self, length: int, carry: Carry) -> tuple[list[TrueLevel | None], list[int]]:
        """Return the steady level of each clock minute, and the clock minutes that are gaps."""
        columns = (self._tally.valid(length), self._quiet_power, self._quiet_s, self._floor_db)
        rows = list(zip(*(column[:length] for column in columns), strict=True))
        needed_s = model.QUIET_SECONDS.value

        def levels_after(known: list[TrueLevel | None]) -> list[TrueLevel | None]:
            return [
                without_floor(10.0 * math.log10(power / quiet_s), floor_db)
                if valid and quiet_s >= needed_s
                else None
                for valid, power, quiet_s, floor_db in rows[len(known) :]
            ]

        found = carry.column("quiet levels", rows, levels_after)
        deaf = {index for index, level in enumerate(found) if level and _is_deaf(level)}
        gaps = [index for index, row in enumerate(rows) if not row[0] or index in deaf]
        return [None if index in deaf else level for index, level in enumerate(found)], gaps

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


def _is_deaf(level: TrueLevel) -> bool:
    return level.below_floor and level.level_db > model.FLOOR_MISSING.value


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
