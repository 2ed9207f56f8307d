"""Makes a backup of both databases while their writers go on."""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.contract.record import instant
from monitor.store.archive import (
    SPACE_MARGIN_BYTES,
    Copied,
    Manifest,
    Show,
    pack,
    read_back,
    sha256,
)
from monitor.store.database import InWords, Schema, free_bytes, recognise, require_its_log
from monitor.store.errors import BackupError
from monitor.store.hidden_log import require_whole_log
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.kept_aside import kept_uri, needs_no_log
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.schemas import schemas
from monitor.store.shape import what_is_wrong
from monitor.store.soundness import what_has_changed

NAMED: Final = re.compile(r"nightroom-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz")
UNFINISHED: Final = ".nightroom-unfinished-"
# Judgement: no backup takes a day; one that began before that was killed.
KILLED_AFTER_S: Final = 86_400
PAGES_AT_ONCE: Final = 2_000
# Judgement: the copy and what it is packed into, at their largest.
SPACE_FACTOR: Final = 2
# Judgement: with fewer free pages than this share of all nothing packs beyond reason.
FREE_SHARE: Final = 0.25
# Judgement: what of a backup's time is over once both are copied and checked, and then packed.
COPIED: Final = 0.7
READ_BACK: Final = 0.98


def make_backup(
    data_dir: Path,
    target_dir: Path,
    *,
    now_ms: int,
    show: Show,
    free: Callable[[Path], int] = free_bytes,
    hold: Callable[[], None] = lambda: None,
) -> Path:
    """Copy both databases as they are at one instant each, check the copies, pack them.

    hold: called before the backup has its name; from then on nothing may stop it.

    Raises:
        BackupError: there is nothing to back up, no room, or a copy that is not sound.
        StoreError: a database cannot be read.
    """
    there = [name for name in schemas() if (data_dir / name).exists()]
    if not there:
        raise BackupError(f"{data_dir} has neither {NIGHTS_FILE} nor {HOUSEHOLD_FILE}")
    made = instant(now_ms)
    target = _named(target_dir, made)
    with InWords(target), _folder(target_dir):
        _require_room(data_dir, there, target, free)
        _remove_unfinished(target_dir, now_ms)
        with tempfile.TemporaryDirectory(dir=target_dir, prefix=UNFINISHED) as unfinished:
            folder = Path(unfinished)
            copies = []
            for number, name in enumerate(there):
                its = _part(show, COPIED * number / len(there), COPIED * (number + 1) / len(there))
                copies.append(
                    copy_checked(data_dir / name, folder / name, schemas()[name], show=its)
                )
            manifest = Manifest(made=_rfc3339(made), files=tuple(copies))
            packed = folder / target.name
            pack(packed, folder, manifest, _part(show, COPIED, READ_BACK))
            show(READ_BACK, "reading it back")
            _check_packed(packed, manifest)
            hold()
            target = _put(packed, target_dir, made)
            sync_folder(target_dir)
    show(1.0, "checked")
    return target


def keep_newest(target_dir: Path, count: int, *, made: Path) -> tuple[Path, ...]:
    """Remove all but the newest backups of a folder; return what was removed.

    made: the one just made, which stays: a clock that was ahead has given others later names.
    Whatever has not a name that make_backup gives is somebody else's.
    """
    names = sorted(one for one in target_dir.iterdir() if NAMED.fullmatch(one.name))
    others = [one for one in names if one.name != made.name]
    old = tuple(others[: max(0, len(others) - (count - 1))])
    with InWords(target_dir):
        for one in old:
            one.unlink()
    return old


def copy_checked(source: Path, target: Path, schema: Schema, *, show: Show) -> Copied:
    """Copy a database by SQLite's online backup and check the copy.

    Raises:
        BackupError: the copy is not sound, or has not the rows of the source.
        StoreError: the source cannot be read.
    """

    def progress(_status: int, remaining: int, total: int) -> None:
        show(0.9 * (1 - remaining / max(1, total)), f"copying {source.name}")

    with InWords(source), closing(read_only(source)) as connection:
        require_whole_log(source)
        if recognise(connection, source, schema) == 0:
            raise BackupError(f"{source} is empty: start {schema.writer_unit} once")
        # In one read transaction, so that the rows counted are the rows copied.
        connection.execute("BEGIN")
        rows = row_counts(connection)
        with closing(sqlite3.connect(target)) as copy:
            target.chmod(0o600)
            # It lives until it is packed: only that has to outlive a power cut.
            copy.execute("PRAGMA synchronous = OFF")
            connection.backup(copy, pages=PAGES_AT_ONCE, progress=progress)
            copy.execute("PRAGMA journal_mode = DELETE")
        connection.execute("ROLLBACK")
    show(0.95, f"checking {source.name}")
    try:
        made = checked(target, schema, rows)
        # Checked first: a copy written anew would no longer show damage of an index.
        return checked(target, schema, rows) if _is_made_smaller(target) else made
    except BackupError as error:
        raise BackupError(
            f"{error}. Restart {schema.writer_unit}, which finds what is damaged and sets it aside,"
            " and back up again"
        ) from error


