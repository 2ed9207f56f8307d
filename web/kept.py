"""The monitor's nights.db as the pages' Store: opened when it exists, reopened when replaced."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from monitor.contract.record import LATEST_MS, Minute
from monitor.night.window import Window
from monitor.runtime.findings import Finding
from monitor.score.series import NightSeries
from monitor.store.alerts_db import OutboxRow
from monitor.store.alerts_reader import AlertsReader
from monitor.store.condition import store_findings
from monitor.store.errors import StoreMissingError
from monitor.store.nights_reader import NightsReader, StoredNight

Answer = TypeVar("Answer")
_SUFFIXES = ("", "-wal", "-shm")


class KeptNights:
    """Reads nights.db for many threads through one connection, one question at a time.

    Before the monitor has made the file, the store reads as empty; after a restore has
    put another file in its place, the next question opens that one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._reader: NightsReader | None = None
        self._file: tuple[int, int] | None = None
        self._opened_times = 0

    def rooms(self) -> tuple[str, ...]:
        """Return the rooms with anything kept."""
        return self._ask(NightsReader.rooms, ())

    def minutes(self, room: str, start_ms: int, end_ms: int) -> tuple[Minute, ...]:
        """Return the minutes that end in (start_ms, end_ms]."""
        return self._ask(lambda reader: reader.minutes(room, start_ms, end_ms), ())

    def minutes_mark(self, room: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return what differs whenever minutes() of the same would."""
        return self._ask(lambda reader: reader.minutes_mark(room, start_ms, end_ms), (0, 0))

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        """Return what a night's picture draws, None where only its minutes tell."""
        return self._ask(lambda reader: reader.series(room, window, mark), None)

    def newest_end_ms(self, room: str, by_ms: int = LATEST_MS) -> int | None:
        """Return the end of the newest minute that ended by an instant."""
        return self._ask(lambda reader: reader.newest_end_ms(room, by_ms), None)

    def oldest_end_ms(self, room: str, after_ms: int = 0) -> int | None:
        """Return the end of the oldest minute that ended after an instant."""
        return self._ask(lambda reader: reader.oldest_end_ms(room, after_ms), None)

    def night(self, room: str, night: str) -> StoredNight | None:
        """Return one judged night, whole."""
        return self._ask(lambda reader: reader.night(room, night), None)

    def nights(self, room: str, first: str, last: str) -> tuple[StoredNight, ...]:
        """Return outlines of the judged nights from first to last."""
        return self._ask(lambda reader: reader.nights(room, first, last), ())

    def messages(self, limit: int) -> tuple[OutboxRow, ...]:
        """Return the newest messages of alerts; rarely asked for, so the file is opened anew."""
        try:
            reader = AlertsReader.open(self._path)
        except StoreMissingError:
            return ()
        with closing(reader):
            return reader.messages(limit)

    def records(self) -> int:
        """Return how many minutes have ever been stored."""
        return self._ask(lambda reader: sum(one.records for one in reader.streams()), 0)

    def condition(self) -> tuple[Finding, ...]:
        """Return what a look at the files tells, whether or not they can be opened."""
        return store_findings(self._path.parent, reads_logs=False)

    def size_bytes(self) -> int:
        """Return what the database and its log occupy."""
        return sum(
            file.stat().st_size
            for suffix in _SUFFIXES
            if (file := self._path.with_name(self._path.name + suffix)).exists()
        )

    def content_bytes(self) -> int:
        """Return what the records themselves take: without the log, which does not grow."""
        return self._ask(NightsReader.content_bytes, 0)

    def version(self) -> tuple[int, int]:
        """Return what differs whenever the monitor has written or another file is here."""
        written = self._ask(NightsReader.data_version, 0)
        return self._opened_times, written

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _ask(self, question: Callable[[NightsReader], Answer], empty: Answer) -> Answer:
        with self._lock:
            try:
                return question(self._opened())
            except StoreMissingError:
                return empty

    def _opened(self) -> NightsReader:
        file = self._identity()
        if self._reader is None or file != self._file:
            self._drop()
            self._reader = NightsReader.open(self._path)
            self._file = file
            self._opened_times += 1
        return self._reader

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _drop(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
