"""Builders of 1-s levels and of what an event detector makes of them."""

from collections.abc import Iterable

from monitor.contract.record import Minute, SoundMinute, instant
from monitor.night.events import EventDetector, NoiseEvent

QUIET_DB = 28.0


def sound_minute(end_ms: int, la90_db: float | None, *, cal: int = 0) -> Minute:
    sound = SoundMinute(
        laeq_db=30.0,
        lafmax_db=31.0,
        la90_db=la90_db,
        floor_db=None,
        calibrated=True,
        n=60,
        due=60,
    )
    return Minute(end=instant(end_ms), duration_s=60, sound=sound, cal=cal)


def quiet(seconds: int, level_db: float = QUIET_DB) -> list[float]:
    return [level_db] * seconds


def heard(
    levels_db: Iterable[float | None], detector: EventDetector | None = None, start_ms: int = 0
) -> list[NoiseEvent]:
    """Feed one level a second, the first ending one second after start_ms."""
    listener = detector or EventDetector()
    return [
        event
        for index, level_db in enumerate(levels_db, start=1)
        for event in listener.second(start_ms + index * 1000, level_db)
    ]
