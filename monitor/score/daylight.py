"""When the light in a room is daylight: civil dawn to dusk, or a guess by the wake time."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import elevation

from monitor.contract.record import epoch_ms, instant
from monitor.night.household import Household, Place
from monitor.score import model
from monitor.score.grid import MINUTE_MS

_STEP = 30  # minutes between looks at the sun; a dusk is found to the minute in between


def daylight_minutes(start_ms: int, length: int, zone: str, household: Household) -> list[bool]:
    """Tell for each clock minute from start_ms whether its middle lies in daylight.

    With a place: while the sun is at most 6° below the horizon, which in some summers is all
    night. Without one:
    from 30 min before the usual wake time of the zone's day.
    """
    if household.place is not None:
        return _by_sun(start_ms, length, household.place)
    return _by_wake_time(start_ms, length, zone, household)


def is_daylight(at_ms: int, household: Household) -> bool:
    """Tell whether the minute that ends at at_ms lies in daylight."""
    return daylight_minutes(at_ms - MINUTE_MS, 1, household.zone, household)[0]


def _by_sun(start_ms: int, length: int, place: Place) -> list[bool]:
    observer = Observer(place.latitude_deg, place.longitude_deg)
    found = [False] * length

    def up(index: int) -> bool:
        at = instant(start_ms + index * MINUTE_MS + MINUTE_MS // 2)
        return elevation(observer, at, with_refraction=False) >= model.CIVIL_TWILIGHT.value

    def fill(left: int, right: int, up_left: bool, up_right: bool) -> None:  # noqa: FBT001 - the sun at both ends
        found[left], found[right] = up_left, up_right
        if up_left == up_right:
            found[left : right + 1] = [up_left] * (right + 1 - left)
        elif right - left > 1:
            middle = (left + right) // 2
            up_middle = up(middle)
            fill(left, middle, up_left, up_middle)
            fill(middle, right, up_middle, up_right)

    left, up_left = 0, up(0)
    while left < length - 1:
        right = min(left + _STEP, length - 1)
        up_right = up(right)
        fill(left, right, up_left, up_right)
        left, up_left = right, up_right
    found[left] = up_left
    return found


def _by_wake_time(start_ms: int, length: int, zone: str, household: Household) -> list[bool]:
    found = [False] * length
    tz = ZoneInfo(zone)
    first = instant(start_ms).astimezone(tz).date() - timedelta(days=1)
    for day in (first + timedelta(days=more) for more in range(length // 1440 + 3)):
        wake_time = time.fromisoformat(household.schedule.wake_time[day.weekday()])
        wake_ms = epoch_ms(datetime.combine(day, wake_time, tz))
        begin_ms = wake_ms - int(model.DAYLIGHT_BEFORE_WAKE.value) * MINUTE_MS
        begin = -(-(begin_ms - start_ms) // MINUTE_MS)
        end = begin + int(model.DAYLIGHT_LASTS.value)
        for index in range(max(begin, 0), min(end, length)):
            found[index] = True
    return found
