"""The file beside a nights.db kept aside that lists what it alone holds: nights.db.replaced-1.left.

It is whole or not there, and on the disk before the store stops being the one in use.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from monitor.store.backup import sync_folder
from monitor.store.left_behind import LeftBehind

REPLACED: Final = ".replaced"
SUFFIX: Final = ".left"
NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
_decoder: Final = msgspec.json.Decoder(LeftBehind)


def keep_left(kept: Path, left: LeftBehind) -> None:
    """Write the list of a file kept aside, or see that there is none where it has nothing.

    Raises:
        OSError: the folder cannot be changed.
    """
    beside = kept.with_name(kept.name + SUFFIX)
    if not (left.rooms or left.unlisted):
        beside.unlink(missing_ok=True)  # of a file of this name that somebody has removed
        return
    unfinished = beside.with_name(f"{beside.name}.unfinished")
    owner = beside.parent.stat()
    with os.fdopen(os.open(unfinished, NEW, 0o600), "wb") as file:
        os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(msgspec.json.encode(left))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(beside)
    sync_folder(beside.parent)


def read_left(kept: Path) -> LeftBehind:
    """Return the list of a file kept aside; one that cannot be read says so as unlisted."""
    beside = kept.with_name(kept.name + SUFFIX)
    try:
        return _decoder.decode(beside.read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        return LeftBehind(unlisted=f"{beside.name} cannot be read: {error}")


def listed_files(path: Path) -> tuple[Path, ...]:
    """Return what was replaced of a database, is still there and has a list; oldest first."""
    found = {}
    for beside in path.parent.glob(f"{path.name}{REPLACED}-*{SUFFIX}"):
        kept = beside.with_name(beside.name.removesuffix(SUFFIX))
        number = kept.suffix.removeprefix(f"{REPLACED}-")
        # A restore that was killed has given the store in use this second name already.
        if number.isdigit() and kept.exists() and not (path.exists() and kept.samefile(path)):
            found[int(number)] = kept
    return tuple(kept for _, kept in sorted(found.items()))
