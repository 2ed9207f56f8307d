"""One writer a file: a lock beside it, which names the unit that holds it."""

import fcntl
import os
import threading
from pathlib import Path
from typing import IO, Final

from monitor.store.database import InWords, Schema, make_folder
from monitor.store.errors import StoreInUseError
from monitor.store.no_file import LOCK, move_away

# Judgement: who looks whether there is a writer holds the lock for microseconds.
TRIES: Final = 20
BETWEEN_S: Final = 0.01


def take_writer_lock(path: Path, schema: Schema) -> IO[bytes]:
    """Take the lock beside the file for as long as the returned file stays open.

    Raises:
        StoreInUseError: another process holds it; the text names the unit to stop.
    """
    with InWords(path):
        make_folder(path.parent)
        move_away(path, (LOCK,))
        lock = path.with_name(path.name + LOCK).open("ab")
        _give_to_owner(lock, path.parent)
    if not _has_taken(lock):
        lock.close()
        raise StoreInUseError(f"{path} has a writer already: stop {schema.writer_unit} first")
    return lock


def is_written(path: Path) -> bool:
    """Tell whether a writer of a file is at work."""
    lock_file = path.with_name(path.name + LOCK)
    if not lock_file.is_file():  # nobody has ever written there; a pipe would be waited for
        return False
    try:
        with lock_file.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # it is none of ours
        return False
    return False


def _has_taken(lock: IO[bytes]) -> bool:
    """Try again for a moment: is_written() of another process may be in the way."""
    pause = threading.Event()
    for _ in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pause.wait(BETWEEN_S)
        else:
            return True
    return False


def _give_to_owner(lock: IO[bytes], folder: Path) -> None:
    """Give what root has made to the folder's owner, whose process must open it later."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(lock.fileno(), owner.st_uid, owner.st_gid)
