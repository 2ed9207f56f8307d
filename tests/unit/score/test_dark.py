from collections.abc import Sequence

import pytest

from monitor.contract.record import Flag, Minute
from monitor.night.household import Household
from monitor.score.carry import Carry
from monitor.score.dark import DarkNight, LightSums, after_memory, held, lamp_der, melanopic_lx
from monitor.score.errors import UnknownLampError
from monitor.score.grid import place
from tests.fakes.nights import dark_of, light, night, record, window_of
from tests.fakes.plain_score import together


def dark(melanopic: Sequence[float | None], daylight: Sequence[bool] | None = None) -> DarkNight:
    return DarkNight(melanopic, melanopic, daylight or [False] * len(melanopic))


@pytest.mark.parametrize(
    ("lamp", "ratio"),
    [
        ("candle", 0.27),
        ("led_2700k", 0.41),
        ("led_3000k", 0.46),
        ("incandescent", 0.50),
        ("led_4000k", 0.63),
        ("led_5000k", 0.69),
        ("led_6500k", 0.86),
        ("daylight", 1.0),
        ("sodium", 0.2),
        ("led_amber", 0.02),
        ("red", 0.002),
        (None, 0.6),
    ],
)
def test_light_counts_by_its_lamp(lamp: str | None, ratio: float) -> None:
    assert melanopic_lx(10.0, daylight=False, lamp=lamp) == pytest.approx(10 * ratio)
    assert melanopic_lx(10.0, daylight=True, lamp=lamp) == 10.0


def test_an_unknown_lamp_is_named_with_what_is_possible() -> None:
    with pytest.raises(UnknownLampError, match=r"'torch'.*candle"):
        lamp_der("torch")


def test_harm_rises_to_half_in_5_minutes_of_light() -> None:
    assert after_memory([100.0] * 5)[-1] == pytest.approx(50.0)


def test_harm_fades_to_half_in_46_minutes_of_darkness() -> None:
    scores = after_memory([100.0] * 5 + [0.0] * 46)
    assert 100 - scores[-1] == pytest.approx((100 - scores[4]) / 2)


def test_harm_is_held_through_a_gap() -> None:
    scores = after_memory([80.0, *[None] * 100, 0.0])
    assert scores[1] is None
    assert 100 - scores[-1] == pytest.approx((100 - scores[0]) * 2 ** (-1 / 46))


def test_harm_fades_through_a_gap_that_is_taken_for_dark() -> None:
    scores = after_memory([80.0, *[None] * 46, 0.0], gaps_heal=True)
    assert 100 - scores[-1] == pytest.approx((100 - scores[0]) * 2 ** (-47 / 46))


def test_a_gap_of_3_minutes_holds_the_value_before_it() -> None:
    assert held([2.0, None, None, None, 0.0]) == [2.0, 2.0, 2.0, 2.0, 0.0]


def test_a_longer_gap_stays_a_gap() -> None:
    assert held([2.0, None, None, None, None, 0.0]).count(None) == 4


def test_a_gap_at_either_end_stays_a_gap() -> None:
    assert held([None, 1.0, None]) == [None, 1.0, None]


def test_the_decay_after_a_light_is_put_on_the_light() -> None:
    costs = dark([0.0] * 10 + [100.0] * 3 + [0.0] * 100).costs().causes
    assert {index for index, cost in costs["lamp"].items() if cost} == {10, 11, 12}
    assert not any(costs["glow"].values())
    assert costs["lamp"][12] > costs["lamp"][11]


def test_a_lit_minute_costs_what_it_scores_less() -> None:
    lit = dark([10.0] * 60)
    seen = [score or 0.0 for score in after_memory([60.0] * 60)]
    costs = lit.costs().causes["lamp"]
    assert list(costs.values()) == pytest.approx([(100 - score) / 60 for score in seen])


def test_the_high_end_of_a_gap_is_a_hundred_in_it_and_memory_that_faded_after_it() -> None:
    found = dark([10.0] * 60 + [None] * 46 + [0.0] * 60)
    memory = 60 * (1 - 2 ** (-60 / 5)) / 2
    faded: list[float | None] = [100 - memory * 2 ** (-minute / 46) for minute in range(1, 61)]
    lit = after_memory([60.0] * 60)
    assert found.high(0.0) == pytest.approx(together([*lit, *[100.0] * 46, *faded]))


