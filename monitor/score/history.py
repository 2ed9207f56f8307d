"""A night beside the household's own: added when nights are read, never stored with them.

A stored night holds only what its own minutes and settings give, so that it recomputes to
the identical result whatever came before it.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from monitor.score.result import NightScore
from monitor.score.telling import own_percentile


def beside_past(night: NightScore, past: Sequence[NightScore]) -> NightScore:
    """Return a night whose sentences tell how it compares with the 30 before it.

    Of past, in any order, only earlier comparable nights of the same kind count.
    """
    if not night.comparable or night.rating is None:
        return night
    earlier = sorted(
        (other.window.night, other.rating)
        for other in past
        if other.rating is not None
        and other.comparable
        and other.kind == night.kind
        and other.window.night < night.window.night
    )
    told = own_percentile(night.rating, [rating for _, rating in earlier])
    return night if told is None else replace(night, sentences=(*night.sentences, told))


def all_beside_past(nights: Iterable[NightScore]) -> list[NightScore]:
    """Return nights, given oldest first, each beside those before it."""
    found = list(nights)
    return [beside_past(night, found[:index]) for index, night in enumerate(found)]
