"""Puts the guard together with what it needs, and runs the caretaker beside it."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.runtime.clock import Clock
from monitor.store.household_writer import HouseholdWriter
from web.auth import Auth
from web.caretaker import Caretaker
from web.cookies import Cookies
from web.guard import Guard
from web.hashing import Hashing


@contextmanager
def guarded(
    writer: HouseholdWriter, folder: Path, *, clock: Clock, https: bool, login: bool
) -> Iterator[Guard]:
    """Lend a guard; wishes left in the data folder are taken meanwhile."""
    cookies = Cookies(https=https)
    hashing = Hashing() if login else None
    auth = None
    if hashing is not None:
        auth = Auth(writer.access(), clock=clock, random_bytes=secrets.token_bytes, hashing=hashing)
    stop = threading.Event()
    caretaker = Caretaker(auth, folder, writer=writer, clock=clock)
    # Before the first request: a code handed over while the pages were down counts at once.
    caretaker.look()
    beside = threading.Thread(target=caretaker.run, args=(stop,), name="caretaker", daemon=True)
    beside.start()
    try:
        yield Guard(auth, cookies=cookies, random_bytes=secrets.token_bytes)
    finally:
        stop.set()
        beside.join()
        if hashing is not None:
            hashing.close()
