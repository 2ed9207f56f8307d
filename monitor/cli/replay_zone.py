"""Which zone the household of a replayed series lives in: pure."""

import re
from typing import Final

from monitor.contract.errors import ZoneNameError
from monitor.contract.zones import chosen_zone
from monitor.runtime.errors import OperatorError

_OFFSET: Final = re.compile(r"([+-])(\d{2}):00")
WESTERNMOST_H: Final = -12
EASTERNMOST_H: Final = 14
EXCLUDE: Final = (
    "--utc-offset and --zone exclude each other: a logger kept either one fixed offset or civil"
    " time"
)


def zone_of_replay(utc_offset: str | None, zone: str | None) -> str:
    """Return the zone in which a series' naive times are read.

    Without either, times are taken as UTC: nights then begin at the file's own 23:00.

    >>> zone_of_replay("+01:00", None)
    'Etc/GMT-1'
    >>> zone_of_replay(None, "Europe/Brussels")
    'Europe/Brussels'

    Raises:
        OperatorError: both were given, or one cannot be understood.
    """
    if utc_offset and zone:
        raise OperatorError(EXCLUDE)
    if zone:
        return _named(zone)
    found = _OFFSET.fullmatch(utc_offset or "+00:00")
    hours = int(found[1] + found[2]) if found else EASTERNMOST_H + 1
    if not WESTERNMOST_H <= hours <= EASTERNMOST_H:
        raise OperatorError(
            f"--utc-offset {utc_offset}: expected whole hours from -12:00 to +14:00,"
            " such as +01:00; for others name a zone with --zone"
        )
    # Source: the tz database's file etcetera: signs are inverted, east is negative.
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


def _named(zone: str) -> str:
    try:
        chosen_zone(zone)
    except ZoneNameError as error:
        raise OperatorError(f"--zone: {error}") from error
    return zone
