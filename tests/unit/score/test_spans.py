from monitor.night.household import Household
from monitor.score.dark import DarkNight
from monitor.score.part import Costs
from monitor.score.rating import score_night
from monitor.score.spans import gap_stretches, spans_of
from tests.fakes.nights import EVENING_MS, event, night, night_event, window_of


def dark() -> DarkNight:
    return DarkNight([0.0] * 40, [0.0] * 40, [False] * 40)


def spans(column: list[float], cause: str = "lamp") -> list[tuple[int, int, float]]:
    costs = Costs(causes={cause: dict(enumerate(column))})
    found = spans_of(dark(), costs, EVENING_MS)
    return [
        ((one.start_ms - EVENING_MS) // 60_000, (one.end_ms - EVENING_MS) // 60_000, one.points)
        for one in found
    ]


def test_consecutive_costs_are_one_stretch() -> None:
    assert spans([0.0, 1.0, 2.0, 0.0]) == [(1, 3, 3.0)]


def test_lamps_10_minutes_apart_are_one_stretch_and_11_are_two() -> None:
    assert len(spans([1.0, *[0.0] * 9, 1.0])) == 1
    assert len(spans([1.0, *[0.0] * 10, 1.0])) == 2


def test_warm_spells_half_an_hour_apart_are_one_stretch() -> None:
    assert len(spans([1.0, *[0.0] * 29, 1.0], "warm")) == 1


def test_a_slow_stretch_is_told_from_where_it_matters_but_keeps_all_points() -> None:
    assert spans([0.01, 0.01, 5.0, 5.0, 0.01], "warm") == [(2, 4, 10.03)]


def test_no_cost_makes_no_span() -> None:
    assert spans([0.0] * 10) == []


def test_listed_events_are_spans_without_points() -> None:
    listed = night_event(EVENING_MS, why_listed="brief")
    (span,) = spans_of(dark(), Costs(causes={}), EVENING_MS, [listed])
    assert (span.cause, span.points, span.detail["lasmax_db"]) == ("brief", 0.0, 50.0)


def test_gaps_are_runs_of_consecutive_minutes() -> None:
    assert gap_stretches([1, 2, 3, 7]) == [(1, 3), (7, 7)]
    assert gap_stretches([]) == []


def test_an_event_keeps_its_levels_as_evidence() -> None:
    judged = score_night(night(events={100: [event(61.0)]}), window_of(), Household())
    (span,) = [span for span in judged.spans if span.cause == "event"]
    assert span.detail["lasmax_db"] == 61.0
    assert span.detail["lafmax_db"] == 64.0
    assert span.detail["background_db"] == 25.0
    assert span.detail["extrapolated"] == 0.0
