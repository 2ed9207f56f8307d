"""Pure: lights-out and get-up as somebody writes them for a night, checked."""

import re
from collections.abc import Container
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from monitor.contract.record import epoch_ms
from monitor.night.household import Correction
from monitor.night.window import NOON, Source, Window
from web.present import clock_text, local_time

MINUTE_MS: Final = 60_000
# judgement: shorter than that is a slip of the finger, not a night.
SHORTEST_MS: Final = 30 * MINUTE_MS
NO_TIME: Final = "Write a time as 23:10."
_CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
TO_COME: Final = "That time is still to come: write when the lights went out."
UP_TO_COME: Final = "That time is still to come: write the get-up once somebody is up."
WRONG_ORDER: Final = "Get-up must be at least half an hour after lights-out."
PAST_NOON: Final = "A night ends at noon: write a get-up before 12:00."
# judgement: who writes a get-up between noon and then means the day after, not the evening.
EVENING_FROM: Final = time(18)


def wanted_correction(
    window: Window, lights_out: str, get_up: str, *, now_ms: int, second: Container[str] = ()
) -> Correction | str:
    """Return what two times of day mean for a night, or in words why they cannot.

    A time from noon on is of the evening, one before noon of the morning; second: which
    of lights_out and get_up, of a time that comes twice as the clocks go back, is the later of
    the two. An empty one,
    and one that repeats what the window has, leaves the instrument's word; a night that is
    open has no get-up that could be repeated. Lights-out is over: a night that was still to
    begin would have no page on which to take that back. So is get-up: nobody knows one ahead,
    and a night that is told to end is told as over.
    """
    try:
        out_ms = _instant_ms(window, lights_out, second="lights_out" in second)
        up_ms = _instant_ms(window, get_up, second="get_up" in second)
    except ValueError:
        return NO_TIME
    if out_ms is not None and _is_said(window, window.lights_out_ms, out_ms):
        out_ms = _kept(window.lights_out_ms, window.lights_out_source)
    if up_ms is not None and not window.is_open and _is_said(window, window.get_up_ms, up_ms):
        up_ms = _kept(window.get_up_ms, window.get_up_source)
    elif up_ms is not None and up_ms > now_ms:
        return UP_TO_COME
    if out_ms is not None and out_ms > now_ms:
        return TO_COME
    first_ms = _left(window.lights_out_ms, window.lights_out_source) if out_ms is None else out_ms
    last_ms = up_ms
    if up_ms is None and not window.is_open:
        last_ms = _left(window.get_up_ms, window.get_up_source)
    if first_ms is not None and last_ms is not None and last_ms - first_ms < SHORTEST_MS:
        return PAST_NOON if up_ms is not None and _is_past_noon(get_up) else WRONG_ORDER
    return Correction(lights_out_ms=out_ms, get_up_ms=up_ms)


def as_said(window: Window, correction: Correction | None) -> Window:
    """Return a night's window with what was said of it last, also where it is judged later."""
    for name, at_ms in (
        ("lights_out", correction.lights_out_ms if correction else None),
        ("get_up", correction.get_up_ms if correction else None),
    ):
        if at_ms is not None:
            said = {f"{name}_ms": at_ms, f"{name}_source": Source.CORRECTION}
            window = msgspec.structs.replace(window, **said)
    return window


def comes_twice(window: Window) -> bool:
    """Tell whether the clocks go back in a night, so that an hour of it has two of each time."""
    evening = date.fromisoformat(window.night)
    zone = ZoneInfo(window.zone)
    noons = (datetime.combine(evening + timedelta(days=it), NOON, zone) for it in (0, 1))
    before, after = (noon.utcoffset() or timedelta() for noon in noons)
    return before > after


def second_ones(window: Window) -> tuple[str, ...]:
    """Return which of lights_out and get_up are at a time's second coming."""
    ends = [("lights_out", window.lights_out_ms)]
    if not window.is_open:
        ends.append(("get_up", window.get_up_ms))
    return tuple(name for name, at_ms in ends if _fold(at_ms, window.zone))


def get_up_text(window: Window) -> str:
    """Return when somebody got up, HH:MM; '' while the night is open."""
    return "" if window.is_open else clock_text(window.get_up_ms, window.zone)


def is_corrected(correction: Correction | None) -> bool:
    """Tell whether what was said of a night last is a time, and not that it is taken back."""
    return correction is not None and correction != Correction()


def is_pending(window: Window, correction: Correction | None) -> bool:
    """Tell whether a night still has to be judged by what was said of it last."""
    said = correction or Correction()
    return any(
        at_ms != wanted_ms if wanted_ms is not None else source is Source.CORRECTION
        for at_ms, source, wanted_ms in (
            (window.lights_out_ms, window.lights_out_source, said.lights_out_ms),
            (window.get_up_ms, window.get_up_source, said.get_up_ms),
        )
    )


def _instant_ms(window: Window, text: str, *, second: bool) -> int | None:
    if not text:
        return None
    if not _CLOCK_TIME.fullmatch(text):
        raise ValueError(text)
    evening = date.fromisoformat(window.night)
    day = evening if _is_evening(text) else evening + timedelta(days=1)
    at = time.fromisoformat(text).replace(fold=int(second))
    return epoch_ms(datetime.combine(day, at, ZoneInfo(window.zone)))


def _is_evening(text: str) -> bool:
    return time.fromisoformat(text) >= NOON


def _is_past_noon(text: str) -> bool:
    return NOON <= time.fromisoformat(text) < EVENING_FROM


def _is_said(window: Window, at_ms: int, said_ms: int) -> bool:
    """Tell whether what was written is the minute that a window has."""
    zone = window.zone
    is_same_time = clock_text(at_ms, zone) == clock_text(said_ms, zone)
    return is_same_time and _fold(at_ms, zone) == _fold(said_ms, zone)


def _fold(at_ms: int, zone: str) -> int:
    return local_time(at_ms, zone).fold


def _left(at_ms: int, source: Source) -> int | None:
    """Return the instrument's word, None where a correction that is taken back hides it."""
    return None if source is Source.CORRECTION else at_ms


def _kept(at_ms: int, source: Source) -> int | None:
    return at_ms if source is Source.CORRECTION else None
