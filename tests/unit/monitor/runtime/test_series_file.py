"""Opening a recorded series: plain or gzipped, and what is said of a file that is neither."""

import gzip
from pathlib import Path

import pytest

from monitor.contract.errors import SeriesError
from monitor.runtime.series_file import series_lines

TEXT = "time,temperature_c\n2016-01-11T17:00:00,18.2\n"


def test_a_gzipped_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode("utf-8-sig"))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "named_wrongly.csv").write_bytes(gzip.compress(TEXT.encode()))
    for name in ("a.csv", "a.csv.gz", "named_wrongly.csv"):
        with series_lines(tmp_path / name) as lines:
            assert "".join(lines) == TEXT


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"\x1f\x8b", gzip.compress(TEXT.encode(), mtime=0)[:-9], b"\x00" * 40],
    ids=["not gzip", "half a header", "cut short", "zeros"],
)
def test_an_unreadable_file_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(content)
    with pytest.raises(SeriesError, match="cannot be read"), series_lines(path) as lines:
        list(lines)


def test_a_line_in_another_encoding_is_said_with_its_number_and_umlauts_are_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("time,wärme\n".encode() + b"2016-01-11T17:00:00,w\xe4rm\n")
    with series_lines(path) as lines:
        assert next(lines) == "time,wärme\n"
        with pytest.raises(SeriesError, match=r"line 2.*0xe4"):
            next(lines)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="No such file"), series_lines(tmp_path / "none.csv"):
        pass


def test_the_share_that_was_read_rises_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("2016-01-11T17:00:00,18.2\n" * 20_000)
    shares: list[float] = []
    with series_lines(path, shares.append) as lines:
        assert sum(1 for _ in lines) == 20_000
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] <= 1


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_longer_than_any_row_is_named_before_it_fills_the_memory(
    tmp_path: Path, end: str
) -> None:
    file = tmp_path / "long.csv.gz"
    file.write_bytes(gzip.compress(f"time,temperature_c\n{'1' * 3_000_000}{end}".encode()))

    said = r"long\.csv\.gz, line 2: longer than any row"
    with pytest.raises(SeriesError, match=said), series_lines(file) as lines:
        list(lines)
