"""What a restore has left behind and the store still lacks, in words with what to do."""

import shlex
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from monitor.contract.record import instant
from monitor.runtime.findings import Finding
from monitor.store.database import open_reader
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Deletion, in_force, is_deleted
from monitor.store.errors import CorruptFileError, StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.left_behind import Lacking, LeftBehind, still_lacking
from monitor.store.left_file import listed_files, read_left
from monitor.store.nights_db import nights_schema
from monitor.store.set_aside import free_name

# Judgement: a month of one room; a page waits for it, a tenth of a second on a desktop.
LOOKED_AT: Final = 43_200
SECOND_MS: Final = 1000
COME_AGAIN: Final = "sensors that are connected send within an hour what they still have"


def left_findings(path: Path, *, at_most: int) -> list[Finding]:
    """Tell of each nights.db that a restore replaced what the one in use still lacks.

    Args:
        path: nights.db.
        at_most: how many minutes of each file are looked for.
    """
    findings = []
    for kept in listed_files(path):
        left = read_left(kept)
        if left.unlisted:
            findings.append(_unlisted(path, kept, left.unlisted))
            continue
        try:
            store = open_reader(path, nights_schema())
        except StoreError:
            return findings  # the store's own finding says why
        with closing(store):
            findings += _listed(path, kept, left, store, at_most)
    return findings


def _listed(
    path: Path, kept: Path, left: LeftBehind, store: sqlite3.Connection, at_most: int
) -> list[Finding]:
    try:
        deletions = _deletions(path, store)
        found = still_lacking(
            store,
            kept,
            left,
            is_deleted=lambda room, end_ms: is_deleted(deletions, room, end_ms),
            at_most=at_most,
        )
    except CorruptFileError as error:
        return [_unreadable(path, kept, error)]
    except StoreError as error:
        words, _, fix = str(error).rpartition(": ")
        return [Finding(what=kept.name, ok=False, words=words, fix=fix)]
    if found.minutes:
        return [_lacking(path, kept, left, found)]
    return [] if found.is_all else [_unfinished(kept, left, found)]


def _deletions(path: Path, store: sqlite3.Connection) -> tuple[Deletion, ...]:
    """Return the deletions in force, as both databases know them."""
    known = [*DeletedMinutes(path, store).known()]
    household = HouseholdReader(path.with_name(HOUSEHOLD_FILE))
    with closing(household), suppress(StoreError):  # its own finding says why
        known += household.deletions()
    return in_force(known)


def _lacking(path: Path, kept: Path, left: LeftBehind, found: Lacking) -> Finding:
    last_ms = found.last_end_ms if found.is_all else left.last_end_ms
    first, last = instant(found.first_end_ms), instant(last_ms)
    many = "1 minute" if found.minutes == 1 else f"{found.minutes} minutes"
    at_least = "" if found.is_all else "at least "
    words = (
        f"{at_least}{many} that {path.name} lacks since a restore, from {first:%Y-%m-%d %H:%M}"
        f" to {last:%Y-%m-%d %H:%M} UTC, can be had from this file"
    )
    # To whole seconds outwards: what is there already stays as it is.
    start = instant((found.first_end_ms - 1) // SECOND_MS * SECOND_MS)
    end = instant(-(-last_ms // SECOND_MS) * SECOND_MS)
    span = f" --from {start:%Y-%m-%dT%H:%M:%SZ} --until {end:%Y-%m-%dT%H:%M:%SZ}"
    fix = f"{COME_AGAIN}. {_bring_back(path, kept, span)}; or remove {kept} if you do not want them"
    return Finding(what=kept.name, ok=False, words=words, fix=fix)


def _unlisted(path: Path, kept: Path, why: str) -> Finding:
    words = f"was replaced by a restore, and what it alone holds is not known ({why})"
    fix = f"{COME_AGAIN}. {_bring_back(path, kept, '')}; then remove {kept}"
    return Finding(what=kept.name, ok=False, words=words, fix=fix)


def _bring_back(path: Path, kept: Path, span: str) -> str:
    """Return the two commands that bring the minutes of a span back."""
    folder, file = shlex.quote(str(path.parent)), shlex.quote(str(kept))
    run = "sudo -u nightroom nightroom"
    return (
        f"For the rest stop nightroom-monitor, run `{run} export --store {file}{span} --to"
        f" /tmp/left.csv` and `{run} import --data-dir {folder} /tmp/left.csv`, and start it"
        " again"
    )


def _unfinished(kept: Path, left: LeftBehind, found: Lacking) -> Finding:
    words = (
        f"of {left.minutes} minutes that a restore left behind the first {found.looked_at} are back"
    )
    fix = "`nightroom doctor` looks for the others too"
    return Finding(what=kept.name, ok=True, words=words, fix=fix)


def _unreadable(path: Path, kept: Path, error: CorruptFileError) -> Finding:
    words = f"holds minutes that a restore left behind, and is damaged ({error.__cause__})"
    bad = free_name(path).name
    fix = f"rename it to {bad} and restart nightroom-monitor: it copies back what is intact"
    return Finding(what=kept.name, ok=False, words=words, fix=fix)
