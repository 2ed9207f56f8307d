"""`nightroom import`: an export back, or another instrument's series; all of it or nothing."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timezone
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from monitor.cli.import_order import Source, sources_in_order
from monitor.cli.import_wanted import Imported, Part, wanted_parts
from monitor.cli.progress import ProgressMeter
from monitor.contract.codec import seal_as_read
from monitor.contract.errors import ContractError, PayloadError, SeriesError
from monitor.contract.minute_csv import is_ours, record_of, require_each_once
from monitor.contract.quantities import quantity_of
from monitor.contract.record import ClockState, Minute, Record
from monitor.contract.series import (
    Series,
    header_of,
    names_in,
    parse_series,
    reader_of,
    rows_of,
)
from monitor.contract.topics import SLUG
from monitor.night.series_minutes import minutes_of
from monitor.runtime.errors import OperatorError
from monitor.runtime.series_file import series_lines
from monitor.store.deletion import in_force, joined
from monitor.store.errors import StoreError
from monitor.store.held_minutes import IMPORTED
from monitor.store.household_reader import HouseholdReader
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.undo_time import Moment, go_on, read

# Judgement: one multi-row insert; the transaction is one for the whole file.
AT_ONCE: Final = 1_000
# Judgement: of the time that an export takes; storing goes on while it is read.
ORDER_SHARE: Final = 0.1
READ_SHARE: Final = 0.8

Show = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """How a series of another instrument is to be read; names maps our columns to its own.

    room: '' where nobody has said. zone: of its local times, None where nobody has said. given:
    the options that say so, none of which an export heeds.
    """

    room: str
    zone: timezone | ZoneInfo | None
    names: Mapping[str, str]
    calibrated: bool = False
    given: tuple[str, ...] = ()


def import_file(
    file: Path,
    foreign: Foreign,
    *,
    writer: NightsWriter,
    reader: NightsReader,
    household: HouseholdReader,
    now: Moment,
    meter: ProgressMeter,
    hold: Callable[[], None] = lambda: None,
) -> Imported:
    """Bring a file's minutes into the store in one transaction.

    Args:
        file: an export's CSV, or another instrument's series.
        foreign: how the latter is to be read.
        writer: of nights.db.
        reader: of the same file: what is there already.
        household: what people deleted.
        now: tells what can no longer be undone; the monitor has seen the time before pass.
        meter: told what is not used, and how far it is.
        hold: called before the commit: from then on it is done.

    Raises:
        OperatorError: a line cannot be used; the text names it, and nothing was kept.
        StoreError: the store refuses, and nothing was kept.
    """
    _honour_deletions(writer, household, now)
    found, note, show = Imported(), meter.aside, meter.show
    try:
        sources: tuple[Source, ...] | None = None
        if file.is_file():  # a pipe can be read once only
            with series_lines(
                file, lambda share: show(ORDER_SHARE * share, "looking through")
            ) as lines:
                sources = _sources(lines, file.name)
        with series_lines(
            file,
            lambda share: show(ORDER_SHARE + READ_SHARE * share, f"reading {file.name}"),
        ) as lines:
            parts = _parts(lines, file, foreign, note, may_be_ours=sources is not None)
            wanted = wanted_parts(parts, writer, reader, found, is_export=bool(sources))
            new = [one for one in sources or () if writer.stored_seq(one.stream) is None]
            found.new = writer.put_all_back(_then(wanted, hold), new)
    except ContractError as error:
        raise OperatorError(f"{error}. Nothing was imported.") from error
    with suppress(StoreError):  # all of it is durable; nobody looks through a log as long as that
        writer.deleted().fold_in()
    show(1.0, "imported")
    return found


def _honour_deletions(writer: NightsWriter, household: HouseholdReader, now: Moment) -> None:
    """Have the writer honour what people deleted, by the monitor's own judgement of when."""
    rows = writer.deleted()
    known = rows.known()
    told = joined((*known, *household.deletions()))
    purged = {one.key for one, purged_ms in known.items() if purged_ms is not None}
    open_ones = (one for one in in_force(told) if one.key not in purged)
    time = go_on(read(rows.undo_time()), open_ones, now)
    writer.honoured.renew(told, lambda one: one.key in purged or time.is_over(one))


def _then(wanted: Iterable[Part], hold: Callable[[], None]) -> Iterator[Part]:
    """Yield what is put back; behind the last of it comes the commit, which nothing may stop."""
    yield from wanted
    hold()


def _sources(lines: Iterable[str], name: str) -> tuple[Source, ...]:
    """Return the sources of an export, older ones first; a series has one, made on the way."""
    first, header, rest = _begin(lines, name)
    return sources_in_order(chain(first, rest), name) if is_ours(header) else ()


