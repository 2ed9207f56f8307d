"""Reads decisions and messages of alerts from nights.db, without ever writing."""

import sqlite3
from pathlib import Path
from typing import Any, Final, Self

from monitor.store.alerts_db import DecisionRow, OutboxRow
from monitor.store.database import InWords, open_reader
from monitor.store.nights_db import nights_schema

OPEN: Final = "status IN ('waiting', 'sending')"
DECISION: Final = "room, at_ms, night, kind, what, fate, why, title, body, rise_from_ms, rise_to_ms"
MESSAGE: Final = "message_id, channel, urgency, made_s, next_s, attempts, status, answer, done_ms"


class AlertsReader:
    """A read-only view for pages; any method may raise StoreUnavailableError."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file the monitor writes.

        Raises:
            StoreMissingError: the monitor has not made it yet.
            StoreError: foreign or newer file.
        """
        return cls(path, open_reader(path, nights_schema()))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def decisions(self, room: str, limit: int = 50) -> tuple[DecisionRow, ...]:
        """Return the newest decisions of a room, newest first."""
        with InWords(self._path):
            rows = self._connection.execute(
                f"SELECT {DECISION} FROM alert_decisions WHERE room = ?"  # noqa: S608 - constants
                " ORDER BY at_ms DESC, decision_id DESC LIMIT ?",
                (room, limit),
            ).fetchall()
        return tuple(map(_decision, rows))

    def messages(self, limit: int = 50) -> tuple[OutboxRow, ...]:
        """Return the newest messages of all channels, newest first."""
        tail = f"ORDER BY message_id DESC LIMIT {int(limit)}"
        return outbox_rows(self._connection, self._path, tail)


def outbox_rows(connection: sqlite3.Connection, path: Path, tail: str) -> tuple[OutboxRow, ...]:
    """Return messages with their decisions; tail: what follows FROM in SQL, from us only."""
    with InWords(path):
        rows = connection.execute(
            f"SELECT {MESSAGE}, {DECISION} FROM outbox JOIN alert_decisions"  # noqa: S608 - constants
            f" USING (decision_id) {tail}"
        ).fetchall()
    return tuple(
        OutboxRow(
            message_id=row[0], channel=row[1], urgency=row[2], made_s=row[3], next_s=row[4],
            attempts=row[5], status=row[6], answer=row[7], done_ms=row[8],
            decision=_decision(row[9:]),
        )
        for row in rows
    )  # fmt: skip


def _decision(row: tuple[Any, ...]) -> DecisionRow:
    return DecisionRow(**dict(zip(DecisionRow.__slots__, row, strict=True)))
