"""Looks at what a replay was given before a demo empties its folder for it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.contract.errors import SeriesError
from monitor.contract.record import instant
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


ALL_TO_COME: Final = (
    "{} begins {}, which is in the future by this machine's clock: no night of it is over yet."
    " Check the years and --zone, or judge it as it is with `nightroom score {}`."
)
PARTLY_TO_COME: Final = (
    "{} ends {}, which is in the future by this machine's clock: nights that are not over yet"
    " get no rating."
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


def require_series(file: Path, zone: str, now_ms: int) -> tuple[str, ...]:
    """Refuse a file that could not be replayed; return what a person should know of one that can.

    Args:
        file: CSV, gzipped or not.
        zone: in which its naive times are read.
        now_ms: what is later than this is to come.

    Raises:
        OperatorError: it cannot be read, a row is wrong (with its line), or all is to come.
    """
    if file.is_fifo():
        # The daemon reads it again after this, and would wait for ever.
        raise OperatorError(f"{file} is a pipe, which can be read once: save it as a file")
    try:
        with series_lines(file) as lines:
            series = parse_series(lines, civil_zone(zone), name=file.name)
    except SeriesError as error:
        raise OperatorError(str(error)) from error
    first_ms, last_ms = series.at_ms[0], series.at_ms[-1]
    if first_ms > now_ms:
        raise OperatorError(ALL_TO_COME.format(file.name, _day(first_ms), file.name))
    notes = []
    if last_ms > now_ms:
        notes.append(PARTLY_TO_COME.format(file.name, _day(last_ms)))
    if "laeq_db" in series.columns and series.step_ms - SECOND_MS > SECOND_WITHIN_MS:
        notes.append(COARSE.format(series.step_ms / 1000))
    return tuple(notes)


def _day(at_ms: int) -> str:
    return instant(at_ms).date().isoformat()
