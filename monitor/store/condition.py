"""What a look at the data folder tells of the store, in words with what to do.

Nothing is opened for writing and no process is asked: it works while the monitor is down.
"""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from monitor.contract.record import LATEST_MS, instant
from monitor.runtime.findings import Finding
from monitor.store.database import InWords, Schema, open_reader, upgrade_bytes
from monitor.store.deletion_words import deletion_findings
from monitor.store.errors import OlderSchemaError, StoreError, StoreMissingError
from monitor.store.hidden_log import require_whole_log
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_seal import require_fitting
from monitor.store.left_words import LOOKED_AT, left_findings
from monitor.store.names_file import SUFFIX as NAMES
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import Gap, NightsReader
from monitor.store.no_file import AWAY, leads_nowhere, moved_away
from monitor.store.schemas import schemas
from monitor.store.set_aside import (
    bad_files,
    belongings,
    is_condemned,
    is_salvaged,
    is_unkept,
    salvage_words,
    was_set_aside,
)

# Judgement: a year of one room is about 100 MB; below this much the card is nearly full.
LEAST_FREE_BYTES: Final = 200 * 1024 * 1024
# Judgement: the log of a commit and the live files still fit; below, nothing can be counted on.
FULL_BYTES: Final = 4 * 1024 * 1024
# Judgement: a week of nights is what people look back on. Of days that have minutes: no clock is
# asked, which may be wrong, and one that ran ahead has left minutes of days to come.
LOST_TOLD_DAYS: Final = 7
DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
MAKE_ROOM: Final = (
    "free space (old backups, downloads, logs): nothing of nightroom's is thrown away by itself"
)


def folder_free_bytes(folder: Path) -> int:
    """Return what the file system of a folder has left."""
    return shutil.disk_usage(folder).free


def store_findings(
    data_dir: Path,
    *,
    free: Callable[[Path], int] = folder_free_bytes,
    looked_at: int = LOOKED_AT,
    reads_logs: bool = True,
) -> tuple[Finding, ...]:
    """Return how both databases and their disk are, what is well included.

    Args:
        data_dir: where they are.
        free: tells what is left of a file system.
        looked_at: how many minutes that a restore left behind are looked for at most.
        reads_logs: whether each frame of their logs is looked at: seconds on a small machine.
    """
    if (unusable := _unusable(data_dir)) is not None:
        words, fix = unusable
        return (Finding(what=f"store {data_dir}", ok=False, words=words, fix=fix),)
    return (
        *(
            _database(data_dir / name, schema, free, reads_log=reads_logs)
            for name, schema in schemas().items()
        ),
        *(found for name in schemas() for found in _set_aside(data_dir / name)),
        *(_moved(it) for name in schemas() for it in moved_away(data_dir / name)),
        *_lost(data_dir / NIGHTS_FILE),
        *deletion_findings(data_dir / NIGHTS_FILE),
        *left_findings(data_dir / NIGHTS_FILE, at_most=looked_at),
        _disk(data_dir, free),
    )


def _unusable(data_dir: Path) -> tuple[str, str] | None:
    """Return what is wrong with the folder itself and what to do, None where it can be read."""
    try:
        with os.scandir(data_dir):
            return None
    except FileNotFoundError:
        return "is not there", "start nightroom-monitor, which makes it"
    except NotADirectoryError:
        return "is no folder", "move it away, or set data_dir in section [monitor]"
    except OSError as error:
        return f"cannot be read ({error.strerror})", "look at its owner, its rights and the disk"


def _lost(path: Path) -> list[Finding]:
    """Tell of each room how much was declared lost within the days that it recorded last."""
    findings = []
    try:
        with NightsReader.open(path) as reader:
            for room in reader.rooms():
                gaps = _lately(reader, room, with_undated=was_set_aside(path))
                lost = sum(_missing(reader, gap) for gap in gaps)
                if lost:
                    ends = [gap.end_ms for gap in gaps if gap.end_ms is not None]
                    until = f" up to {instant(max(ends)):%Y-%m-%d %H:%M} UTC" if ends else ""
                    findings.append(_lost_minutes(path, room, lost, until))
    except StoreError:
        return []  # the store's own finding says why
    return findings


def _lately(reader: NightsReader, room: str, *, with_undated: bool) -> list[Gap]:
    """Return the gaps of the days that a room recorded last.

    with_undated: also those of a stream of which no later minute is left, which nothing dates. A
    salvage declares them: they are told as long as the file that it read is there.
    """
    since_ms = LATEST_MS
    for _ in range(LOST_TOLD_DAYS):
        since_ms = (reader.newest_end_ms(room, since_ms) or 0) - DAY_MS
    gaps = reader.gaps(room, since_ms, LATEST_MS)
    return [gap for gap in gaps if with_undated or gap.end_ms is not None]


def _missing(reader: NightsReader, gap: Gap) -> int:
    """Return how many minutes of a gap nobody has, under whatever number.

    A card that begins a stream anew declares what it no longer holds, also what the store has
    of it under the numbers of before.
    """
    declared = gap.last_seq - gap.first_seq + 1
    if gap.start_ms is None or gap.end_ms is None:
        return declared
    stored = reader.minute_count(gap.room, gap.start_ms, gap.end_ms)
    # A stop of the daemon within makes it longer, and leaves room for no more than was declared.
    return max(0, min(declared, round((gap.end_ms - gap.start_ms) / MINUTE_MS)) - stored)


