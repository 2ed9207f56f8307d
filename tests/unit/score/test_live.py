import pytest

from monitor.contract.record import epoch_ms, instant
from monitor.night.household import Household
from monitor.score.live import LiveInput, score_now
from monitor.score.result import Live, Status
from tests.fakes.nights import EVENING_MS


def now(household: Household | None = None, **values: object) -> Live:
    good = {"temperature_c": 18.0, "humidity_pct": 45.0, "illuminance_lx": 0.0, "laeq_db": 25.0}
    return score_now(
        LiveInput(at_ms=EVENING_MS, calibrated=True, **{**good, **values}),
        household or Household(),
    )


def test_a_room_ready_for_the_night_rates_100() -> None:
    found = now()
    assert (found.rating, found.word, found.stars) == (100.0, "Excellent", 5)
    assert found.advice == {
        "quiet": "25 dB: quiet enough",
        "cool": "18.0 °C: right for the night",
        "dark": "0.00 lx: dark enough",
    }


def test_light_counts_at_once_without_memory() -> None:
    found = now(Household(lamp="daylight"), illuminance_lx=5.0)
    assert found.parts[2].score == pytest.approx(55.0)
    assert found.advice["dark"] == "5.0 lx: dim or turn off the lamp, close the curtain"


def test_a_peak_lowers_quiet_and_is_named() -> None:
    found = now(laeq_db=33.0, lafmax_db=65.0)
    assert found.parts[0].score == pytest.approx(35.0)
    assert found.advice["quiet"] == "peaks of 65 dB: keep single sounds out"


def test_a_steady_level_lowers_quiet_and_is_named() -> None:
    found = now(laeq_db=48.0, lafmax_db=50.0)
    assert found.parts[0].score == pytest.approx(36.0)
    assert found.advice["quiet"] == "48 dB: find the steady sound, or close the window"


def test_a_warm_room_says_how_long_cooling_takes() -> None:
    assert now(temperature_c=24.5, cooling_min=50.0).advice["cool"] == (
        "24.5 °C: open the window, 19 °C takes about 50 min"
    )
    assert now(temperature_c=24.5).advice["cool"] == "24.5 °C: open the window"


def test_a_cold_room_is_not_told_to_open_the_window() -> None:
    assert now(temperature_c=11.0).advice["cool"] == "11.0 °C: warm the room or the bed a little"


def test_a_part_without_value_leaves_an_upper_limit_without_a_word() -> None:
    found = now(illuminance_lx=None, temperature_c=24.0)
    assert found.parts[2].status is Status.MISSING
    assert found.rating == pytest.approx(75 ** (3 / 7) * 100 ** (4 / 7))
    assert (found.at_most, found.word) == (True, None)
    assert found.advice["dark"] == "no value from the light sensor"


def test_what_is_not_fitted_is_labelled_and_gets_no_advice() -> None:
    found = score_now(
        LiveInput(at_ms=EVENING_MS, temperature_c=18.0, illuminance_lx=0.0), Household()
    )
    assert found.label == "of 2 parts, noise not measured"
    assert set(found.advice) == {"cool", "dark"}
    assert found.word == "Excellent"


def test_nothing_known_gives_no_rating() -> None:
    found = now(temperature_c=None, illuminance_lx=None, laeq_db=None)
    assert (found.rating, found.word, found.low) == (None, None, None)


def test_below_the_floor_the_word_follows_the_low_end() -> None:
    found = now(laeq_db=33.0, floor_db=33.0)
    quiet = found.parts[0]
    assert quiet.at_least
    assert quiet.score == pytest.approx(90.5)
    assert quiet.sure_score == pytest.approx(81.0)
    assert (quiet.word, quiet.high) == ("Good", 100.0)
    assert found.advice["quiet"] == "≤ 33 dB: quiet enough"


def test_below_a_floor_of_more_than_35_db_there_is_no_value() -> None:
    assert now(laeq_db=36.0, floor_db=36.0).parts[0].status is Status.MISSING


def test_infrared_light_takes_the_excellent_away() -> None:
    found = now(limited_light=True)
    assert (found.parts[2].word, found.word, found.at_most) == ("Good", "Good", True)


def test_the_range_holds_the_number_and_unknown_humidity_widens_it() -> None:
    known, unknown = now(temperature_c=25.0), now(temperature_c=25.0, humidity_pct=None)
    cool = unknown.parts[1]
    assert cool.low is not None
    assert cool.score is not None
    assert cool.low < (known.parts[1].low or 0.0) < cool.score < (cool.high or 0.0)
    assert (known.low or 0.0) < (known.rating or 0.0) < (known.high or 0.0)


def test_points_sum_to_what_the_rating_lost() -> None:
    found = now(temperature_c=25.0, laeq_db=45.0)
    lost = sum(part.points_lost for part in found.parts)
    assert lost == pytest.approx(100 - (found.rating or 0.0))


def test_daylight_counts_in_full_whatever_the_lamp() -> None:
    noon = instant(EVENING_MS).replace(hour=12)
    live = LiveInput(at_ms=epoch_ms(noon), illuminance_lx=1.0)
    assert score_now(live, Household(lamp="red")).parts[2].score == pytest.approx(90.0)
