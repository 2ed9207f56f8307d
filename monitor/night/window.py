"""Which minutes make a night: lights-out and get-up, by order of trust."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from monitor.contract.record import Mark, MarkKind, Minute, epoch_ms, instant
from monitor.night import light
from monitor.night.errors import NightError
from monitor.night.household import Correction, Household

# Source: judgement: nobody this is made for sleeps through local noon, so nights meet there.
NOON: Final = time(12)
ONE_DAY: Final = timedelta(days=1)


class Source(StrEnum):
    """Who said when the lights went out, or when the person got up; the most trusted first."""

    CORRECTION = "correction"
    BUTTON = "button"
    LIGHT = "light"
    SCHEDULE = "schedule"


TRUST: Final = tuple(Source)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One night: (start_ms, end_ms] in UTC, named by its evening's local date.

    provisional: the night runs and later light may still move lights-out.
    """

    night: str
    zone: str
    lights_out_ms: int
    get_up_ms: int
    lights_out_source: Source
    get_up_source: Source
    provisional: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has got up yet: get_up_ms is only how far the night has come."""
        return self.provisional and self.get_up_source is Source.SCHEDULE

    @property
    def start_ms(self) -> int:
        """Return the first whole minute's start at or after lights-out."""
        return -(-self.lights_out_ms // 60_000) * 60_000

    @property
    def end_ms(self) -> int:
        """Return the last whole minute's end at or before get-up."""
        return self.get_up_ms // 60_000 * 60_000


@dataclass(frozen=True, slots=True)
class _Said:
    at_ms: int
    source: Source


def night_of(at_ms: int, household: Household) -> date:
    """Return the night that an instant lies in: from local noon until before the next.

    A minute lies in the night of its start.

    >>> night_of(0, Household(zone="Europe/Berlin"))
    datetime.date(1969, 12, 31)
    """
    zone = _zone(household)
    night = instant(at_ms).astimezone(zone).date()
    while at_ms < _local_ms(night, NOON, zone):
        night -= ONE_DAY
    return night


def span_of(night: date, household: Household) -> tuple[int, int]:
    """Return (start, end) of all that may matter to a night: local noon to local noon.

    Raises:
        NightError: the zone is unknown, or it skipped this whole day.
    """
    zone = _zone(household)
    start_ms, end_ms = _local_ms(night, NOON, zone), _local_ms(night + ONE_DAY, NOON, zone)
    if start_ms >= end_ms:
        raise NightError(f"there was no {night} in {household.zone}: choose the night before it")
    return start_ms, end_ms


def nights_within(start_ms: int, end_ms: int, household: Household) -> tuple[str, str]:
    """Return the first and the last night of which all lies in a range of time.

    The last comes before the first where there is none. Of a zone that is unknown by now UTC
    tells, so that what was deleted does not hang on it.

    >>> nights_within(0, 86_400_000 * 5 // 2, Household(zone="UTC"))
    ('1970-01-01', '1970-01-02')
    """
    try:
        first, last = night_of(start_ms, household), night_of(end_ms, household) - ONE_DAY
    except NightError:
        return nights_within(start_ms, end_ms, msgspec.structs.replace(household, zone="UTC"))
    if _local_ms(first, NOON, _zone(household)) < start_ms:
        first += ONE_DAY
    return first.isoformat(), last.isoformat()


def scheduled(night: date, household: Household) -> tuple[int, int]:
    """Return (bedtime, wake time) of the schedule, both inside the night's span.

    A wake time that does not follow the bedtime, or lies after noon, becomes noon. A local
    time that the clocks skip is taken as much later as they jump; of one that they repeat,
    the first is meant.
    """
    zone = _zone(household)
    morning = night + ONE_DAY
    bedtime = time.fromisoformat(household.schedule.bedtime[night.weekday()])
    wake_time = time.fromisoformat(household.schedule.wake_time[morning.weekday()])
    bedtime_ms = _local_ms(morning if bedtime < NOON else night, bedtime, zone)
    wake_ms = _local_ms(morning, wake_time, zone)
    _, noon_ms = span_of(night, household)
    return bedtime_ms, wake_ms if bedtime_ms < wake_ms < noon_ms else noon_ms


def find_window(
    night: date,
    minutes: Sequence[Minute],
    household: Household,
    correction: Correction | None = None,
    now_ms: int | None = None,
    marks: Sequence[Mark] = (),
) -> Window:
    """Return the window of a night: for either end the most trusted word there is.

    Of several presses of the button the one nearest the schedule counts. Ends that
    contradict each other (get-up before lights-out) lose the less trusted word until they
    agree. A correction outside the span moves to its border. A running night ends by the
    schedule until get-up is seen. Raises NightError as span_of does.

    Args:
        night: the evening's local date.
        minutes: what is known of the night's span, in any order; others are ignored.
        household: the settings in force.
        correction: what a person said of this night.
        now_ms: the time while the night runs, None when it is over.
        marks: marks that were made on a page instead of with the button.
    """
    span, usual = span_of(night, household), scheduled(night, household)
    lit = light.lit_minutes(minutes, span)
    by_light = light.lights_out(lit, usual[0], now_ms)
    pressed = [*marks, *(mark for minute in minutes for mark in minute.marks)]
    said = correction or Correction()
    out_mark = _nearest(pressed, MarkKind.LIGHTS_OUT, usual[0], span)
    up_mark = _nearest(pressed, MarkKind.GET_UP, usual[1], span)
    outs = _by_trust(said.lights_out_ms, out_mark, by_light.at_ms, usual[0])
    ups = _by_trust(said.get_up_ms, up_mark, light.get_up(lit, usual[1]), usual[1])
    windows = (
        _window(night, household.zone, span, pair, settled=by_light.settled)
        for pair in _pairs(outs, ups, usual)
    )
    return next(window for window in windows if window.start_ms < window.end_ms)


def _window(
    night: date, zone: str, span: tuple[int, int], pair: tuple[_Said, _Said], *, settled: bool
) -> Window:
    out, up = pair
    return Window(
        night=night.isoformat(),
        zone=zone,
        lights_out_ms=min(max(out.at_ms, span[0]), span[1]),
        get_up_ms=min(max(up.at_ms, span[0]), span[1]),
        lights_out_source=out.source,
        get_up_source=up.source,
        provisional=out.source in (Source.LIGHT, Source.SCHEDULE) and not settled,
    )


def _pairs(
    outs: list[_Said], ups: list[_Said], usual: tuple[int, int]
) -> Iterator[tuple[_Said, _Said]]:
    """Yield (lights-out, get-up), the most trusted first.

    The more trusted end stands while the other gives way, at last to the usual length of
    the night. The schedule agrees with itself, so a pair that fits always comes.
    """
    length_ms = usual[1] - usual[0]
    while True:
        if _doubt(outs[0], usual[0]) <= _doubt(ups[0], usual[1]):
            out, *outs = outs
            for up in (*ups, _Said(out.at_ms + length_ms, Source.SCHEDULE)):
                yield out, up
        else:
            up, *ups = ups
            for out in (*outs, _Said(up.at_ms - length_ms, Source.SCHEDULE)):
                yield out, up


def _doubt(said: _Said, usual_ms: int) -> tuple[int, int]:
    return TRUST.index(said.source), abs(said.at_ms - usual_ms)


def _by_trust(*words: int | None) -> list[_Said]:
    pairs = zip(words, TRUST, strict=True)
    return [_Said(at_ms, source) for at_ms, source in pairs if at_ms is not None]


def _nearest(
    marks: Sequence[Mark], kind: MarkKind, usual_ms: int, span: tuple[int, int]
) -> int | None:
    at = [mark.at_ms for mark in marks if mark.kind is kind and span[0] <= mark.at_ms <= span[1]]
    return min(at, key=lambda at_ms: (abs(at_ms - usual_ms), at_ms), default=None)


def _local_ms(day: date, at: time, zone: ZoneInfo) -> int:
    return epoch_ms(datetime.combine(day, at, zone))


def _zone(household: Household) -> ZoneInfo:
    try:
        return ZoneInfo(household.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "America" is a folder
        raise NightError(
            f"time zone {household.zone!r} is unknown here:"
            " choose another one or install the tzdata package"
        ) from error
