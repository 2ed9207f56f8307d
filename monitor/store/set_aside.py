"""Damaged database files are moved aside: kept as evidence and for salvage, never written."""

import logging
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from monitor.runtime.logging import line

log = logging.getLogger(__name__)

BAD: Final = ".bad"
SALVAGED: Final = ".salvaged"
CONDEMNED: Final = ".condemned"
UNKEPT: Final = ".log-unkept"
# Source: sqlite.org/wal.html: the log belongs to its database and must move with it; so do
# the names of its streams (names_file.py). A rollback journal would undo what is put in its place.
LOGS: Final = ("-wal", "-shm", "-journal")
COMPANIONS: Final = (*LOGS, "-names")
# Source: https://www.sqlite.org/fileformat2.html, section 4.1: the header; no frame is shorter.
LOG_HEADER_BYTES: Final = 32
NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def set_aside(path: Path, *, why: object = "found damaged at work") -> Path:
    """Move a database and its log to a name nobody uses yet, and return that name.

    Say so in the log, with the reason: a fresh database begins in its place. Of a log that is
    alone the database is kept as an empty file, so that its frames are salvaged.

    Raises:
        OSError: the folder cannot be changed.
    """
    bad = _begun(path) or free_name(path)
    _begin(path, bad)
    _link_logs(path, bad)
    is_alone = is_log_alone(path)
    if is_alone:  # first: a kill behind it leaves a log without a file, found again
        path.touch(mode=0o600)
        path.rename(bad)
    for suffix in COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(bad.with_name(bad.name + suffix))
    if not is_alone:
        path.rename(bad)  # last: a kill before leaves a file that is marked, and goes on there
    _mark(path).unlink(missing_ok=True)
    _sync(path.parent)
    log.warning(line("database set aside, a fresh one begun", kept_as=bad, why=why))
    return bad


def keep_log(path: Path) -> Path:
    """Copy a database's log to the name of one set aside, its file empty: to be salvaged.

    Raises:
        OSError: the folder cannot be changed, or is full; it is as it was before.
    """
    bad = free_name(path)
    # Of one name, so that a kill leaves one at most, which the next try replaces.
    unfinished = path.with_name(f"{path.name}{UNKEPT}.unfinished")
    names = path.with_name(f"{path.name}-names")
    theirs = bad.with_name(f"{bad.name}-names")
    try:
        shutil.copy2(log_of(path), unfinished)
        bad.touch(mode=0o600)  # before its log has the name: what a kill leaves is told
        if names.exists():
            shutil.copy2(names, theirs)
        unfinished.rename(bad.with_name(f"{bad.name}-wal"))
    except OSError:
        for one in (unfinished, theirs, bad):
            one.unlink(missing_ok=True)
        raise
    _sync(path.parent)
    log.warning(line("log damaged, what is behind the damage is salvaged", kept_as=bad))
    return bad


def note_unkept(path: Path, why: object) -> None:
    """Note that what a database's log hides could not be kept, as on a full disk."""
    with suppress(OSError):
        path.with_name(path.name + UNKEPT).touch(mode=0o600)
    log.warning(line("log damaged, no room to keep what is behind the damage", of=path, why=why))


def forget_unkept(path: Path) -> None:
    """Forget it: its log hides nothing more, or is kept."""
    path.with_name(path.name + UNKEPT).unlink(missing_ok=True)


def is_unkept(path: Path) -> bool:
    """Tell whether what a database's log hides could not be kept at the last start."""
    return path.with_name(path.name + UNKEPT).exists()


def free_name(path: Path) -> Path:
    """Return the first name for a damaged file of which nothing at all is there.

    Of one that was removed its log or the note of its salvage may be left: whatever took its
    name would be read with that log, or pass for salvaged.
    """
    names = [one.name for one in path.parent.iterdir()]
    number = 1
    while _of(bad := path.with_name(f"{path.name}{BAD}-{number}"), names):
        number += 1
    return bad


def belongings(bad: Path) -> tuple[str, ...]:
    """Return the names of what lies beside a file set aside and belongs to it alone."""
    names = _of(bad, [one.name for one in bad.parent.iterdir()])
    return tuple(sorted(name for name in names if name != bad.name))


def log_of(path: Path, suffix: str = "-wal") -> Path:
    """Return where SQLite keeps a database's log: beside the file that a link leads to."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + suffix)


def is_log_alone(path: Path) -> bool:
    """Tell whether a log that holds something lies beside a file that is empty or gone.

    SQLite drops the one as soon as it opens the other, or writes it over what is put there.
    """
    log = log_of(path)
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
    found = (one for one in found if one.is_file())  # of anything else nothing can be read
    return tuple(sorted((one for one in found if one.suffix.removeprefix(f"{BAD}-").isdigit()),
                        key=lambda one: int(one.suffix.removeprefix(f"{BAD}-"))))  # fmt: skip


def was_set_aside(path: Path) -> bool:
    """Tell whether a database was ever set aside, as far as anything of it is left."""
    return any(path.parent.glob(f"{path.name}{BAD}-*"))


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


def _link_logs(path: Path, bad: Path) -> None:
    """Give the logs of a file that is a link to the link set aside.

    They lie beside the file, perhaps on another disk, and stay there with it.
    """
    for suffix in LOGS if path.is_symlink() else ():
        log, link = log_of(path, suffix), bad.with_name(bad.name + suffix)
        if log.exists() and not link.is_symlink():
            link.symlink_to(log)


def _of(bad: Path, names: Iterable[str]) -> list[str]:
    """Return which names are a file's set aside, or begin with its number."""
    begun = [name for name in names if name.startswith(bad.name)]
    return [name for name in begun if not name[len(bad.name) :][:1].isdigit()]


def _begin(path: Path, bad: Path) -> None:
    """Note where a file goes, durably: its log may be there before it. On a full disk not."""
    with suppress(OSError), os.fdopen(os.open(_mark(path), NEW, 0o600), "wb") as mark:
        mark.write(bad.name.encode())
        mark.flush()
        os.fsync(mark.fileno())


def _begun(path: Path) -> Path | None:
    """Return where a file was on its way to when the program was killed, None where nowhere."""
    try:
        name = _mark(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    if not name.startswith(f"{path.name}{BAD}-") or "/" in name:
        return None  # found damaged at work
    bad = path.with_name(name)
    is_free = not is_salvaged(bad) and not (bad.exists() and bad.stat().st_size)
    return bad if is_free else None


def _mark(path: Path) -> Path:
    return path.with_name(path.name + CONDEMNED)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