def _begin(lines: Iterable[str], name: str) -> tuple[list[str], list[str], Iterator[str]]:
    """Return the lines down to the header's last, its names, and the lines below.

    Raises:
        SeriesError: no CSV, or an export with a column twice.
    """
    rest = iter(lines)
    first, _ = header_of(rest)
    if "".join(first).lstrip().startswith(("{", "[")):
        raise SeriesError(f"{name} is JSON, which is not taken back: export it as CSV")
    reader, _ = reader_of(first)
    header = names_in(next(rows_of(reader, name), []))
    if is_ours(header):
        try:
            require_each_once(header)
        except PayloadError as error:
            raise SeriesError(f"{name}, line {len(first)}: {error}") from error
    return first, header, rest


def _parts(
    lines: Iterable[str],
    file: Path,
    foreign: Foreign,
    note: Callable[[str], None],
    *,
    may_be_ours: bool,
) -> Iterator[Part]:
    first, header, rest = _begin(lines, file.name)
    if is_ours(header):
        if foreign.given:
            raise SeriesError(
                f"{file}: an export itself says what {', '.join(foreign.given)} would say: leave"
                " that out"
            )
        if not may_be_ours:  # of one minute's records another one would be shown
            raise SeriesError(
                f"{file}: an export is read twice, which a pipe cannot be: write it into a file"
            )
        return _own_parts(chain(first, rest), file.name)
    renamed = _renamed(first, header, foreign.names, file.name)
    return _foreign_parts(chain(renamed, rest), file, foreign, note)


def _own_parts(lines: Iterable[str], name: str) -> Iterator[Part]:
    """Yield the records of an export, gathered while room, device and stream stay the same."""
    reader, _ = reader_of(lines)
    rows = rows_of(reader, name)
    header = [cell.strip() for cell in next(rows)]
    waiting: Part | None = None
    for row in rows:
        try:
            if len(row) != len(header):
                raise PayloadError(f"{len(row)} cells, expected {len(header)}")  # noqa: TRY301 - the line is added once
            room, device, record = record_of(dict(zip(header, row, strict=True)))
        except PayloadError as error:
            raise SeriesError(f"{name}, line {reader.line_num}: {error}") from error
        if waiting is not None and (
            waiting[:3] != (room, device, record.stream) or len(waiting[3]) >= AT_ONCE
        ):
            yield waiting
            waiting = None
        if waiting is None:
            waiting = room, device, record.stream, []
        waiting[3].append(record)
    if waiting is not None:
        yield waiting


def _require_slug(room: str) -> None:
    if not SLUG.fullmatch(room):
        raise PayloadError(f"room {room!r}: expected small letters, digits, - and _")


def _renamed(first: list[str], header: list[str], names: Mapping[str, str], name: str) -> list[str]:
    """Return the header with its columns named as ours, in as many lines."""
    theirs = {their: our for our, their in names.items()}
    if missing := [their for their in theirs if their not in header]:
        raise SeriesError(
            f"{name}, line 1: there is no column {', '.join(missing)}; there are"
            f" {', '.join(header)}"
        )
    line = io.StringIO()
    _, separator = header_of(iter(first))
    csv.writer(line, delimiter=separator).writerow([theirs.get(cell, cell) for cell in header])
    return [*["\n"] * (len(first) - 1), line.getvalue()]  # errors tell lines of the file


def _foreign_parts(
    lines: Iterable[str], file: Path, foreign: Foreign, note: Callable[[str], None]
) -> Iterator[Part]:
    _require_slug(foreign.room)
    series = parse_series(lines, foreign.zone, name=file.name)
    for column, why in series.ignored.items():
        note(f"column {column} is not used: {why}")
    for text in series.notes:
        note(text)
    stream = _stream_of(series, foreign)
    records: list[Record] = []
    for seq, minute in enumerate(minutes_of(series, calibrated=foreign.calibrated), start=1):
        records.append(_record(stream, seq, minute))
        if len(records) >= AT_ONCE:
            yield foreign.room, IMPORTED, stream, records
            records = []
    yield foreign.room, IMPORTED, stream, records


def _stream_of(series: Series, foreign: Foreign) -> str:
    """Return the stream of a series in a room: the same series again changes nothing.

    Made of what was read and not of the file: a pipe can be read once only, and a file that
    is read by another zone or other columns is another series.
    """
    digest = hashlib.blake2b(f"{foreign.room} {foreign.calibrated}".encode(), digest_size=8)
    for part in (series.at_ms, *sorted(series.columns.items())):
        digest.update(repr(part).encode())
    return digest.hexdigest()


def _record(stream: str, seq: int, minute: Minute) -> Record:
    rounded = msgspec.convert(_rounded(msgspec.to_builtins(minute)), Minute)
    return seal_as_read(
        Record(
            stream=stream,
            seq=seq,
            boot="0" * 16,
            boottime_s=0.0,
            clock=ClockState.SYNCED,
            minute=rounded,
        )
    )


def _rounded(part: dict[str, Any]) -> dict[str, Any]:
    """Round what a mean made longer than the store's resolution: a row is then 150 B, not 900."""
    for name, value in part.items():
        if isinstance(value, dict):
            _rounded(value)
        elif isinstance(value, float) and (quantity := quantity_of(name)) is not None:
            part[name] = quantity.rounded(value)
    return part
