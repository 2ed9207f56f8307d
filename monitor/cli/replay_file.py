"""Reads a series once before a demo empties its folder for it."""

from pathlib import Path

from monitor.contract.errors import SeriesError
from monitor.contract.series import parse_series
from monitor.contract.series_times import civil_zone
from monitor.runtime.errors import OperatorError
from monitor.runtime.series_file import series_lines


def require_series(file: Path, zone: str) -> None:
    """Refuse a file that could not be replayed.

    Args:
        file: CSV, gzipped or not.
        zone: in which its naive times are read.

    Raises:
        OperatorError: it cannot be read, or a row is wrong; with its line.
    """
    if file.is_fifo():
        # The daemon reads it again after this, and would wait for ever.
        raise OperatorError(f"{file} is a pipe, which can be read once: save it as a file")
    try:
        with series_lines(file) as lines:
            parse_series(lines, civil_zone(zone), name=file.name)
    except SeriesError as error:
        raise OperatorError(str(error)) from error
