"""Looks at what a replay was given before a demo empties its folder for it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.contract.errors import SeriesError
from monitor.contract.series import parse_series
from monitor.contract.series_times import civil_zone
from monitor.night.events import SECOND_MS
from monitor.night.series_sound import SECOND_WITHIN_MS
from monitor.runtime.errors import OperatorError
from monitor.runtime.series_file import series_lines

COARSE: Final = (
    "{:g} s of sound a row: each is played as one steady level, so that sounds shorter than a"
    " row cannot be heard and Quiet is at most what is shown. `nightroom score` marks it so."
)


def require_time(name: str, text: str) -> None:
    """Refuse what the daemon would not read as a time, before anything is replaced.

    Raises:
        OperatorError: text is no ISO 8601 time; name is the option's.
    """
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        expected = "expected ISO 8601, 2016-02-01T12:00"
        raise OperatorError(f"{name} {text!r} is no time: {expected}") from error


def require_series(file: Path, zone: str) -> tuple[str, ...]:
    """Refuse a file that could not be replayed; return what a person should know of one that can.

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
            series = parse_series(lines, civil_zone(zone), name=file.name)
    except SeriesError as error:
        raise OperatorError(str(error)) from error
    if "laeq_db" in series.columns and series.step_ms - SECOND_MS > SECOND_WITHIN_MS:
        return (COARSE.format(series.step_ms / 1000),)
    return ()
