"""Reading a recorded series: which columns, and what is said about a bad row."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.contract.errors import SeriesError
from monitor.contract.series import Series, parse_series
from monitor.contract.series_times import civil_zone, fixed_offset

UTC0 = fixed_offset("+00:00")
GOOD = "2016-01-11T17:00:00,18.2"


def series(*lines: str) -> Series:
    return parse_series(lines, UTC0, name="room.csv")


def error_of(*lines: str) -> str:
    with pytest.raises(SeriesError) as caught:
        series(*lines)
    return str(caught.value)


def test_columns_are_found_by_name_in_any_order() -> None:
    read = series("light_lux,timestamp,temperature_c", "12.5,2016-01-11T17:00:00,18.2")
    assert read.columns == {"illuminance_lx": (12.5,), "temperature_c": (18.2,)}


def test_fahrenheit_is_converted_as_it_is_read() -> None:
    assert series("time,temperature_f", "2016-01-11T17:00:00,68").columns == {
        "temperature_c": (20.0,)
    }


def test_other_columns_are_named_with_the_reason() -> None:
    ignored = series("time,temperature_c,sound_v,door", f"{GOOD},0.08,1").ignored
    assert "volts" in ignored["sound_v"]
    assert set(ignored) == {"sound_v", "door"}


def test_humidity_without_temperature_is_set_aside_with_the_reason() -> None:
    read = series("time,humidity_pct,pressure_hpa,laeq_db", "2016-01-11T17:00:00,40,1000,30")
    assert read.columns == {"laeq_db": (30.0,)}
    assert set(read.ignored) == {"humidity_pct", "pressure_hpa"}


def test_a_maximum_without_a_level_is_set_aside_with_the_reason() -> None:
    read = series("time,temperature_c,lafmax_db,lasmax_db", f"{GOOD},50,48")
    assert "laeq_db" in read.ignored["lafmax_db"]
    assert "laeq_db" in read.ignored["lasmax_db"]


def test_the_step_is_the_median_and_at_most_ten_minutes() -> None:
    quick = [f"2016-01-11T17:0{minute}:00,18" for minute in (0, 1, 2, 7)]
    slow = [f"2016-01-1{day}T17:00:00,18" for day in (1, 2, 3)]
    assert series("time,temperature_c", *quick).step_ms == 60_000
    assert series("time,temperature_c", *slow).step_ms == 600_000
    assert series("time,temperature_c", GOOD).step_ms == 60_000


def test_a_file_that_ends_within_a_column_s_name_is_no_csv() -> None:
    assert error_of('time,"temp\n', "(°C)\n").startswith("room.csv, line 1: not CSV")


def test_empty_lines_are_no_rows_but_count_as_lines() -> None:
    assert len(series("", "time,temperature_c", "", GOOD, "").at_ms) == 1
    assert "line 4" in error_of("\n", "time,temperature_c\n", "\n", "2016-01-11T17:00:00,warm\n")


def test_semicolons_bring_the_decimal_comma() -> None:
    read = series(
        "time;temperature_c;laeq_db;lasmax_db",
        "2016-01-11T17:00:00;18,25;31.5;",
        "2016-01-11T17:10:00;18;;40,5",
    )
    assert read.columns == {
        "temperature_c": (18.25, 18.0),
        "laeq_db": (31.5, None),
        "lasmax_db": (None, 40.5),
    }


def test_a_decimal_comma_between_commas_is_no_number() -> None:
    text = error_of("time,temperature_c", '2016-01-11T17:00:00,"18,25"')
    assert "line 2" in text
    assert "18,25" in text


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["time,temperature_c", GOOD, "2016-01-11T17:10:00,warm"], ("line 3", "warm", "number")),
        (["time,temperature_c", GOOD, "2016-01-11T17:10:00,nan"], ("line 3", "-20", "60", "°C")),
        (["time,temperature_c", "2016-01-11T17:10:00,999"], ("line 2", "999", "°C")),
        (["time,temperature_c", "yesterday,18"], ("line 2", "yesterday", "ISO 8601")),
        (["time,temperature_c", "1999-12-31T23:59:00,18"], ("line 2", "years 2000 to 2099")),
        (["time,temperature_c", "9999-01-01T00:00:00,18"], ("line 2", "years 2000 to 2099")),
        (["time,temperature_c", "2099-12-31T23:00:00-03:00,18"], ("line 2", "2099 in UTC")),
        (["time,temperature_c", "2099-12-31T23:50:00Z,18"], ("line 2", "2099 in UTC")),
        (["time,temperature_c", GOOD, GOOD], ("line 3", "later")),
        (["time,temperature_c", "2016-01-11T17:10:00"], ("line 2", "1 cells", "2")),
        (["when,temperature_c", GOOD], ("line 1", "time")),
        (["time,door", GOOD], ("line 1", "temperature_c")),
        (["time,light_lux,illuminance_lx", f"{GOOD},1"], ("line 1", "two columns")),
        (["time,temperature_c"], ("at least one row",)),
        ([], ("line 1", "time")),
        (["time,temperature_c", GOOD, '2016-01-11T17:10:00,"1', GOOD], ("line 3", "CSV")),
        (["time,temperature_c", f"{GOOD}{'9' * 200_000}"], ("line 2", "CSV", "limit")),
        (["time,temperature_c", "2016-01-11T17:10:00,1_8"], ("line 2", "1_8", "number")),
        (["time,time,temperature_c", GOOD], ("line 1", "two columns time")),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_was_expected(
    lines: list[str], words: tuple[str, ...]
) -> None:
    text = error_of(*lines)
    assert all(word in text for word in words), text


def test_a_time_with_an_offset_is_taken_at_its_word() -> None:
    read = series("time,temperature_c", "2016-01-11T17:00:00+02:00,18")
    assert read.at_ms == series("time,temperature_c", "2016-01-11T15:00:00Z,18").at_ms


def test_a_kept_clock_is_noted() -> None:
    read = parse_series(
        ["time,temperature_c", "2016-03-27T02:30:00,18"], ZoneInfo("Europe/Brussels"), name="x"
    )
    assert "2016-03-27T02:30:00 does not exist in Europe/Brussels" in read.notes[0]


def autumn(*times: str) -> list[str]:
    """Return rows of the night in which 02:00 to 03:00 comes twice in Brussels."""
    return ["time,temperature_c", *(f"2016-10-30T{time},18" for time in times)]


@pytest.mark.parametrize(
    "times",
    [
        ("01:40", "02:00", "02:20", "02:40", "02:00", "02:20", "02:40", "03:00"),
        ("02:03:01", "02:33:02", "02:03:03", "02:33:04", "03:03:05"),
        ("01:00", "02:00", "02:00", "03:00"),
    ],
)
def test_the_hour_that_comes_twice_in_autumn_is_two(times: tuple[str, ...]) -> None:
    at_ms = parse_series(autumn(*times), ZoneInfo("Europe/Brussels"), name="x").at_ms

    steps = [later - earlier for earlier, later in pairwise(at_ms)]
    assert max(steps) - min(steps) < 5_000


def test_a_row_out_of_order_is_refused_also_in_the_hour_that_comes_twice() -> None:
    rows = autumn("02:10", "02:20", "02:15", "02:30")

    with pytest.raises(SeriesError, match=r"line 4: .*expected later than the row before"):
        parse_series(rows, ZoneInfo("Europe/Brussels"), name="x")


@pytest.mark.parametrize("text", ["1", "Europe/Brussels", "", "+25:00"])
def test_a_bad_offset_is_refused(text: str) -> None:
    with pytest.raises(SeriesError, match="expected a sign"):
        fixed_offset(text)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc", "right/Europe/Berlin"])
def test_a_bad_zone_is_refused(name: str) -> None:
    with pytest.raises(SeriesError, match="Europe/Brussels"):
        civil_zone(name)
