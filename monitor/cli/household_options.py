"""What a person says of room and household on a command line, as settings: pure."""

import re
from typing import Final

import msgspec

from monitor.cli.replay_zone import zone_of_replay
from monitor.night.household import Household, Place, Schedule
from monitor.runtime.errors import OperatorError

WEEK: Final = 7
_PLACE: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")


def household_of(
    *,
    utc_offset: str | None = None,
    zone: str | None = None,
    bedtime: str | None = None,
    wake_time: str | None = None,
    profile: str = "adult",
    offset_k: float = 0.0,
    lamp: str | None = None,
    place: str | None = None,
) -> Household:
    """Return the household of the options.

    The zone is where nights are lived; the offset, if both are given, is only how the
    file's times are read.

    Raises:
        OperatorError: an option cannot be understood; the text says what was expected.
    """
    usual = Schedule()
    wanted = {
        "zone": zone_of_replay(None if zone else utc_offset, zone),
        "schedule": {
            "bedtime": _week("--bedtime", bedtime, usual.bedtime),
            "wake_time": _week("--wake-time", wake_time, usual.wake_time),
        },
        "profile": profile,
        "offset_k": offset_k,
        "lamp": lamp,
        "place": None if place is None else _place(place),
    }
    try:
        return msgspec.convert(wanted, Household)
    except msgspec.ValidationError as error:
        raise OperatorError(f"{_option(str(error))}: {error}") from error


def _week(option: str, text: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    if text is None:
        return usual
    times = tuple(one.strip() for one in text.split(","))
    if len(times) not in (1, WEEK):
        raise OperatorError(f"{option} {text}: expected HH:MM, or seven from Monday, by commas")
    return times * WEEK if len(times) == 1 else times


def _place(text: str) -> Place:
    found = _PLACE.fullmatch(text)
    problem = f"--place {text}: expected LATITUDE,LONGITUDE in degrees, 50.85,4.35"
    if found is None:
        raise OperatorError(problem)
    wanted = {"latitude_deg": float(found[1]), "longitude_deg": float(found[2])}
    try:
        return msgspec.convert(wanted, Place)
    except msgspec.ValidationError as error:
        raise OperatorError(f"{problem} ({error})") from error


def _option(problem: str) -> str:
    if "bedtime" in problem:
        return "--bedtime expects HH:MM"
    return "--wake-time expects HH:MM" if "wake_time" in problem else "--offset-k"
