"""Orderings that anyone who sleeps would expect."""

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.score.rating import score_night
from tests.fakes.nights import climate, event, light, night, record, sound, stepped, window_of


def part(name: str, minutes: list[Minute], household: Household | None = None) -> float:
    score = score_night(minutes, window_of(), household or Household()).part(name).score
    assert score is not None
    return score


def rating(minutes: list[Minute]) -> float:
    found = score_night(minutes, window_of(), Household()).rating
    assert found is not None
    return found


def test_one_door_slam_is_better_than_twelve_medium_sounds() -> None:
    slam = night(events={200: [event(75.0)]})
    medium = night(events={minute: [event(50.0)] for minute in range(30, 270, 20)})
    assert part("quiet", slam) > part("quiet", medium)


def test_twelve_events_of_55_db_are_worse_than_a_steady_hum_of_35() -> None:
    events = night(events={minute: [event(55.0)] for minute in range(30, 270, 20)})
    assert part("quiet", events) < part("quiet", night(laeq_db=35.0))


def test_a_masked_event_is_better_than_the_same_in_silence() -> None:
    heard = night(laeq_db=35.0, events={9: [event(50.0, background_db=25.0)]})
    masked = night(laeq_db=35.0, events={9: [event(50.0, background_db=45.0)]})
    assert part("quiet", masked) > part("quiet", heard)


def test_a_loud_noise_machine_is_worse_than_one_event() -> None:
    assert part("quiet", night(laeq_db=50.0)) < part("quiet", night(events={9: [event(60.0)]}))


def test_one_loud_hour_is_worse_than_its_noise_spread_over_the_night() -> None:
    hour = stepped((210, 25.0), (60, 45.0), (210, 25.0))
    spread = [45.0 if index % 8 == 0 else 25.0 for index in range(480)]
    assert part("quiet", night(laeq_db=hour)) < part("quiet", night(laeq_db=spread))


def test_15_minutes_of_lamp_at_3_are_worse_than_one_minute() -> None:
    long, short = (
        night(light_lx=stepped((300, 0.0), (lit, 100.0), (180 - lit, 0.0))) for lit in (15, 1)
    )
    assert part("dark", long) < part("dark", short) - 5


def test_a_glow_all_night_is_worse_than_starlight_and_better_than_a_lamp() -> None:
    starlight, glow, lamp = (part("dark", night(light_lx=lux)) for lux in (0.05, 1.5, 20.0))
    assert starlight > glow > lamp


def test_a_red_lamp_is_better_than_a_white_one() -> None:
    minutes = night(light_lx=5.0)
    red, white = (part("dark", minutes, Household(lamp=lamp)) for lamp in ("red", "led_6500k"))
    assert red > white + 20


def test_five_seconds_of_lamp_in_the_first_minute_do_not_spoil_a_night() -> None:
    minutes = night()
    minutes[0] = record(
        0, climate=climate(), sound=sound(), light=light(100 * 5 / 60, max10s_lx=50.0)
    )
    assert rating(minutes) > 98


def test_cold_with_bedding_is_better_than_hot() -> None:
    assert part("cool", night(temperature_c=12.0)) > part("cool", night(temperature_c=28.0))


def test_a_muggy_night_is_worse_than_a_dry_one_of_the_same_temperature() -> None:
    muggy, dry = (part("cool", night(temperature_c=26.0, humidity_pct=pct)) for pct in (80, 45))
    assert muggy < dry - 5


def test_a_cold_damp_night_is_hardly_worse_than_a_cold_dry_one() -> None:
    damp, dry = (part("cool", night(temperature_c=14.0, humidity_pct=pct)) for pct in (80, 45))
    assert damp == dry


def test_an_older_adult_prefers_a_warmer_room() -> None:
    minutes = night(temperature_c=23.0)
    older = part("cool", minutes, Household(profile="older_adult"))
    assert older > part("cool", minutes)


def test_who_likes_it_warmer_scores_a_warm_room_higher() -> None:
    minutes = night(temperature_c=24.0)
    assert part("cool", minutes, Household(offset_k=1.5)) > part("cool", minutes)


def test_a_room_that_cools_down_is_better_than_one_that_stays_warm() -> None:
    cooling = night(temperature_c=lambda minute: max(18.0, 25.0 - minute / 30))
    assert rating(cooling) > rating(night(temperature_c=25.0))
