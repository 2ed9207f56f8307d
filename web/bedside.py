"""Pure: which of its two faces the bedside page shows: the evening's, or the night's."""

from collections.abc import Sequence
from typing import Final

from monitor.contract.record import Mark, MarkKind
from monitor.night.light import BRIGHT_LX
from monitor.night.window import Source, Window

# judgement: by then the monitor has judged the night anew and knows of the press.
PRESS_IS_NEW_MS: Final = 30 * 60_000
# judgement: a room made dark an hour before the usual bedtime is dark for sleeping.
EARLY_MS: Final = 3_600_000
# Source: docs/scoring.md: get-up is looked for up to two hours after the usual time.
LATE_MS: Final = 2 * 3_600_000


def is_night(
    now_ms: int,
    *,
    usual: tuple[int, int],
    running: Window | None,
    illuminance_lx: float | None,
    presses: Sequence[Mark],
) -> bool:
    """Tell whether the page must be dark now: from lights-out until get-up.

    What somebody pressed stands before what the light says, that before the usual times;
    in doubt it is dark, because a wrong dark page disturbs nobody.

    Args:
        now_ms: the time.
        usual: bedtime and wake time of the night that now belongs to.
        running: the window of this night as far as it is judged: it ends with the newest
            minute, unless somebody has got up.
        illuminance_lx: the light now, None where it is not known.
        presses: the marks of this night.
    """
    ends = [it for it in presses if it.kind in (MarkKind.LIGHTS_OUT, MarkKind.GET_UP)]
    last = max(ends, key=lambda mark: mark.at_ms, default=None)
    if last is not None and now_ms - last.at_ms < PRESS_IS_NEW_MS:
        return last.kind is MarkKind.LIGHTS_OUT
    if last is not None and last.kind is MarkKind.GET_UP:
        return False
    bright = illuminance_lx is not None and illuminance_lx >= BRIGHT_LX
    if running is not None and running.lights_out_ms <= now_ms:
        if not _is_over(running, now_ms, usual[1]):
            return not (bright and running.lights_out_source is Source.SCHEDULE)
    elif last is not None and (not bright or now_ms < usual[1]):
        return True
    # A dark room before and after the usual times: somebody sleeps already, or sleeps on.
    # Without a light sensor nobody knows.
    early_ms, late_ms = (0, 0) if illuminance_lx is None else (EARLY_MS, LATE_MS)
    return not bright and usual[0] - early_ms <= now_ms < usual[1] + late_ms


def _is_over(running: Window, now_ms: int, wake_ms: int) -> bool:
    if running.get_up_source is Source.SCHEDULE:
        return now_ms >= wake_ms
    return now_ms >= running.get_up_ms
