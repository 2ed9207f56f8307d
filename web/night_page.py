"""Pure: a scored night into the words and figures of its page and its line in the list."""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup, escape

from monitor.night.window import Source, Window
from monitor.score.figures import capitalised, count_text
from monitor.score.phrases import CAUSES, PART_WORDS
from monitor.score.result import NightScore, PartScore, Sentence, Span, Status
from monitor.score.series import picture_span
from monitor.score.stated import stated_rating, stated_score
from monitor.score.telling import without_checks
from monitor.score.units import TemperatureUnit
from web.night_table import ROW_MS
from web.present import (
    Band,
    band,
    clock_text,
    night_title,
    points_text,
    profile_text,
    range_text,
    sentence,
    share_text,
)

MINUTE_MS: Final = 60_000
# judgement: shown with one decimal, less would be "0.0 points".
SHOWN_POINTS: Final = 0.05
# How much of a night there is: "83 % recorded", "nothing was recorded".
RECORDED: Final = "recorded", "was recorded"
LEFT: Final = "left", "is left"
SOURCE_WORDS: Final = {
    Source.CORRECTION: "as you corrected it",
    Source.BUTTON: "by the button",
    Source.LIGHT: "seen by the light sensor",
    Source.SCHEDULE: "from the usual times",
}


class CauseText(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a night that cost points; minute of the picture's axis, row of the table."""

    cause: str
    time: str
    points: str
    minute: int
    row: int


class PartText(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a night; number is '' where there is none and reason says why."""

    part: str
    name: str
    status: str
    number: str
    bound: str
    band: Band | None
    range: str
    coverage: str
    points: str
    reason: str
    causes: tuple[CauseText, ...]


class NightText(msgspec.Struct, frozen=True, kw_only=True):
    """A night as its page says it; number is '' where there is none."""

    night: str
    title: str
    short_title: str
    dated_title: str
    number: str
    bound: str
    band: Band | None
    range: str
    label: str
    recorded: str
    deleted: str
    provisional: str
    headline: str
    changes: tuple[tuple[str, str], ...]
    costs: tuple[str, ...]
    goods: tuple[str, ...]
    notes: tuple[str, ...]
    parts: tuple[PartText, ...]
    lights_out: str
    get_up: str
    judged: str
    model: int


def night_text(
    score: NightScore, unit: TemperatureUnit = TemperatureUnit.CELSIUS, *, deleted: str = ""
) -> NightText:
    """Return a night in words; what has no number says so and why.

    deleted: what was deleted of it, in words; then nothing is said against a sensor.
    """
    seen = LEFT if deleted else RECORDED
    score = without_checks(score) if deleted else score
    window = score.window
    shown = stated_rating(score)
    return NightText(
        night=window.night,
        title=night_title(window.night),
        short_title=night_title(window.night, short=True),
        dated_title=night_title(window.night, short=True, dated=True),
        number=shown.text,
        bound=shown.bound,
        band=band(score.word, score.stars),
        range=range_text(score.low, score.high),
        label=score.label or "",
        recorded=_recorded(score, seen),
        deleted=deleted,
        provisional=sentence(score.provisional or ""),
        headline=unit.said(score.headline),
        changes=tuple(_change(text) for text in _texts(score.sentences, "change", unit)),
        costs=_texts(score.sentences, "cost", unit),
        goods=_texts(score.sentences, "good", unit),
        notes=_texts(score.sentences, "note", unit),
        parts=tuple(_part(part, score, seen) for part in score.parts),
        lights_out=_bound(window, window.lights_out_ms, window.lights_out_source),
        get_up=_get_up(window),
        judged=unit.said(profile_text(score.profile, score.offset_k)),
        model=score.score_model_version,
    )


def _recorded(score: NightScore, seen: tuple[str, str]) -> str:
    """Return how much of the least seen part was recorded, where it was not enough to be full."""
    partial = [part.coverage for part in score.parts if part.status is Status.PARTIAL]
    return f"{share_text(min(partial))} {seen[0]}." if partial else ""


def _texts(sentences: tuple[Sentence, ...], kind: str, unit: TemperatureUnit) -> tuple[str, ...]:
    return tuple(unit.said(sentence.text) for sentence in sentences if sentence.kind == kind)


def _change(text: str) -> tuple[str, str]:
    """Return a change as (title, text); scoring says the title as the sentence's beginning."""
    title, found, rest = text.partition(": ")
    return (title, capitalised(rest)) if found else ("Tonight", text)


def _get_up(window: Window) -> str:
    if window.is_open:
        return "not yet"
    return _bound(window, window.get_up_ms, window.get_up_source)


def _bound(window: Window, at_ms: int, source: Source) -> str:
    return f"{clock_text(at_ms, window.zone)}, {SOURCE_WORDS[source]}"


def _part(part: PartScore, score: NightScore, seen: tuple[str, str]) -> PartText:
    known = part.score is not None
    shown = stated_score(part)
    return PartText(
        part=part.part,
        name=PART_WORDS[part.part],
        status=str(part.status),
        number=shown.text,
        bound=shown.bound,
        band=band(part.word, part.stars),
        range=range_text(part.low, part.high) if known else "",
        coverage="" if part.status is Status.NOT_FITTED else share_text(part.coverage),
        points=points_text(part.points_lost) if known else "",
        reason=_reason(part, seen),
        causes=_causes(part.part, score),
    )


def _reason(part: PartScore, seen: tuple[str, str]) -> str:
    word, as_clause = seen
    if part.status is Status.NOT_FITTED:
        return "Not measured: no sensor is fitted."
    if part.status is Status.MISSING:
        if part.coverage <= 0:
            return f"No number: nothing {as_clause}."
        return f"No number: only {share_text(part.coverage)} of the night {as_clause}."
    if part.status is Status.PARTIAL:
        return f"{share_text(part.coverage)} {word}; the gap is never counted as good."
    return ""


def _causes(name: str, score: NightScore) -> tuple[CauseText, ...]:
    """Return what cost points in a part, dearest first; its single sounds are one cause."""
    spans = [span for span in score.spans if span.part == name]
    sounds = [span for span in spans if span.cause == "event" and span.points > 0]
    groups = [[span] for span in spans if span.cause != "event"]
    groups += [sounds] if sounds else []
    told = sorted(groups, key=lambda group: -_points(group))
    return tuple(_cause(group, score.window) for group in told if _points(group) >= SHOWN_POINTS)


def causes_html(causes: Sequence[CauseText]) -> Markup:
    """Return what cost points as items of a list; only their names are words.

    A template would take as long for them as for all the rest of the page.
    """
    items = [
        f'<li><a href="#row-{it.row}" data-minute="{it.minute}">{escape(it.cause)}</a>'
        f' <span>{it.points}</span> <span class="when">{it.time}</span></li>\n'
        for it in causes
    ]
    return Markup("".join(items))  # noqa: S704 - figures and fixed words


def _points(group: Sequence[Span]) -> float:
    return sum(span.points for span in group)


def _cause(group: Sequence[Span], window: Window) -> CauseText:
    name = CAUSES[group[0].cause][1]
    if group[0].cause == "event":
        count = count_text(len(group))
        name = f"{capitalised(count)} sound{'s' if len(group) > 1 else ''}"
    first = clock_text(group[0].start_ms, window.zone)
    last = clock_text(max(span.end_ms for span in group), window.zone)
    return CauseText(
        cause=name,
        time=first if first == last else f"{first}–{last}",
        points=points_text(_points(group)),
        minute=(group[0].start_ms - picture_span(window)[0]) // MINUTE_MS,
        row=(group[0].start_ms - window.start_ms) // ROW_MS,
    )
