"""An SD card of its own for real processes: a loop-mounted ext4 whose power can be cut.

Needs root. The mount is made and undone here, also when the test fails.
"""

import fcntl
import os
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

# Source: linux/fs/ext4/ext4.h: EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32), and the flag that
# drops what the file system's own journal has not written yet, as a power cut does.
SHUTDOWN: Final = 0x8004_587D
NO_LOG_FLUSH: Final = 2
SIZE_BYTES: Final = 48 * 2**20


class Card:
    """A folder on a file system of its own.

    Attributes:
        folder: where it is mounted.
    """

    def __init__(self, root: Path, *, size_bytes: int = SIZE_BYTES) -> None:
        self.folder = root / "card"
        self._image = root / "card.image"
        self._size_bytes = size_bytes
        self._filler = self.folder / "filler"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        with self._image.open("wb") as image:
            image.truncate(self._size_bytes)
        run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
        self._mount()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if os.path.ismount(self.folder):
            self._unmount()

    def cut_power(self) -> None:
        """Refuse every further write; what was not synced is gone at the next power_up."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)

    def power_up(self) -> None:
        """Come back as after a power cut; nobody may have a file open here."""
        self._unmount()
        self._mount()

    def fill(self) -> None:
        """Take all the space that is left."""
        with self._filler.open("ab", buffering=0) as filler:
            for size in (2**20, 2**16, 2**12, 2**10, 1):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def make_space(self) -> None:
        """Give the space back."""
        self._filler.unlink()

    def make_read_only(self) -> None:
        """Refuse writes as an ext4 does that has met an error; files stay open and readable."""
        # "remount" would be refused while files are open for writing: this is not asked.
        run("mount", "-o", "remount,abort", str(self.folder))

    def _mount(self) -> None:
        run("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self.folder))

    def _unmount(self) -> None:
        run("umount", str(self.folder))


def run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
