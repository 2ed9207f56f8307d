"""Runs password hashing in one thread of its own, so that a flood cannot eat the memory."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from web.errors import TooBusyError

Answer = TypeVar("Answer")
# Judgement: of 64 threads at most these wait for a hash; the last of them under 10 s on a Pi.
WAITING: Final = 8


class Hashing:
    """One hash at a time: 16 MiB, and always the same 16 MiB.

    A thread of its own, not a lock: the C library keeps what a thread has freed for that
    thread, and sixty-four threads that had each hashed once would keep a gigabyte.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hashing")
        self._places = threading.BoundedSemaphore(WAITING)

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Return what work returns, once it is its turn.

        Raises:
            TooBusyError: too many are waiting already.
        """
        if not self._places.acquire(blocking=False):
            raise TooBusyError("Too many people are logging in at once. Try again in a moment.")
        try:
            return self._worker.submit(work).result()
        finally:
            self._places.release()

    def close(self) -> None:
        """End the thread after the hash in hand."""
        self._worker.shutdown(cancel_futures=True)
