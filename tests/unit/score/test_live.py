import math

import pytest
from msgspec import UNSET

from monitor.contract.record import epoch_ms, instant
from monitor.night.household import Household
from monitor.score.live import LiveInput, score_now
from monitor.score.result import Live, PartScore, Status
from tests.fakes.nights import EVENING_MS


def now(household: Household | None = None, **values: object) -> Live:
    good = {"temperature_c": 18.0, "humidity_pct": 45.0, "illuminance_lx": 0.0, "laeq_db": 25.0}
    return score_now(
        LiveInput(at_ms=EVENING_MS, **{"calibrated": True, **good, **values}),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [("quiet", "laeq_db"), ("cool", "temperature_c"), ("dark", "illuminance_lx")],
)
def test_a_part_without_a_value_is_missing_and_one_without_a_sensor_not_fitted(
    name: str, value: str
) -> None:
    def status(found: Live) -> Status:
        return next(part.status for part in found.parts if part.part == name)

    assert status(now(**{value: None})) is Status.MISSING
    assert status(now(**{value: UNSET})) is Status.NOT_FITTED
    assert status(now()) is Status.FULL


def test_just_above_the_floor_the_low_end_is_that_of_the_true_level() -> None:
    quiet = now(laeq_db=38.0103, floor_db=35.0).parts[0]
    assert quiet.score == quiet.sure_score == pytest.approx(75.0, abs=0.01)


def test_a_peak_that_lies_lower_than_the_level_without_self_noise_is_not_blamed() -> None:
    found = now(laeq_db=41.193, lafmax_db=45.0, floor_db=35.0)
    assert found.parts[0].score == pytest.approx(60.0, abs=0.01)
    assert found.advice["quiet"] == "40 dB: find the steady sound, or close the window"


@pytest.mark.parametrize(("temperature_c", "says"), [(25.99, "find the steady"), (26.0, "a fan")])
def test_a_steady_sound_may_be_a_fan_from_26_degrees_on(temperature_c: float, says: str) -> None:
    assert says in now(temperature_c=temperature_c, laeq_db=41.0).advice["quiet"]


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


def ends(part: PartScore) -> tuple[float | None, float | None]:
    return part.low, part.high


def test_the_range_of_quiet_is_that_of_the_shifted_levels() -> None:
    sharp, blunt = now(laeq_db=37.0, lafmax_db=60.0), now(laeq_db=37.0, calibrated=False)
    by_db = 1.645 * 1.5
    assert sharp.parts[0].score == pytest.approx(45.0)  # the peak is what counts
    assert ends(sharp.parts[0]) == pytest.approx((45 - 2 * by_db, 45 + 2 * by_db))
    assert ends(blunt.parts[0]) == pytest.approx((69 - 6 * by_db, 69 + 6 * by_db))


def test_the_range_of_quiet_knows_the_floor() -> None:
    heard = now(laeq_db=40.0, lafmax_db=None, floor_db=36.9794)  # leaves 37.0 dB
    by_db = 1.645 * 1.5
    assert heard.parts[0].score == pytest.approx(69.0, abs=0.1)
    assert ends(heard.parts[0]) == pytest.approx((69 - 3 * by_db, 69 + 3 * by_db), abs=0.1)
    assert heard.parts[0].status is Status.FULL
    hidden = now(laeq_db=33.0, floor_db=33.0)
    assert hidden.parts[0].low == pytest.approx(81 - 3 * by_db)
    assert hidden.at_least


def test_the_range_of_cool_is_that_of_the_shifted_temperatures() -> None:
    found = now(temperature_c=25.0, humidity_pct=40.0).parts[1]
    assert ends(found) == pytest.approx((65 - 10 * 0.8225, 65 + 10 * 0.8225))
    around = now(temperature_c=16.5, humidity_pct=40.0).parts[1]
    assert around.high == 100.0
    assert around.low == pytest.approx(77 + 6.5 * (16.5 - 0.8225 - 14))


def test_the_range_of_dark_is_that_of_the_shifted_light() -> None:
    found = now(Household(lamp="daylight"), illuminance_lx=1.0).parts[2]
    by_lx = math.exp(1.645 * math.log(1.6))
    assert found.low == pytest.approx(90 - (90 - 75) * math.log(by_lx) / math.log(2.0), abs=2)
    assert found.low == pytest.approx(75 - 20 * math.log(by_lx / 2) / math.log(2.5))
    assert found.high == pytest.approx(90 + 10 * math.log10(by_lx))


def test_the_range_of_the_rating_reaches_down_to_a_missing_part_at_its_floor() -> None:
    found = now(laeq_db=None, temperature_c=24.0)
    assert found.low == pytest.approx(min(16.0, 1**0.4 * 75**0.3 * 100**0.3))
    assert (found.at_most, found.at_least, found.stars) == (True, False, None)


def test_points_lost_belong_to_the_part_that_lost_them() -> None:
    found = now(temperature_c=25.0, laeq_db=None)
    assert [part.points_lost for part in found.parts] == [
        0.0,
        pytest.approx(100 - (found.rating or 0.0)),
        pytest.approx(0.0),
    ]
    assert [part.coverage for part in found.parts] == [0.0, 1.0, 1.0]


def test_every_part_has_word_and_stars_of_its_own() -> None:
    found = now(Household(lamp="daylight"), temperature_c=24.0, laeq_db=41.0, illuminance_lx=60.0)
    assert [(part.word, part.stars) for part in found.parts] == [
        ("Poor", 2),
        ("Good", 4),
        ("Bad", 1),
    ]
    assert not found.at_least


def test_a_level_without_a_peak_is_advised_against_as_steady() -> None:
    assert now(laeq_db=48.0, lafmax_db=None).advice["quiet"].startswith("48 dB: find the steady")
    assert now(laeq_db=20.0, lafmax_db=30.0, floor_db=30.0).advice["quiet"].startswith("≤ 30 dB")


def test_while_it_is_hot_nobody_is_told_to_silence_a_fan() -> None:
    hot = now(temperature_c=28.0, laeq_db=41.0, lafmax_db=45.0)
    assert hot.advice["quiet"] == "41 dB: a fan or an open window may be worth its sound now"
    mild = now(temperature_c=25.9, laeq_db=41.0, lafmax_db=45.0)
    louder = now(temperature_c=28.0, laeq_db=60.0, lafmax_db=62.0)
    for other in (mild, louder):
        assert "find the steady sound" in other.advice["quiet"]


def test_best_temperature_follows_the_offset() -> None:
    found = now(Household(offset_k=2.0), temperature_c=26.5, cooling_min=50.0)
    assert found.advice["cool"] == "26.5 °C: open the window, 21 °C takes about 50 min"
    assert found.parts[1].score == pytest.approx(75 - 0.5 * 10)


def test_humid_air_lowers_cool_at_once() -> None:
    dry, humid, unknown = (
        now(temperature_c=27.0, humidity_pct=pct).parts[1] for pct in (45.0, 80.0, UNSET)
    )
    assert dry.score == unknown.score
    assert humid.score is not None
    assert dry.score is not None
    assert humid.score < dry.score - 5
