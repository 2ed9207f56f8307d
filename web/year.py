"""Pure: a year of nights at a glance: months of ratings, the trend, the best and the worst."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from monitor.score.figures import figure
from monitor.score.result import NightScore
from monitor.score.stated import stated_rating
from web.alike import NEWEST, alike, left_out_text
from web.present import day_text, night_title
from web.scales import Scale
from web.shapes import num

MONTHS: Final = 12
MEAN_NIGHTS: Final = 7  # Judgement: a week
# judgement: a mean of fewer nights says more of one night than of a week.
LEAST_OF_WEEK: Final = 4
MANY: Final = 120  # judgement: more dots than that touch each other on a phone
HEIGHT: Final = 150
LOWEST: Final = 30.0  # judgement: a bedroom below it is at the edge of the picture all the same
# Source: docs/scoring.md, the bands' borders, so that a line can be read without colour.
BORDERS: Final = ((90, "90 Excellent"), (75, "75 Good"), (60, "60 Fair"), (40, "40 Poor"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """One night in the calendar; number is '–' where it has none."""

    night: str
    number: str
    stars: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month: weeks from Monday to Sunday; None is a day without a night."""

    title: str
    weeks: tuple[tuple[DayCell | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What a year of nights says; trend is '' while there are too few nights for it.

    most_in_week: how many rated nights the fullest seven days have.
    left_out: how many nights are not in trend, best and worst, in words; '' for none.
    """

    months: tuple[Month, ...]
    trend: str
    trend_text: str
    left_out: str
    best: NightScore | None
    worst: NightScore | None
    most_in_week: int


def year_of(nights: Sequence[NightScore], last: date, today: date) -> Year:
    """Return the year up to last, from its first month with a night on, as seen today."""
    rated = ranked_nights(nights)
    means = weekly_means(rated)
    ranked = sorted(rated, key=lambda night: -(night.rating or 0.0))
    return Year(
        months=_months(nights, last),
        trend=_trend(rated, means, today),
        trend_text=_trend_text(means, today),
        left_out=left_out_text(len(nights) - len(rated)),
        best=ranked[0] if len(ranked) > 1 else None,
        worst=ranked[-1] if len(ranked) > 1 else None,
        most_in_week=max((len(week) for _, week in _weeks(rated)), default=0),
    )


def ranked_nights(nights: Sequence[NightScore]) -> list[NightScore]:
    """Return the nights of a year that are ranked and averaged: measured as they are by now."""
    return alike(nights, newest=NEWEST)


def weekly_means(rated: Sequence[NightScore]) -> list[tuple[date, float]]:
    """Return the mean rating of the 7 nights up to each night that has enough of them."""
    return [
        (last, sum(week) / len(week)) for last, week in _weeks(rated) if len(week) >= LEAST_OF_WEEK
    ]


def is_recent(night: date, today: date) -> bool:
    """Tell whether a night is of the last week, so that it can be called so."""
    return (today - night).days <= MEAN_NIGHTS


def _weeks(rated: Sequence[NightScore]) -> list[tuple[date, list[float]]]:
    """Return the ratings of the seven days up to each night, which may be few."""
    named = [(date.fromisoformat(night.window.night), night.rating or 0.0) for night in rated]
    return [
        (last, [rating for day, rating in named if 0 <= (last - day).days < MEAN_NIGHTS])
        for last, _ in named
    ]


def first_day(last: date) -> date:
    """Return the first day of the twelve months that end with last's."""
    months = last.year * 12 + last.month - 1 - (MONTHS - 1)
    return date(months // 12, months % 12 + 1, 1)


def _months(nights: Sequence[NightScore], last: date) -> tuple[Month, ...]:
    cells = {night.window.night: _cell(night) for night in nights}
    if not cells:
        return ()
    at = max(date.fromisoformat(min(cells)), first_day(last)).replace(day=1)
    months = []
    while at <= last:
        following = (at + timedelta(days=32)).replace(day=1)
        monday = at - timedelta(days=at.weekday())
        weeks = []
        while monday < following:
            week = [monday + timedelta(days=number) for number in range(7)]
            weeks.append(
                tuple(cells.get(str(day)) if day.month == at.month else None for day in week)
            )
            monday += timedelta(days=7)
        months.append(Month(title=f"{at:%B %Y}", weeks=tuple(weeks)))
        at = following
    return tuple(reversed(months))


def _cell(night: NightScore) -> DayCell:
    shown = stated_rating(night)
    words = shown.words or "no number"
    called = f" {night.word}" if night.word else ""
    return DayCell(
        night=night.window.night,
        number=shown.text if night.comparable else "–",
        stars=night.stars or 0,
        label=f"{night_title(night.window.night, short=True)}: {words}{called}",
    )


def _trend_text(means: Sequence[tuple[date, float]], today: date) -> str:
    if not means:
        return ""
    day, last = means[-1]
    week = "last week" if is_recent(day, today) else f"week to {day_text(day)}"
    text = f"The rated nights of the {week} average {figure(last)}"
    before = dict(means).get(day - timedelta(days=MEAN_NIGHTS))
    if before is None:  # after a pause there is no week before
        return f"{text}."
    change = int(figure(last)) - int(figure(before))
    if change == 0:
        return f"{text}, as in the week before."
    return f"{text}, {abs(change)} {'more' if change > 0 else 'fewer'} than a week before."


def _trend(rated: Sequence[NightScore], means: Sequence[tuple[date, float]], today: date) -> str:
    """Return nights as dots and their 7-night mean as a line, as one SVG element."""
    if not means:
        return ""
    days = [date.fromisoformat(night.window.night) for night in rated]
    first, length = days[0], max(1, (days[-1] - days[0]).days)
    scale = Scale(low=LOWEST, high=100.0, height=HEIGHT)

    def x(day: date) -> str:
        return num(2 + 96 * (day - first).days / length, 2)

    # A year of nights on a phone: the mean must be seen through them.
    kind, radius = ("night-dot many", "2") if len(rated) > MANY else ("night-dot", "3.5")
    dots = "".join(
        f'<circle class="{kind}" data-stars="{night.stars or 0}" cx="{x(day)}%"'
        f' cy="{num(scale.y(night.rating or 0.0))}" r="{radius}"/>'
        for day, night in zip(days, rated, strict=True)
    )
    lines = "".join(
        f'<line class="mean" x1="{x(one[0])}%" y1="{num(scale.y(one[1]))}"'
        f' x2="{x(two[0])}%" y2="{num(scale.y(two[1]))}"/>'
        for one, two in pairwise(means)
        if (two[0] - one[0]).days <= MEAN_NIGHTS
    )
    grid = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{num(y)}" y2="{num(y)}"/>'
        f'<text class="grid-label" x="-8" y="{num(y + 4)}">{label}</text>'
        for y, label in ((scale.y(score), label) for score, label in BORDERS)
    )
    return (
        f'<svg class="strip trend" width="100%" height="{HEIGHT + 4}" role="img"'
        f' aria-label="{_trend_text(means, today)}">{grid}{dots}{lines}</svg>'
    )
