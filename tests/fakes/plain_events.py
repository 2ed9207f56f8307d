"""Noise events by their definition, with the whole series in view and no thought of speed.

Kept apart from the detector on purpose: the only thing they share is the text of docs/scoring.md.
"""

import math

Heard = tuple[int, int, str, float, float]
Levels = list[float | None]


def plain_events(levels_db: Levels) -> list[Heard]:  # noqa: C901, PLR0912 - one story
    """Return (first second, end, kind, background, LAE); levels_db[k] is second k's LAeq."""
    found: list[Heard] = []
    start, background_db, last_loud = -1, 0.0, -1
    beneath_db: float | None = None  # the background that a long sound began in
    beneath_s = 0
    for now, level_db in enumerate(levels_db):
        recent = sorted(it for it in levels_db[max(0, now - 600) : now] if it is not None)
        if level_db is None:
            if start >= 0:
                found.append(_event(levels_db, start, last_loud + 1, background_db))
            start = -1
            continue
        if beneath_db is not None:
            beneath_s = beneath_s + 1 if level_db < beneath_db + 3 else 0
            if not recent or beneath_s >= 10 or _has_become_steady(recent, beneath_db + 3):
                beneath_db = None
        if start < 0 and len(recent) >= 60:
            background_db = _la(recent, 90) if beneath_db is None else _la(recent, 10)
            if level_db >= 35 and level_db >= background_db + 6:
                start = now
        if start < 0:
            continue
        if level_db >= background_db + 3:
            last_loud = now
            if now + 1 - start >= 180:
                found.append(_event(levels_db, start, start + 180, background_db))
                start = -1
                if beneath_db is None:
                    beneath_db, beneath_s = background_db, 0
        elif now - last_loud >= 10:
            found.append(_event(levels_db, start, last_loud + 1, background_db))
            start = -1
    if start >= 0:
        found.append(_event(levels_db, start, last_loud + 1, background_db))
    return found


def _la(ordered_db: list[float], exceeded_pct: int) -> float:
    """Return the level that at most so many per cent of the seconds exceed, LA10 or LA90."""
    tenth = len(ordered_db) // 10
    return ordered_db[tenth] if exceeded_pct == 90 else ordered_db[-1 - tenth]


def _has_become_steady(ordered_db: list[float], over_db: float) -> bool:
    la90_db = _la(ordered_db, 90)
    return la90_db >= over_db and _la(ordered_db, 10) - la90_db <= 6


def _event(levels_db: Levels, start: int, end: int, background_db: float) -> Heard:
    inside = [level_db for level_db in levels_db[start:end] if level_db is not None]
    lae_db = 10 * math.log10(math.fsum(10 ** (level_db / 10) for level_db in inside))
    kind = "event"
    if end - start >= 180:
        kind = "long"
    elif end - start < 6 and _lasmax_db(levels_db, start, end) < 55:
        kind = "brief"
    return start, end, kind, background_db, lae_db


def _lasmax_db(levels_db: Levels, start: int, end: int) -> float:
    """Return the S-weighted maximum of levels that are constant within each second."""
    slow, largest = None, 0.0
    for now, level_db in enumerate(levels_db[:end]):
        if level_db is None:
            slow = None
            continue
        power = 10 ** (level_db / 10)
        slow = power if slow is None else power + (slow - power) * math.exp(-1)
        if now >= start:
            largest = max(largest, slow)
    return 10 * math.log10(largest)
