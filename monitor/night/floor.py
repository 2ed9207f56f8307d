"""The microphone's own noise: the one place that takes it out of a measured level."""

import math
from typing import Final

import msgspec

from monitor.night.model import FLOOR_CLEAR

CLEAR_DB: Final = FLOOR_CLEAR.value  # Source: the table in model.py


class TrueLevel(msgspec.Struct, frozen=True, gc=False):
    """The level of the room. below_floor: it is at most level_db, show it as "≤".

    clearance_ratio says how far a level below the floor stands out: 0 at the floor or
    lower, rising to 1 where it counts as measured; 1 for every measured level.
    """

    level_db: float
    below_floor: bool = False
    clearance_ratio: float = 1.0


def is_below_floor(measured_db: float, floor_db: float | None) -> bool:
    """Tell whether a level only says "at most this": it is too near the microphone's own."""
    return floor_db is not None and measured_db - floor_db < CLEAR_DB


def without_floor(measured_db: float, floor_db: float | None) -> TrueLevel:
    """Return the room's level: measured minus floor, as powers; dB re 20 µPa.

    A floor of None is not known; the level is then taken as measured.

    >>> without_floor(36.0, 33.0).below_floor
    False
    >>> without_floor(34.0, 33.0)
    TrueLevel(level_db=33.0, below_floor=True, clearance_ratio=0.3333333333333333)
    """
    if floor_db is None:
        return TrueLevel(measured_db)
    clear_db = measured_db - floor_db
    if clear_db < CLEAR_DB:
        return TrueLevel(floor_db, below_floor=True, clearance_ratio=max(0.0, clear_db / CLEAR_DB))
    # Half of the power is 3.01 dB: without the floor as the least, a level that just clears 3 dB
    # would count as a hundredth quieter than one that does not.
    true_db = measured_db + 10.0 * math.log10(1.0 - 10.0 ** (-clear_db / 10.0))
    return TrueLevel(max(floor_db, true_db))
