"""Builders of recorded series as files have them."""

from collections.abc import Callable, Sequence
from datetime import timezone
from zoneinfo import ZoneInfo

from monitor.contract.record import instant
from monitor.contract.series import Series, parse_series
from monitor.contract.series_times import fixed_offset
from tests.fakes.nights import EVENING_MS

UTC0 = fixed_offset("+00:00")


def csv_text(
    columns: dict[str, Callable[[int], float | None]],
    *,
    step_s: float,
    rows: int,
    start_ms: int = EVENING_MS,
    separator: str = ",",
) -> str:
    """Return rows of a file; a column gives its value by the row's end, s after start."""
    lines = [separator.join(["time", *columns])]
    for row in range(1, rows + 1):
        at_s = row * step_s
        time = instant(start_ms + round(at_s * 1000)).isoformat().removesuffix("+00:00")
        cells = ["" if (found := value(round(at_s))) is None else str(round(found, 2))
                 for value in columns.values()]  # fmt: skip
        if separator == ";":
            cells = [cell.replace(".", ",") for cell in cells]
        lines.append(separator.join([time, *cells]))
    return "\n".join(lines) + "\n"


def series_of(
    columns: dict[str, Callable[[int], float | None]],
    *,
    step_s: float,
    rows: int,
    start_ms: int = EVENING_MS,
) -> Series:
    return parsed(csv_text(columns, step_s=step_s, rows=rows, start_ms=start_ms).splitlines())


def parsed(lines: Sequence[str], zone: timezone | ZoneInfo = UTC0) -> Series:
    return parse_series(lines, zone, name="room.csv")
