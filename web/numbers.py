"""Pure: a night's numbers as the pages and the API have them."""

import msgspec

from monitor.score.result import NightScore
from monitor.score.stated import stated_rating, stated_score
from monitor.score.units import TemperatureUnit


def as_told(night: NightScore, unit: TemperatureUnit) -> NightScore:
    """Return a night as_shown, and as the pages say it: sentences in the house's unit."""
    sentences = tuple(
        msgspec.structs.replace(it, text=unit.said(it.text), calm=unit.said(it.calm))
        for it in night.sentences
    )
    return msgspec.structs.replace(
        as_shown(night), headline=unit.said(night.headline), sentences=sentences
    )


def as_shown(night: NightScore) -> NightScore:
    """Return a night whose numbers are those of the pages, unrounded, and no others beside."""
    parts = tuple(msgspec.structs.replace(it, score=stated_score(it).value) for it in night.parts)
    return msgspec.structs.replace(night, rating=stated_rating(night).value, parts=parts)
