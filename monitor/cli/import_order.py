"""The order of an export's streams: of two records of one minute, the newer stream's is shown."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from monitor.contract.series import reader_of, rows_of


class Source(NamedTuple):
    """Whose records they are."""

    room: str
    device: str
    stream: str


def sources_in_order(lines: Iterable[str], name: str) -> tuple[Source, ...]:
    """Return the sources of an export, the older before the newer wherever the file tells.

    A room's rows come by their ends, and rows of the same end by the age of their streams.
    A cell that cannot be is left to whoever reads the records.

    Args:
        lines: of an export's CSV.
        name: what errors call the file.

    Raises:
        SeriesError: it is not CSV.
    """
    reader, _ = reader_of(lines)
    rows = rows_of(reader, name)
    header = [cell.strip() for cell in next(rows)]
    room_at, device_at, stream_at, end_at = map(header.index, ("room", "device", "stream", "end"))
    older: TopologicalSorter[Source] = TopologicalSorter()
    found: dict[Source, None] = {}
    before: tuple[Source, str] | None = None
    for row in rows:
        if len(row) != len(header):
            continue
        source = Source(row[room_at], row[device_at], row[stream_at])
        end = row[end_at]
        if source not in found:
            found[source] = None
            older.add(source)
        meets = before is not None and before[1] == end and before[0].room == source.room
        if before is not None and meets and before[0] != source:
            older.add(source, before[0])
        before = source, end
    try:
        return tuple(older.static_order())
    except CycleError:  # written by hand: then the file tells nothing
        return tuple(found)
