"""A disk in memory that forgets what was not synced, and one that fails on demand."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from firmware.disk import Disk


class PowerCut(BaseException):
    """The machine stopped inside a disk call; nothing in the program may catch this."""


@dataclass
class FakeFile:
    content: bytes = b""


class FakeDisk:
    """A Disk whose names survive a power cut only once their directory was synced.

    File content is durable when a call returns, as the Disk promises; a call that a power
    cut interrupts is FaultyDisk's business.
    """

    def __init__(self) -> None:
        self._names: dict[Path, FakeFile] = {}
        self._durable: dict[Path, FakeFile] = {}
        self._pending: list[Callable[[dict[Path, FakeFile]], object]] = []
        self._directories: set[Path] = set()

    def names(self, directory: Path) -> list[str]:
        self._require_directory(directory)
        return sorted(path.name for path in self._names if path.parent == directory)

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        content = self._file(path).content
        return content[offset:] if length < 0 else content[offset : offset + length]

    def append(self, path: Path, data: bytes) -> None:
        file = self._made(path)
        file.content += data

    def truncate(self, path: Path, size: int) -> None:
        file = self._file(path)
        file.content = file.content[:size].ljust(size, b"\0")

    def write(self, path: Path, data: bytes) -> None:
        self._made(path).content = data

    def rename(self, source: Path, target: Path) -> None:
        self._file(source)
        self._rename(lambda names: names.__setitem__(target, names.pop(source)))

    def remove(self, path: Path) -> None:
        self._file(path)
        self._rename(lambda names: names.pop(path))

    def make_directory(self, path: Path) -> None:
        self._directories |= {path, *path.parents}

    def sync_directory(self, path: Path) -> None:
        self._require_directory(path)
        self.cut_power(kept_renames=len(self._pending))

    def cut_power(self, *, kept_renames: int = 0) -> None:
        """Come back with the first so many of the name changes since the last sync."""
        for change in self._pending[:kept_renames]:
            change(self._durable)
        self._pending.clear()
        self._names = dict(self._durable)

    @property
    def unsynced_renames(self) -> int:
        return len(self._pending)

    def _rename(self, change: Callable[[dict[Path, FakeFile]], object]) -> None:
        change(self._names)
        self._pending.append(change)

    def _made(self, path: Path) -> FakeFile:
        self._require_directory(path.parent)
        if path not in self._names:
            file = FakeFile()
            self._rename(lambda names: names.__setitem__(path, file))
        return self._names[path]

    def _file(self, path: Path) -> FakeFile:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return self._names[path]

    def _require_directory(self, path: Path) -> None:
        if path not in self._directories:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))


@dataclass(kw_only=True)
class Fault:
    """What a call does instead: an errno, or a power cut; written bytes of it remain."""

    errno: int | None = errno.EIO
    written: int = 0


@dataclass
class FaultyDisk:
    """A Disk in front of another; call number n (from 1) meets faults[n], or every call does.

    next_append and is_full concern only the calls that need space. Files named in bad_spots
    cannot be read, however often; those in worn_spots cannot be extended, or cut. A file in
    full_at meets a block that cannot be written where it grows beyond so many bytes; it can be
    cut, and meets the same block again, under its name or another. Names in bad_inodes can
    neither be opened nor renamed nor removed: the call gives inode_errno.
    """

    disk: Disk
    faults: dict[int, Fault] = field(default_factory=dict)
    always: Fault | None = None
    next_append: Fault | None = None
    is_full: bool = False
    bad_spots: frozenset[str] = frozenset()
    worn_spots: frozenset[str] = frozenset()
    full_at: dict[str, int] = field(default_factory=dict)
    bad_inodes: frozenset[str] = frozenset()
    inode_errno: int = errno.EBADMSG
    calls: int = 0

    def names(self, directory: Path) -> list[str]:
        self._meet_fault()
        return self.disk.names(directory)

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        self._meet_fault()
        self._meet_bad_inode(path)
        if path.name in self.bad_spots:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self.disk.read(path, offset, length)

    def append(self, path: Path, data: bytes) -> None:
        self._meet_fault(lambda written: self.disk.append(path, data[:written]))
        self._meet_bad_inode(path)
        self._meet_worn_spot(path)
        self.disk.append(path, data)
        most = self.full_at.get(path.name)
        if most is not None and len(self.disk.read(path)) > most:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def truncate(self, path: Path, size: int) -> None:
        self._meet_fault()
        self._meet_bad_inode(path)
        self._meet_worn_spot(path)
        self.disk.truncate(path, size)

    def write(self, path: Path, data: bytes) -> None:
        self._meet_fault(lambda written: self.disk.write(path, data[:written]))
        self._meet_bad_inode(path)
        self.worn_spots -= {path.name}  # which is elsewhere on the card from now on
        self.disk.write(path, data)

    def rename(self, source: Path, target: Path) -> None:
        self._meet_fault()
        self._meet_bad_inode(source, target)
        self.disk.rename(source, target)
        self.full_at.pop(target.name, None)
        if source.name in self.full_at:
            self.full_at[target.name] = self.full_at.pop(source.name)

    def remove(self, path: Path) -> None:
        self._meet_fault()
        self._meet_bad_inode(path)
        self.disk.remove(path)

    def make_directory(self, path: Path) -> None:
        self._meet_fault()
        self.disk.make_directory(path)

    def sync_directory(self, path: Path) -> None:
        self._meet_fault()
        self.disk.sync_directory(path)

    def _meet_bad_inode(self, *paths: Path) -> None:
        if any(path.name in self.bad_inodes for path in paths):
            raise OSError(self.inode_errno, os.strerror(self.inode_errno))

    def _meet_worn_spot(self, path: Path) -> None:
        if path.name in self.worn_spots:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _meet_fault(self, write: Callable[[int], None] | None = None) -> None:
        self.calls += 1
        fault = self.faults.get(self.calls, self.always)
        if write is not None and self.next_append is not None:
            fault, self.next_append = self.next_append, None
        elif write is not None and self.is_full:
            fault = Fault(errno=errno.ENOSPC, written=10)
        if fault is None:
            return
        if write is not None and fault.written:
            write(fault.written)
        if fault.errno is None:
            raise PowerCut
        raise OSError(fault.errno, os.strerror(fault.errno))
