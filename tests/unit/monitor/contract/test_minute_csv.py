import csv
import io

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from monitor.contract.codec import seal
from monitor.contract.errors import PayloadError
from monitor.contract.minute_csv import COLUMNS, is_ours, record_of, require_each_once, row_of
from monitor.contract.record import Flag, LoudnessMinute, Mark, MarkKind, Record
from tests.fakes.stored import event, minute, record

NOTE = Mark(at_ms=5, kind=MarkKind.NOTE)
FULL = record(7, minute=minute(1_800_000_060_001, events=(event(), event()), marks=(NOTE,)))
UNFITTED = record(8, minute=replace(minute(1_800_000_120_000), light=UNSET, sound=UNSET))
LOUD = record(
    9,
    minute=replace(
        minute(1_800_000_180_000),
        climate=UNSET,
        loudness=LoudnessMinute(
            loudness_pct=None, loudness_max_pct=None, n=0, due=60, flags=(Flag.NO_REPLY,)
        ),
    ),
)


def through_a_file(one: Record) -> dict[str, str]:
    line = io.StringIO()
    csv.writer(line).writerow(row_of("bedroom", "nightroom-bedroom", one))
    (row,) = csv.reader(io.StringIO(line.getvalue()))
    return dict(zip(COLUMNS, row, strict=True))


@pytest.mark.parametrize("one", [FULL, UNFITTED, LOUD])
def test_a_record_comes_back_from_its_row_bit_for_bit(one: Record) -> None:
    assert record_of(through_a_file(one)) == ("bedroom", "nightroom-bedroom", one)


def test_what_is_not_fitted_is_a_dash_and_what_has_no_value_is_empty() -> None:
    climate = UNFITTED.minute.climate
    assert climate is not UNSET
    silent = replace(climate, temperature_c=None, humidity_pct=UNSET, flags=(Flag.NO_REPLY,))
    cells = through_a_file(seal(replace(UNFITTED, minute=replace(UNFITTED.minute, climate=silent))))

    assert (cells["illuminance_lx"], cells["light_n"], cells["laeq_db"]) == ("-", "-", "-")
    assert (cells["temperature_c"], cells["humidity_pct"]) == ("", "-")
    assert cells["climate_flags"] == "no_reply"
    assert cells["end"] == "2027-01-15T08:02:00Z"


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("temperature_c", "19.5", "CRC"),
        ("temperature_c", "warm", "float"),
        ("temperature_c", "-", "missing required field"),
        ("seq", "", "int"),
        ("end", "yesterday", "RFC3339"),
        ("crc", "1", "CRC"),
        ("events", "[[", "events '\\[\\['"),
        ("marks", "{}", "array"),
        ("events", "[" * 100_000, r"events '\[{60}'…: maximum recursion depth"),
        ("marks", '[{"a":' * 100_000, "marks .*…: maximum recursion depth"),
        ("events", "[[9" + "9" * 5_000 + "]]", r"events '\[\[9{58}'…: .*out of range"),
        ("climate_flags", "sulking", "sulking"),
        ("stream", "xyz", "str"),
    ],
)
def test_a_cell_that_cannot_be_is_refused(column: str, cell: str, said: str) -> None:
    with pytest.raises(PayloadError, match=said):
        record_of(through_a_file(FULL) | {column: cell})


def test_an_export_is_known_by_its_columns_in_any_order() -> None:
    assert is_ours([*reversed(COLUMNS), "mine"])
    assert not is_ours(COLUMNS[1:])


def test_a_column_of_ours_is_there_once_and_anothers_as_often_as_it_likes() -> None:
    require_each_once([*COLUMNS, "mine", "mine"])
    with pytest.raises(PayloadError, match="the column device, crc is there twice"):
        require_each_once([*COLUMNS, "crc", "device"])


def test_the_crc_tells_of_the_record_and_not_of_whose_it_is() -> None:
    renamed = through_a_file(FULL) | {"room": "kitchen", "device": "other"}
    assert record_of(renamed) == ("kitchen", "other", FULL)
