"""One writer a journal: a lock on its directory, so that it takes no space and leaves no file."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from firmware.errors import JournalInUseError
from monitor.runtime.clock import Clock

# Judgement: long enough that the unit, which is started again after 10 s, makes one try a
# minute and two lines of it, and one that waits takes over within a second.
PATIENCE_S: Final = 60.0
LOOK_EVERY_S: Final = 1.0


@contextmanager
def only_writer(
    directory: Path, clock: Clock, tell: Callable[[str], object], patience_s: float = PATIENCE_S
) -> Iterator[None]:
    """Hold the journal in a directory, made if absent, as its one writer.

    Another one's end is awaited for a while: who left at once would be started again at
    once. Where there can be no directory yet, there is nothing to hold.

    Args:
        directory: the journal's.
        clock: to wait by.
        tell: takes the words for why nothing happens.
        patience_s: how long another one's end is awaited.

    Raises:
        JournalInUseError: another process still holds it.
    """
    descriptor = _opened(directory)
    try:
        if descriptor is not None:
            _lock(descriptor, directory, clock, tell, patience_s)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _opened(directory: Path) -> int | None:
    # What the card refuses here, opening the journal says in its own words.
    with suppress(OSError):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return None


def _lock(
    descriptor: int,
    directory: Path,
    clock: Clock,
    tell: Callable[[str], object],
    patience_s: float,
) -> None:
    until_s = clock.monotonic_s() + patience_s
    words = f"journal {directory} has a writer already: stop nightroom-sensors first"
    is_told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if clock.monotonic_s() >= until_s:
                raise JournalInUseError(words) from error
        else:
            return
        if not is_told:
            tell(f"{words}; waiting for its end")
            is_told = True
        clock.wait(LOOK_EVERY_S)
