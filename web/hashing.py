"""Runs password hashing in one thread of its own, so that a flood cannot eat the memory."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from monitor.runtime.passwords import hash_password, is_password
from web.errors import TooBusyError

Answer = TypeVar("Answer")
# Judgement: of eight threads (web/server.py) five stay free for pages; on a Pi the last of
# the three waits some four seconds.
WAITING: Final = 3


class Hashing:
    """One hash at a time: 16 MiB, and always the same 16 MiB.

    A thread of its own, not a lock: the C library keeps what a thread has freed for that
    thread, and eight threads that had each hashed once would keep 128 MiB.

    Args:
        make: hashes a password with a salt.
        check: tells whether a password is the one that was hashed.
    """

    def __init__(
        self,
        *,
        make: Callable[[str, bytes], str] = hash_password,
        check: Callable[[str, str], bool] = is_password,
    ) -> None:
        self._make = make
        self._check = check
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hashing")
        self._places = threading.BoundedSemaphore(WAITING)

    def hashed(self, password: str, salt: bytes) -> str:
        """Return what is kept of a password, once it is its turn.

        Raises:
            TooBusyError: too many are waiting already.
        """
        return self._in_turn(partial(self._make, password, salt))

    def matches(self, password: str, kept: str) -> bool:
        """Tell whether a password is the one that was hashed, once it is its turn.

        Raises:
            TooBusyError: too many are waiting already.
        """
        return self._in_turn(partial(self._check, password, kept))

    def close(self) -> None:
        """End the thread after the hash in hand."""
        self._worker.shutdown(cancel_futures=True)

    def _in_turn(self, work: Callable[[], Answer]) -> Answer:
        if not self._places.acquire(blocking=False):
            raise TooBusyError("Too many people are logging in at once. Try again in a moment.")
        try:
            return self._worker.submit(work).result()
        finally:
            self._places.release()
