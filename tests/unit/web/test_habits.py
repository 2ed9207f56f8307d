from datetime import date, timedelta

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.regularity import Steadiness
from monitor.night.window import Source
from monitor.runtime.clock import VirtualClock
from monitor.score.phrases import STEADINESS
from monitor.score.result import NightScore
from tests.fakes.bedroom import (
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_light,
    a_minute,
    a_night,
    a_window,
    minutes_between,
)
from tests.fakes.house import FakeHouse
from web.habits import evening_light, regularity_text, wind_down_text

DAY_MS = 86_400_000


def nights(count: int, *, source: Source = Source.LIGHT, late_min: int = 0) -> list[NightScore]:
    found = []
    for ago in reversed(range(count)):
        evening = date(2026, 11, 22) - timedelta(days=ago)
        late_ms = late_min * MINUTE_MS * (ago % 2)
        window = a_window(
            night=evening.isoformat(),
            lights_out_ms=LIGHTS_OUT_MS - ago * DAY_MS + late_ms,
            get_up_ms=LIGHTS_OUT_MS - ago * DAY_MS + 8 * 60 * MINUTE_MS,
            source=source,
        )
        found.append(a_night(window=window))
    return found


def test_steady_times_are_called_so_with_their_spread() -> None:
    word, text = regularity_text(nights(14))
    assert word == "steady"
    assert "Over 14 nights lights-out varied by 0 min and get-up" in text


def test_two_hours_of_difference_are_irregular() -> None:
    word, text = regularity_text(nights(14, late_min=150))
    assert word == "irregular"
    assert "lights-out varied by 78 min" in text


def test_fewer_than_seven_nights_say_what_is_missing() -> None:
    few = "It takes 7 of the last 14 nights with a lights-out or get-up that was seen or told."
    assert regularity_text(nights(6)) == ("not enough nights yet", few)
    assert regularity_text(nights(14, source=Source.SCHEDULE))[0] == "not enough nights yet"
    assert regularity_text([]) == ("", "")


def evening(lux: float | None) -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=LIGHTS_OUT_MS + 12 * 3_600_000))

    def make(end_ms: int) -> Minute:
        return a_minute(end_ms, light=a_light(lux))

    start_ms = LIGHTS_OUT_MS - 3 * 3_600_000
    house.store.kept["bedroom"] = minutes_between(start_ms, LIGHTS_OUT_MS, make)
    return house


def test_a_bright_evening_is_told_with_its_share() -> None:
    share, text = wind_down_text(evening(90.0).site(), "bedroom", a_night())
    assert share == "100 %"
    assert "above 10 melanopic lx for 100 % of the time" in text
    assert "before the lights-out of Sun 22 → Mon 23 Nov" in text


def test_an_evening_that_nobody_spent_here_is_not_shown() -> None:
    assert wind_down_text(evening(0.2).site(), "bedroom", a_night()) == ("", "")


def test_a_minute_without_light_is_no_darkness() -> None:
    minutes = [a_minute(60_000, light=a_light(None)), a_minute(120_000, light=a_light(5.0, n=9))]
    assert [it.melanopic_lx for it in evening_light(minutes, Household())] == [None, None]


def test_every_steadiness_has_its_word() -> None:
    assert {*STEADINESS} == {*Steadiness}
    assert STEADINESS[Steadiness.FAIRLY_STEADY] == "fairly steady"
