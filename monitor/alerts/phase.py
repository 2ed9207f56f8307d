"""Which part of the day it is for alerts: evening, the night after lights-out, or day."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.night.light import AFTER_BEDTIME_MS
from monitor.night.window import Source, Window

# Judgement: alerts of the evening begin 3 h before the usual bedtime.
EVENING_MS: Final = 3 * 3_600_000
# Judgement: the running night is judged once a minute on minutes up to 3 min late.
KNOWN_AFTER_MS: Final = 5 * 60_000


class Phase(StrEnum):
    """When something can be done (evening), when people sleep, and the rest."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tonight:
    """What is known of this night.

    window: of the running night, None before it begins; its get-up is "so far".
    is_over: the night has been closed. is_lit: a lamp is on now.
    """

    bedtime_ms: int
    wake_ms: int
    window: Window | None = None
    is_over: bool = False
    is_lit: bool = False


def phase_at(now_ms: int, tonight: Tonight) -> Phase:
    """Return the phase at an instant.

    The light says when the night begins; where it has not spoken, the usual bedtime does,
    but not while a lamp is still on.
    """
    window = tonight.window
    if tonight.is_over:
        return Phase.DAY
    if window is not None and window.get_up_ms < now_ms - KNOWN_AFTER_MS:
        return Phase.DAY
    if window is not None and window.lights_out_source is not Source.SCHEDULE:
        return Phase.NIGHT
    if tonight.bedtime_ms - EVENING_MS <= now_ms < tonight.bedtime_ms:
        return Phase.EVENING
    if not tonight.bedtime_ms <= now_ms < tonight.wake_ms:
        return Phase.DAY
    stays_up = tonight.is_lit and now_ms < tonight.bedtime_ms + AFTER_BEDTIME_MS
    return Phase.EVENING if stays_up else Phase.NIGHT
