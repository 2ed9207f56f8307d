"""Damaged database files are moved aside: kept as evidence and for salvage, never written."""

import logging
import os
import shutil
from pathlib import Path
from typing import Final

from monitor.runtime.logging import line

log = logging.getLogger(__name__)

BAD: Final = ".bad"
SALVAGED: Final = ".salvaged"
CONDEMNED: Final = ".condemned"
# Source: sqlite.org/wal.html: the log belongs to its database and must move with it; so do
# the names of its streams (names_file.py). A rollback journal would undo what is put in its place.
LOGS: Final = ("-wal", "-shm", "-journal")
COMPANIONS: Final = (*LOGS, "-names")
# Source: https://www.sqlite.org/fileformat2.html, section 4.1: the header; no frame is shorter.
LOG_HEADER_BYTES: Final = 32


def set_aside(path: Path, *, why: object = "found damaged at work") -> Path:
    """Move a database and its log to a name nobody uses yet, and return that name.

    Say so in the log, with the reason: a fresh database begins in its place. Of a log that is
    alone the database is kept as an empty file, so that its frames are salvaged.

    Raises:
        OSError: the folder cannot be changed.
    """
    number = 1
    while (bad := path.with_name(f"{path.name}{BAD}-{number}")).exists():
        number += 1
    is_alone = is_log_alone(path)
    if is_alone:  # first: a kill behind it leaves a log without a file, found again
        path.touch(mode=0o600)
        path.rename(bad)
    for suffix in COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(bad.with_name(bad.name + suffix))
    if not is_alone:
        path.rename(bad)  # last: a kill before leaves a damaged file, found damaged again
    _mark(path).unlink(missing_ok=True)
    _sync(path.parent)
    log.warning(line("database set aside, a fresh one begun", kept_as=bad, why=why))
    return bad


def keep_log(path: Path) -> Path:
    """Copy a database's log to the name of one set aside, its file empty: to be salvaged.

    Raises:
        OSError: the folder cannot be changed.
    """
    number = 1
    while (bad := path.with_name(f"{path.name}{BAD}-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-names"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            shutil.copy2(companion, bad.with_name(bad.name + suffix))
    bad.touch(mode=0o600)
    _sync(path.parent)
    log.warning(line("log damaged, what is behind the damage is salvaged", kept_as=bad))
    return bad


def is_log_alone(path: Path) -> bool:
    """Tell whether a log that holds something lies beside a file that is empty or gone.

    SQLite drops the one as soon as it opens the other, or writes it over what is put there.
    """
    log = path.with_name(f"{path.name}-wal")
    has_frames = log.is_file() and log.stat().st_size > LOG_HEADER_BYTES
    return has_frames and not (path.exists() and path.stat().st_size)


def is_emptied(path: Path) -> bool:
    """Tell whether a file is empty that streams were kept in: their names are still beside it."""
    names = path.with_name(f"{path.name}-names")
    return names.exists() and path.exists() and not path.stat().st_size


def condemn(path: Path) -> None:
    """Have a database that turned out damaged at work be set aside at the next start."""
    _mark(path).touch(mode=0o600)


def is_condemned(path: Path) -> bool:
    """Tell whether a database was found damaged at work."""
    return _mark(path).exists()


def acquit(path: Path) -> None:
    """Forget that the database which was here was found damaged: another one takes its place."""
    _mark(path).unlink(missing_ok=True)


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
