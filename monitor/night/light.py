"""What the light in the room says of lights-out and get-up."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec
from msgspec import UNSET

from monitor.contract.record import Flag, Minute
from monitor.night import model

# Source: the table in model.py.
BRIGHT_LX: Final = model.BRIGHT.value
SPELL_MS: Final = model.SPELL.ms
BEFORE_BEDTIME_MS: Final = model.BEFORE_BEDTIME.ms
AFTER_BEDTIME_MS: Final = model.AFTER_BEDTIME.ms
HOUR_AFTER_MS: Final = model.DARK_AFTER.ms
NOT_DARK_AFTER_MS: Final = model.NOT_DARK_AFTER.ms
PROVISIONAL_AFTER_MS: Final = model.PROVISIONAL_AFTER.ms
STEP_FACTOR: Final = model.STEP_FACTOR.value
STEP_WITHIN_MS: Final = model.STEP_WITHIN.ms
STEP_LASTS_MS: Final = model.STEP_LASTS.ms
AROUND_WAKE_TIME_MS: Final = model.AROUND_WAKE_TIME.ms
HOLD_MS: Final = model.HOLD.ms
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
FROZEN: Final = Flag.FROZEN


class Lit(msgspec.Struct, frozen=True):
    """The mean photopic light of (start_ms, end_ms]."""

    start_ms: int
    end_ms: int
    lx: float


@dataclass(frozen=True, slots=True)
class LightsOut:
    """When the light went out, None if it does not say; unsettled: later light may change it."""

    at_ms: int | None
    settled: bool


class _Verdict(Enum):
    REFUSED = 0
    TOO_EARLY = 1
    PROVISIONAL = 2
    SETTLED = 3


def lit_minutes(minutes: Sequence[Minute], span: tuple[int, int]) -> list[Lit]:
    """Return the valid light inside span, in order, without overlap, short gaps held.

    A minute is valid when at least half of its due samples are and its raw value moved. Gaps
    of up to 3 min take the value before them; what is missing for longer is neither bright nor
    dark.
    """
    found: list[Lit] = []
    for start_ms, end_ms, lx in sorted(_valid(minutes)):
        begin_ms = start_ms
        if found:
            last = found[-1]
            begin_ms = max(start_ms, last.end_ms)
            if 0 < begin_ms - last.end_ms <= HOLD_MS:
                found[-1] = Lit(last.start_ms, begin_ms, last.lx)
        if span[0] <= begin_ms < end_ms <= span[1]:
            found.append(Lit(begin_ms, end_ms, lx))
    return found


def lights_out(lit: Sequence[Lit], bedtime_ms: int, now_ms: int | None) -> LightsOut:
    """Return the end of a bright spell that is followed by a dark hour, nearest the bedtime.

    While the night runs (now_ms given) 15 dark minutes are enough for an unsettled answer,
    dated back to the end of the spell. There is none while a nearer one may be coming: the
    light is still on, or has been off for less than 15 minutes.

    Args:
        lit: from lit_minutes.
        bedtime_ms: the usual bedtime of this night.
        now_ms: the time when the night still runs, None when it is over.
    """
    starts = [minute.start_ms for minute in lit]
    judged = [(at_ms, _verdict(lit, starts, at_ms, now_ms)) for at_ms in _ends_of_spells(lit)]
    possible = [
        (abs(at_ms - bedtime_ms), at_ms, verdict)
        for at_ms, verdict in judged
        if verdict is not _Verdict.REFUSED
        and -BEFORE_BEDTIME_MS <= at_ms - bedtime_ms <= AFTER_BEDTIME_MS
    ]
    if not possible:
        last_ms = bedtime_ms + AFTER_BEDTIME_MS + PROVISIONAL_AFTER_MS
        return LightsOut(None, settled=now_ms is None or not lit or now_ms >= last_ms)
    _, at_ms, verdict = min(possible, key=lambda one: one[:2])
    if verdict is _Verdict.TOO_EARLY:
        return LightsOut(None, settled=False)
    return LightsOut(at_ms, settled=verdict is _Verdict.SETTLED)


def get_up(lit: Sequence[Lit], wake_ms: int) -> int | None:
    """Return when a step up of the light nearest the usual wake time began, None without one.

    Records longer than 2 min cannot tell a step from a dawn, so they never give one.
    """
    steps: list[int] = []
    stepped = False
    for index, minute in enumerate(lit):
        rising = stepped
        stepped = _is_step(lit, index)
        if stepped and not rising and abs(minute.start_ms - wake_ms) <= AROUND_WAKE_TIME_MS:
            steps.append(minute.start_ms)
    return min(steps, key=lambda at_ms: (abs(at_ms - wake_ms), at_ms), default=None)


def _valid(minutes: Sequence[Minute]) -> Iterator[tuple[int, int, float]]:
    for minute in minutes:
        light = minute.light
        if light is UNSET or light.illuminance_lx is None or 2 * light.n < light.due:
            continue
        if FROZEN in light.flags:
            continue
        end_ms = minute.end_ms
        yield end_ms - round(minute.duration_s * 1000), end_ms, light.illuminance_lx


def _ends_of_spells(lit: Sequence[Lit]) -> Iterator[int]:
    """Yield where a bright spell was last seen bright, the last one even if it still lasts."""
    lasted_ms = 0
    for index, minute in enumerate(lit):
        if minute.lx < BRIGHT_LX:
            continue
        if index and lit[index - 1].lx >= BRIGHT_LX and lit[index - 1].end_ms == minute.start_ms:
            lasted_ms += minute.end_ms - minute.start_ms
        else:
            lasted_ms = minute.end_ms - minute.start_ms
        goes_on = (
            index + 1 < len(lit)
            and lit[index + 1].lx >= BRIGHT_LX
            and lit[index + 1].start_ms == minute.end_ms
        )
        if lasted_ms >= SPELL_MS and not goes_on:
            yield minute.end_ms


def _verdict(lit: Sequence[Lit], starts: Sequence[int], at_ms: int, now_ms: int | None) -> _Verdict:
    """Judge the hour after at_ms, as far as it has passed; what was not seen is not dark."""
    end_ms = at_ms + HOUR_AFTER_MS
    until_ms = end_ms if now_ms is None else min(end_ms, now_ms)
    dark_ms = sum(
        min(minute.end_ms, until_ms) - minute.start_ms
        for minute in lit[bisect_left(starts, at_ms) : bisect_left(starts, until_ms)]
        if minute.lx < BRIGHT_LX
    )
    if until_ms - at_ms - dark_ms > NOT_DARK_AFTER_MS:
        return _Verdict.REFUSED
    if until_ms == end_ms:
        return _Verdict.SETTLED
    return _Verdict.PROVISIONAL if dark_ms >= PROVISIONAL_AFTER_MS else _Verdict.TOO_EARLY


def _is_step(lit: Sequence[Lit], index: int) -> bool:
    """Tell whether the light of lit[index] has just risen, far enough and for long enough."""
    minute = lit[index]
    if minute.lx < BRIGHT_LX:
        return False
    first = index
    while first and minute.end_ms - lit[first - 1].end_ms <= STEP_WITHIN_MS:
        first -= 1
    if first == index:
        return False
    level_lx = max(BRIGHT_LX, STEP_FACTOR * min(before.lx for before in lit[first:index]))
    seen_ms = minute.start_ms
    while index < len(lit) and lit[index].lx >= level_lx and lit[index].start_ms == seen_ms:
        seen_ms = lit[index].end_ms
        index += 1
    return seen_ms - minute.start_ms >= STEP_LASTS_MS
