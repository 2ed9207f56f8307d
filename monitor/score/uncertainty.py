"""How sure a number is: a fixed set of shifted evaluations, and when two nights differ."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.score import model
from monitor.score.accounting import rating_of
from monitor.score.aggregate import BEST
from monitor.score.part import PartNight
from monitor.score.result import NightScore

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shifts:
    """By how much values may be off (5-95 %), in dB, K or ln: at all, and between nights."""

    full: float
    same: float


def shifts(part: str, *, calibrated: bool) -> Shifts:
    """Return the shifts of a part; calibrated only matters to Quiet."""
    sound = model.SD_SOUND_CALIBRATED if calibrated else model.SD_SOUND
    full, same = {
        "quiet": (sound, model.SAME_SOUND),
        "cool": (model.SD_TEMPERATURE, model.SAME_TEMPERATURE),
        "dark": (model.SD_LIGHT, model.SAME_LIGHT),
    }[part]
    return Shifts(full.value * model.Z.value, same.value * model.Z.value)


def part_range(night: PartNight, shift: float, score: float) -> Ends:
    """Return the range of a part, which always holds its score."""
    return min(night.low(shift), score), max(night.high(shift), score)


def rating_range(
    scores: Mapping[str, float],
    ends: Mapping[str, Ends],
    missing: tuple[str, ...] = (),
    unseen: Mapping[str, Ends] | None = None,
) -> Ends:
    """Return the range of the rating.

    What was not seen (gaps, what lies below the floor) moves all parts at once, because one
    cause, such as a power cut, opens them all. On top of that each part moves alone, and the
    effects of these errors of measurement, which know nothing of each other, add as squares.

    Args:
        scores: of the parts.
        ends: of their ranges.
        missing: parts that may have been anything: at the low end they are at their floor.
        unseen: the ends of what was not seen alone, without errors of measurement; a part
            that is left out was seen.
    """
    at_worst, at_best = dict(scores), dict(scores)
    for part, (low, high) in (unseen or {}).items():
        at_worst[part], at_best[part] = low, high
    lowest, highest = rating_of(at_worst), rating_of(at_best)
    down = up = 0.0
    for part, (low, high) in ends.items():
        down += (lowest - rating_of({**at_worst, part: low})) ** 2
        up += (rating_of({**at_best, part: high}) - highest) ** 2
    low = max(0.0, lowest - math.sqrt(down))
    if missing:
        floored = dict.fromkeys(missing, model.PART_FLOOR.value)
        low = min(low, rating_of({**at_worst, **floored}))
    return low, min(BEST, highest + math.sqrt(up))


def differ(night_a: NightScore, night_b: NightScore, *, same_sensors: bool) -> bool | None:
    """Tell whether two ratings differ by more than the joint half-range that faces the other.

    None where nothing can be said: a rating is missing or provisional, or the two come from
    different versions of the model or from different sets of fitted parts.
    """
    if not (night_a.comparable and night_b.comparable) or night_a.kind != night_b.kind:
        return None
    better, worse = sorted((night_a, night_b), key=lambda night: -(night.rating or 0.0))
    low = better.same_low if same_sensors else better.low
    high = worse.same_high if same_sensors else worse.high
    rating, other = better.rating, worse.rating
    if low is None or high is None or rating is None or other is None:
        return None
    return rating - other > math.hypot(rating - low, high - other)
