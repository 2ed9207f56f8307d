"""What the journal asks of a disk, call by call, so that each call can be made to fail."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

# judgement: the journal tells what a room was like at night; nobody else's to read.
FILE_MODE: Final = 0o600
# Source: errno(3): the file system is full, or the quota is.
NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)
# Source: errno(3): what one bad spot of a card gives, under data or under an inode: no block,
# and, of an ext4, one whose check sum is wrong, or a structure that cannot be.
BAD_SPOT: Final = (errno.EIO, errno.EBADMSG, errno.EUCLEAN)
# What a person, or time, may mend: it is tried again.
PASSING: Final = (*NO_SPACE, *BAD_SPOT, errno.EROFS)


class Disk(Protocol):
    """Whole-call file operations; nothing stays open between them.

    Every method raises OSError as the operating system does. A failed append may have
    written a part of its data.
    """

    def names(self, directory: Path) -> list[str]:
        """Return the sorted names in a directory."""
        ...

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        """Return up to length bytes from offset; all of them if length is negative."""
        ...

    def append(self, path: Path, data: bytes) -> None:
        """Add data to the end of a file, created if absent, and wait until it is durable."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to size bytes and wait until that is durable."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Replace or create a file with data and wait until its content is durable."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Move within one file system, replacing a file that is the target."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def make_directory(self, path: Path) -> None:
        """Create a directory and its parents unless they exist."""
        ...

    def sync_directory(self, path: Path) -> None:
        """Wait until the names in a directory are durable."""
        ...


class RealDisk:
    """The operating system's files.

    Args:
        durable: False waits for nothing and survives a killed process only; for virtual time.
    """

    def __init__(self, *, durable: bool = True) -> None:
        self._durable = durable

    def names(self, directory: Path) -> list[str]:
        """Return the sorted names in a directory."""
        return sorted(os.listdir(directory))  # noqa: PTH208 - names, not paths

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        """Return a part of a file."""
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def append(self, path: Path, data: bytes) -> None:
        """Append, then sync."""
        self._write(path, data, os.O_APPEND)

    def truncate(self, path: Path, size: int) -> None:
        """Truncate, then sync."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, size)
            self._sync(descriptor)
        finally:
            os.close(descriptor)

    def write(self, path: Path, data: bytes) -> None:
        """Write a whole file, then sync."""
        self._write(path, data, os.O_TRUNC)

    def rename(self, source: Path, target: Path) -> None:
        """Rename; durable only after sync_directory."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Unlink; durable only after sync_directory."""
        path.unlink()

    def make_directory(self, path: Path) -> None:
        """Create a directory only its owner may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        """Fsync: to fdatasync, a new name in a directory need not count as data."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if self._durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, path: Path, data: bytes, how: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how
        descriptor = os.open(path, flags, FILE_MODE)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            self._sync(descriptor)
        finally:
            os.close(descriptor)

    def _sync(self, descriptor: int) -> None:
        if self._durable:
            os.fdatasync(descriptor)


def read_or_none(disk: Disk, path: Path, offset: int = 0, length: int = -1) -> bytes | None:
    """Return a part of a file, None where the card gives none of it, asked twice.

    Raises:
        OSError: anything else, no such file among it.
    """
    for _ in range(2):  # an error in passing is none
        try:
            return disk.read(path, offset, length)
        except OSError as error:
            if not is_bad_spot(error):
                raise
    return None


def replace_file(disk: Disk, path: Path, data: bytes) -> None:
    """Replace a file as one step; durable only once the directory is synced."""
    fresh = fresh_of(path)
    disk.write(fresh, data)
    disk.rename(fresh, path)


def fresh_of(path: Path) -> Path:
    """Return where a file's content is written before it takes the place of another."""
    return path.with_name(f"{path.name}.new")


def is_full(error: OSError) -> bool:
    """Tell whether it is space that is wanted."""
    return error.errno in NO_SPACE


def is_bad_spot(error: OSError) -> bool:
    """Tell whether it is a spot of the card that is bad: another may do."""
    return error.errno in BAD_SPOT


def is_gone(disk: Disk, directory: Path, error: OSError) -> bool:
    """Tell whether an error that tells of a missing file means its folder."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        try:
            disk.names(directory)
        except OSError as found:
            return isinstance(found, FileNotFoundError | NotADirectoryError)
    return False


@contextmanager
def past_bad_spots() -> Iterator[None]:
    """Leave to itself what lies on a bad spot, where it can be neither moved nor removed."""
    try:
        yield
    except OSError as error:
        if not is_bad_spot(error):
            raise


def io_error() -> OSError:
    """Return what a card says of a spot that it cannot read."""
    return OSError(errno.EIO, os.strerror(errno.EIO))
