"""A recorded series as minute records: nothing invented, nothing lost."""

import math

import pytest
from msgspec import UNSET

from monitor.contract.errors import SeriesError
from monitor.contract.record import EventKind, Flag, Minute
from monitor.night.events import NoiseEvent
from monitor.night.series_minutes import minutes_of
from tests.fakes.nights import EVENING_MS
from tests.fakes.series import parsed, series_of


def of(columns: dict, *, step_s: float, rows: int, **options: object) -> list[Minute]:
    return list(minutes_of(series_of(columns, step_s=step_s, rows=rows), **options))  # type: ignore[arg-type]  # as asked


def noise(start_s: float, duration_s: float, lasmax_db: float = 60.0) -> NoiseEvent:
    start_ms = EVENING_MS + round(start_s * 1000)
    return NoiseEvent(
        start_ms=start_ms,
        end_ms=start_ms + round(duration_s * 1000),
        lafmax_db=lasmax_db + 3,
        lasmax_db=lasmax_db,
        lae_db=lasmax_db + 8,
        background_db=25.0,
        kind=EventKind.COUNTED,
    )


def test_a_row_stands_for_the_step_before_its_time() -> None:
    first, *_ = of({"temperature_c": lambda _: 20.0}, step_s=600, rows=3)
    assert (first.start_ms, first.end_ms) == (EVENING_MS, EVENING_MS + 600_000)
    assert first.climate.temperature_c == 20.0
    assert first.light is UNSET
    assert first.sound is UNSET


def test_an_empty_cell_is_a_fitted_part_without_a_value() -> None:
    first, *_ = of(
        {"temperature_c": lambda _: None, "humidity_pct": lambda _: None}, step_s=60, rows=3
    )
    assert first.climate.temperature_c is None
    assert first.climate.humidity_pct is None
    assert (first.climate.n, first.climate.due) == (0, 1)


def test_what_a_row_does_not_give_is_said_by_a_flag() -> None:
    columns = ("temperature_c", "humidity_pct", "illuminance_lx", "laeq_db")
    lines = [",".join(("time", *columns))]
    rows = ("20,40,1,30", ",,,", "20,,1,30")
    lines += [f"2026-11-22T22:0{number},{row}" for number, row in enumerate(rows)]

    whole, empty, dry = minutes_of(parsed(lines))

    assert [part.flags for part in (whole.climate, whole.light, whole.sound)] == [()] * 3
    none = (Flag.NOT_GIVEN,)
    assert [part.flags for part in (empty.climate, empty.light, empty.sound)] == [none] * 3
    assert [part.flags for part in (dry.climate, dry.light, dry.sound)] == [none, (), ()]


def test_of_gathered_rows_one_value_is_enough_to_need_no_flag() -> None:
    columns = {
        "temperature_c": lambda s: 20.0 if s == 1 else None,
        "laeq_db": lambda s: 30.0 if s == 1 else None,
        "illuminance_lx": lambda _: None,
    }

    first, *_ = of(columns, step_s=1, rows=60)

    assert (first.climate.flags, first.sound.flags) == ((), ())
    assert first.light.flags == (Flag.NOT_GIVEN,)


def test_a_jittering_step_joins_and_a_longer_one_is_a_gap() -> None:
    times = ["22:00:00", "22:00:59", "22:02:00", "22:03:00", "22:04:00", "22:20:00"]
    rows = [f"2026-11-22T{time},20" for time in times]
    found = list(minutes_of(parsed(["time,temperature_c", *rows])))
    assert [minute.duration_s for minute in found] == [60.0, 59.0, 61.0, 60.0, 60.0, 60.0]


def test_rows_below_ten_seconds_are_gathered_into_clock_minutes() -> None:
    columns = {
        "temperature_c": lambda s: 20.0 + (s > 30),
        "pressure_hpa": lambda _: 1000.0,
        "light_lux": lambda s: 60.0 * (20 < s <= 30),
    }
    (minute,) = of(columns, step_s=2, rows=30)
    assert minute.duration_s == 60.0
    assert minute.climate.temperature_c == pytest.approx(20.5)
    assert (minute.climate.temperature_min_c, minute.climate.temperature_max_c) == (20.0, 21.0)
    assert minute.climate.pressure_hpa == 1000.0
    assert (minute.climate.n, minute.climate.due) == (30, 30)
    assert minute.light.illuminance_lx == pytest.approx(10.0)
    assert minute.light.illuminance_max10s_lx == pytest.approx(60.0)
    assert minute.light.illuminance_max_lx == 60.0


