"""The store that an import goes into: the one there is, or a new one that a refusal takes back."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from monitor.runtime.errors import OperatorError
from monitor.store.database import InWords, open_reader
from monitor.store.errors import CorruptFileError, OlderSchemaError, StoreInUseError
from monitor.store.hidden_log import hides_much, is_log_of_before
from monitor.store.names_file import SUFFIX as NAMES
from monitor.store.names_file import forget_names
from monitor.store.nights_db import NIGHTS_FILE, nights_schema
from monitor.store.nights_writer import NightsWriter
from monitor.store.replacement import require_sound
from monitor.store.set_aside import bad_files, is_condemned, is_log_alone, is_salvaged
from monitor.store.writer_lock import take_writer_lock

LOCK: Final = ".lock"
COPY_BACK: Final = (
    "Start nightroom-monitor, wait until `nightroom doctor` says how much was copied back, stop it"
    " and import again. Nothing was imported."
)


@contextmanager
def store_to_import(folder: Path, tell: Callable[[str], None]) -> Iterator[NightsWriter]:
    """Open the store of a folder for writing; a new one stays only if the block succeeds.

    Args:
        folder: where nights.db is, or will be; a mistyped one is only known by being new.
        tell: told of a new store that stays.

    Raises:
        OperatorError: the store there is of an earlier version.
        StoreError: see NightsWriter.open.
    """
    path, has_folder = folder / NIGHTS_FILE, folder.exists()
    is_new = False
    try:
        with closing(take_writer_lock(path, nights_schema())) as lock:
            is_new = not path.exists()  # nobody else can make it from here on
            _require_well(path, is_new=is_new)
            had_names = path.with_name(path.name + NAMES).exists()
            try:
                with closing(_opened(path, lock)) as writer:
                    _give_to_owner(path)
                    yield writer
            except BaseException:
                if is_new:
                    _take_back(path)
                elif not had_names:  # opening it makes them
                    with InWords(path):
                        forget_names(path)
                raise
    except StoreInUseError:
        raise
    except BaseException:
        if not has_folder:
            _take_back_folder(folder)
        raise
    if is_new:
        where = f"no store in {folder}: a new one" if has_folder else f"no folder {folder}: it"
        tell(f"There was {where} was made. If you meant another, remove it.")


def _require_well(path: Path, *, is_new: bool) -> None:
    """Refuse a store that opening would change: it stays as it is if the file is refused.

    Nor may a series fill in where minutes stand that are still to be copied back.

    Raises:
        OperatorError: it is of an earlier version, damaged, or not copied back yet.
    """
    with InWords(path):
        waiting = [bad.name for bad in bad_files(path) if not is_salvaged(bad)]
        is_condemned_one = is_condemned(path) and not is_new
        is_damaged = (
            is_log_alone(path) or is_condemned_one or hides_much(path) or is_log_of_before(path)
        )
    if waiting or is_damaged:
        what = f"what is intact in {waiting[0]} is not copied back" if waiting else "it is damaged"
        raise OperatorError(f"{path}: {what}. {COPY_BACK}")
    if is_new:
        return
    try:
        with closing(open_reader(path, nights_schema())) as reader:
            require_sound(reader, path)
    except OlderSchemaError as error:
        raise OperatorError(f"{error}; then stop it and import again") from error
    except CorruptFileError as error:
        raise OperatorError(f"{path}: it is damaged. {COPY_BACK}") from error


def _opened(path: Path, lock: IO[bytes]) -> NightsWriter:
    # A second descriptor of the same lock: it is held until all is taken back.
    again = os.fdopen(os.dup(lock.fileno()), "ab")
    return NightsWriter.open(path, new_id=lambda: secrets.token_hex(8), lock=again)


def _give_to_owner(path: Path) -> None:
    """Give what root has made to the folder's owner, whose process must open it later."""
    if os.geteuid() != 0:
        return
    owner = path.parent.stat()
    with InWords(path):
        for suffix in ("", "-wal", "-shm", NAMES):
            with suppress(FileNotFoundError):
                one = path.with_name(path.name + suffix)
                os.chown(one, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _take_back(path: Path) -> None:
    with InWords(path):
        for suffix in ("", "-wal", "-shm", NAMES, LOCK):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _take_back_folder(folder: Path) -> None:
    """Remove a folder that was made, if nobody has put anything else into it."""
    with suppress(OSError):
        folder.rmdir()
