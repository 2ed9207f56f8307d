"""A recorded series, as lines of CSV, into columns; nothing is ever dropped. Pure.

Cells are separated by commas, or by semicolons; then a decimal comma is read as well.
"""

import csv
import statistics
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timezone
from itertools import chain, pairwise
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from monitor.contract.errors import SeriesError
from monitor.contract.quantities import quantity_of
from monitor.contract.series_times import MAX_STEP_MS, SeriesTimes

# Judgement: a logger's own jitter (59, 60, 61 s) is no gap.
JITTER: Final = 1.25
SEMICOLON: Final = ";"
# Judgement: no header has more; a quote that is never closed would have it be all of the file.
HEADER_LINES: Final = 100

TIME_NAMES: Final = ("time", "timestamp")
# Column names by the quantity they hold; a series in °F is converted as it is read.
KNOWN: Final[Mapping[str, str]] = {
    "temperature_c": "temperature_c",
    "temperature_f": "temperature_c",
    "humidity_pct": "humidity_pct",
    "pressure_hpa": "pressure_hpa",
    "illuminance_lx": "illuminance_lx",
    "light_lux": "illuminance_lx",
    "laeq_db": "laeq_db",
    "lafmax_db": "lafmax_db",
    "lasmax_db": "lasmax_db",
}
MAXIMA: Final = ("lafmax_db", "lasmax_db")
WHY_IGNORED: Final[Mapping[str, str]] = {
    "sound_v": "volts, not decibels",
    "co2_ppm": "carbon dioxide is not measured here",
    "outdoor_c": "outdoors, not the room",
}
UNKNOWN_COLUMN: Final = "not a quantity of a bedroom's sensors"


