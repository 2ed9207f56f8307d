"""When a sound that outlasted the light stopped, as a television does: a question to ask."""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Final

from msgspec import UNSET

from monitor.contract.record import Minute
from monitor.night import model
from monitor.night.window import Source, Window

# Source: the table in model.py.
DROP_DB: Final = model.STOP_DROP.value
AFTER_MS: Final = model.STOP_AFTER.ms
UNTIL_MS: Final = model.STOP_UNTIL.ms
LOUD_SHARE: Final = model.STOP_LOUD_SHARE.value
LOUD_FROM_DB: Final = model.EVENT_FROM.value
HOUR_MS: Final = model.DARK_AFTER.ms
NOT_QUIET_MS: Final = model.NOT_DARK_AFTER.ms
# Judgement: a pause this long is no full stop; it only saves looking closer at every breath.
PAUSE_MS: Final = 5 * 60_000

_Level = tuple[int, float, int]  # end, dB, duration in ms


def sound_stop_ms(minutes: Sequence[Minute], window: Window) -> int | None:
    """Return when a sound that went on after lights-out stopped clearly, None without one.

    It had been loud from lights-out on, and the hour after it was quieter by 10 dB with at
    most 5 louder minutes. Where a person said when the lights went out nothing is asked.

    Args:
        minutes: of the night, in any order; without levels they are ignored.
        window: as the light or the schedule gave it.
    """
    if window.lights_out_source in (Source.CORRECTION, Source.BUTTON):
        return None
    last_ms = window.start_ms + UNTIL_MS + HOUR_MS
    levels = sorted(_levels(minutes, window.start_ms, min(last_ms, window.end_ms)))
    ends = [end_ms for end_ms, _, _ in levels]
    first = bisect_right(ends, window.start_ms + AFTER_MS - 1)
    for index in range(first, bisect_right(ends, window.start_ms + UNTIL_MS)):
        if _stops(levels, ends, index):
            return ends[index]
    return None


def _levels(minutes: Sequence[Minute], start_ms: int, end_ms: int) -> list[_Level]:
    return [
        (minute.end_ms, minute.sound.laeq_db, round(minute.duration_s * 1000))
        for minute in minutes
        if minute.sound is not UNSET
        and minute.sound.laeq_db is not None
        and start_ms < minute.end_ms <= end_ms
    ]


def _stops(levels: Sequence[_Level], ends: Sequence[int], index: int) -> bool:
    """Tell whether the record at index is the last loud one before an hour of quiet."""
    end_ms, level_db, _ = levels[index]
    pause = levels[index + 1 : bisect_right(ends, end_ms + PAUSE_MS)]
    if not pause or max(db for _, db, _ in pause) > level_db - DROP_DB / 2:
        return False
    before = levels[: index + 1]
    after = levels[index + 1 : bisect_right(ends, end_ms + HOUR_MS)]
    quiet_db = median(db for _, db, _ in after)
    loud_db = median(db for _, db, _ in before)
    border_db = quiet_db + DROP_DB / 2
    return (
        loud_db >= max(LOUD_FROM_DB, quiet_db + DROP_DB)
        and _lasts_ms(before, border_db) >= LOUD_SHARE * (end_ms - levels[0][0] + levels[0][2])
        and sum(ms for _, _, ms in after) - _lasts_ms(after, border_db) >= HOUR_MS - NOT_QUIET_MS
    )


def _lasts_ms(levels: Sequence[_Level], from_db: float) -> int:
    return sum(ms for _, db, ms in levels if db >= from_db)
