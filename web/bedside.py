"""Pure: which of its two faces the bedside page shows: the evening's, or the night's."""

from collections.abc import Sequence
from typing import Final

from monitor.contract.record import Mark, MarkKind
from monitor.night.light import BRIGHT_LX
from monitor.night.window import Source, Window

# judgement: whoever pressed "lights out" sleeps at most half a day.
PRESS_HOLDS_MS: Final = 12 * 3_600_000
# judgement: a room made dark an hour before the usual bedtime is dark for sleeping.
EARLY_MS: Final = 3_600_000


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
        running: the window of the night that runs, as far as it is known.
        illuminance_lx: the light now, None where it is not known.
        presses: the latest marks.
    """
    ends = [it for it in presses if it.kind in (MarkKind.LIGHTS_OUT, MarkKind.GET_UP)]
    last = max(ends, key=lambda mark: mark.at_ms, default=None)
    if last is not None and 0 <= now_ms - last.at_ms < PRESS_HOLDS_MS:
        return last.kind is MarkKind.LIGHTS_OUT
    bright = illuminance_lx is not None and illuminance_lx >= BRIGHT_LX
    if running is not None and running.lights_out_ms <= now_ms < running.get_up_ms:
        guessed = running.provisional and running.lights_out_source is Source.SCHEDULE
        return not (bright and guessed)
    return not bright and usual[0] - EARLY_MS <= now_ms < usual[1]