def test_a_half_seen_minute_says_how_many_rows_were_due() -> None:
    columns = {"light_lux": lambda s: None if s <= 40 else 1.0, "laeq_db": lambda _: 30.0}
    first, second = of(columns, step_s=5, rows=18)
    assert (first.light.n, first.light.due) == (4, 12)
    assert (second.light.n, second.light.due) == (6, 12)
    assert (second.sound.n, second.sound.due) == (30, 60)


def test_levels_average_by_energy_and_keep_their_maxima() -> None:
    columns = {
        "laeq_db": lambda s: 30.0 if s <= 30 else 40.0,
        "lafmax_db": lambda s: 50.0 + s / 100,
        "lasmax_db": lambda s: None if s < 60 else 45.0,
    }
    (minute,) = of(columns, step_s=5, rows=12)
    assert minute.sound.laeq_db == pytest.approx(10 * math.log10((1e3 + 1e4) / 2))
    assert minute.sound.laeq_quiet_db is UNSET
    assert minute.sound.lafmax_db == pytest.approx(50.6)
    assert minute.sound.lasmax_db == 45.0
    assert (minute.sound.la10_db, minute.sound.la90_db) == (40.0, 30.0)
    assert not minute.sound.calibrated


def test_one_row_has_a_level_and_no_percentiles() -> None:
    (minute,) = of({"laeq_db": lambda _: 30.0}, step_s=60, rows=1, calibrated=True)
    assert minute.sound.la90_db is UNSET
    assert minute.sound.lasmax_db is UNSET
    assert minute.sound.calibrated


def test_a_row_without_a_level_is_missing() -> None:
    (minute,) = of({"laeq_db": lambda _: None}, step_s=60, rows=1)
    assert minute.sound.laeq_db is None
    assert minute.sound.la50_db is None
    assert (minute.sound.n, minute.sound.due) == (0, 60)


def test_events_are_found_in_rows_of_a_second() -> None:
    columns = {"laeq_db": lambda s: 60.0 if 300 < s <= 320 else 25.0}
    found = of(columns, step_s=1, rows=600)
    ((event,),) = [minute.sound.events for minute in found if minute.sound.events]
    assert event.duration_s == 20.0
    assert event.kind is EventKind.COUNTED
    heard = found[5]
    assert heard.sound.quiet_s < 60
    assert heard.sound.laeq_quiet_db == pytest.approx(25.0)


def test_an_event_that_the_series_ends_in_is_not_lost() -> None:
    columns = {"laeq_db": lambda s: 60.0 if s > 580 else 25.0}
    assert of(columns, step_s=1, rows=600)[-1].sound.events[0].duration_s == 20.0


def test_given_events_are_carried_by_the_row_in_which_they_end() -> None:
    events = [noise(110, 15), noise(30, 20)]
    found = of({"laeq_db": lambda _: 40.0}, step_s=60, rows=4, events=events)
    assert [len(minute.sound.events) for minute in found] == [1, 0, 1, 0]
    assert found[0].sound.events[0].start_offset_s == -30.0
    assert found[2].sound.events[0].start_offset_s == -70.0


def test_a_short_row_with_an_event_tells_nothing_of_the_steady_level() -> None:
    found = of({"laeq_db": lambda _: 40.0}, step_s=60, rows=4, events=[noise(110, 15)])
    assert [minute.sound.quiet_s for minute in found] == [60, 0, 0, 60]
    assert found[1].sound.laeq_quiet_db is None


def test_a_long_row_with_an_event_is_taken_as_it_is() -> None:
    (first, *_) = of({"laeq_db": lambda _: 40.0}, step_s=600, rows=2, events=[noise(110, 15)])
    assert first.sound.laeq_quiet_db == pytest.approx(40.0)
    assert first.sound.quiet_s == 600


def test_of_many_events_the_loudest_are_listed_and_the_rest_counted() -> None:
    events = [noise(10 * number, 5, 50.0 + number) for number in range(12)]
    minute, _ = of({"laeq_db": lambda _: 40.0}, step_s=600, rows=2, events=events)
    assert [event.lasmax_db for event in minute.sound.events] == [61, 60, 59, 58, 57, 56, 55, 54]
    assert minute.sound.events_more == 4


def test_an_event_that_outlasts_the_series_is_carried_by_its_last_row() -> None:
    found = of({"laeq_db": lambda _: 40.0}, step_s=60, rows=2, events=[noise(110, 30)])
    assert len(found[-1].sound.events) == 1


@pytest.mark.parametrize("start_s", [-700, 120, 5000])
def test_an_event_outside_the_series_is_refused(start_s: int) -> None:
    with pytest.raises(SeriesError, match="no such time"):
        of({"laeq_db": lambda _: 40.0}, step_s=60, rows=2, events=[noise(start_s, 5)])
