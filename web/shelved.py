"""Bytes kept in memory that is not this process's own heap: a file without a name."""

import errno
import os
import weakref
from typing import Final


class Shelved:
    """Some bytes in a file that only this object knows, and that goes with it.

    The heap of a process that has once grown stays grown; a file in memory gives all back. It
    is on no disk and on no card.
    """

    __slots__ = ("__weakref__", "_bytes", "_file")

    def __init__(self, content: bytes) -> None:
        """Keep content.

        Raises:
            OSError: no more files, or no memory.
        """
        self._file: Final = os.memfd_create("nightroom-page", os.MFD_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        self._bytes: Final = os.write(self._file, content)
        if self._bytes < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def read(self) -> bytes:
        """Return the content."""
        return os.pread(self._file, self._bytes, 0)
