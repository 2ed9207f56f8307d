"""Says everything about nights in a terminal: pure, values in, text out."""

from collections.abc import Iterable, Iterator
from typing import Final

from monitor.cli.table import named
from monitor.night.window import Source, Window
from monitor.score.figures import clock, duration_text, points_text
from monitor.score.model import SCORE_MODEL_VERSION, shown
from monitor.score.phrases import PART_WORDS
from monitor.score.result import NightScore, PartScore, Status
from monitor.score.stated import stated_rating, stated_score

SAID_BY: Final = {
    Source.CORRECTION: "corrected by hand",
    Source.BUTTON: "by the button",
    Source.LIGHT: "by the light",
    Source.SCHEDULE: "by the schedule",
}
ABOUT: Final = (
    "90 meets the strict guideline, 75 the main one; at 60 effects are measurable, 40 is clearly\n"
    "disturbing. The numbers in brackets are the 5-95 % range. It scores the room, not the\n"
    f"sleeper. Model version {SCORE_MODEL_VERSION}; every constant and its source:"
    " docs/scoring.md."
)


def nights_explained(nights: Iterable[NightScore]) -> str:
    """Return every night with its window, parts and sentences, and how to read them."""
    return "\n\n".join(["\n".join(_lines(night)) for night in nights] + [ABOUT])


def _lines(night: NightScore) -> Iterator[str]:
    yield f"{named(night.window.night)}: {_rating(night)}"
    yield f"  {_window(night.window)}"
    yield f"  {night.headline}"
    if night.provisional:
        yield f"  Provisional: {night.provisional}."
    for part in night.parts:
        yield f"  {PART_WORDS[part.part]:<6}{_part(part)}"
    if any(part.part == "cool" and part.score is not None for part in night.parts):
        yield f"  Cool is judged for: {night.profile}, offset {night.offset_k:+g} K"
    for sentence in night.sentences:
        yield f"  - {sentence.text}"


def _rating(night: NightScore) -> str:
    if night.rating is None:
        return "no rating"
    stars = "" if night.stars is None else f", {night.stars} of 5 stars"
    word = "" if night.word is None else f", {night.word}"
    label = "" if night.label is None else f" ({night.label})"
    ends = _ends(night.low, night.high)
    return f"{stated_rating(night).words}{ends}{word}{stars}{label}"


def _window(window: Window) -> str:
    minutes = (window.end_ms - window.start_ms) / 60_000
    return (
        f"lights-out {clock(window.lights_out_ms, window.zone)}"
        f" {SAID_BY[window.lights_out_source]}, get-up {clock(window.get_up_ms, window.zone)}"
        f" {SAID_BY[window.get_up_source]}: {duration_text(minutes)}"
    )


def _part(part: PartScore) -> str:
    if part.status is Status.NOT_FITTED:
        return "not measured"
    seen = "" if part.coverage == 1 else f", {part.coverage:.1%} of the night seen"
    if part.score is None:
        return f"no number{seen}"
    ends = _ends(part.low, part.high)
    words = f"{stated_score(part).words}{ends}, {part.word}"
    return f"{words}, cost {points_text(part.points_lost)}{seen}"


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{shown(low)}-{shown(high)}]"
