from datetime import UTC, datetime

import pytest
from astral import Observer
from astral.sun import elevation

from monitor.contract.record import epoch_ms, instant
from monitor.night.household import Household, Place, Schedule
from monitor.score.daylight import daylight_minutes, is_daylight

BERLIN = Place(latitude_deg=52.52, longitude_deg=13.40)
TROMSOE = Place(latitude_deg=69.65, longitude_deg=18.96)


def ms(*parts: int) -> int:
    return epoch_ms(datetime(*parts, tzinfo=UTC))


def test_civil_dawn_in_berlin_is_found_to_the_minute() -> None:
    # Civil dawn on 22 November 2026 in Berlin: 07:02 local time, 06:02 UTC (almanac).
    found = daylight_minutes(ms(2026, 11, 21, 22), 600, "Europe/Berlin", Household(place=BERLIN))
    assert abs(found.index(True) - 482) <= 3
    assert all(found[found.index(True) :])


def test_a_dusk_inside_the_window_is_found() -> None:
    found = daylight_minutes(ms(2026, 6, 21, 19), 300, "Europe/Berlin", Household(place=BERLIN))
    assert found[0]
    assert not found[-1]


def test_where_the_sun_never_sinks_far_enough_it_is_daylight_all_night() -> None:
    assert all(daylight_minutes(ms(2026, 6, 21, 20), 480, "UTC", Household(place=TROMSOE)))


def test_in_polar_night_it_is_never_daylight() -> None:
    assert not any(daylight_minutes(ms(2026, 12, 21, 20), 480, "UTC", Household(place=TROMSOE)))


def test_without_a_place_daylight_begins_half_an_hour_before_the_usual_wake_time() -> None:
    household = Household(schedule=Schedule(wake_time=("06:15",) * 7))
    found = daylight_minutes(ms(2026, 11, 22, 22), 600, "Europe/Berlin", household)
    assert found.index(True) == 6 * 60 + 45  # 04:45 UTC
    assert all(found[found.index(True) :])


def test_without_a_place_the_wake_time_is_that_of_the_mornings_weekday() -> None:
    household = Household(schedule=Schedule(wake_time=("05:00", *["09:00"] * 6)))
    found = daylight_minutes(ms(2026, 11, 22, 22), 600, "UTC", household)  # Sunday evening
    assert found.index(True) == 6 * 60 + 30


def test_without_a_place_an_evening_is_not_daylight() -> None:
    assert not is_daylight(ms(2026, 11, 22, 21), Household(zone="UTC"))
    assert is_daylight(ms(2026, 11, 22, 12), Household(zone="UTC"))


def test_a_single_minute_can_be_asked_for_with_a_place() -> None:
    assert is_daylight(ms(2026, 6, 21, 12), Household(place=BERLIN))


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ((2026, 11, 21, 22, 7), BERLIN),
        ((2026, 6, 21, 19, 1), BERLIN),
        ((2026, 4, 26, 20, 13), TROMSOE),
        ((2026, 8, 20, 3, 0), Place(latitude_deg=-33.9, longitude_deg=151.2)),
    ],
)
@pytest.mark.parametrize("length", [1, 2, 31, 300])
def test_every_minute_is_judged_by_the_sun_in_its_middle(
    at: tuple[int, ...], place: Place, length: int
) -> None:
    start_ms = ms(*at)
    observer = Observer(place.latitude_deg, place.longitude_deg)
    middles = [instant(start_ms + index * 60_000 + 30_000) for index in range(length)]
    expected = [elevation(observer, middle, with_refraction=False) >= -6.0 for middle in middles]
    assert daylight_minutes(start_ms, length, "UTC", Household(place=place)) == expected


def test_the_minute_asked_for_is_the_one_that_ends_then() -> None:
    household = Household(zone="UTC")  # daylight from 06:30
    assert not is_daylight(ms(2026, 11, 22, 6, 30), household)
    assert is_daylight(ms(2026, 11, 22, 6, 31), household)
