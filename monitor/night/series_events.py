"""Noise events that another instrument found, as lines of CSV. Pure."""

import math
from collections.abc import Iterable
from datetime import timezone
from typing import Final
from zoneinfo import ZoneInfo

from monitor.contract.errors import SeriesError
from monitor.contract.record import EventKind
from monitor.contract.series import reader_of, rows_of, value_of
from monitor.contract.series_times import SeriesTimes
from monitor.night.events import BRIEF_BELOW_DB, BRIEF_MS, LONG_MS, SECOND_MS, NoiseEvent

COLUMNS: Final = ("time", "duration_s", "lasmax_db", "background_db")
LAFMAX: Final = "lafmax_db"


def parse_events(
    lines: Iterable[str], zone: timezone | ZoneInfo, *, name: str
) -> tuple[NoiseEvent, ...]:
    """Return the events of a file: time is when one began; lafmax_db may be left out.

    They count by the same rules as our own: brief near sounds are told from the others.

    Raises:
        SeriesError: a column is missing, or a bad row, with its line.
    """
    reader, separator = reader_of(lines)
    header = [cell.strip() for cell in next(rows_of(reader, name), [])]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise SeriesError(f"{name}, line 1: expected the columns {', '.join(missing)}")
    twice = [column for column in (*COLUMNS, LAFMAX) if header.count(column) > 1]
    if twice:
        raise SeriesError(f"{name}, line 1: two columns {twice[0]}, expected one")
    times = SeriesTimes(zone)
    found = []
    for row in rows_of(reader, name):
        try:
            found.append(_event(row, header, separator, times))
        except ValueError as error:
            raise SeriesError(f"{name}, line {reader.line_num}: {error}") from error
    return tuple(found)


def _event(row: list[str], header: list[str], separator: str, times: SeriesTimes) -> NoiseEvent:
    if len(row) != len(header):
        raise ValueError(f"{len(row)} cells, expected {len(header)}")
    cells = dict(zip(header, row, strict=True))
    start_ms = times.read(cells["time"])
    duration_s, lasmax_db, background_db = (
        _known(cells[column], column, separator) for column in COLUMNS[1:]
    )
    lafmax_db = value_of(cells.get(LAFMAX, ""), LAFMAX, LAFMAX, separator)
    duration_ms = max(1, round(duration_s * SECOND_MS))
    return NoiseEvent(
        start_ms=start_ms,
        end_ms=start_ms + duration_ms,
        lafmax_db=lasmax_db if lafmax_db is None else lafmax_db,
        lasmax_db=lasmax_db,
        # As if it had been at its loudest throughout: the most that it can have been.
        lae_db=lasmax_db + 10.0 * math.log10(max(duration_s, 1.0)),
        background_db=background_db,
        kind=_kind(duration_ms, lasmax_db),
    )


def _known(cell: str, column: str, separator: str) -> float:
    value = value_of(cell, column, column, separator)
    if value is None:
        raise ValueError(f"{column} is empty: expected a number")
    return value


def _kind(duration_ms: int, lasmax_db: float) -> EventKind:
    if duration_ms >= LONG_MS:
        return EventKind.LONG
    is_brief = duration_ms < BRIEF_MS and lasmax_db < BRIEF_BELOW_DB
    return EventKind.BRIEF_NEAR if is_brief else EventKind.COUNTED
