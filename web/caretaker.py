"""Takes what commands hand over, and clears what is over: a loop beside the server."""

import logging
import threading
from pathlib import Path
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.store.errors import HandoverError, SettingError, StoreError
from monitor.store.handover import NewSettings, Wish, take_wish
from monitor.store.household_writer import HouseholdWriter
from web.auth import Auth

# Judgement: `sudo nightroom setup-code` answers within a second; one look costs 10 µs.
LOOK_S: Final = 1.0
CLEAR_EVERY_S: Final = 3600.0
# Judgement: 100 kB a day; what people choose changes a few times a week.
COPY_EVERY_S: Final = 86_400.0
_log = logging.getLogger(__name__)


class Caretaker:
    """Looks into the data folder once a second.

    Args:
        auth: takes what has to do with access; None where there is no login.
        folder: the data folder.
        writer: takes calibrations, dates what waits for it, and keeps a copy of itself once a day.
        clock: paces the looking.
    """

    def __init__(
        self, auth: Auth | None, folder: Path, *, writer: HouseholdWriter, clock: Clock
    ) -> None:
        self._auth = auth
        self._writer = writer
        self._folder = folder
        self._clock = clock
        self._clear_at_s = self._forget_at_s = clock.monotonic_s()
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
            take_wish(self._folder, self._apply)
            self._writer.date_rows()
            if self._auth is not None and self._clock.monotonic_s() >= self._clear_at_s:
                self._auth.sessions.drop_expired()
                self._clear_at_s = self._clock.monotonic_s() + CLEAR_EVERY_S
            if self._clock.monotonic_s() >= self._forget_at_s:
                self._forget_at_s = self._clock.monotonic_s() + CLEAR_EVERY_S
                self._writer.diary().forget(self._clock.now_ms())
                self._writer.check()
            if self._clock.monotonic_s() >= self._copy_at_s:
                self._copy_at_s = self._clock.monotonic_s() + COPY_EVERY_S
                self._writer.keep_copy()
        except StoreError as error:
            trouble = str(error)
        if trouble and trouble != self._said:
            _log.warning(line("access not brought up to date", why=trouble))
        self._said = trouble

    def _apply(self, wish: Wish) -> None:
        if isinstance(wish, NewSettings):
            try:
                self._writer.take(wish)
            except SettingError as error:  # it would never be otherwise: not again
                _log.warning(line("calibration refused", why=str(error)))
        elif self._auth is None:
            raise HandoverError("a code or password waits, but these pages ask for no login")
        else:
            self._auth.apply(wish)