def _lost_minutes(path: Path, room: str, lost: int, until: str) -> Finding:
    minutes = "1 minute is" if lost == 1 else f"{lost} minutes are"
    words = f"{minutes} declared lost{until}: the sensors' card gave them up, or was damaged"
    fix = "nothing brings them back; if it happens again, replace the sensors' card"
    if was_set_aside(path):  # a gap does not say who declared it
        words += f", or {path.name} was and they could not be read in it"
        fix = (
            "what the sensors still have they send again, nothing brings back the rest; if it"
            " happens again, replace the card that was damaged"
        )
    return Finding(what=f"gap in {room}", ok=True, words=words, fix=fix)


def _database(
    path: Path, schema: Schema, free: Callable[[Path], int], *, reads_log: bool
) -> Finding:
    if is_condemned(path) and path.exists():
        words = "was found damaged at work; it is set aside and a fresh one begun at the next start"
        fix = f"restart {schema.writer_unit}; what is intact is then copied back in the background"
        return Finding(what=path.name, ok=False, words=words, fix=fix)
    try:
        if reads_log:
            with InWords(path):  # first: it may hide what brought the file up to date
                require_whole_log(path)
        with closing(open_reader(path, schema)) as connection:
            if path.name == HOUSEHOLD_FILE:
                require_fitting(connection, path)
            return Finding(what=path.name, ok=True, words=f"opens, schema {schema.version}")
    except StoreError as error:
        is_missing = isinstance(error, StoreMissingError) and not path.exists()
        if is_missing and not leads_nowhere(path):
            fix = f"start {schema.writer_unit}, which makes it"
            return Finding(what=path.name, ok=False, words="is not there yet", fix=fix)
        is_older = isinstance(error, OlderSchemaError)
        words, fix = (_of_upgrade(path, free) if is_older else None) or _told(error)
        return Finding(what=path.name, ok=False, words=words, fix=fix)


def _of_upgrade(path: Path, free: Callable[[Path], int]) -> tuple[str, str] | None:
    """Return why an upgrade is not begun and what to do, None where it is."""
    try:
        needed, left = upgrade_bytes(path), free(path.parent)
    except OSError:
        return None  # the disk's own finding tells
    if left >= needed:
        return None
    needed_mib, left_mib = -(-needed // 2**20), left // 2**20
    words = f"an upgrade needs {needed_mib} MiB free, {left_mib} are left: it is not begun"
    return f"is of an earlier version; {words}", MAKE_ROOM


def _told(error: StoreError) -> tuple[str, str]:
    """Return what an error says is wrong, and what to do."""
    text = str(error)
    what, found, fix = text.rpartition("; " if "; check " in text else ": ")
    return (what, fix) if found else (text, "look at the folder and its disk")


def _set_aside(path: Path) -> list[Finding]:
    """Tell of each file that was damaged: salvage going on, or what it has brought back."""
    findings = [_unkept(path)] if is_unkept(path) else []
    for bad in bad_files(path):
        if is_salvaged(bad):
            words = f"was damaged and set aside: {salvage_words(bad)}"
            with_it = "".join(f", with {name}" for name in belongings(bad))
            fix = f"nothing; remove {bad}{with_it} if you do not want to keep it"
            findings.append(Finding(what=bad.name, ok=True, words=words, fix=fix))
            continue
        words = "was damaged and set aside; what is intact in it is being copied back"
        fix = "let it run: minutes come back night by night, and the sensors send 14 days again"
        findings.append(Finding(what=bad.name, ok=False, words=words, fix=fix))
    return findings


def _moved(away: Path) -> Finding:
    was = away.name.rpartition(AWAY)[0]
    words = f"was no file, and stood where {was} is kept: it was moved away and the work goes on"
    fix = f"find out what made it, and remove {away}"
    return Finding(what=away.name, ok=True, words=words, fix=fix)


def _unkept(path: Path) -> Finding:
    words = (
        "was damaged, and there was no room to keep what is behind the damage: it is written over"
        " as the work goes on; the sensors send again what they still have"
    )
    fix = f"make room and restart {schemas()[path.name].writer_unit}; import again what was"
    return Finding(what=f"log of {path.name}", ok=False, words=words, fix=f"{fix} imported lately")


def _disk(data_dir: Path, free: Callable[[Path], int]) -> Finding:
    what = f"disk of {data_dir}"
    if _refuses_writes(data_dir):
        words = "is read-only: nothing can be stored, the sensors keep their minutes"
        fix = "a failing card is often why: copy the data off it, then reboot or replace it"
        return Finding(what=what, ok=False, words=words, fix=fix)
    try:
        left = free(data_dir)
    except OSError as error:
        words = f"cannot be asked ({error.strerror})"
        return Finding(what=what, ok=False, words=words, fix="look at the card and its mount")
    words = f"{left // 2**20} MiB free"
    if left >= LEAST_FREE_BYTES:
        return Finding(what=what, ok=True, words=words)
    state = "full" if left < FULL_BYTES else "nearly full"
    return Finding(what=what, ok=False, words=f"{state}: {words}", fix=MAKE_ROOM)


def _refuses_writes(data_dir: Path) -> bool:
    """Tell whether the file system is read-only, or an ext4 that has met an error.

    That one does not say so when asked, only when a file is opened for writing. Never the
    database itself: closing it here would give up the locks that SQLite holds on it.
    """
    if os.statvfs(data_dir).f_flag & os.ST_RDONLY:
        return True
    try:
        os.close(os.open(data_dir / f"{NIGHTS_FILE}{NAMES}", os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno == errno.EROFS
    return False
