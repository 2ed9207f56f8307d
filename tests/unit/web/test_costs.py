from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from monitor.score.result import NightScore, Span, Status
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS, a_part
from tests.fakes.full_house import a_house, earlier_night
from web.costs import Cost, NightCosts, month_cost, night_costs

TODAY = date(2026, 11, 23)


def a_span(cause: str, first_min: int, minutes: int, points: float) -> Span:
    start_ms = LIGHTS_OUT_MS + first_min * MINUTE_MS
    return Span(
        part="cool", cause=cause, points=points,
        start_ms=start_ms, end_ms=start_ms + minutes * MINUTE_MS,
    )  # fmt: skip


def a_night_of(*spans: Span) -> NightScore:
    return replace(earlier_night(0), spans=spans)


def said(*spans: Span, nights: int = 10) -> str:
    return month_cost([night_costs(a_night_of(*spans))] * nights).text


def test_the_dearest_cause_is_told_in_points_a_night_and_when() -> None:
    text = said(a_span("warm", 0, 150, 9.0), a_span("lamp", 240, 10, 2.0))
    assert (
        text == "Warmth cost you 9.0 points a night over the last 10 nights, mostly before 02:00."
    )


@pytest.mark.parametrize(
    ("first_min", "minutes", "when"),
    [
        (0, 40, "mostly before 00:00"),
        (300, 120, "mostly after 04:00"),
        (0, 470, "all through the night"),
    ],
)
def test_when_it_cost_is_told(first_min: int, minutes: int, when: str) -> None:
    assert said(a_span("warm", first_min, minutes, 9.0)).endswith(f", {when}.")


def test_points_are_spread_over_the_hours_and_none_is_lost() -> None:
    (cost,) = night_costs(a_night_of(a_span("warm", 0, 333, 7.5), a_span("warm", 400, 1, 0.5)))
    assert sum(cost.hours) == pytest.approx(8.0)


def test_a_cause_of_one_night_is_shared_by_all_nights() -> None:
    costs = night_costs(a_night_of(a_span("warm", 0, 60, 10.0)))
    assert "1.0 point a night" in month_cost([costs, *[()] * 9]).text


def test_others_follow_and_trifles_are_left_out() -> None:
    spans = [a_span(cause, 0, 60, points) for cause, points in
             (("warm", 4.0), ("lamp", 2.0), ("dry", 0.1))]  # fmt: skip
    assert month_cost([night_costs(a_night_of(*spans))] * 5).others == ("a light 2.0 points",)


def test_three_nights_are_no_month() -> None:
    assert said(a_span("warm", 0, 60, 9.0), nights=3) == "Not enough nights yet (3 of 4)."


def test_nights_that_cost_nothing_are_told_so() -> None:
    assert said() == "Nothing cost much over the last 10 nights."


def test_a_night_is_read_once_until_it_is_judged_again() -> None:
    house = a_house()
    for days in range(6):
        night = replace(earlier_night(days), spans=(a_span("warm", 0, 60, 3.0),))
        house.store.put(night)
    costs = NightCosts(house.site())
    outlines = house.store.nights("bedroom", "2026-11-01", "2026-11-30")
    first = costs.month("bedroom", outlines, TODAY)
    asked = house.store.questions
    assert costs.month("bedroom", outlines, TODAY) == first
    assert house.store.questions == asked
    house.store.put(earlier_night(0), inputs_hash="two")
    again = costs.month("bedroom", house.store.nights("bedroom", "2026-11-01", "2026-11-30"), TODAY)
    assert "2.5 points" in again.text


def test_what_cost_is_a_value_of_its_own() -> None:
    assert month_cost([(Cost(cause="warm", hours=(1.0,) * 24),)] * 4).text.startswith("Warmth")


def test_the_nights_that_are_summed_are_alike_and_of_long_ago_named_by_their_last() -> None:
    house = a_house()
    of_two = (a_part("quiet", None, status=Status.NOT_FITTED), a_part("cool"), a_part("dark"))
    for days in range(12):
        parts = {"of": of_two} if days % 3 == 0 else {}
        spans = (a_span("warm", 0, 60, 8.0 if parts else 2.0),)
        house.store.put(replace(earlier_night(days, **parts), spans=spans))
    outlines = house.store.nights("bedroom", "2026-11-01", "2026-11-30")
    text = NightCosts(house.site()).month("bedroom", outlines, TODAY + timedelta(days=90)).text
    assert text.startswith("Warmth cost you 2.0 points a night over the 8 nights to 2")


def test_what_the_microphones_own_noise_hides_has_cost_nothing_that_anybody_knows_of() -> None:
    assert night_costs(a_night_of(a_span("floor", 0, 400, 2.5))) == ()
