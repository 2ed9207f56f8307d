"""How many commits in a database's log SQLite would leave out, as a part of it has changed."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Final

from monitor.store.errors import CorruptFileError
from monitor.store.log_frames import hidden_commits
from monitor.store.pages import FRAME_HEADER_BYTES, WAL_HEADER_BYTES
from monitor.store.set_aside import log_of
from monitor.store.writer_lock import is_written

# Judgement: four times the log as it is between two checkpoints; a card reads it in a second. A
# longer one is of one commit, an import's, which writes it into the file at its end; what comes
# behind begins at its beginning.
CHECKED_LOG_BYTES: Final = 16 * 1024 * 1024
# Judgement: a power cut leaves one commit unfinished, which nobody was told of.
FEWEST_COMMITS: Final = 2
MX_FRAME_AT: Final = 16  # in the index
PAGE_BYTES_AT: Final = 8  # in the log


def commits_out_of_sight(path: Path, *, is_at_work: bool = False) -> int:
    """Return how many commits stand behind the first change in the log of a database.

    is_at_work: where its writer is, what that does not use of the log is nobody's.

    Raises:
        OSError: it cannot be read.
    """
    log = log_of(path)
    if not log.is_file():
        return 0
    with log.open("rb") as file:
        content = file.read(CHECKED_LOG_BYTES)
    is_cut = is_at_work and is_written(path)
    return hidden_commits(content[: _used_bytes(path, content)] if is_cut else content)


def hides_much(path: Path, *, is_at_work: bool = False) -> bool:
    """Tell whether the log of a database hides more than a power cut leaves.

    Asked twice: its writer may begin it anew while it is read. is_at_work: see
    commits_out_of_sight.

    Raises:
        OSError: it cannot be read.
    """
    return all(
        commits_out_of_sight(path, is_at_work=is_at_work) >= FEWEST_COMMITS for _ in range(2)
    )


def require_whole_log(path: Path) -> None:
    """Refuse a database of which SQLite shows a part only.

    Raises:
        CorruptFileError: its log has changed.
        OSError: it cannot be read.
    """
    if hides_much(path, is_at_work=True):
        raise CorruptFileError(
            f"{path} is damaged (what its log has behind a change is out of sight): restart its"
            " writer, which keeps the log",
            path,
        )


def is_log_of_before(path: Path) -> bool:
    """Tell whether the log of a database is of a time when its file was smaller.

    Nothing of ours ever makes it smaller, and a log goes into its file in order: only one that
    was left beside another, or a damaged one, would cut off what came later.
    """
    log = log_of(path)
    if not (log.is_file() and log.stat().st_size > WAL_HEADER_BYTES and path.is_file()):
        return False
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    except sqlite3.Error:
        return False  # whoever opens it tells
    return bool(pages * page_bytes < path.stat().st_size)


def _used_bytes(path: Path, log: bytes) -> int:
    """Return how much of a log its writer uses; what a failed write left behind is nobody's.

    Source: https://www.sqlite.org/walformat.html, section 2.1.1: mxFrame of the index.
    """
    index = log_of(path, "-shm")
    try:
        (frames,) = struct.unpack_from("=I", index.read_bytes(), MX_FRAME_AT)
        (page_bytes,) = struct.unpack_from(">I", log, PAGE_BYTES_AT)
    except (OSError, struct.error):
        return len(log)
    used = WAL_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + page_bytes)
    return used if frames else len(log)
