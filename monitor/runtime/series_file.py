"""Opens a recorded series' file (CSV, gzipped or not) for those who read its lines."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from monitor.contract.errors import SeriesError

# Judgement: often enough for a bar, seldom enough to cost nothing.
LINES_A_LOOK: Final = 5000
# Judgement: a row of an export has some 2,000 characters, its longest cells 100,000.
LONGEST: Final = 1_000_000
# Source: RFC 1952, 2.3.1: how every gzip file begins.
GZIP: Final = b"\x1f\x8b"
UNREADABLE: Final = (OSError, EOFError, zlib.error)


def _unseen(_share: float) -> None:
    """Show nothing."""


@contextmanager
def series_lines(path: Path, show: Callable[[float], None] = _unseen) -> Iterator[Iterator[str]]:
    """Open a file in UTF-8 as an iterator of its lines; gunzip it if it is gzipped.

    Args:
        path: the file.
        show: receives the share of the file that has been read, 0-1, now and then.

    Raises:
        SeriesError: it cannot be read as text.
    """
    try:
        with path.open("rb") as raw, _plain(raw, path) as data:
            # What is not UTF-8 is let through as surrogates, so that its line can be told.
            text = io.TextIOWrapper(
                data, encoding="utf-8-sig", errors="surrogateescape", newline=""
            )
            yield _counted(text, raw, path, show)
    except UNREADABLE as error:
        raise SeriesError(f"{path}: cannot be read as UTF-8 CSV ({error})") from error


def _plain(raw: io.BufferedReader, path: Path) -> io.BufferedReader | gzip.GzipFile:
    is_gzipped = path.suffix == ".gz" or raw.peek(len(GZIP)).startswith(GZIP)
    return gzip.GzipFile(fileobj=raw) if is_gzipped else raw


def _counted(
    text: io.TextIOWrapper, raw: io.BufferedReader, path: Path, show: Callable[[float], None]
) -> Iterator[str]:
    size = path.stat().st_size  # 0 of a pipe, which has no place to tell either
    for number, line in enumerate(iter(partial(_next_line, text, path), "")):
        if len(line) == LONGEST:  # before all of it is in memory
            raise SeriesError(f"{path}, line {number + 1}: longer than any row")
        if size and number % LINES_A_LOOK == 0:
            show(raw.tell() / size)
        if not line.isascii():
            _refuse_surrogates(line, f"{path}, line {number + 1}")
        yield line


def _next_line(text: io.TextIOWrapper, path: Path) -> str:
    """Return the next line in words of this file: whoever reads it may write another meanwhile."""
    try:
        return text.readline(LONGEST)
    except UNREADABLE as error:
        raise SeriesError(f"{path}: cannot be read as UTF-8 CSV ({error})") from error


def _refuse_surrogates(line: str, where: str) -> None:
    try:
        line.encode()
    except UnicodeEncodeError as error:
        byte = line[error.start].encode(errors="surrogateescape").hex()
        raise SeriesError(f"{where}: cannot be read as UTF-8 CSV (byte 0x{byte})") from error
