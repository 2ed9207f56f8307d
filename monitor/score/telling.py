"""Choose what is worth saying of a night: costs, what went well, the one change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from monitor.score import model, phrases, words
from monitor.score.accounting import rating_of
from monitor.score.figures import stretch_text
from monitor.score.part import PartNight
from monitor.score.result import NightScore, PartScore, Sentence, Span, Status

LEAST_GAIN: Final = model.LEAST_GAIN.value  # Source: the table in model.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known when the words are chosen."""

    zone: str
    parts: tuple[PartScore, ...]
    nights: Mapping[str, PartNight]
    spans: tuple[Span, ...]
    rating: float
    start_ms: int
    end_ms: int


def costs(told: Told) -> list[Sentence]:
    """Return one sentence per thing that cost at least 3 points, the dearest first."""
    found: list[Sentence] = []
    groups: dict[tuple[str, str], list[Span]] = {}
    for span in (span for span in told.spans if span.points > 0):
        groups.setdefault((span.part, span.cause), []).append(span)
    for (_, cause), spans in groups.items():
        if cause == "event":
            found.append(words.events(spans, told.zone))
            continue
        dear = [span for span in spans if _worth(span.points)]
        rest = [span for span in spans if not _worth(span.points)]
        found += [words.cost([span], told.zone) for span in dear]
        if rest:
            found.append(words.cost(rest, told.zone))
    return sorted(
        (sentence for sentence in found if _worth(sentence.points)),
        key=lambda sentence: -sentence.points,
    )


def _worth(points: float) -> bool:
    return points >= model.TELL_POINTS.value


def good(told: Told) -> list[Sentence]:
    """Return one sentence per part that is Excellent; else for the best one that is Good."""
    known = [part for part in told.parts if part.score is not None]
    excellent = [part for part in known if part.word == phrases.BAND_WORDS["excellent"]]
    best = max(known, key=lambda part: part.score or 0.0)
    well = excellent or [best] * (best.word == phrases.BAND_WORDS["good"])
    when = stretch_text(told.start_ms, told.end_ms, told.zone)
    return [
        words.good(part.part, when, told.nights[part.part].typical(), part.points_lost)
        for part in well
    ]


def change(told: Told) -> Sentence:
    """Return the one change that wins most points; none of at least one point: no change.

    Steady sound is never advised against while Cool is the weakest part and it was hot:
    it may be a fan, and moving air is not measured.
    """
    scores = {part.part: part.score for part in told.parts if part.score is not None}
    gains = [
        (rating_of({**scores, part: told.nights[part].without(cause)}) - told.rating, part, cause)
        for (part, cause), points in _totals(told.spans).items()
        if cause in phrases.CHANGES
        and points >= LEAST_GAIN / 2
        and not (part == "quiet" and _needs_air(told, scores, cause))
    ]
    missing = [part.part for part in told.parts if part.status is Status.MISSING]
    gain, _, cause = max(gains, default=(0.0, "", ""))
    return words.change(cause, gain) if gain >= LEAST_GAIN else words.check(missing)


def _totals(spans: Sequence[Span]) -> dict[tuple[str, str], float]:
    totals: dict[tuple[str, str], float] = {}
    for span in spans:
        totals[span.part, span.cause] = totals.get((span.part, span.cause), 0.0) + span.points
    return totals


def _needs_air(told: Told, scores: Mapping[str, float], cause: str) -> bool:
    if cause not in ("steady", "background") or "cool" not in scores:
        return False
    hottest_c = told.nights["cool"].typical()["highest_c"]
    return min(scores, key=lambda part: scores[part]) == "cool" and hottest_c >= model.HOT.value


def dearest(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return what cost most: the dearest stretch of the dearest cause, or all single sounds.

    Nothing where no cause cost a point. What the microphone's own noise hides has cost nothing
    that anybody knows of.
    """
    totals = _totals([span for span in spans if span.cause != "floor"])
    key = max(totals, key=lambda found: totals[found], default=None)
    if key is None or totals[key] < LEAST_GAIN:
        return ()
    found = [span for span in spans if (span.part, span.cause) == key and span.points > 0]
    if key[1] == "event":
        return tuple(sorted(found, key=lambda span: span.start_ms))
    return (max(found, key=lambda span: span.points),)


def own_percentile(rating: float, past: Sequence[float]) -> Sentence | None:
    """Return how a rating compares with the household's own last 30 (given in order of time).

    None below 7 nights. Only comparable nights belong into `past`, without this one.
    """
    recent = past[-int(model.PERCENTILE_NIGHTS.value) :]
    if len(recent) < model.PERCENTILE_MIN.value:
        return None
    return words.percentile(sum(other < rating for other in recent), len(recent))


def without_checks(night: NightScore) -> NightScore:
    """Return a night of which people deleted something: no sensor is to be looked after for it."""
    sentences = tuple(it for it in night.sentences if not it.text.startswith(phrases.CHECK_BEGINS))
    return msgspec.structs.replace(night, sentences=sentences)