def test_a_glow_after_a_light_bears_its_own_harm_only() -> None:
    costs = dark([100.0] * 3 + [1.0] * 50).costs().causes
    alone = dark([0.0] * 3 + [1.0] * 50).costs().causes
    assert costs["glow"][50] == pytest.approx(alone["glow"][50], rel=0.01)


def test_daylight_a_lamp_and_a_glow_are_told_apart() -> None:
    night = dark([10.0, 0.5, 10.0], [False, False, True])
    causes = night.costs().causes
    assert causes["lamp"][0] > 0
    assert causes["daylight"][2] > 0
    assert night.evidence("lamp", 0, 2)["minute"] == 0.0
    assert night.evidence("lamp", 1, 2) == {}


def test_evidence_is_the_first_of_the_brightest_minutes_of_its_cause() -> None:
    night = dark([20.0, 50.0, 50.0, 30.0, 90.0], [False] * 4 + [True])
    found = night.evidence("lamp", 0, 4)
    assert found == {"illuminance_lx": 50.0, "melanopic_lx": night.melanopic[1], "minute": 1.0}
    assert night.evidence("daylight", 0, 4)["minute"] == 4.0


def test_without_the_lamp_the_night_is_as_dark_as_its_other_minutes() -> None:
    lit = dark([0.0] * 10 + [50.0] * 10 + [0.0] * 60)
    assert lit.score() < 90
    assert lit.without("lamp") == 100.0
    assert lit.without("daylight") == lit.score()


def on_grid(minutes: Sequence[Minute], length: int = 4) -> DarkNight:
    return dark_of(minutes, [True] * length)


def test_a_minute_counts_a_quarter_of_its_largest_10_s_mean() -> None:
    found = on_grid([record(0, 60, light=light(1.0, 20.0)), record(60, 60, light=light(6.0, 20.0))])
    assert list(found.light_lx[:2]) == [5.0, 6.0]


def test_records_shorter_than_10_s_are_pooled_into_10_s_means() -> None:
    flash = [record(s, 1, light=light(80.0 if s < 5 else 0.0, n=1, due=1)) for s in range(60)]
    assert on_grid(flash).light_lx[0] == pytest.approx(80.0 * 5 / 10 / 4)


def test_short_records_after_the_window_belong_to_no_minute_of_it() -> None:
    sums = LightSums(3)
    seconds = [*range(0, 60, 5), *range(120, 180, 5)]
    records = [record(at_s, 5, light=light(1.0 + at_s // 120)) for at_s in seconds]
    for one in place(records, window_of(3)):
        assert one.minute.light
        sums.add(one, one.minute.light)
    shorter, whole = (sums.night([True] * length, Household(), Carry()) for length in (2, 3))
    assert list(shorter.light_lx) == [1.0, None]
    assert list(whole.light_lx) == [1.0, 1.0, 2.0]  # a short gap holds the value before it


def test_short_records_without_samples_make_no_10_s_mean() -> None:
    empty = [record(s, 1, light=light(9.0, n=0, due=1)) for s in range(60)]
    assert on_grid(empty).light_lx[0] is None


def test_a_frozen_sensor_gives_no_values() -> None:
    frozen = [record(0, 60, light=light(1.0, flags=(Flag.FROZEN,)))]
    assert on_grid(frozen).light_lx[0] is None


@pytest.mark.parametrize("flag", [Flag.IR_DOMINATED, Flag.SATURATED])
def test_light_that_cannot_be_told_makes_the_score_an_upper_limit(flag: Flag) -> None:
    assert on_grid([record(0, 60, light=light(0.0, flags=(flag,)))]).at_most
    assert not on_grid([record(0, 60, light=light(0.0))]).at_most
    assert not on_grid([record(-60, 60, light=light(0.0, flags=(flag,)))]).at_most


def test_a_minute_without_the_light_part_is_a_gap() -> None:
    assert on_grid([record(0, 60)]).light_lx == [None] * 4


def test_five_seconds_of_lamp_in_the_first_minute_do_not_spoil_a_night() -> None:
    minutes = night(light_lx=0.0)
    minutes[0] = record(0, 60, light=light(100 * 5 / 60, 50.0))
    found = dark_of(minutes, [False] * 480)
    assert found.score() > 97
