"""Pure: which nights can be ranked and averaged together, and in words whom that leaves out."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from monitor.score.result import NightScore

# Judgement: a month says how a room is measured by now. A year would keep every night since
# a microphone was fitted out of the trend for months.
NEWEST: Final = 30


def alike(nights: Sequence[NightScore], *, newest: int = 0) -> list[NightScore]:
    """Return those with a sure rating of the kind that most have: the same parts, one model.

    A bound ("at most 95") ranks above a sure 85 and is no better night.

    Args:
        nights: oldest first.
        newest: how many of the last ones say which kind counts; 0 for all of them.
    """
    sure = [night for night in nights if night.comparable and not night.at_most]
    kinds = Counter(night.kind for night in reversed(sure[-newest:]))
    return [night for night in sure if night.kind == kinds.most_common(1)[0][0]]


def left_out_text(count: int) -> str:
    """Return in words how many nights are left out for what they are; '' for none.

    >>> left_out_text(2), left_out_text(0)
    ('2 without a full rating or not measured like the others', '')
    """
    return f"{count} without a full rating or not measured like the others" if count else ""
