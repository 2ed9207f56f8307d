"""Which decisions of alerts tell of what people deleted."""

from collections.abc import Callable, Iterable

from monitor.night.household import Household
from monitor.night.window import nights_within
from monitor.store.alerts_db import DecisionRow
from monitor.store.deletion import WHOLE_HOUSE, Deletion

Settings = Callable[[str, int], Household]


def is_untold(deletions: Iterable[Deletion], decision: DecisionRow, settings: Settings) -> bool:
    """Tell whether a deletion holds what was decided: its instant, or all of its night.

    Args:
        deletions: in force.
        decision: a message tells of a night what its page did, its rating too.
        settings: returns what is in force in a room at an instant.
    """
    for one in deletions:
        if one.covers(decision.room, decision.at_ms):
            return True
        if one.room in (WHOLE_HOUSE, decision.room):
            household = settings(decision.room, one.end_ms)
            first, last = nights_within(one.start_ms, one.end_ms, household)
            if first <= decision.night <= last:
                return True
    return False
