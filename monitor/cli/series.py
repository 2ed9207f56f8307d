"""The commands `nightroom export` and `import`: options and words; the work is elsewhere."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timezone
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from monitor.cli.export_file import export_file
from monitor.cli.exporting import Range, csv_lines, json_lines, sourced_records, span_of
from monitor.cli.finishing import finishing
from monitor.cli.import_store import store_to_import
from monitor.cli.import_wanted import Imported
from monitor.cli.importing import Foreign, import_file
from monitor.cli.keeping import FILE, FOLDER, data_dir_of
from monitor.cli.progress import progress
from monitor.cli.replay_zone import EXCLUDE
from monitor.cli.telling import tell_done
from monitor.contract.errors import SeriesError
from monitor.contract.series import KNOWN
from monitor.contract.series_times import civil_zone, fixed_offset
from monitor.runtime.clock import RealClock
from monitor.runtime.errors import OperatorError
from monitor.store.database import InWords
from monitor.store.hidden_log import hides_much
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.kept_aside import needs_no_log, open_kept
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.told_deletions import told_deletions
from monitor.store.undo_time import Moment

DEFAULT_ROOM: Final = "bedroom"
OURS: Final = ("time", *KNOWN)


@click.command("export")
@click.option("--room", "rooms", multiple=True, help="Can be given again.  [every room]")
@click.option("--from", "start", metavar="TIME", help="Minutes that ended after this time.")
@click.option("--until", metavar="TIME", help="Up to and including this time.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv",
              show_default=True)  # fmt: skip
@click.option("--to", "target", type=FILE, help="The file to write, instead of stdout.")
@click.option("--store", type=FILE, metavar="FILE",
              help="A nights.db that was kept aside, instead of the one in use.")  # fmt: skip
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def export_minutes(
    *,
    rooms: tuple[str, ...],
    start: str | None,
    until: str | None,
    form: str,
    target: Path | None,
    store: Path | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Write every stored record of a time: one row a record, columns as in docs/export.md.

    Times are UTC; TIME without an offset is too. `nightroom import` takes the CSV back.
    """
    if store is not None and (config or data_dir):
        raise click.UsageError("--store names the file itself: leave --config and --data-dir out")
    if target is None and sys.stdout is None:  # it was closed before the command began
        raise OperatorError("stdout is closed: open it, or name a file with --to")
    file = data_dir_of(config, data_dir) / NIGHTS_FILE if store is None else store
    is_kept = store is not None or (file.exists() and needs_no_log(file))
    is_part, changed = _is_part(file), Counter[str]()
    with _opened(file, is_kept=is_kept) as reader:
        known = reader.rooms()
        if unknown := [room for room in rooms if room not in known]:
            raise OperatorError(
                f"no room {', '.join(unknown)} in the store: there are {', '.join(known) or 'none'}"
            )
        start_ms, end_ms = span_of(start, until)
        asked = Range(rooms=tuple(dict.fromkeys(rooms)) or known, start_ms=start_ms, end_ms=end_ms)
        meter = progress()
        deletions = told_deletions(
            file,
            lambda error: meter.aside(f"{error}. What was deleted lately may be in the export."),
            is_kept=is_kept,
        )
        records = sourced_records(
            reader, asked, meter.show, deletions, lambda: changed.update(["minutes"])
        )
        lines = csv_lines(records) if form == "csv" else json_lines(records)
        if target is None:
            for line in lines:
                sys.stdout.write(line)
        else:
            with export_file(target, file.parent) as written:
                written.writelines(lines)
    _require_whole(file, is_part=is_part, changed=changed["minutes"])


def _is_part(file: Path) -> bool:
    with InWords(file):
        return hides_much(file, is_at_work=True)


def _require_whole(file: Path, *, is_part: bool, changed: int) -> None:
    """Say what an export lacks.

    Raises:
        OperatorError: it is not all that was asked.
    """
    if is_part:
        raise OperatorError(
            f"{file}: what its log has behind a change is missing in the export; restart"
            " nightroom-monitor, which salvages it, and export again"
        )
    if changed:
        minutes = "1 minute" if changed == 1 else f"{changed} minutes"
        raise OperatorError(
            f"{file}: left out of the export: {minutes} whose check sum is wrong; restart"
            " nightroom-monitor, which gives a store with such minutes up and declares them lost"
        )


def _opened(file: Path, *, is_kept: bool) -> NightsReader:
    """Open a nights.db in use, or one that nobody writes."""
    return NightsReader(file, open_kept(file)) if is_kept else NightsReader.open(file)


