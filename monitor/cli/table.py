"""Prints nights as a table for a terminal: pure, values in, text out."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from monitor.night.household import Household
from monitor.score.phrases import BOUND_LEAST, BOUND_MOST
from monitor.score.result import PARTS, NightScore, PartScore, Status
from monitor.score.stated import Stated, stated_rating, stated_score

HEADER: Final = ("night", "rating", "", "quiet", "cool", "dark", "why")
SIGNS: Final = {BOUND_MOST: "≤", BOUND_LEAST: "≥", "": ""}
NOT_FITTED: Final = "-"
USUAL_PROFILE: Final = Household().profile


def nights_table(nights: Iterable[NightScore]) -> str:
    """Return one line a night: rating, word, parts, headline; what is missing is said."""
    rows = [HEADER, *(_row(night) for night in nights)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER) - 1)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip()


def _row(night: NightScore) -> tuple[str, ...]:
    parts = {part.part: part for part in night.parts}
    return (
        named(night.window.night),
        _rating(night),
        night.word or "",
        *(_part(parts[name]) for name in PARTS),
        _why(night),
    )


def _why(night: NightScore) -> str:
    reason = f"Provisional: {night.provisional}." if night.provisional else ""
    why = " ".join(filter(None, (night.headline, reason)))
    asides = "; ".join(filter(None, (night.label, _cool_for(night))))
    return f"{why} ({asides})" if asides else why


def _cool_for(night: NightScore) -> str:
    """Return what Cool is judged for where it is not what everybody gets."""
    usual = night.profile == USUAL_PROFILE and not night.offset_k
    if usual or night.part("cool").score is None:
        return ""
    return f"cool for: {night.profile}, {night.offset_k:+g} K"


def named(night: str) -> str:
    """Return a night's name for people: its evening and its morning.

    >>> named("2026-11-22")
    '2026-11-22 Sun 22 → Mon 23'
    """
    evening = date.fromisoformat(night)
    morning = evening + timedelta(days=1)
    return f"{night} {evening:%a} {evening.day} → {morning:%a} {morning.day}"


def _rating(night: NightScore) -> str:
    if night.rating is None:
        return "no rating"
    told = stated_rating(night)
    return told.words if night.at_most else _signed(told)


def _part(part: PartScore) -> str:
    if part.status is Status.NOT_FITTED:
        return NOT_FITTED
    if part.score is None:
        return f"{part.coverage:.0%} seen"
    seen = "" if part.status is Status.FULL else f" ({part.coverage:.0%})"
    return f"{_signed(stated_score(part))}{seen}"


def _signed(told: Stated) -> str:
    """Return a number as the pages have it, its bound as a sign."""
    return f"{SIGNS[told.bound]}{told.text}"
