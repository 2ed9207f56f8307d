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
    scores: Mapping[str, float], ends: Mapping[str, Ends], missing: tuple[str, ...] = ()
) -> Ends:
    """Return the range of the rating: parts moved one at a time, effects added as squares.

    A missing part may have been anything: the low end is then the rating with it at its floor.
    """
    rating = rating_of(scores)
    down = up = 0.0
    for part, (low, high) in ends.items():
        down += (rating - rating_of({**scores, part: low})) ** 2
        up += (rating_of({**scores, part: high}) - rating) ** 2
    low = max(0.0, rating - math.sqrt(down))
    if missing:
        unseen = dict.fromkeys(missing, model.PART_FLOOR.value)
        low = min(low, rating_of({**scores, **unseen}))
    return low, min(BEST, rating + math.sqrt(up))


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
