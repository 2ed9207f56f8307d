"""The store that an import goes into: the one there is, or a new one that a refusal takes back."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from monitor.runtime.errors import OperatorError
from monitor.store.database import InWords, open_reader
from monitor.store.errors import OlderSchemaError, StoreError, StoreInUseError
from monitor.store.names_file import SUFFIX as NAMES
from monitor.store.nights_db import NIGHTS_FILE, nights_schema
from monitor.store.nights_writer import NightsWriter
from monitor.store.writer_lock import take_writer_lock

LOCK: Final = ".lock"


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
            if not is_new:
                _require_up_to_date(path)
            try:
                with closing(_opened(path, lock)) as writer:
                    _give_to_owner(path)
                    yield writer
            except BaseException:
                if is_new:
                    _take_back(path)
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


def _require_up_to_date(path: Path) -> None:
    """Refuse a store that opening would change: it stays as it is if the file is refused.

    Raises:
        OperatorError: it is of an earlier version.
    """
    try:
        open_reader(path, nights_schema()).close()
    except OlderSchemaError as error:
        raise OperatorError(f"{error}; then stop it and import again") from error
    except StoreError:
        return  # who opens it for writing says so, or sets it aside


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
