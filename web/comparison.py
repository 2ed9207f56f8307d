"""Pure: two nights beside each other, in words that do not say more than is known."""

from dataclasses import dataclass

from monitor.score.figures import half_up
from monitor.score.model import shown
from monitor.score.phrases import PART_WORDS
from monitor.score.result import NightScore
from web.present import night_title, points_text

NOT_ALIKE = "They were not measured alike, so their numbers cannot be compared; the strips can."
NO_RATING = "{name} has no rating, so the numbers cannot be compared; the strips can."
NEITHER = "Neither night has a rating, so there are no numbers to compare; the strips can be."
ITSELF = "This is one night, beside itself: choose another one."
LIMITED = "{name} is an upper limit only: which night was better cannot be told."


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two nights say together: a sentence, and points lost a part (name, first, second)."""

    text: str
    parts: tuple[tuple[str, str, str], ...]


def compare(first: NightScore, second: NightScore) -> Comparison:
    """Return the difference of two nights, whose numbers are those that pages show."""
    return Comparison(
        text=_text(first, second),
        parts=tuple(
            (PART_WORDS[part.part], _lost(first, part.part), _lost(second, part.part))
            for part in first.parts
        ),
    )


def _text(first: NightScore, second: NightScore) -> str:
    one, two = first.rating, second.rating
    if one is None or two is None or not _is_alike(first, second) or first.window == second.window:
        return _why_not(first, second)
    better, worse = (first, second) if one >= two else (second, first)
    apart = abs(shown(one) - shown(two))
    if better.at_most or (worse.at_most and not apart):
        return LIMITED.format(name=_name(better if better.at_most else worse))
    if not apart:
        return "Both nights have the same rating."
    name = _name(better)
    by = f"{'at least ' if worse.at_most else ''}{apart} point{'s' if apart > 1 else ''}"
    if _overlap(first, second):
        return (
            f"{name} was {by} better, which is within what the sensors can"
            " tell: the two may be equal."
        )
    return f"{name} was {by} better{_most_of_it(better, worse)}."


def _is_alike(first: NightScore, second: NightScore) -> bool:
    return first.comparable and second.comparable and first.kind == second.kind


def _why_not(first: NightScore, second: NightScore) -> str:
    """Return why the numbers of two nights are not compared."""
    if first.window == second.window:
        return ITSELF
    without = [it for it in (first, second) if it.rating is None]
    if len(without) == 1:
        return NO_RATING.format(name=_name(without[0]))
    return NEITHER if without else NOT_ALIKE


def _name(night: NightScore) -> str:
    return night_title(night.window.night, short=True)


def _most_of_it(better: NightScore, worse: NightScore) -> str:
    """Return which part gained most, '' where none did as it is shown."""
    gains = {
        part.part: part.points_lost - better.part(part.part).points_lost for part in worse.parts
    }
    main = max(gains, key=gains.__getitem__)
    if half_up(gains[main], 1) <= 0:
        return ""
    # A part may have gained more than all together: another one lost meanwhile.
    return f": {PART_WORDS[main]} cost {points_text(gains[main])} less"


def _overlap(first: NightScore, second: NightScore) -> bool:
    """Tell whether the ranges that matter between nights of the same sensors overlap."""
    edges = (first.same_low, first.same_high, second.same_low, second.same_high)
    if None in edges:
        edges = (first.low, first.high, second.low, second.high)
    low, high, other_low, other_high = (0.0 if it is None else it for it in edges)
    return low <= other_high and other_low <= high


def _lost(night: NightScore, name: str) -> str:
    part = night.part(name)
    return "no number" if part.score is None else points_text(part.points_lost)
