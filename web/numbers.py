"""Pure: a score as it is shown: an integer, a bound, and the unrounded number behind both."""

from dataclasses import dataclass

import msgspec

from monitor.score.model import shown
from monitor.score.result import Live, NightScore, PartScore
from monitor.score.units import TemperatureUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A score as it is shown: an integer, and whether it is a bound; both may be empty."""

    text: str = ""
    bound: str = ""


def number(
    score: float | None, sure_score: float | None, *, at_most: bool, at_least: bool
) -> Number:
    """Return how a score is shown. What is only surely reached is shown as just that.

    >>> number(88.2, 85.9, at_most=False, at_least=True)
    Number(text='86', bound='at least')
    >>> number(88.2, 85.9, at_most=True, at_least=True)
    Number(text='88', bound='at most')
    """
    value = stated(score, sure_score, at_most=at_most, at_least=at_least)
    if value is None:
        return Number()
    bound = "at most" if at_most else "at least" if at_least and sure_score is not None else ""
    return Number(text=str(shown(value)), bound=bound)


def stated(
    score: float | None, sure_score: float | None, *, at_most: bool, at_least: bool
) -> float | None:
    """Return the unrounded score that a page shows: where it is "at least", what is sure.

    >>> stated(88.2, 85.9, at_most=False, at_least=True)
    85.9
    """
    is_least = at_least and not at_most and score is not None and sure_score is not None
    return sure_score if is_least else score


def stated_rating(score: NightScore | Live | None) -> float | None:
    """Return the rating that a page shows, unrounded."""
    if score is None:
        return None
    return stated(score.rating, score.sure_rating, at_most=score.at_most, at_least=score.at_least)


def stated_score(part: PartScore | None) -> float | None:
    """Return the score of a part that a page shows, unrounded."""
    if part is None:
        return None
    return stated(part.score, part.sure_score, at_most=part.at_most, at_least=part.at_least)


def as_told(night: NightScore, unit: TemperatureUnit) -> NightScore:
    """Return a night as_shown, and as the pages say it: sentences in the house's unit."""
    sentences = tuple(
        msgspec.structs.replace(it, text=unit.said(it.text), calm=unit.said(it.calm))
        for it in night.sentences
    )
    return msgspec.structs.replace(
        as_shown(night), headline=unit.said(night.headline), sentences=sentences
    )


def as_shown(night: NightScore) -> NightScore:
    """Return a night whose numbers are those of the pages, unrounded, and no others beside."""
    parts = tuple(msgspec.structs.replace(it, score=stated_score(it)) for it in night.parts)
    return msgspec.structs.replace(night, rating=stated_rating(night), parts=parts)
