"""Runs one password hash at a time, so that a flood cannot eat the memory."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from monitor.runtime.logging import line
from monitor.runtime.passwords import hash_password, is_password
from web.errors import TooBusyError

Answer = TypeVar("Answer")
# Judgement: of ten threads (web/server.py) five stay free for pages; on a Pi the last of
# the three waits some four seconds.
WAITING: Final = 3
# Judgement: strangers cannot take these from browsers that have logged in before.
KNOWN_WAITING: Final = 2
_log = logging.getLogger(__name__)


class Hashing:
    """One hash at a time, 16 MiB: in the order they came.

    Browsers that have logged in before have places of their own, so that whoever keeps
    guessing cannot have the household refused.

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
        self._known_places = threading.BoundedSemaphore(KNOWN_WAITING)

    def hashed(self, password: str, salt: bytes, *, is_known: bool = False) -> str:
        """Return what is kept of a password, once it is its turn.

        Args:
            password: as typed.
            salt: fresh randomness.
            is_known: the browser has logged in before.

        Raises:
            TooBusyError: too many are waiting already.
        """
        return self._in_turn(partial(self._make, password, salt), is_known=is_known)

    def matches(self, password: str, kept: str, *, is_known: bool = False) -> bool:
        """Tell whether a password is the one that was hashed, once it is its turn.

        Raises:
            TooBusyError: too many are waiting already.
        """
        return self._in_turn(partial(self._check, password, kept), is_known=is_known)

    def close(self) -> None:
        """End the thread after the hash in hand."""
        self._worker.shutdown(cancel_futures=True)

    def _in_turn(self, work: Callable[[], Answer], *, is_known: bool) -> Answer:
        places = self._known_places if is_known else self._places
        if not places.acquire(blocking=False):
            raise TooBusyError("Too many people are logging in at once. Try again in a moment.")
        try:
            return self._worker.submit(work).result()
        except OSError as error:
            _log.warning(line("password not checked", why=str(error)))
            raise TooBusyError("This machine cannot check a password now.") from error
        finally:
            places.release()
