"""Nights as text in the form that was asked for; stored and recorded ones alike. Pure."""

from collections.abc import Sequence

import msgspec

from monitor.cli.explain import nights_explained
from monitor.cli.table import nights_table
from monitor.score.result import NightScore


def nights_text(nights: Sequence[NightScore], *, as_json: bool, explain: bool, empty: str) -> str:
    """Return nights as a table, in words, or as one JSON array with every detail.

    empty is said where there are none; JSON then is an empty array.
    """
    if as_json:
        return msgspec.json.encode(nights).decode()
    if not nights:
        return empty
    return nights_explained(nights) if explain else nights_table(nights)
