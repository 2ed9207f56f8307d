"""Pure: two nights beside each other, in words that do not say more than is known."""

from dataclasses import dataclass

from monitor.score.model import shown
from monitor.score.phrases import PART_WORDS
from monitor.score.result import NightScore
from web.present import night_title, points_text

NOT_ALIKE = "They were not measured alike, so their numbers cannot be compared; the strips can."


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
    alike = first.comparable and second.comparable and first.kind == second.kind
    if not alike or one is None or two is None:
        return NOT_ALIKE
    better, worse = (first, second) if one >= two else (second, first)
    apart = abs(shown(one) - shown(two))
    if not apart:
        return "Both nights have the same rating."
    name = night_title(better.window.night, short=True)
    by = f"{apart} point{'s' if apart > 1 else ''}"
    if _overlap(first, second):
        return (
            f"{name} was {by} better, which is within what the sensors can"
            " tell: the two may be equal."
        )
    gains = {
        part.part: part.points_lost - better.part(part.part).points_lost for part in worse.parts
    }
    main = max(gains, key=gains.__getitem__)
    # A part may have gained more than all together: another one lost meanwhile.
    return f"{name} was {by} better: {PART_WORDS[main]} cost {points_text(gains[main])} less."


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
