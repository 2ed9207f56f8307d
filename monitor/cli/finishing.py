"""What a command may not be stopped in: it would say that nothing was done, and all is."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def finishing() -> Iterator[Callable[[], None]]:
    """Yield what has every signal to stop go unheard from its call to the end of the block."""
    before: dict[signal.Signals, Any] = {}

    def hold() -> None:
        # The main thread alone hears them; a second call would take what is ignored for before.
        if not before and threading.current_thread() is threading.main_thread():
            before.update({one: signal.signal(one, signal.SIG_IGN) for one in STOPS})

    try:
        yield hold
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
