"""Pure: a scored night into the words and figures of its page and its line in the list."""

from dataclasses import dataclass
from typing import Final

from monitor.night.window import Source, Window
from monitor.score.result import NightScore, PartScore, Sentence, Status
from web.present import (
    BANDS,
    PART_NAMES,
    Band,
    band_of,
    clock_text,
    night_title,
    points_text,
    profile_text,
    range_text,
    share_text,
    shown_score,
)

GOOD: Final = next(band for band in BANDS if band.word == "Good")
SOURCE_WORDS: Final = {
    Source.CORRECTION: "as you corrected it",
    Source.BUTTON: "by the button",
    Source.LIGHT: "seen by the light sensor",
    Source.SCHEDULE: "from the usual times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseText:
    """One stretch of a night that cost points."""

    cause: str
    time: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartText:
    """One part of a night; number is '' where there is none and reason says why."""

    part: str
    name: str
    status: str
    number: str
    shown: int | None
    bound: str
    band: Band | None
    range: str
    coverage: str
    points: str
    reason: str
    causes: tuple[CauseText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightText:
    """A night as its page says it; number is '' where there is none."""

    night: str
    title: str
    short_title: str
    number: str
    bound: str
    band: Band | None
    range: str
    label: str
    provisional: str
    headline: str
    changes: tuple[str, ...]
    costs: tuple[str, ...]
    goods: tuple[str, ...]
    notes: tuple[str, ...]
    parts: tuple[PartText, ...]
    lights_out: str
    get_up: str
    judged: str
    model: int


def night_text(score: NightScore) -> NightText:
    """Return a night in words; what has no number says so and why."""
    window = score.window
    shown = shown_score(score.rating)
    return NightText(
        night=window.night,
        title=night_title(window.night),
        short_title=night_title(window.night, short=True),
        number="" if shown is None else str(shown),
        bound="at most" if score.at_most and shown is not None else "",
        band=next((band for band in BANDS if band.word == score.word), None),
        range=range_text(score.low, score.high),
        label=score.label or "",
        provisional=score.provisional or "",
        headline=score.headline,
        changes=_texts(score.sentences, "change"),
        costs=_texts(score.sentences, "cost"),
        goods=_texts(score.sentences, "good"),
        notes=_texts(score.sentences, "note"),
        parts=tuple(_part(part, score) for part in score.parts),
        lights_out=_bound(window, window.lights_out_ms, window.lights_out_source),
        get_up=_bound(window, window.get_up_ms, window.get_up_source),
        judged=profile_text(score.profile, score.offset_k),
        model=score.score_model_version,
    )


def _texts(sentences: tuple[Sentence, ...], kind: str) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in sentences if sentence.kind == kind)


def _bound(window: Window, at_ms: int, source: Source) -> str:
    return f"{clock_text(at_ms, window.zone)}, {SOURCE_WORDS[source]}"


def _part(part: PartScore, score: NightScore) -> PartText:
    shown = shown_score(part.score)
    return PartText(
        part=part.part,
        name=PART_NAMES[part.part],
        status=str(part.status),
        number="" if shown is None else str(shown),
        shown=shown,
        bound=_number_bound(part),
        band=_part_band(part),
        range=range_text(part.low, part.high) if shown is not None else "",
        coverage="" if part.status is Status.NOT_FITTED else share_text(part.coverage),
        points=points_text(part.points_lost) if shown is not None else "",
        reason=_reason(part),
        causes=_causes(part.part, score),
    )


def _number_bound(part: PartScore) -> str:
    if part.score is None:
        return ""
    return "at most" if part.at_most else "at least" if part.at_least else ""


def _part_band(part: PartScore) -> Band | None:
    """Return the part's band; what is only an upper limit is never called Excellent."""
    band = band_of(part.score)
    if band is not None and part.at_most and band.low > GOOD.low:
        return GOOD
    return band


def _reason(part: PartScore) -> str:
    if part.status is Status.NOT_FITTED:
        return "Not measured: no sensor is fitted."
    if part.status is Status.MISSING:
        if part.coverage <= 0:
            return "No number: nothing was recorded."
        return f"No number: only {share_text(part.coverage)} of the night was recorded."
    if part.status is Status.PARTIAL:
        return f"{share_text(part.coverage)} recorded; the gap is never counted as good."
    return ""


def _causes(name: str, score: NightScore) -> tuple[CauseText, ...]:
    zone = score.window.zone
    spans = sorted(
        (span for span in score.spans if span.part == name), key=lambda span: -span.points
    )
    return tuple(
        CauseText(
            cause=span.cause.replace("_", " ").capitalize(),
            time=_stretch(clock_text(span.start_ms, zone), clock_text(span.end_ms, zone)),
            points=points_text(span.points),
        )
        for span in spans
    )


def _stretch(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"
