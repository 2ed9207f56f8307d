from collections.abc import Callable

from monitor.contract.record import Minute
from monitor.score.series import read_series
from monitor.score.units import TemperatureUnit
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_light,
    a_minute,
    a_sound,
    a_window,
    an_event,
    minutes_between,
)
from web.night_table import TableRow, event_rows, night_table


def rows(
    make: Callable[[int], Minute | None] | None = None,
    costs: dict[str, tuple[float, ...]] | None = None,
) -> tuple[TableRow, ...]:
    series = read_series(minutes_between(LIGHTS_OUT_MS, GET_UP_MS, make))
    return night_table(a_window(), series, costs or {}, TemperatureUnit.CELSIUS)


def test_a_night_is_told_in_half_hours_of_the_rooms_time() -> None:
    table = rows()
    assert [row.time for row in table[:2]] == ["23:05", "23:35"]
    assert len(table) == 16


def test_levels_average_by_energy_and_not_by_their_numbers() -> None:
    def make(end: int) -> Minute:
        loud = (end // MINUTE_MS) % 2 == 0
        return a_minute(end, sound=a_sound(60.0 if loud else 30.0, floor_db=None))

    assert rows(make)[0].laeq_db == "57"


def test_a_half_hour_that_the_floor_hides_says_at_most() -> None:
    assert rows(lambda end: a_minute(end, sound=a_sound(29.5)))[0].laeq_db == "≤ 29"


def test_a_half_hour_without_data_holds_dashes_even_for_its_points() -> None:
    def make(end: int) -> Minute | None:
        lost = end <= a_window().start_ms + 30 * MINUTE_MS
        return None if lost else a_minute(end, climate=a_climate(), light=a_light())

    first, second = rows(make, {"cool": (0.1,) * 400})[:2]
    assert (first.laeq_db, first.temperature, first.illuminance_lx, first.points) == ("–",) * 4
    assert second.points == "3.0"


def test_a_night_without_known_costs_has_no_points_rather_than_none_lost() -> None:
    assert rows()[0].points == "–"


def test_points_of_all_parts_are_added() -> None:
    assert rows(None, {"cool": (0.1,) * 400, "dark": (0.05,) * 400})[0].points == "4.5"


def test_light_is_the_brightest_minute() -> None:
    def make(end: int) -> Minute:
        lamp = end == a_window().start_ms + 10 * MINUTE_MS
        return a_minute(end, light=a_light(40.0 if lamp else 0.0))

    assert rows(make)[0].illuminance_lx == "40"


def test_a_level_without_peaks_has_a_dash_for_its_peak() -> None:
    assert rows(lambda end: a_minute(end, sound=a_sound(lafmax_db=None)))[0].lafmax_db == "–"


def test_sounds_come_loudest_first_and_only_those_of_the_night() -> None:
    window = a_window()

    def sound_at(end_ms: int, lasmax_db: float) -> Minute:
        return a_minute(end_ms, sound=a_sound(events=(an_event(lasmax_db),)))

    series = read_series(
        [
            sound_at(window.start_ms - 10 * MINUTE_MS, 70.0),
            sound_at(window.start_ms + 10 * MINUTE_MS, 45.0),
            sound_at(window.start_ms + 20 * MINUTE_MS, 61.0),
        ]
    )
    found = event_rows(window, series.events)
    assert [row.lasmax_db for row in found] == ["61", "45"]
    assert found[0].kind == "counted"
