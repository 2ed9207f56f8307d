"""What cost most in the last weeks, in words: causes a night, kept by what they are made of."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from monitor.score.figures import capitalised
from monitor.score.phrases import CAUSES
from monitor.score.quiet_night import FLOOR
from monitor.score.result import NightScore
from web.present import day_text, local_time, points_text
from web.site import Site
from web.sources import KeptNight
from web.year import is_recent, ranked_nights

MONTH_NIGHTS: Final = 30
# judgement: fewer nights say more of one night than of a month.
LEAST_NIGHTS: Final = 4
MOSTLY: Final = 2 / 3  # judgement: what people would call most of it
SHOWN_POINTS: Final = 0.5
KEPT: Final = 800  # judgement: a few rooms' last months; 300 B each
MINUTE_MS: Final = 60_000
# Hours from noon on, so that a night is in one piece; tried in this order.
_BEFORE: Final = (12, 14, 16)  # 00:00, 02:00, 04:00
_AFTER: Final = (16, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one cause took in a night: points in each hour from noon on."""

    cause: str
    hours: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCost:
    """The dearest cause of some weeks in a sentence; '' where nothing cost anything."""

    text: str
    others: tuple[str, ...] = ()


class NightCosts:
    """Reads a night's causes once for each of its judgements; threads may share it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: OrderedDict[tuple[str, str, str], tuple[Cost, ...]] = OrderedDict()

    def month(self, room: str, outlines: Sequence[KeptNight], today: date) -> MonthCost:
        """Return what cost most in the newest nights of some outlines that are alike."""
        alike = {night.window.night for night in ranked_nights([one.score for one in outlines])}
        rated = [one for one in outlines if one.score.window.night in alike][-MONTH_NIGHTS:]
        last = date.fromisoformat(rated[-1].score.window.night) if rated else today
        until = None if is_recent(last, today) else last
        return month_cost([self._costs(room, one) for one in rated], until)

    def _costs(self, room: str, outline: KeptNight) -> tuple[Cost, ...]:
        night = outline.score.window.night
        key = room, night, outline.inputs_hash
        if key not in self._kept:
            whole = self._site.store.night(room, night)
            self._kept[key] = () if whole is None else night_costs(whole.score)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def night_costs(score: NightScore) -> tuple[Cost, ...]:
    """Return what each cause took in a night.

    Without what the microphone's own noise hides: nobody knows that it has cost anything.
    """
    hours: dict[str, list[float]] = defaultdict(lambda: [0.0] * 24)
    for span in score.spans:
        if span.cause == FLOOR:
            continue
        minutes = range(span.start_ms, max(span.end_ms, span.start_ms + 1), MINUTE_MS)
        for at_ms in minutes:
            hour = (local_time(at_ms, score.window.zone).hour - 12) % 24
            hours[span.cause][hour] += span.points / len(minutes)
    return tuple(Cost(cause=cause, hours=tuple(its)) for cause, its in hours.items())


def month_cost(nights: Sequence[Iterable[Cost]], until: date | None = None) -> MonthCost:
    """Return what cost most over some nights, in points a night.

    Args:
        nights: what each of them cost.
        until: the last one, where it is long ago.

    >>> warm = Cost(cause="warm", hours=(0.0,) * 11 + (9.0,) + (0.0,) * 12)
    >>> month_cost([(warm,)] * 5).text
    'Warmth cost you 9.0 points a night over the last 5 nights, mostly before 00:00.'
    """
    last = f"the last {len(nights)} nights"
    if until is not None:
        last = f"the {len(nights)} nights to {day_text(until)}"
    if len(nights) < LEAST_NIGHTS:
        return MonthCost(text=f"Not enough nights yet ({len(nights)} of {LEAST_NIGHTS}).")
    sums: dict[str, list[float]] = {}
    for costs in nights:
        for cost in costs:
            before = sums.get(cost.cause, [0.0] * 24)
            sums[cost.cause] = [one + two for one, two in zip(before, cost.hours, strict=True)]
    ranked = sorted(sums.items(), key=lambda item: -sum(item[1]))
    dear = [it for it in ranked if sum(it[1]) / len(nights) >= SHOWN_POINTS]
    if not dear:
        return MonthCost(text=f"Nothing cost much over {last}.")
    cause, hours = dear[0]
    text = (
        f"{capitalised(CAUSES[cause][0])} cost you {points_text(sum(hours) / len(nights))} a night"
        f" over {last}{_when(hours)}."
    )
    others = tuple(
        f"{CAUSES[key][0]} {points_text(sum(its) / len(nights))}" for key, its in dear[1:3]
    )
    return MonthCost(text=text, others=others)


def _when(hours: Sequence[float]) -> str:
    whole = sum(hours)
    for hour in _BEFORE:
        if sum(hours[:hour]) >= MOSTLY * whole:
            return f", mostly before {(hour + 12) % 24:02d}:00"
    for hour in _AFTER:
        if sum(hours[hour:]) >= MOSTLY * whole:
            return f", mostly after {(hour + 12) % 24:02d}:00"
    return ", all through the night"
