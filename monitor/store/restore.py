"""Puts a backup in the place of the databases there are: all of it checked before."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitor.store.archive import SPACE_MARGIN_BYTES, Copied, Show, unpack
from monitor.store.backup import checked, read_only, sync_folder
from monitor.store.database import (
    BUSY_TIMEOUT_S,
    InWords,
    empty_log,
    free_bytes,
    recognise,
)
from monitor.store.errors import (
    BackupError,
    CorruptFileError,
    ForeignFileError,
    NewerSchemaError,
    StoreError,
    StoreInUseError,
)
from monitor.store.hidden_log import is_log_of_before
from monitor.store.joined_deletions import carry_over
from monitor.store.left_behind import LeftBehind, left_behind
from monitor.store.left_file import REPLACED, keep_left
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.no_file import leads_nowhere
from monitor.store.replacement import keep_hidden_log, require_sound
from monitor.store.schemas import schemas
from monitor.store.set_aside import (
    COMPANIONS,
    acquit,
    is_condemned,
    is_log_alone,
    log_of,
    note_salvaged,
    set_aside,
)
from monitor.store.writer_lock import take_writer_lock

UNFINISHED: Final = ".restore-"
Hold = Callable[[], None]


def _nobody_stops_it() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Where a database is now that a restore has replaced, and what it alone holds."""

    path: Path
    left: LeftBehind = field(default_factory=LeftBehind)


def restore_backup(
    archive: Path,
    data_dir: Path,
    *,
    up_to_bytes: int,
    now_ms: int,
    show: Show,
    hold: Hold = _nobody_stops_it,
    free: Callable[[Path], int] = free_bytes,
) -> tuple[Replaced, ...]:
    """Replace the databases by those of a backup; what was there stays beside them.

    Nothing is touched unless all of the archive is sound. A kill midway leaves each database
    old or new; the same command finishes. What a replaced nights.db alone holds is listed
    beside it before the new one takes its place: a kill may leave a list of what is not
    replaced yet, which tells of nothing, and never a replaced one without its list.
    What people deleted, or took back, since the backup holds in what it brings back too.

    hold: called before the first change; a command that is stopped later would leave one of
    the databases old and say that nothing was done.

    Raises:
        BackupError: the archive is not a whole backup of ours, or more than it may be.
        StoreInUseError: a process writes or reads here; the text names what to stop.
        StoreError: a newer schema, or a disk that fails.
    """
    with InWords(archive), ExitStack() as stack:
        if not archive.is_file():
            raise BackupError(f"{archive} is not there")
        stack.enter_context(_leaving_no_trace(data_dir))
        for name, schema in schemas().items():
            stack.enter_context(closing(take_writer_lock(data_dir / name, schema)))
        folder = stack.enter_context(_unfinished(data_dir))
        room_bytes = free(folder) - SPACE_MARGIN_BYTES
        manifest = unpack(
            archive, folder, up_to_bytes=up_to_bytes, free_bytes=room_bytes, show=show
        )
        for one in manifest.files:
            show(0.6, f"checking {one.name}")
            _require_sound(archive, folder / one.name, one)
        names = [one.name for one in manifest.files]
        carry_over(folder, data_dir, names, now_ms=now_ms)
        # Whatever may refuse comes before the first of them is replaced.
        whole = {name: _is_whole(data_dir / name) for name in names}
        replaced = _replace_all(folder, data_dir, whole, show, hold)
        sync_folder(data_dir)
    show(1.0, "restored")
    return tuple(replaced)


@contextmanager
def _leaving_no_trace(data_dir: Path) -> Iterator[None]:
    """Take back the folder and the locks that a refused restore has made."""
    had_folder = _is_there(data_dir)
    locks = [data_dir / f"{name}.lock" for name in schemas()]
    made = [lock for lock in locks if not _is_there(lock)]
    try:
        yield
    except BaseException:
        with suppress(OSError):  # somebody has put something there, or keeps us out
            if not any(_is_there(data_dir / name) for name in schemas()):
                for lock in made:
                    lock.unlink(missing_ok=True)
            if not had_folder:
                data_dir.rmdir()
        raise


