"""What each demo night is an example of, as differences from a good one. Pure.

The figures are judgement: large enough that a night's rating shows its cause, small
enough that a bedroom can have them.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from firmware.simulation.room import LIGHT_ABSENT, MICROPHONE_SILENT

ClockSpan = tuple[time, time]


class Story(StrEnum):
    """What a night is an example of."""

    GOOD = "good"
    ORDINARY = "ordinary"
    WARM_WITH_LAMP = "warm with lamp"
    BLIND = "light sensor out"
    TWELVE_SOUNDS = "twelve sounds"
    DAWN = "dawn light"
    FAN = "a loud fan"
    MUGGY = "muggy air"
    COLD = "cold room"
    DEAF = "a silent microphone"
    POWER_CUT = "a power cut"
    WARM_DRIFT = "warm drift"
    LAMP = "a lamp at three"
    STREET_LAMP = "a street lamp"
    SNORING = "snoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundKind:
    """Sounds of one kind: how many, how loud at the pillow, how long, how peaky."""

    name: str
    count: int
    peak_db: tuple[float, float]
    width_s: float
    crest_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hum:
    """A sound that lasts: its level swings by swing_db around level_db every period_s."""

    span: ClockSpan
    level_db: float
    swing_db: float = 0.0
    period_s: float = 1.0


# A bedroom on a side street with the window ajar: cars, turning over, one door.
SIDE_STREET: Final = (
    SoundKind(name="car", count=3, peak_db=(41.0, 47.0), width_s=6.0, crest_db=1.5),
    SoundKind(name="turn", count=9, peak_db=(36.0, 42.0), width_s=0.7, crest_db=5.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """How a night differs from a good one; spans are local times after the evening's noon.

    evening_c and floor_c are (low, high) of what is drawn; drift_k rises from lights-out
    to get-up; curtain is the share of daylight that comes in; out is (fault, when).
    """

    evening_c: tuple[float, float] = (20.0, 20.8)
    floor_c: tuple[float, float] = (17.2, 18.3)
    drift_k: float = 0.0
    moisture_pct: float = 0.0
    curtain: float = 0.004
    dawn: time = time(5, 50)
    leak_lx: tuple[float, float] = (0.012, 0.03)
    lamp: time | None = None
    sounds: tuple[SoundKind, ...] = SIDE_STREET
    hum: Hum | None = None
    out: tuple[str, ClockSpan] | None = None
    off: ClockSpan | None = None


LORRIES: Final = SoundKind(name="lorry", count=12, peak_db=(54.0, 61.0), width_s=7.0, crest_db=2.0)
TWISTS: Final = {
    Story.GOOD: Twist(),
    Story.ORDINARY: Twist(),
    Story.WARM_WITH_LAMP: Twist(evening_c=(27.4, 27.6), floor_c=(26.4, 26.6), lamp=time(3)),
    Story.BLIND: Twist(out=(LIGHT_ABSENT, (time(20, 0), time(8, 20)))),
    Story.TWELVE_SOUNDS: Twist(sounds=(*SIDE_STREET, LORRIES)),
    Story.DAWN: Twist(curtain=0.9, dawn=time(4, 20)),
    Story.FAN: Twist(hum=Hum(span=(time(22, 30), time(7, 30)), level_db=47.0)),
    Story.MUGGY: Twist(evening_c=(21.6, 21.8), floor_c=(21.0, 21.2), moisture_pct=41.0),
    Story.COLD: Twist(evening_c=(13.4, 13.6), floor_c=(8.4, 8.6)),
    Story.DEAF: Twist(out=(MICROPHONE_SILENT, (time(0, 40), time(8, 0)))),
    Story.POWER_CUT: Twist(off=(time(1, 20), time(2, 45))),
    Story.WARM_DRIFT: Twist(evening_c=(22.6, 22.8), floor_c=(22.4, 22.6), drift_k=6.4),
    Story.LAMP: Twist(lamp=time(3)),
    Story.STREET_LAMP: Twist(leak_lx=(4.3, 4.7)),
    Story.SNORING: Twist(
        hum=Hum(span=(time(0, 50), time(4, 10)), level_db=46.0, swing_db=7.0, period_s=5.0)
    ),
}
# The nights before the running one, the newest first.
TOLD: Final = (
    Story.GOOD,
    Story.WARM_WITH_LAMP,
    Story.BLIND,
    Story.TWELVE_SOUNDS,
    Story.DAWN,
    Story.LAMP,
    Story.FAN,
    Story.COLD,
    Story.DEAF,
    Story.MUGGY,
    Story.POWER_CUT,
    Story.WARM_DRIFT,
    Story.STREET_LAMP,
    Story.SNORING,
)
