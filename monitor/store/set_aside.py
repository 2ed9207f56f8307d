"""Damaged database files are moved aside: kept as evidence and for salvage, never written."""

import logging
import os
from pathlib import Path
from typing import Final

from monitor.runtime.logging import line

log = logging.getLogger(__name__)

BAD: Final = ".bad"
SALVAGED: Final = ".salvaged"
CONDEMNED: Final = ".condemned"
# Source: sqlite.org/wal.html: the log belongs to its database and must move with it; so do
# the names of its streams (names_file.py).
COMPANIONS: Final = ("-wal", "-shm", "-names")


def set_aside(path: Path, *, why: object = "found damaged at work") -> Path:
    """Move a database and its log to a name nobody uses yet, and return that name.

    Say so in the log, with the reason: a fresh database begins in its place.

    Raises:
        OSError: the folder cannot be changed.
    """
    number = 1
    while (bad := path.with_name(f"{path.name}{BAD}-{number}")).exists():
        number += 1
    for suffix in COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(bad.with_name(bad.name + suffix))
    path.rename(bad)  # last: a kill before leaves a damaged file, found damaged again
    _mark(path).unlink(missing_ok=True)
    _sync(path.parent)
    log.warning(line("database set aside, a fresh one begun", kept_as=bad, why=why))
    return bad


def condemn(path: Path) -> None:
    """Have a database that turned out damaged at work be set aside at the next start."""
    _mark(path).touch(mode=0o600)


def is_condemned(path: Path) -> bool:
    """Tell whether a database was found damaged at work."""
    return _mark(path).exists()


def bad_files(path: Path) -> tuple[Path, ...]:
    """Return what was set aside of a database, oldest first."""
    found = path.parent.glob(f"{path.name}{BAD}-*")
    return tuple(sorted((one for one in found if one.suffix.removeprefix(f"{BAD}-").isdigit()),
                        key=lambda one: int(one.suffix.removeprefix(f"{BAD}-"))))  # fmt: skip


def is_salvaged(bad: Path) -> bool:
    """Tell whether everything intact has been copied back from a file set aside."""
    return bad.with_name(bad.name + SALVAGED).exists()


def note_salvaged(bad: Path, words: str) -> None:
    """Note that a file set aside holds nothing more of use, and what was found."""
    bad.with_name(bad.name + SALVAGED).write_text(words, encoding="utf-8")


def salvage_words(bad: Path) -> str:
    """Return what was noted of a salvage; empty while it goes on."""
    try:
        return bad.with_name(bad.name + SALVAGED).read_text(encoding="utf-8")
    except OSError:
        return ""


def _mark(path: Path) -> Path:
    return path.with_name(path.name + CONDEMNED)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