def _is_made_smaller(copy: Path) -> bool:
    """Write a copy anew without its free pages, if they are many; tell whether they were.

    What is deleted for good leaves zeros, which pack a thousandfold: a reader would take the
    archive for one that is made to fill its disk.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        if free < FREE_SHARE * pages:
            return False
        smaller = copy.with_name(f"{copy.name}.smaller")
        smaller.touch(mode=0o600)
        # Not in place: that takes as much again of /tmp, which may be memory.
        connection.execute("VACUUM INTO ?", (str(smaller),))
    smaller.replace(copy)
    return True


def checked(path: Path, schema: Schema, rows: dict[str, int] | None) -> Copied:
    """Return what a copy contains once it has proved sound; rows: what it must have.

    Raises:
        BackupError: it is damaged or has other rows.
        StoreError: foreign, or a newer schema.
    """
    with InWords(path), closing(read_only(path)) as connection:
        if (version := recognise(connection, path, schema)) == 0:
            raise BackupError(f"the copy of {path.name} is empty: it is no backup")
        said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        is_whole = said == "ok"
        found = row_counts(connection) if is_whole else {}
        wrong_shape = what_is_wrong(connection, schema, version) if is_whole else ""
        changed = "" if wrong_shape or not is_whole else what_has_changed(connection, schema.name)
    if not is_whole:
        raise BackupError(f"the copy of {path.name} is damaged ({said}): it is no backup")
    if wrong_shape:
        raise BackupError(f"the copy of {path.name} has {wrong_shape}: it is no backup")
    if changed:
        raise BackupError(f"the copy of {path.name} has {changed}: it is no backup")
    if rows is not None and found != rows:
        wrong = sorted(name for name in found | rows if found.get(name) != rows.get(name))
        raise BackupError(f"the copy of {path.name} has not the rows of {', '.join(wrong)}")
    with path.open("rb") as content:
        digest = sha256(content)
    return Copied(
        name=path.name,
        schema_version=version,
        size_bytes=path.stat().st_size,
        sha256=digest,
        rows=found,
    )


def read_only(path: Path) -> sqlite3.Connection:
    """Open a database of any schema to be read, also on a card that refuses every write.

    Raises:
        CorruptFileError: it was emptied, and its log is left.
    """
    require_its_log(path)
    in_use = f"{path.resolve().as_uri()}?mode=ro"
    uri = kept_uri(path) if needs_no_log(path) else in_use
    return sqlite3.connect(uri, uri=True, isolation_level=None)


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - of the file
        for (name,) in names
        if name.isidentifier()
    }


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder, and take back what was made of it where nothing comes into it."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # somebody has put something there
            for one in made:
                one.rmdir()
        raise


def _named(target_dir: Path, made: datetime) -> Path:
    """Return the name of a backup, of the first second from its own on that no other has."""
    while (target := target_dir / f"nightroom-{made:%Y-%m-%dT%H%M%SZ}.tar.gz").exists():
        made += timedelta(seconds=1)
    return target


def _put(packed: Path, target_dir: Path, made: datetime) -> Path:
    """Give a backup its name, which another one may have taken meanwhile, and return it."""
    while True:
        target = _named(target_dir, made)
        try:
            target.hardlink_to(packed)  # which takes the place of nothing, as a renaming does
        except FileExistsError:
            continue
        except OSError:  # a disk that knows no links
            packed.rename(target)
        return target


def _part(show: Show, begin: float, end: float) -> Show:
    """Return what shows the progress of a part of the work as one of the whole."""
    return lambda share, words: show(begin + (end - begin) * share, words)


def _check_packed(packed: Path, manifest: Manifest) -> None:
    """Read what was packed as a restore does: what cannot be restored is no backup.

    Byte for byte it must be the copies that were checked; unpacking them would cost the card
    as much again as copying them.
    """
    read_back(packed, up_to_bytes=sum(one.size_bytes for one in manifest.files))


def _require_room(
    data_dir: Path, names: list[str], target: Path, free: Callable[[Path], int]
) -> None:
    total_bytes = sum((data_dir / name).stat().st_size for name in names)
    needed = SPACE_FACTOR * total_bytes + SPACE_MARGIN_BYTES
    if (left := free(target)) < needed:
        raise BackupError(
            f"{target.parent}: a backup needs {needed / 10**6:.1f} MB free while it is made,"
            f" {left / 10**6:.1f} MB are left: make room, or choose another place with --to"
        )


def _remove_unfinished(target_dir: Path, now_ms: int) -> None:
    """Remove what a killed backup has left: as large as the store, and hidden."""
    for one in target_dir.glob(f"{UNFINISHED}*"):
        if one.lstat().st_mtime < now_ms / 1000 - KILLED_AFTER_S:
            shutil.rmtree(one)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
