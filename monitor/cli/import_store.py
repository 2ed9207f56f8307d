"""The store that an import goes into: the one there is, or a new one that a refusal takes back."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from monitor.store.database import InWords
from monitor.store.names_file import SUFFIX as NAMES
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_writer import NightsWriter

LOCK: Final = ".lock"


@contextmanager
def store_to_import(folder: Path, tell: Callable[[str], None]) -> Iterator[NightsWriter]:
    """Open the store of a folder for writing; a new one stays only if the block succeeds.

    Args:
        folder: where nights.db is, or will be; a mistyped one is only known by being new.
        tell: told of a new store that stays.

    Raises:
        StoreError: see NightsWriter.open.
    """
    is_new, has_folder = not (folder / NIGHTS_FILE).exists(), folder.exists()
    path = folder / NIGHTS_FILE
    with closing(NightsWriter.open(path, new_id=lambda: secrets.token_hex(8))) as writer:
        try:
            yield writer
        except BaseException:
            # A stream would mean that somebody else began it before we had the lock.
            if is_new and not writer.streams():
                writer.disconnect()
                _take_back(path, has_folder=has_folder)
            raise
    if is_new:
        where = f"no store in {folder}: a new one" if has_folder else f"no folder {folder}: it"
        tell(f"There was {where} was made. If you meant another, remove it.")


def _take_back(path: Path, *, has_folder: bool) -> None:
    with InWords(path):
        for suffix in ("", "-wal", "-shm", NAMES, LOCK):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if not has_folder:
            path.parent.rmdir()
