"""The one writer of household.db: dated settings, corrections of a night, requests."""

import sqlite3
from pathlib import Path
from typing import IO, Self

import msgspec

from monitor.contract.codec import encode
from monitor.night.household import Correction
from monitor.store.database import InWords, Schema, open_writer, take_writer_lock, transaction
from monitor.store.household_db import WHOLE_HOUSE, household_schema, setting_json


class HouseholdWriter:
    """Owns household.db for as long as it is open; rows are only ever added.

    Any method may raise StoreUnavailableError; nothing of its work is kept then.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: IO[bytes]) -> None:
        self._path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, schema: Schema | None = None) -> Self:
        """Open or create the file.

        Raises:
            StoreError: see monitor.store.database.open_writer and take_writer_lock.
        """
        schema = schema or household_schema()
        lock = take_writer_lock(path, schema)
        try:
            return cls(path, open_writer(path, schema), lock)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Close the file and let another writer in."""
        with InWords(self._path):
            self._connection.close()
        self._lock.close()

    def set_value(
        self, key: str, value: object, *, valid_from_ms: int, room: str = WHOLE_HOUSE
    ) -> None:
        """Set a field of Household or AlertChoices from an instant on, in a room or the house.

        Raises:
            SettingError: no such field, or not a value it can have.
        """
        kept = setting_json(key, value)
        with transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT INTO settings (valid_from_ms, room, key, value) VALUES (?, ?, ?, ?)",
                (valid_from_ms, room, key, kept),
            )

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        """Keep what a person said of a night; it replaces all they said of it before."""
        with transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT INTO corrections (made_ms, room, night, value) VALUES (?, ?, ?, ?)",
                (made_ms, room, night, encode(correction).decode()),
            )

    def request(self, kind: str, value: msgspec.Struct | None = None, *, made_ms: int) -> None:
        """Ask the monitor to do something (monitor.alerts.requests)."""
        with transaction(self._connection, self._path):
            self._connection.execute(
                "INSERT INTO requests (made_ms, kind, value) VALUES (?, ?, ?)",
                (made_ms, kind, "" if value is None else encode(value).decode()),
            )
