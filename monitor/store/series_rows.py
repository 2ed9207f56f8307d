"""The kept series of judged nights: rows beside them, good for as long as their minutes stay."""

import sqlite3
import zlib
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from monitor.score.series import NightSeries
from monitor.store.database import InWords, Transaction
from monitor.store.series_blob import pack_series, unpack_series

_NIGHT: Final = (
    "night_id = (SELECT night_id FROM nights JOIN rooms USING (room_id)"
    " WHERE room = ? AND night = ?)"
)
_MARK: Final = f"SELECT start_ms, end_ms, records, crcs FROM night_series WHERE {_NIGHT}"  # noqa: S608 - constants
_SERIES: Final = _MARK.replace("crcs FROM", "crcs, series FROM")
_SAVE: Final = (
    "INSERT OR REPLACE INTO night_series SELECT night_id, ?, ?, ?, ?, ? FROM nights"
    " JOIN rooms USING (room_id) WHERE room = ? AND night = ?"
)
_WITHOUT: Final = (
    "SELECT room, night FROM nights JOIN rooms USING (room_id)"
    " LEFT JOIN night_series USING (night_id)"
    " WHERE night_series.night_id IS NULL ORDER BY night DESC LIMIT ?"
)


class MadeOf(NamedTuple):
    """The minutes of a series: those that end in (start_ms, end_ms], and their minutes_mark."""

    start_ms: int
    end_ms: int
    records: int
    crcs: int


class SeriesRows:
    """Reads the series of nights through a connection, and writes through a writer's.

    Any method may raise StoreUnavailableError.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def made_of(self, room: str, night: str) -> MadeOf | None:
        """Return what the kept series of a night was made of, None where there is none."""
        with InWords(self._path):
            row = self._connection.execute(_MARK, (room, night)).fetchone()
        return None if row is None else MadeOf(*row)

    def read(self, room: str, night: str, made_of: MadeOf) -> NightSeries | None:
        """Return the series of a night if it was made of just this and is sound."""
        with InWords(self._path):
            row = self._connection.execute(_SERIES, (room, night)).fetchone()
        if row is None or MadeOf(*row[:4]) != made_of:
            return None
        try:
            return unpack_series(row[4])
        except (ValueError, zlib.error, msgspec.MsgspecError):
            return None  # The minutes are there: nothing is lost but time.

    def save(self, room: str, night: str, made_of: MadeOf, series: NightSeries) -> None:
        """Keep the series of a judged night in place of an earlier one."""
        with Transaction(self._connection, self._path):
            self._connection.execute(_SAVE, (*made_of, pack_series(series), room, night))

    def missing(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (room, night) of judged nights without a series, newest first."""
        with InWords(self._path):
            rows = self._connection.execute(_WITHOUT, (limit,)).fetchall()
        return tuple((room, night) for room, night in rows)
