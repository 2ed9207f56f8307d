"""Puts a backup in the place of the databases there are: all of it checked before."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from monitor.store.archive import Show, unpack
from monitor.store.backup import SPACE_MARGIN_BYTES, checked, sync_folder
from monitor.store.database import InWords, free_bytes
from monitor.store.errors import BackupError, StoreError
from monitor.store.schemas import schemas
from monitor.store.set_aside import set_aside
from monitor.store.writer_lock import take_writer_lock

REPLACED: Final = ".replaced"
UNFINISHED: Final = ".restore-"


def restore_backup(
    archive: Path,
    data_dir: Path,
    *,
    up_to_bytes: int,
    show: Show,
    free: Callable[[Path], int] = free_bytes,
) -> tuple[Path, ...]:
    """Replace the databases by those of a backup; what was there stays beside them.

    Returns where what was replaced is now. Nothing is touched unless all of the archive is
    sound. A kill midway leaves each database old or new; the same command finishes.

    Raises:
        BackupError: the archive is not a whole backup of ours, or more than it may be.
        StoreInUseError: a process runs that writes here; the text names its unit.
        StoreError: a newer schema, or a disk that fails.
    """
    with InWords(archive), ExitStack() as stack:
        if not archive.is_file():
            raise BackupError(f"{archive} is not there")
        for name, schema in schemas().items():
            stack.enter_context(closing(take_writer_lock(data_dir / name, schema)))
        folder = stack.enter_context(_unfinished(data_dir))
        room_bytes = free(folder) - SPACE_MARGIN_BYTES
        manifest = unpack(
            archive, folder, up_to_bytes=up_to_bytes, free_bytes=room_bytes, show=show
        )
        for one in manifest.files:
            show(0.6, f"checking {one.name}")
            checked(folder / one.name, schemas()[one.name], one.rows)
        replaced = []
        for one in manifest.files:
            show(0.9, f"putting {one.name} in place")
            replaced += _replace(folder / one.name, data_dir / one.name)
        sync_folder(data_dir)
    show(1.0, "restored")
    return tuple(replaced)


@contextmanager
def _unfinished(data_dir: Path) -> Iterator[Path]:
    """Make a folder beside the databases that does not outlive the block."""
    for left in data_dir.glob(f"{UNFINISHED}*"):  # by a restore that was killed: we have its locks
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=UNFINISHED) as folder:
        yield Path(folder)


def _replace(new: Path, path: Path) -> list[Path]:
    """Put a database in place; return where the one before is now."""
    owner = path.parent.stat()
    os.chown(new, owner.st_uid, owner.st_gid)
    kept: list[Path] = []
    if path.exists():
        kept = [_keep(path)]
    new.replace(path)
    return kept


def _keep(path: Path) -> Path:
    """Give the database there is a second name, its log folded in; a damaged one moves aside."""
    try:
        with InWords(path), closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except StoreError:
        return set_aside(path, why="found damaged before a restore")
    number = 1
    while (kept := path.with_name(f"{path.name}{REPLACED}-{number}")).exists():
        number += 1
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without hard links
        shutil.copy2(path, kept)
    return kept
