"""Takes what root hands over, and clears expired sessions: a loop beside the server."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.store.errors import StoreError
from monitor.store.handover import take_wish
from web.auth import Auth

# Judgement: `sudo nightroom setup-code` answers within a second; one look costs 10 µs.
LOOK_S: Final = 1.0
CLEAR_EVERY_S: Final = 3600.0
# Judgement: 100 kB a day; what people choose changes a few times a week.
COPY_EVERY_S: Final = 86_400.0
_log = logging.getLogger(__name__)


class Caretaker:
    """Looks into the data folder once a second."""

    def __init__(
        self,
        auth: Auth,
        folder: Path,
        *,
        clock: Clock,
        keep_copy: Callable[[], None] = lambda: None,
    ) -> None:
        self._auth = auth
        self._folder = folder
        self._clock = clock
        self._clear_at_s = clock.monotonic_s()
        self._keep_copy = keep_copy
        self._copy_at_s = clock.monotonic_s() + COPY_EVERY_S
        self._said = ""

    def run(self, stop: threading.Event) -> None:
        """Look until stopped."""
        while not stop.is_set():
            self.look()
            self._clock.wait(LOOK_S, stop)

    def look(self) -> None:
        """Take a waiting wish; a trouble that lasts is told once."""
        trouble = ""
        try:
            take_wish(self._folder, self._auth.apply)
            if self._clock.monotonic_s() >= self._clear_at_s:
                self._auth.sessions.drop_expired()
                self._clear_at_s = self._clock.monotonic_s() + CLEAR_EVERY_S
            if self._clock.monotonic_s() >= self._copy_at_s:
                self._copy_at_s = self._clock.monotonic_s() + COPY_EVERY_S
                self._keep_copy()
        except StoreError as error:
            trouble = str(error)
        if trouble and trouble != self._said:
            _log.warning(line("access not brought up to date", why=trouble))
        self._said = trouble
