"""The score a second time, straight from the model's text: slow, plain, nothing shared.

Values are one a minute, None where missing. It knows no words, spans or sampling.
"""

import itertools
import math
from dataclasses import dataclass, field

QUIET = [(25, 100), (30, 90), (35, 75), (40, 60), (45, 45), (50, 30), (55, 18), (60, 8), (70, 0)]
ADULT = [
    *((3, 15), (5, 25), (8, 45), (10, 55), (12, 65), (14, 77), (16, 90), (17, 100), (20, 100)),
    *((22, 90), (24, 75), (25, 65), (26, 55), (28, 34), (30, 15), (33, 0)),
]
OLDER = [
    *((3, 8), (5, 18), (8, 35), (12, 52), (14, 65), (16, 78), (18, 90), (20, 100), (24, 100)),
    *((25, 85), (26, 65), (28, 42), (30, 22), (32, 8), (34, 0)),
]
DARK = [(0.1, 100), (1, 90), (2, 75), (5, 55), (10, 40), (25, 22), (50, 10), (100, 0)]
AIR = [(10, 10), (20, 5), (30, 0), (60, 0), (70, 5), (85, 10)]

Row = list[float | None]


@dataclass(kw_only=True)
class PlainNight:
    """A night as columns; events are (LASmax, background), daylight one flag a minute."""

    level_db: Row
    temperature_c: Row
    humidity_pct: Row
    light_lx: Row
    daylight: list[bool]
    events: list[tuple[float, float]] = field(default_factory=list)
    floor_db: float | None = None
    older: bool = False
    offset_k: float = 0.0
    der: float = 0.6


