"""What people may ask of alerts: rows in household.db, read by the monitor."""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.night.alert_choices import Kind
from monitor.store.household_reader import Request

TEST: Final = "alert_test"
SNOOZE: Final = "alert_snooze"
# Judgement: of a wish that old nobody waits for the answer any more.
STALE_MS: Final = 600_000


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mute kinds for a while, or everything where none is named; 0 s ends a snooze."""

    kinds: tuple[Kind, ...] = ()
    for_s: Annotated[float, Meta(ge=0, le=7 * 86_400)]


def last_stale(asked: Iterable[Request], now_ms: int) -> int:
    """Return the number of the last request that nobody waits for any more, 0 for none."""
    stale = (one.request_id for one in asked if abs(now_ms - one.made_ms) > STALE_MS)
    return max(stale, default=0)
