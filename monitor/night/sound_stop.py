"""When a sound that outlasted the light stopped, as a television does: a question to ask."""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Final

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

Level = tuple[int, float, int]  # a record's end in epoch ms, its LAeq in dB, its duration in ms


def sound_stop_ms(heard: Sequence[Level], window: Window) -> int | None:
    """Return when a sound that went on after lights-out stopped clearly, None without one.

    It had been loud from lights-out on, and the hour after it was quieter by 10 dB with at
    most 5 louder minutes. Where a person said when the lights went out nothing is asked.

    Args:
        heard: records with a level, in any order; those outside the window are ignored.
        window: as the light or the schedule gave it.
    """
    if window.lights_out_source in (Source.CORRECTION, Source.BUTTON):
        return None
    last_ms = window.start_ms + UNTIL_MS + HOUR_MS
    begin_ms, last_ms = window.start_ms, min(last_ms, window.end_ms)
    levels = sorted(level for level in heard if begin_ms < level[0] <= last_ms)
    ends = [end_ms for end_ms, _, _ in levels]
    first = bisect_right(ends, window.start_ms + AFTER_MS - 1)
    for index in range(first, bisect_right(ends, window.start_ms + UNTIL_MS)):
        if _stops(levels, ends, index):
            return ends[index]
    return None


def _stops(levels: Sequence[Level], ends: Sequence[int], index: int) -> bool:
    """Tell whether the record at index is the last loud one before an hour of quiet."""
    end_ms, level_db, _ = levels[index]
    quieter_db = level_db - DROP_DB / 2
    if index + 1 == len(levels) or levels[index + 1][1] > quieter_db:
        return False  # as most do
    pause = levels[index + 1 : bisect_right(ends, end_ms + PAUSE_MS)]
    if not pause or max(db for _, db, _ in pause) > quieter_db:
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


def _lasts_ms(levels: Sequence[Level], from_db: float) -> int:
    return sum(ms for _, db, ms in levels if db >= from_db)
