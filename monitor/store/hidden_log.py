"""How many commits in a database's log SQLite would leave out, as a part of it has changed."""

from pathlib import Path
from typing import Final

from monitor.store.errors import CorruptFileError
from monitor.store.log_frames import hidden_commits

# Judgement: four times the log as it is between two checkpoints; a card reads it in a second.
CHECKED_LOG_BYTES: Final = 16 * 1024 * 1024
# Judgement: a power cut leaves one commit unfinished, which nobody was told of.
FEWEST_COMMITS: Final = 2


def commits_out_of_sight(path: Path) -> int:
    """Return how many commits stand behind the first change in the log of a database.

    Raises:
        OSError: it cannot be read.
    """
    log = path.with_name(f"{path.name}-wal")
    if not log.is_file() or log.stat().st_size > CHECKED_LOG_BYTES:
        return 0
    return hidden_commits(log.read_bytes())


def hides_much(path: Path) -> bool:
    """Tell whether the log of a database hides more than a power cut leaves.

    Asked twice: its writer may begin it anew while it is read.

    Raises:
        OSError: it cannot be read.
    """
    return all(commits_out_of_sight(path) >= FEWEST_COMMITS for _ in range(2))


def require_whole_log(path: Path) -> None:
    """Refuse a database of which SQLite shows a part only.

    Raises:
        CorruptFileError: its log has changed.
        OSError: it cannot be read.
    """
    if hides_much(path):
        raise CorruptFileError(
            f"{path} is damaged (what its log has behind a change is out of sight): restart its"
            " writer, which keeps the log",
            path,
        )
