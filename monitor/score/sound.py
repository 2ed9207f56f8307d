"""A night's sound records into steady levels on clock minutes and events."""

import math
from collections.abc import Sequence
from itertools import chain

from msgspec import UNSET

from monitor.contract.record import EventKind, Flag, SoundEvent, SoundMinute
from monitor.night.floor import TrueLevel, without_floor
from monitor.night.window import Window
from monitor.score import model
from monitor.score.grid import MINUTE_MS, Placed, Tally
from monitor.score.part import NightEvent
from monitor.score.quiet import awakening_pct, emergence_ratio
from monitor.score.quiet_night import Awakenings, QuietNight

BRIEF, ALARM_CLOCK = "brief", "alarm_clock"


def quiet_night(placed: Sequence[Placed], length: int, window: Window) -> QuietNight:
    """Return the night's Quiet from placed records, on `length` clock minutes.

    Events belong to the night they start in, whichever record carries them: records
    after the window may be given for that.
    """
    sums = _Sound(length)
    for one in placed:
        if one.minute.sound is not UNSET:
            sums.add(one, one.minute.sound)
    levels, gaps = sums.levels()
    usable = length - levels.count(None)
    # A window shorter than a full night needs its part of them: a quarter of its minutes.
    needed = model.QUIET_MINUTES.value * min(1.0, length / model.FULL_NIGHT.value)
    if usable < needed and len(gaps) < length:
        levels, gaps = sums.night_level(gaps)
    counted, listed = _events(placed, window)
    return QuietNight(
        levels=levels,
        gaps=gaps,
        awakenings=counted,
        listed=listed,
        calibrated=all(sound.calibrated for sound in sums.sounds),
        at_most=any(sound.laeq_quiet_db is UNSET for sound in sums.sounds),
    )


class _Sound:
    """Sums of sound over the clock minutes."""

    def __init__(self, length: int) -> None:
        self.tally = Tally(length)
        self.quiet_power = [0.0] * length
        self.quiet_s = [0.0] * length
        self.floor_db: list[float | None] = [None] * length
        self.sounds: list[SoundMinute] = []

    def add(self, one: Placed, sound: SoundMinute) -> None:
        known = sound.laeq_db is not None and Flag.SILENT not in sound.flags
        level_db, quiet_s = _steady(sound) if known else (None, 0.0)
        power = 0.0 if level_db is None else 10.0 ** (level_db / 10.0)
        for index, cover_s, share in one.shares:
            n = sound.n * share if known else 0.0
            self.tally.add(index, cover_s, n=n, due=sound.due * share)
            self.quiet_power[index] += power * quiet_s * share
            self.quiet_s[index] += quiet_s * share
            if sound.floor_db is not None:
                self.floor_db[index] = max(self.floor_db[index] or -math.inf, sound.floor_db)
        if known and one.shares:
            self.sounds.append(sound)

    def levels(self) -> tuple[list[TrueLevel | None], list[int]]:
        """Return the steady level of each clock minute, and the clock minutes that are gaps."""
        found: list[TrueLevel | None] = []
        gaps: list[int] = []
        columns = zip(
            self.tally.valid(), self.quiet_power, self.quiet_s, self.floor_db, strict=True
        )
        for index, (valid, power, quiet_s, floor_db) in enumerate(columns):
            level = None
            if valid and quiet_s >= model.QUIET_SECONDS.value:
                level = without_floor(10.0 * math.log10(power / quiet_s), floor_db)
            if not valid or (level is not None and _is_deaf(level)):
                gaps.append(index)
                level = None
            found.append(level)
        return found, gaps

    def night_level(self, gaps: Sequence[int]) -> tuple[list[TrueLevel | None], list[int]]:
        """Return LA90 of the night for every covered clock minute, and the gaps."""
        floor_db = max((floor for floor in self.floor_db if floor is not None), default=None)
        night = without_floor(night_la90_db(self.sounds), floor_db)
        length, missing = len(self.floor_db), set(gaps)
        if _is_deaf(night):
            missing = set(range(length))
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


def _events(placed: Sequence[Placed], window: Window) -> tuple[list[Awakenings], list[NightEvent]]:
    counted: list[Awakenings] = []
    listed: list[NightEvent] = []
    for one in placed:
        sound = one.minute.sound
        if sound is UNSET:
            continue
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