@click.command("import")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--map", "mapped", multiple=True, metavar="OURS=THEIRS",
              help=f"What a column is called in FILE; OURS: {', '.join(OURS)}.")  # fmt: skip
@click.option("--room", help="Whose the series is.  [the only room there is, or bedroom]")
@click.option("--utc-offset", metavar="+HH:00", help="The one offset of its naive local times.")
@click.option("--zone", metavar="NAME", help="Or the civil zone its logger followed.")
@click.option("--calibrated", is_flag=True, help="Levels are from a calibrated meter.")
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def import_minutes(
    *,
    file: Path,
    mapped: tuple[str, ...],
    room: str | None,
    utc_offset: str | None,
    zone: str | None,
    calibrated: bool,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Bring minutes into the store: an export's CSV, or another instrument's series.

    Stop nightroom-monitor first. All of FILE is imported, or nothing. Of a minute that is
    there already the first stays; a series fills in only where nothing is stored. A series
    as for `nightroom score`; its rows of less than 10 s are gathered into minutes. Where there
    is no store a new one is made, and said so.
    """
    options = {
        "--map": mapped,
        "--room": room,
        "--utc-offset": utc_offset,
        "--zone": zone,
        "--calibrated": calibrated,
    }
    foreign = Foreign(
        room=room or "",
        zone=_local_times(utc_offset, zone),
        names=names_of(mapped),
        calibrated=calibrated,
        given=tuple(name for name, value in options.items() if value),
    )
    _import(file, foreign, data_dir_of(config, data_dir))


def _import(file: Path, foreign: Foreign, folder: Path) -> None:
    meter = progress()
    with finishing() as hold:
        with (
            store_to_import(folder, meter.aside) as writer,
            NightsReader.open(folder / NIGHTS_FILE) as reader,
            closing(HouseholdReader(folder / HOUSEHOLD_FILE)) as household,
        ):
            rooms = reader.rooms()
            found = import_file(
                file,
                foreign if foreign.room else replace(foreign, room=_only_room(rooms)),
                writer=writer,
                reader=reader,
                household=household,
                now=Moment.of(RealClock()),
                meter=meter,
                hold=hold,
            )
            made = [room for room in reader.rooms() if rooms and room not in rooms]
        were = ", ".join(rooms)
        new = [f"There was no room {room}, but {were}: it was made." for room in made]
        tell_done(*_words_of(found), *new)


def _only_room(rooms: tuple[str, ...]) -> str:
    return rooms[0] if len(rooms) == 1 else DEFAULT_ROOM


def _words_of(found: Imported) -> Iterator[str]:
    others = found.deleted + found.conflicts + found.elsewhere.total()
    there = found.read - found.new - others
    yield f"{found.read} minutes read: {found.new} new, {there} were there already."
    if found.deleted:
        yield f"{found.deleted} lie in a time that you have deleted: left out."
    for room, count in found.elsewhere.items():
        yield f"{count} are there already, but in the room {room}: they stay in it."
    if found.conflicts:
        yield (
            f"{found.conflicts} have the stream and number of other minutes that are stored, as"
            " from a copied card: left out."
        )
    yield "Start nightroom-monitor again: it judges the nights they belong to."


def _local_times(utc_offset: str | None, zone: str | None) -> timezone | ZoneInfo | None:
    """Return how local times are to be read, None where nobody has said.

    Raises:
        OperatorError: both were given, or one cannot be understood.
    """
    if utc_offset and zone:
        raise OperatorError(EXCLUDE)
    try:
        if utc_offset:
            return fixed_offset(utc_offset)
        return civil_zone(zone) if zone else None
    except SeriesError as error:
        raise OperatorError(str(error)) from error


def names_of(mapped: tuple[str, ...]) -> dict[str, str]:
    """Return the columns' names in a file by ours.

    Raises:
        OperatorError: one is not OURS=THEIRS, unknown, or given twice.
    """
    names: dict[str, str] = {}
    for text in mapped:
        our, equals, their = text.partition("=")
        their = " ".join(their.split())  # as the file's are taken: in quotes they go over lines
        if not equals or not their or our not in OURS:
            raise OperatorError(
                f"--map {text}: expected OURS=THEIRS, such as temperature_c=Temp; OURS is one of"
                f" {', '.join(OURS)}"
            )
        if our in names:
            raise OperatorError(f"--map {our} is given twice, expected once: leave one out")
        if their in names.values():
            raise OperatorError(
                f"--map {text}: column {their} is given twice, expected once: it is one quantity"
            )
        names[our] = their
    return names
