"""Opens a recorded series' file (CSV, gzipped or not) for those who read its lines."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitor.contract.errors import SeriesError

# Judgement: often enough for a bar, seldom enough to cost nothing.
LINES_A_LOOK: Final = 5000


def _unseen(_share: float) -> None:
    """Show nothing."""


@contextmanager
def series_lines(path: Path, show: Callable[[float], None] = _unseen) -> Iterator[Iterator[str]]:
    """Open a file in UTF-8 as an iterator of its lines; gunzip it if its name ends in .gz.

    Args:
        path: the file.
        show: receives the share of the file that has been read, 0-1, now and then.

    Raises:
        SeriesError: it cannot be read as text.
    """
    try:
        with path.open("rb") as raw, _plain(raw, path) as data:
            text = io.TextIOWrapper(data, encoding="utf-8-sig", newline="")
            yield _counted(text, raw, path.stat().st_size, show)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SeriesError(f"{path}: cannot be read as UTF-8 CSV ({error})") from error


def _plain(raw: io.BufferedReader, path: Path) -> io.BufferedReader | gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw


def _counted(
    text: Iterable[str], raw: io.BufferedReader, size: int, show: Callable[[float], None]
) -> Iterator[str]:
    for number, line in enumerate(text):
        if number % LINES_A_LOOK == 0:
            show(raw.tell() / size)
        yield line