class Reader(Protocol):
    """What csv.reader returns: an iterator of rows that knows the line it is at."""

    @property
    def line_num(self) -> int:
        """Return how many lines have been read."""
        ...

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Rows by column: at_ms are UTC, strictly rising; an empty cell is None.

    columns is keyed by quantity; step_ms is the median step, at most 10 min; ignored maps
    a column's name to the reason; notes are for the log.
    """

    at_ms: tuple[int, ...]
    columns: Mapping[str, tuple[float | None, ...]]
    step_ms: int
    ignored: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_series(lines: Iterable[str], zone: timezone | ZoneInfo | None, *, name: str) -> Series:
    """Return the series in lines of CSV with a header; name stands for the file in errors.

    Args:
        lines: with or without their line ends.
        zone: a fixed offset or a civil zone for times that name none; None: these are refused.
        name: what errors call the file.

    Raises:
        SeriesError: no time column, none of ours, or a bad row, with its line.
    """
    reader, separator = reader_of(lines)
    header = names_in(next(rows_of(reader, name), []))
    layout = _layout(header, name, separator)
    times = SeriesTimes(zone)
    at_ms: list[int] = []
    columns: dict[str, list[float | None]] = {quantity: [] for quantity in layout.quantities}
    for row in rows_of(reader, name):
        try:
            at_ms.append(_append(row, layout, times, columns))
        except ValueError as error:
            raise SeriesError(f"{name}, line {reader.line_num}: {error}") from error
    if not at_ms:
        raise SeriesError(f"{name}: expected at least one row below the header")
    return Series(
        at_ms=tuple(at_ms),
        columns={quantity: tuple(values) for quantity, values in columns.items()},
        step_ms=_step_ms(at_ms),
        ignored=layout.ignored,
        notes=tuple(times.notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    header: list[str]
    time: int
    quantities: Mapping[str, int]
    ignored: Mapping[str, str]
    separator: str


def _layout(header: list[str], name: str, separator: str) -> _Layout:
    time = next((header.index(word) for word in TIME_NAMES if word in header), None)
    if time is None:
        raise SeriesError(f"{name}, line 1: expected a column {' or '.join(TIME_NAMES)}")
    if header.count(header[time]) > 1:
        raise SeriesError(f"{name}, line 1: two columns {header[time]}, expected one")
    quantities: dict[str, int] = {}
    ignored: dict[str, str] = {}
    for index, column in enumerate(header):
        quantity = KNOWN.get(column)
        if quantity in quantities:
            raise SeriesError(f"{name}, line 1: two columns for {quantity}, expected one")
        if quantity is not None:
            quantities[quantity] = index
        elif index != time:
            ignored[column] = WHY_IGNORED.get(column, UNKNOWN_COLUMN)
    _set_aside_orphans(quantities, ignored)
    if not quantities:
        raise SeriesError(f"{name}, line 1: expected one of {', '.join(KNOWN)}")
    return _Layout(
        header=header, time=time, quantities=quantities, ignored=ignored, separator=separator
    )


def _set_aside_orphans(quantities: dict[str, int], ignored: dict[str, str]) -> None:
    if "temperature_c" not in quantities:
        # One part gives all three; without its temperature it has no reading at all.
        for quantity in ("humidity_pct", "pressure_hpa"):
            if quantities.pop(quantity, None) is not None:
                ignored[quantity] = "without a temperature there is no climate reading"
    for quantity in MAXIMA if "laeq_db" not in quantities else ():
        if quantities.pop(quantity, None) is not None:
            ignored[quantity] = "without laeq_db there is no second of sound"


def reader_of(lines: Iterable[str]) -> tuple[Reader, str]:
    """Return a reader of lines of CSV and the separator that their header uses."""
    rest = iter(lines)
    first, separator = header_of(rest)
    return csv.reader(chain(first, rest), delimiter=separator, strict=True), separator


def header_of(lines: Iterator[str]) -> tuple[list[str], str]:
    """Take the lines down to the header's last, and return them with its separator.

    Empty lines may stand before it, and within quotes a name may go over several.
    """
    empty, line = [], next(lines, "")
    while line.isspace():
        empty.append(line)
        line = next(lines, "")
    header = [line]
    while True:
        text = "".join(header)
        separator = SEMICOLON if text.count(SEMICOLON) > text.count(",") else ","
        if _ends(header, separator) or len(header) == HEADER_LINES:
            break
        if not (line := next(lines, "")):
            break
        header.append(line)
    return [*empty, *header], separator


def _ends(header: list[str], separator: str) -> bool:
    """Tell whether a row is read without a line more, be it CSV or not."""
    is_short = False

    def fed() -> Iterator[str]:
        nonlocal is_short
        yield from header
        is_short = True

    with suppress(csv.Error):  # whoever reads it says so, with its line
        next(csv.reader(fed(), delimiter=separator, strict=True), None)
    return not is_short


def names_in(header: list[str]) -> list[str]:
    r"""Return the columns' names, each as if it stood on one line.

    >>> names_in([" time", "temp\n(°C)"])
    ['time', 'temp (°C)']
    """
    return [" ".join(cell.split()) for cell in header]


def rows_of(reader: Reader, name: str) -> Iterator[list[str]]:
    """Yield the rows that are not empty.

    Raises:
        SeriesError: it is not CSV, with the line in which the row begins.
    """
    while True:
        first = reader.line_num + 1  # a quote that is never closed swallows all lines after it
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise SeriesError(f"{name}, line {first}: not CSV ({error})") from error
        if row is None:
            return
        if row:
            yield row


def _append(
    row: list[str], layout: _Layout, times: SeriesTimes, columns: dict[str, list[float | None]]
) -> int:
    if len(row) != len(layout.header):
        raise ValueError(f"{len(row)} cells, expected {len(layout.header)}")
    at_ms = times.read(row[layout.time])
    for quantity, index in layout.quantities.items():
        column = layout.header[index]
        columns[quantity].append(value_of(row[index], column, quantity, layout.separator))
    return at_ms


def value_of(cell: str, column: str, quantity: str, separator: str) -> float | None:
    """Return the number in a cell in the quantity's own unit, None for an empty cell.

    Raises:
        ValueError: no number, or one that the quantity cannot have; the text says which.
    """
    if not cell.strip():
        return None
    try:
        # Python alone reads 1_5 as a number, fifteen.
        value = float(_pointed(cell, separator).replace("_", "?"))
    except ValueError:
        raise ValueError(f"{column} {cell!r}: expected a number or nothing") from None
    if column == "temperature_f":
        value = (value - 32) * 5 / 9
    limits = quantity_of(quantity)
    if limits is not None and not limits.allows(value):
        raise ValueError(
            f"{column} {cell}: expected {limits.low:g} to {limits.high:g} {limits.unit}"
        )
    return value


def _pointed(cell: str, separator: str) -> str:
    return cell.replace(",", ".") if separator == SEMICOLON else cell


def _step_ms(at_ms: list[int]) -> int:
    steps_ms = [later - earlier for earlier, later in pairwise(at_ms)]
    # A single row has no step of its own; a minute is the least it can stand for.
    return min(round(statistics.median(steps_ms)), MAX_STEP_MS) if steps_ms else 60_000
