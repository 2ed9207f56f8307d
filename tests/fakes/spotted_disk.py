"""A disk with bad spots: a file that lies on one gives, or takes, nothing until it heals."""

from dataclasses import dataclass
from pathlib import Path

from firmware.disk import Disk, io_error


@dataclass(kw_only=True)
class Spot:
    """What lies under a file, and for how long.

    Attributes:
        is_unreadable: the file gives EIO when it is read.
        is_worn: it gives EIO when it is extended or cut.
        is_stuck: its inode is bad: nothing takes its place, and it cannot be moved or removed.
        minutes_left: until it heals; None if it never does.
        is_known: somebody has tried to read it, in vain.
        minutes: for how long a daemon that runs has met it.
        longest_minutes: the same, of the one that ran longest.
    """

    is_unreadable: bool = True
    is_worn: bool = False
    is_stuck: bool = False
    minutes_left: int | None = None
    is_known: bool = False
    minutes: int = 0
    longest_minutes: int = 0


class SpottedDisk:
    """A Disk in front of another.

    A spot goes with its file wherever that is moved; what is written anew lies elsewhere.

    Attributes:
        spots: by the path of the file that lies on it now.
        removed: what lay under files that are gone, by the last path of each.
        refusals: how many writes have met one.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.spots: dict[Path, Spot] = {}
        self.removed: dict[Path, Spot] = {}
        self.refusals = 0

    def can_read(self, path: Path) -> bool:
        return path not in self.spots or not self.spots[path].is_unreadable

    def pass_a_minute(self, *, is_met: bool) -> None:
        """Let a minute pass, in which a daemon may have run."""
        for path, spot in list(self.spots.items()):
            if spot.minutes_left is not None:
                spot.minutes_left -= 1
            if spot.minutes_left == 0 or not path.exists():
                del self.spots[path]
            if is_met:
                spot.minutes += 1
                spot.longest_minutes = max(spot.longest_minutes, spot.minutes)

    def begin_anew(self) -> None:
        """Take note that another daemon will run."""
        for spot in self.spots.values():
            spot.minutes = 0

    def names(self, directory: Path) -> list[str]:
        return self._disk.names(directory)

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        if not self.can_read(path):
            self.spots[path].is_known = True
            raise io_error()
        return self._disk.read(path, offset, length)

    def append(self, path: Path, data: bytes) -> None:
        self._require_sound(path)
        is_beside = path not in self.spots or not self.spots[path].is_known
        assert is_beside, f"{path.name} is written on, which cannot be read"
        self._disk.append(path, data)

    def truncate(self, path: Path, size: int) -> None:
        self._require_sound(path)
        self._disk.truncate(path, size)

    def write(self, path: Path, data: bytes) -> None:
        self._require_free(path)
        self.spots.pop(path, None)
        self._disk.write(path, data)

    def rename(self, source: Path, target: Path) -> None:
        self._require_free(source, target)
        self._disk.rename(source, target)
        self.spots.pop(target, None)
        if (spot := self.spots.pop(source, None)) is not None:
            self.spots[target] = spot

    def remove(self, path: Path) -> None:
        self._require_free(path)
        self._disk.remove(path)
        if (spot := self.spots.pop(path, None)) is not None:
            self.removed[path] = spot

    def make_directory(self, path: Path) -> None:
        self._disk.make_directory(path)

    def sync_directory(self, path: Path) -> None:
        self._disk.sync_directory(path)

    def _require_free(self, *paths: Path) -> None:
        if any(path in self.spots and self.spots[path].is_stuck for path in paths):
            raise io_error()

    def _require_sound(self, path: Path) -> None:
        if path in self.spots and self.spots[path].is_worn:
            self.refusals += 1
            raise io_error()
