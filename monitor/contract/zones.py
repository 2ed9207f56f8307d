"""Time zones as people may choose them: places of the tz database. Pure but for its files."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.contract.errors import ZoneNameError

# Source: the tz database's file factory, and tzset(3): what a machine keeps for a clock that
# nobody has set, for rules without a place, and for its own zone, whichever that is today.
NO_PLACES: Final = ("Factory", "posixrules", "localtime")
# Source: the tz database's Makefile: every zone once more, without leap seconds and with them.
OTHER_TREES: Final = ("posix/", "right/")


def chosen_zone(name: str) -> ZoneInfo:
    """Return the zone of a name that somebody chose.

    What was kept earlier is not asked for here: its nights stay as they were judged.

    Raises:
        ZoneNameError: there is no such zone on this machine, or it is none of a place.
    """
    if name in NO_PLACES or name.startswith(OTHER_TREES):
        raise ZoneNameError(f"{name!r} is the zone of no place: write one such as Europe/Brussels")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "America" is a folder
        raise ZoneNameError(
            f"there is no such time zone here as {name!r}: write an IANA name such as"
            " Europe/Brussels, or install the tzdata package"
        ) from error
