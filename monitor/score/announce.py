"""Scores as the messages that others read: the room now, and last night."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from monitor.contract.messages import SCHEMA_VERSION, Bound, LiveScore, NightSummary
from monitor.contract.record import instant
from monitor.score.result import Live, NightScore, PartScore, Status
from monitor.score.stated import Stated, stated_rating, stated_score

# The field that says of a part what its number is.
BOUND_OF: Final = {"quiet": "quiet_bound", "cool": "cool_bound", "dark": "dark_bound"}


def live_message(live: Live, *, at_ms: int, sequence: int) -> LiveScore:
    """Return the live score as a message; a part that is not fitted is absent."""
    return LiveScore(
        v=SCHEMA_VERSION,
        at=instant(at_ms),
        sequence=sequence,
        score_model_version=live.score_model_version,
        rating=(told := stated_rating(live)).value,
        rating_bound=_bound(told),
        **_parts(live.parts),
    )


def night_message(score: NightScore, *, at_ms: int, sequence: int) -> NightSummary:
    """Return a judged night as a message: the rating with its reasons in words."""
    return NightSummary(
        v=SCHEMA_VERSION,
        at=instant(at_ms),
        sequence=sequence,
        night=score.window.night,
        score_model_version=score.score_model_version,
        rating=(told := stated_rating(score)).value,
        rating_bound=_bound(told),
        word=score.word,
        stars=score.stars,
        **_parts(score.parts),
        headline=score.headline,
        reasons=tuple(sentence.text for sentence in score.sentences),
    )


def _parts(parts: Sequence[PartScore]) -> dict[str, Any]:
    """Return the fields of the parts that are fitted, as every page tells their numbers."""
    fields: dict[str, Any] = {}
    for part in parts:
        if part.status is not Status.NOT_FITTED:
            told = stated_score(part)
            fields |= {part.part: told.value, BOUND_OF[part.part]: _bound(told)}
    return fields


def _bound(told: Stated) -> Bound | UnsetType:
    return Bound(told.bound) if told.bound else UNSET