def _is_there(path: Path) -> bool:
    """Tell whether there is a file, for all that we may know: who takes the lock says why not."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def _require_sound(archive: Path, path: Path, promised: Copied) -> None:
    """Check an unpacked database, in words that name the archive and not where it was unpacked.

    Raises:
        BackupError: it is damaged, or none of ours.
        NewerSchemaError: of a later version.
    """
    try:
        checked(path, schemas()[path.name], promised.rows)
    except NewerSchemaError as error:
        raise NewerSchemaError(
            str(error).replace(str(path), f"{path.name} of {archive}")
        ) from error
    except ForeignFileError as error:
        text = f"{archive}: its {path.name} is no database of nightroom: nothing was restored"
        raise BackupError(text) from error
    except StoreError as error:
        why = str(error).replace(str(path), path.name)
        raise BackupError(f"{archive}: {why}; nothing was restored") from error


@contextmanager
def _unfinished(data_dir: Path) -> Iterator[Path]:
    """Make a folder beside the databases that does not outlive the block."""
    for left in data_dir.glob(f"{UNFINISHED}*"):  # by a restore that was killed: we have its locks
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=UNFINISHED) as folder:
        yield Path(folder)


def _is_whole(path: Path) -> bool:
    """Tell whether the file in use can be kept as it is: its log folded in, nothing damaged.

    Raises:
        BackupError: it is a link that leads nowhere.
        StoreInUseError: it is being read.
    """
    if leads_nowhere(path):
        raise BackupError(
            f"{path} is a link to {path.readlink()}, which is not there: mount its disk, or remove"
            " the link; nothing was restored"
        )
    if is_condemned(path) or is_log_alone(path) or not path.exists():
        return False
    keep_hidden_log(path)  # folding it in destroys what SQLite leaves out of it
    if not _fits_its_log(path):
        return False
    try:
        _fold_log_in(path)
    except StoreInUseError:
        raise
    except StoreError:
        return False
    return True


def _fits_its_log(path: Path) -> bool:
    """Tell whether a file and its log make one database of ours, before one goes into the other."""
    log = log_of(path)
    if is_log_of_before(path):
        return False
    try:
        if log.is_file() and log.stat().st_size:
            with InWords(path), closing(read_only(path)) as connection:
                recognise(connection, path, schemas()[path.name])
                require_sound(connection, path)
    except (ForeignFileError, CorruptFileError):
        return False
    except StoreError:
        return True  # a later version's; folding it in tells the rest
    return True


def _replace_all(
    folder: Path, data_dir: Path, whole: dict[str, bool], show: Show, hold: Hold
) -> list[Replaced]:
    """Replace one after the other.

    Raises:
        BackupError: the disk failed midway; the text says what was done and what was not.
    """
    replaced: list[Replaced] = []
    done: list[str] = []
    for name, is_whole in whole.items():
        try:
            replaced += _replace(
                folder / name, data_dir / name, is_whole=is_whole, show=show, hold=hold
            )
        except (StoreError, OSError) as error:
            is_done = f"{done[0]} is restored" if done else "nothing was restored"
            raise BackupError(
                f"{is_done}, {name} is not ({error}): once that is mended run the same command"
                " again, before anything is started"
            ) from error
        done.append(name)
    return replaced


def _replace(new: Path, path: Path, *, is_whole: bool, show: Show, hold: Hold) -> list[Replaced]:
    """Put a database in place; return what became of the one before."""
    owner = path.parent.stat()
    os.chown(new, owner.st_uid, owner.st_gid)
    kept: list[Replaced] = []
    if is_whole or path.exists() or is_log_alone(path):
        kept = [_keep(path, new, show, hold) if is_whole else _put_aside(path, hold)]
    hold()
    # Of another one: SQLite would write a log that is left here over the new file.
    for suffix in COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    acquit(path)
    show(0.9, f"putting {path.name} in place")
    new.replace(path)
    return kept


def _keep(path: Path, new: Path, show: Show, hold: Hold) -> Replaced:
    """Give the database there is a second name and its list; a damaged one moves aside."""
    try:
        left = _left(new, path, show) if path.name == NIGHTS_FILE else LeftBehind()
    except StoreError:
        return _put_aside(path, hold)
    kept = _second_name(path)
    hold()  # or its list would be left of a file that was never replaced
    keep_left(kept, left)
    if not kept.exists():
        _give_name(path, kept)
    return Replaced(path=kept, left=left)


def _put_aside(path: Path, hold: Hold) -> Replaced:
    """Move what is damaged, or a log without its file, aside to be salvaged."""
    hold()
    bad = set_aside(path, why="found damaged before a restore")
    if path.name != NIGHTS_FILE:
        note_salvaged(bad, "a backup was restored in its place")
    return Replaced(path=bad)


def _fold_log_in(path: Path) -> None:
    with InWords(path), closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
        is_empty = empty_log(connection)
    if not is_empty:  # what is in the log only would be lost with it
        raise StoreInUseError(f"{path} is being read: wait until `nightroom export` is done")


def _left(new: Path, path: Path, show: Show) -> LeftBehind:
    """Return what the nights.db there is alone holds, or why nobody can tell.

    Raises:
        CorruptFileError: it is damaged; salvage brings back what is intact.
    """
    try:
        return left_behind(new, path, show=lambda done, words: show(0.7 + 0.2 * done, words))
    except CorruptFileError:
        raise
    except ForeignFileError:
        return LeftBehind()  # nothing of ours
    except StoreError as error:
        return LeftBehind(unlisted=str(error))


def _second_name(path: Path) -> Path:
    """Return a name that nobody uses yet, or the one that a killed restore gave already."""
    number = 1
    while (kept := path.with_name(f"{path.name}{REPLACED}-{number}")).exists():
        if kept.samefile(path):
            return kept
        number += 1
    return kept


def _give_name(path: Path, kept: Path) -> None:
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without hard links
        unfinished = kept.with_name(f"{kept.name}.unfinished")
        shutil.copy2(path, unfinished)
        unfinished.rename(kept)
