"""`nightroom export`: stored minutes as CSV or JSON, a day at a time."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Final

import msgspec

from monitor.contract.codec import encode
from monitor.contract.minute_csv import COLUMNS, row_of
from monitor.contract.record import Record, epoch_ms, instant
from monitor.runtime.errors import OperatorError
from monitor.store.deletion import Deletion, is_deleted
from monitor.store.nights_reader import NightsReader

DAY_MS: Final = 86_400_000

Show = Callable[[float, str], None]
Sourced = tuple[str, str, Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What to export: rooms, and minutes that ended in (start_ms, end_ms]; None: all."""

    rooms: tuple[str, ...]
    start_ms: int | None = None
    end_ms: int | None = None


def span_of(start: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return the range of --from and --until as epoch milliseconds, None where it is open.

    Raises:
        OperatorError: one is no time, or no minute can end between them.
    """
    start_ms, end_ms = _instant_of(start, "--from"), _instant_of(until, "--until")
    if start_ms is not None and end_ms is not None and start_ms >= end_ms:
        raise OperatorError(f"--from {start} is not before --until {until}: no minute ends there")
    return start_ms, end_ms


def _instant_of(text: str | None, option: str) -> int | None:
    """Return a time of an option as epoch milliseconds; without an offset it is UTC.

    Raises:
        OperatorError: it is no time.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(
            f"{option} {text}: expected a date or a time, 2026-11-22 or 2026-11-22T23:00+01:00"
        ) from error
    return epoch_ms(at if at.tzinfo else at.replace(tzinfo=instant(0).tzinfo))


def sourced_records(
    reader: NightsReader,
    asked: Range,
    show: Show,
    deletions: Sequence[Deletion] = (),
    left_out: Callable[[], None] = lambda: None,
) -> Iterator[Sourced]:
    """Yield (room, device, record), a room after the other, in order of time.

    What is hidden and no deletion in force holds is among them: it has been taken back, and the
    monitor may not have brought it into sight yet. In a file that was kept aside nobody ever will.

    Args:
        reader: of the store.
        asked: what of it.
        show: told how far it is.
        deletions: those in force; the monitor may not have taken them out of sight yet.
        left_out: called of each record whose check sum is wrong.
    """
    for number, room in enumerate(asked.rooms):
        sight = reader.oldest_end_ms(room), reader.newest_end_ms(room)
        hidden = reader.held().hidden_bounds(room)
        ends = [end_ms for end_ms in (*sight, *hidden) if end_ms is not None]
        if not ends:
            continue
        first_ms = min(ends) - 1 if asked.start_ms is None else max(asked.start_ms, min(ends) - 1)
        last_ms = max(ends) if asked.end_ms is None else min(asked.end_ms, max(ends))
        for start_ms in range(first_ms, last_ms, DAY_MS):
            done = (start_ms - first_ms) / max(1, last_ms - first_ms)
            show((number + done) / len(asked.rooms), f"{room} {instant(start_ms):%Y-%m-%d}")
            span = room, start_ms, min(start_ms + DAY_MS, last_ms)
            # First: what is brought back into sight meanwhile is then read twice, not never.
            back = _taken_back(reader, span, deletions, left_out) if hidden else {}
            seen = reader.sourced_records(*span, left_out)
            for _, record in seen:
                back.pop((record.stream, record.seq), None)
            in_sight = (
                (room, device, record)
                for device, record in seen
                if not is_deleted(deletions, room, record.minute.end_ms)
            )
            yield from _merged(in_sight, back.values(), reader) if back else in_sight
    show(1.0, "written")


def _merged(
    in_sight: Iterable[Sourced], back: Iterable[Sourced], reader: NightsReader
) -> Iterator[Sourced]:
    """Yield both in order of time, of one end the older stream's first: the last row counts."""
    begun = reader.held().streams_in_order()

    def place(sourced: Sourced) -> tuple[int, int, int]:
        *_, record = sourced
        # One that was begun after they were asked for is the newest.
        return record.minute.end_ms, begun.get(record.stream, len(begun)), record.seq

    return merge(in_sight, sorted(back, key=place), key=place)


def _taken_back(
    reader: NightsReader,
    span: tuple[str, int, int],
    deletions: Sequence[Deletion],
    left_out: Callable[[], None],
) -> dict[tuple[str, int], Sourced]:
    """Return by its number what is hidden in a room's time and not deleted any more."""
    room, *_ = span
    found = {}
    for hour_ms, device, read in reader.held().hidden(*span):
        if is_deleted(deletions, room, hour_ms):
            continue
        if (record := read()) is None:
            left_out()
        elif not is_deleted(deletions, room, record.minute.end_ms):
            found[record.stream, record.seq] = room, device, record
    return found


def csv_lines(records: Iterator[Sourced]) -> Iterator[str]:
    """Yield the lines of a CSV file, their ends included."""
    yield _line(COLUMNS)
    for room, device, record in records:
        yield _line(row_of(room, device, record))


def json_lines(records: Iterator[Sourced]) -> Iterator[str]:
    """Yield the lines of one JSON array with an object a line."""
    separator = "[\n"
    for room, device, record in records:
        named = {"room": room, "device": device, "record": msgspec.Raw(encode(record))}
        yield separator + msgspec.json.encode(named).decode()
        separator = ",\n"
    yield "\n]\n" if separator.startswith(",") else "[]\n"


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
