"""Which decisions of alerts tell of what people deleted."""

from collections.abc import Callable, Iterable

from monitor.night.household import Household
from monitor.night.window import nights_within
from monitor.store.alerts_db import DecisionRow
from monitor.store.deletion import WHOLE_HOUSE, Deletion, between

Settings = Callable[[str, int], Household]


def is_untold(deletions: Iterable[Deletion], decision: DecisionRow, settings: Settings) -> bool:
    """Tell whether a deletion holds what was decided: its instant, its rise, all of its night.

    Args:
        deletions: in force.
        decision: a message tells of a night what its page did, its rating too.
        settings: returns what is in force in a room at an instant.
    """
    for one in deletions:
        if one.covers(decision.room, decision.at_ms) or holds_rise(one, decision):
            return True
        if one.room in (WHOLE_HOUSE, decision.room):
            household = settings(decision.room, one.end_ms)
            first, last = nights_within(one.start_ms, one.end_ms, household)
            if first <= decision.night <= last:
                return True
    return False


def holds_rise(deletion: Deletion, decision: DecisionRow) -> bool:
    """Tell whether a deletion holds any of the minutes in which that rose which has ended."""
    from_ms, to_ms = decision.rise_from_ms, decision.rise_to_ms
    if from_ms is None or to_ms is None:
        return False
    return bool(between((deletion,), decision.room, from_ms, to_ms))
