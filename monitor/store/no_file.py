"""What bears the name of a database's file and is none: a folder, a pipe, a dead link."""

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from monitor.runtime.logging import line
from monitor.store.errors import ForeignFileError, StoreMissingError, StoreUnavailableError
from monitor.store.set_aside import COMPANIONS, CONDEMNED

log = logging.getLogger(__name__)

AWAY: Final = ".no-file-"
LOCK: Final = ".lock"
COPY: Final = ".copy"
UNFINISHED: Final = ".unfinished"
# Of each file what may lie beside it, and what becomes of that.
NAMES: Final = (
    "",
    *COMPANIONS,
    CONDEMNED,
    COPY,
    *(f"{one}{UNFINISHED}" for one in ("", "-names", COPY)),
)


def move_away(path: Path, suffixes: Iterable[str] = NAMES) -> None:
    """Move away what is no file under a database's name or one beside it, and say so in the log.

    With a folder there no start would ever succeed, and to open a pipe may take for ever. A link
    that leads nowhere stays in the database's own place: its disk may not be mounted.

    Raises:
        OSError: the folder cannot be changed.
    """
    for suffix in suffixes:
        one = path.with_name(path.name + suffix)
        if one.is_file() or not (one.exists() or (suffix and one.is_symlink())):
            continue
        number = 1
        while (away := path.with_name(f"{one.name}{AWAY}{number}")).is_symlink() or away.exists():
            number += 1
        one.rename(away)
        log.warning(line("what is no file was moved away", it=one, kept_as=away))


def moved_away(path: Path) -> tuple[Path, ...]:
    """Return what has been moved away of the names of a database's files."""
    return tuple(sorted(path.parent.glob(f"{path.name}*{AWAY}*")))


def leads_nowhere(path: Path) -> bool:
    """Tell whether a file is a link to what is not there, as on a disk that is not mounted."""
    return path.is_symlink() and not path.exists()


def require_file(path: Path, writer_unit: str) -> None:
    """Refuse to read what is not there, or no file.

    Raises:
        StoreMissingError: the text says what makes it, or which link leads nowhere.
        ForeignFileError: it is a folder, a pipe or a device.
    """
    if leads_nowhere(path):
        raise StoreMissingError(_of_link(path))
    if not path.exists():
        raise StoreMissingError(f"{path} is not there yet: start {writer_unit}, which makes it")
    if not path.is_file():
        raise ForeignFileError(f"{path} is no file: start {writer_unit}, which moves it away")


def require_a_way(path: Path) -> None:
    """Refuse to make a file behind a link whose folder is not there.

    Raises:
        StoreUnavailableError: as long as it is not.
    """
    if leads_nowhere(path) and not Path(os.path.realpath(path)).parent.is_dir():
        raise StoreUnavailableError(_of_link(path))


def _of_link(path: Path) -> str:
    return (
        f"{path} is a link to {path.readlink()}: mount the disk that it is on, or remove the link"
    )
