"""Reads a recorded series (CSV, gzipped or not) into columns; nothing is ever dropped."""

import csv
import gzip
import io
import statistics
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timezone
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from firmware.simulation.errors import ReplayError
from firmware.simulation.series_times import SeriesTimes
from monitor.contract.quantities import quantity_of

# Source: data rules: an imported row stands for its own step, at most 10 min.
MAX_STEP_MS: Final = 600_000
# Judgement: a logger's own jitter (59, 60, 61 s) is no gap.
JITTER: Final = 1.25

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
}
WHY_IGNORED: Final[Mapping[str, str]] = {
    "sound_v": "volts, not decibels",
    "co2_ppm": "carbon dioxide is not measured here",
    "outdoor_c": "outdoors, not the room",
}
UNKNOWN_COLUMN: Final = "not a quantity of a bedroom's sensors"


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


def read_series(path: Path, zone: timezone | ZoneInfo) -> Series:
    """Return the series in a file.

    Args:
        path: CSV in UTF-8 with a header row; gzipped if the name ends in .gz.
        zone: a fixed offset or a civil zone for times that name none.

    Raises:
        ReplayError: not readable, no time column, none of ours, or a bad row.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ReplayError(f"{path}: cannot be read as UTF-8 CSV ({error})") from error
    return parse_series(io.StringIO(text, newline=""), zone, name=path.name)


def parse_series(lines: Iterable[str], zone: timezone | ZoneInfo, *, name: str) -> Series:
    """Return the series in lines of CSV; name stands for the file in errors.

    Raises:
        ReplayError: as read_series.
    """
    reader = csv.reader(lines, strict=True)
    header = [cell.strip() for cell in next(_rows(reader, name), [])]
    layout = _layout(header, name)
    times = SeriesTimes(zone)
    at_ms: list[int] = []
    columns: dict[str, list[float | None]] = {quantity: [] for quantity in layout.quantities}
    for row in _rows(reader, name):
        try:
            at_ms.append(_append(row, layout, times, columns))
        except ValueError as error:
            raise ReplayError(f"{name}, line {reader.line_num}: {error}") from error
    if not at_ms:
        raise ReplayError(f"{name}: expected at least one row below the header")
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


def _layout(header: list[str], name: str) -> _Layout:
    time = next((header.index(word) for word in TIME_NAMES if word in header), None)
    if time is None:
        raise ReplayError(f"{name}, line 1: expected a column {' or '.join(TIME_NAMES)}")
    quantities: dict[str, int] = {}
    ignored: dict[str, str] = {}
    for index, column in enumerate(header):
        quantity = KNOWN.get(column)
        if quantity in quantities:
            raise ReplayError(f"{name}, line 1: two columns for {quantity}, expected one")
        if quantity is not None:
            quantities[quantity] = index
        elif index != time:
            ignored[column] = WHY_IGNORED.get(column, UNKNOWN_COLUMN)
    _set_aside_orphans(quantities, ignored)
    if not quantities:
        raise ReplayError(f"{name}, line 1: expected one of {', '.join(KNOWN)}")
    return _Layout(header=header, time=time, quantities=quantities, ignored=ignored)


def _set_aside_orphans(quantities: dict[str, int], ignored: dict[str, str]) -> None:
    if "temperature_c" not in quantities:
        # One part gives all three; without its temperature it has no reading at all.
        for quantity in ("humidity_pct", "pressure_hpa"):
            if quantities.pop(quantity, None) is not None:
                ignored[quantity] = "without a temperature there is no climate reading"
    if "laeq_db" not in quantities and quantities.pop("lafmax_db", None) is not None:
        ignored["lafmax_db"] = "without laeq_db there is no second of sound"


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[list[str]]:
    try:
        yield from (row for row in reader if row)
    except csv.Error as error:
        raise ReplayError(f"{name}: not CSV ({error})") from error


def _append(
    row: list[str], layout: _Layout, times: SeriesTimes, columns: dict[str, list[float | None]]
) -> int:
    if len(row) != len(layout.header):
        raise ValueError(f"{len(row)} cells, expected {len(layout.header)}")
    at_ms = times.read(row[layout.time])
    for quantity, index in layout.quantities.items():
        columns[quantity].append(_value(row[index], layout.header[index], quantity))
    return at_ms


def _value(cell: str, column: str, quantity: str) -> float | None:
    if not cell.strip():
        return None
    try:
        value = float(cell)
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


def _step_ms(at_ms: list[int]) -> int:
    steps_ms = [later - earlier for earlier, later in pairwise(at_ms)]
    # A single row has no step of its own; a minute is the least it can stand for.
    return min(round(statistics.median(steps_ms)), MAX_STEP_MS) if steps_ms else 60_000
