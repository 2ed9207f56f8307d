import pytest

from monitor.cli.import_order import Source, sources_in_order
from monitor.contract.errors import SeriesError

HEADER = "room,device,end,stream,seq\n"


def lines(*rows: str) -> list[str]:
    """Return an export of rows "room stream end"."""
    cells = (row.split() for row in rows)
    return [HEADER, *(f"{room},pi,{end},{stream},1\n" for room, stream, end in cells)]


def order(*rows: str) -> list[str]:
    return [source.stream for source in sources_in_order(lines(*rows), "x.csv")]


def test_of_rows_of_one_minute_the_first_is_of_the_older_stream() -> None:
    assert order("bed new 1", "bed old 2", "bed new 2") == ["old", "new"]


def test_three_streams_that_met_at_different_times_are_in_one_order() -> None:
    found = order("bed c 1", "bed b 2", "bed c 2", "bed a 3", "bed b 3", "bed c 3")
    assert found == ["a", "b", "c"]


def test_the_same_minute_of_another_room_tells_nothing() -> None:
    assert order("attic b 1", "bed a 1", "bed a 2", "attic b 2") == ["b", "a"]


def test_a_file_that_contradicts_itself_tells_nothing() -> None:
    assert order("bed b 1", "bed a 1", "bed a 2", "bed b 2") == ["b", "a"]


def test_a_stream_is_named_with_its_room_and_device() -> None:
    assert sources_in_order(lines("bed a 1", "bed a 1"), "x.csv") == (Source("bed", "pi", "a"),)


def test_a_row_of_other_cells_is_left_to_whoever_reads_it() -> None:
    assert sources_in_order([HEADER, "bed,pi\n"], "x.csv") == ()


def test_what_is_no_csv_is_named_by_its_line() -> None:
    with pytest.raises(SeriesError, match="line 2"):
        sources_in_order([HEADER, '"never closed\n'], "x.csv")
