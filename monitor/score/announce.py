"""Scores as the messages that others read: the room now, and last night."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from monitor.contract.messages import SCHEMA_VERSION, LiveScore, NightSummary
from monitor.contract.record import instant
from monitor.score.result import Live, NightScore, PartScore, Status


def live_message(live: Live, *, at_ms: int, sequence: int) -> LiveScore:
    """Return the live score as a message; a part that is not fitted is absent."""
    return LiveScore(
        v=SCHEMA_VERSION,
        at=instant(at_ms),
        sequence=sequence,
        score_model_version=live.score_model_version,
        rating=live.rating,
        quiet=_value(live.parts, "quiet"),
        cool=_value(live.parts, "cool"),
        dark=_value(live.parts, "dark"),
    )


def night_message(score: NightScore, *, at_ms: int, sequence: int) -> NightSummary:
    """Return a judged night as a message: the rating with its reasons in words."""
    return NightSummary(
        v=SCHEMA_VERSION,
        at=instant(at_ms),
        sequence=sequence,
        night=score.window.night,
        score_model_version=score.score_model_version,
        rating=score.rating,
        word=score.word,
        stars=score.stars,
        quiet=_value(score.parts, "quiet"),
        cool=_value(score.parts, "cool"),
        dark=_value(score.parts, "dark"),
        headline=score.headline,
        reasons=tuple(sentence.text for sentence in score.sentences),
    )


def _value(parts: Sequence[PartScore], name: str) -> float | UnsetType | None:
    for part in parts:
        if part.part == name and part.status is not Status.NOT_FITTED:
            return part.score
    return UNSET