def between(anchors: list[tuple[float, float]], at: float) -> float:
    if at <= anchors[0][0]:
        return anchors[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(anchors):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return anchors[-1][1]


def together(scores: Row) -> float:
    seen = [score for score in scores if score is not None]
    hours = [scores[first : first + 60] for first in range(max(1, len(scores) - 59))]
    full = [[s for s in hour if s is not None] for hour in hours]
    most = max(map(len, full))
    worst = min(sum(hour) / len(hour) for hour in full if len(hour) >= min(45, most))
    return 0.7 * sum(seen) / len(seen) + 0.3 * worst


def without_gaps(scores: Row, gaps: set[int], *, partial_only: bool = True) -> float | None:
    """Return the number of a part by its coverage: full, the lower of two views, or none."""
    coverage = 1 - len(gaps) / len(scores)
    if coverage < 0.6:
        return None
    if coverage >= 0.9 and partial_only:
        return together(scores)
    seen = sorted(score for score in scores if score is not None)
    poor = seen[int(0.1 * (len(seen) - 1))]
    filled = [poor if index in gaps else score for index, score in enumerate(scores)]
    return min(together(scores), together(filled))


def quiet(night: PlainNight, shift_db: float = 0.0) -> float | None:
    scores: Row = []
    for level_db in night.level_db:
        if level_db is None:
            scores.append(None)
        elif night.floor_db is None:
            scores.append(between(QUIET, level_db + shift_db))
        else:
            scores.append(near_floor(level_db, night.floor_db, shift_db))
    gaps = {index for index, level in enumerate(night.level_db) if level is None}
    steady = without_gaps(scores, gaps, partial_only=shift_db == 0)
    if steady is None:
        return None
    awake = sum(awakening(*event, night.floor_db, shift_db) for event in night.events)
    return steady * math.exp(-math.log(2) * awake / (1 - len(gaps) / len(scores)) / 0.667)


def near_floor(level_db: float, floor_db: float, shift_db: float) -> float:
    if level_db < floor_db + 3:
        at_floor = between(QUIET, floor_db + shift_db)
        if shift_db > 0:
            return at_floor
        part = max(0.0, (level_db - floor_db) / 3)
        return (at_floor + 100) / 2 * (1 - part) + at_floor * part
    return between(QUIET, true_db(level_db, floor_db) + shift_db)


def true_db(level_db: float, floor_db: float | None) -> float:
    if floor_db is None:
        return level_db
    if level_db < floor_db + 3:
        return floor_db
    return max(floor_db, 10 * math.log10(10 ** (level_db / 10) - 10 ** (floor_db / 10)))


def awakening(
    lasmax_db: float, background_db: float, floor_db: float | None, shift_db: float
) -> float:
    loud = true_db(lasmax_db, floor_db) + shift_db
    p = 0.001894 * loud**2 + 0.04008 * loud - 3.3243 if loud >= 32.7 else 0.0
    return min(p, 20) / 100 * min(max((lasmax_db - background_db - 6) / 6, 0), 1)


def cool(night: PlainNight, shift_k: float = 0.0, unknown_pct: float | None = None) -> float | None:
    warmth, moist = interpolated(night.temperature_c), interpolated(night.humidity_pct)
    scores: Row = []
    for measured_c, humidity in zip(warmth, moist, strict=True):
        humid = unknown_pct if humidity is None else humidity
        temperature_c = None if measured_c is None else measured_c + shift_k
        scores.append(None if temperature_c is None else cool_minute(night, temperature_c, humid))
    gaps = {index for index, warm in enumerate(warmth) if warm is None}
    return without_gaps(scores, gaps, partial_only=shift_k == 0 and unknown_pct is None)


def cool_minute(night: PlainNight, temperature_c: float, humidity: float | None) -> float:
    felt_c, off = temperature_c, 0.0
    if humidity is not None:
        gamma = math.log(max(1, min(100, humidity)) / 100) + 17.62 * temperature_c / (
            243.12 + temperature_c
        )
        dew_c = 243.12 * gamma / (17.62 - gamma)
        onset = min(max((temperature_c - 22) / 2, 0), 1)
        felt_c += 0.25 * onset * max(0, dew_c - 16.8)
        off = between(AIR, humidity)
        if humidity > 60:
            off *= min(max((temperature_c - 14) / 4, 0), 1)
    anchors = OLDER if night.older else ADULT
    return max(0.0, between(anchors, felt_c - night.offset_k) - off)


def interpolated(values: Row) -> Row:
    found = list(values)
    known = [index for index, value in enumerate(values) if value is not None]
    for left, right in itertools.pairwise(known):
        for index in range(left + 1, right) if right - left <= 31 else ():
            first, last = values[left] or 0.0, values[right] or 0.0
            found[index] = first + (last - first) * (index - left) / (right - left)
    return found


def dark(night: PlainNight, shift_ln: float = 0.0) -> float | None:
    lux = list(night.light_lx)
    known = [index for index, value in enumerate(lux) if value is not None]
    for left, right in itertools.pairwise(known):
        if right - left <= 4:
            lux[left:right] = [lux[left]] * (right - left)
    x, scores = 0.0, []
    for value, sun in zip(lux, night.daylight, strict=True):
        if value is None:
            scores.append(None)
            continue
        melanopic = value * (1.0 if sun else night.der) * math.exp(shift_ln)
        anchors = [(math.log10(at), score) for at, score in DARK]
        harm = 100 - between(anchors, math.log10(max(melanopic, 1e-99)))
        x += (harm - x) * (1 - 2 ** (-1 / (5 if harm > x else 46)))
        scores.append(100 - x)
    gaps = {index for index, value in enumerate(lux) if value is None}
    return without_gaps(scores, gaps, partial_only=shift_ln == 0)


def rating(parts: dict[str, float]) -> float:
    weights = {"quiet": 0.4, "cool": 0.3, "dark": 0.3}
    total = sum(weights[part] for part in parts)
    product = math.prod(max(1.0, score) ** (weights[part] / total) for part, score in parts.items())
    return min(product, max(1.0, min(parts.values())) + 15)
