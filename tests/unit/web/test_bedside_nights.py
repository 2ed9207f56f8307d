"""What the page beside the bed knows of the nights to come."""

from monitor.night.household import Household, Schedule
from tests.fakes.bedroom import at
from web.bedside_nights import usual_nights

ZONE = "Europe/Berlin"
FORENOON_MS = at("2026-10-21T10:00:00+02:00")
BEFORE_A_CHANGE = Household(zone=ZONE)


def s_of(text: str) -> int:
    return at(text) // 1000


def test_it_knows_six_weeks_and_the_night_that_is_over() -> None:
    nights = usual_nights(FORENOON_MS, BEFORE_A_CHANGE)
    assert nights[0] == (s_of("2026-10-19T23:00:00+02:00"), s_of("2026-10-20T07:00:00+02:00"))
    assert nights[-1][1] >= FORENOON_MS // 1000 + 41 * 86_400
    assert all(bed < wake for bed, wake in nights)
    assert nights == sorted(nights)


def test_each_weekday_has_its_own_bedtime_and_each_night_its_zones_time() -> None:
    late = Schedule(bedtime=("23:00",) * 4 + ("00:30",) + ("23:00",) * 2)
    nights = usual_nights(FORENOON_MS, Household(zone=ZONE, schedule=late))
    assert (s_of("2026-10-24T00:30:00+02:00"), s_of("2026-10-24T07:00:00+02:00")) in nights
    assert (s_of("2026-10-24T23:00:00+02:00"), s_of("2026-10-25T07:00:00+01:00")) in nights


def test_a_day_that_the_zone_skips_has_no_night() -> None:
    samoa = Household(zone="Pacific/Apia")
    nights = usual_nights(at("2011-12-20T10:00:00-10:00"), samoa)
    before = (s_of("2011-12-29T23:00:00-10:00"), s_of("2011-12-31T07:00:00+14:00"))
    after = (s_of("2011-12-31T23:00:00+14:00"), s_of("2012-01-01T07:00:00+14:00"))
    assert nights.index(after) == nights.index(before) + 1
