"""The file that a writer has open, and whether it is still the one under its name."""

from pathlib import Path

from monitor.store.database import InWords
from monitor.store.errors import GoneFileError


class OwnFile:
    """What was under a name when its writer had opened it.

    Removed or replaced at work it stays open, and takes every write; with its last connection
    all of that is gone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with InWords(path):
            self._opened = file_under(path)

    def require(self) -> None:
        """Ask after a commit, and before anybody is told of it.

        Raises:
            GoneFileError: another file is there, or none.
            StoreUnavailableError: the folder cannot be read.
        """
        with InWords(self._path):
            found = file_under(self._path)
        if found != self._opened:
            how = "removed" if found is None else "replaced by another file"
            raise GoneFileError(
                f"{self._path} was {how} at work: what is written now is not kept. Try again in"
                " half a minute, when nightroom-web has started anew by itself"
            )


def file_under(path: Path) -> tuple[int, int] | None:
    """Return what tells the file under a name from any other, None where there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
