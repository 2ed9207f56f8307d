"""What people may ask of alerts: rows in household.db, read by the monitor."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.night.alert_choices import Kind

TEST: Final = "alert_test"
SNOOZE: Final = "alert_snooze"


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mute kinds for a while, or everything where none is named; 0 s ends a snooze."""

    kinds: tuple[Kind, ...] = ()
    for_s: Annotated[float, Meta(ge=0, le=7 * 86_400)]
