"""Writes alert states, decisions and the outbox into nights.db, for its one writer."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from monitor.store.alerts_db import FAILED, SENDING, SENT, WAITING, DecisionRow, NewMessage
from monitor.store.alerts_db import OutboxRow as Row
from monitor.store.alerts_reader import DECISION, OPEN, outbox_rows
from monitor.store.database import InWords, Transaction

ANCHOR: Final = "alert_anchor"
REQUESTS_SEEN: Final = "alert_requests_seen"


class AlertsWriter:
    """Shares the connection of nights.db's writer; every method is one transaction at most.

    Any method may raise StoreUnavailableError; nothing of its work is kept then.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def states(self) -> dict[str, str]:
        """Return the state of each room as it was kept."""
        with InWords(self._path):
            return dict(self._connection.execute("SELECT room, state FROM alert_states"))

    def anchor(self) -> str | None:
        """Return the anchor of steady time as it was kept, None before the first."""
        return self._meta(ANCHOR)

    def requests_seen(self) -> int | None:
        """Return the last request of household.db that was carried out.

        None where nothing is kept, or its bytes have changed.
        """
        kept = self._meta(REQUESTS_SEEN) or ""
        return int(kept) if kept.isascii() and kept.isdigit() else None

    def keep(
        self,
        *,
        states: Mapping[str, str],
        anchor: str,
        decisions: Sequence[DecisionRow] = (),
        messages: Iterable[NewMessage] = (),
        made_s: float = 0.0,
        requests_seen: int | None = None,
    ) -> tuple[int, ...]:
        """Keep what was decided, what is remembered, and what is to be sent: all or nothing.

        Returns the ids of the messages, in their order.
        """
        with Transaction(self._connection, self._path):
            self._connection.executemany(
                "INSERT INTO alert_states VALUES (?, ?)"
                " ON CONFLICT (room) DO UPDATE SET state = excluded.state",
                states.items(),
            )
            ids = [self._decided(decision) for decision in decisions]
            sent = tuple(
                self._inserted(
                    "INSERT INTO outbox (decision_id, channel, urgency, made_s)"
                    " VALUES (?, ?, ?, ?)",
                    (ids[one.decision], one.channel, one.urgency, made_s),
                )
                for one in messages
            )
            self._note(ANCHOR, anchor)
            if requests_seen is not None:
                self._note(REQUESTS_SEEN, str(requests_seen))
        return sent

    def open_messages(self) -> tuple[Row, ...]:
        """Return what waits or is being sent, oldest first."""
        return outbox_rows(self._connection, self._path, f"WHERE {OPEN} ORDER BY message_id")

    def claim(self, message_ids: Sequence[int]) -> None:
        """Note that an attempt begins, before it does."""
        self._update("status = ?, attempts = attempts + 1", message_ids, SENDING)

    def sent(self, message_ids: Sequence[int], answer: str, at_ms: int) -> None:
        """Note that messages have arrived."""
        self._update("status = ?, answer = ?, done_ms = ?", message_ids, SENT, answer, at_ms)

    def failed(self, message_ids: Sequence[int], answer: str, at_ms: int) -> None:
        """Note that messages are given up."""
        self._update("status = ?, answer = ?, done_ms = ?", message_ids, FAILED, answer, at_ms)

    def again(self, message_ids: Sequence[int], answer: str, next_s: float) -> None:
        """Note that messages are to be tried again, not before next_s."""
        self._update("status = ?, answer = ?, next_s = ?", message_ids, WAITING, answer, next_s)

    def _decided(self, row: DecisionRow) -> int:
        return self._inserted(
            f"INSERT INTO alert_decisions ({DECISION})"  # noqa: S608 - constants
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.room, row.at_ms, row.night, row.kind, row.what, row.fate, row.why, row.title,
             row.body, row.rise_from_ms, row.rise_to_ms),
        )  # fmt: skip

    def _inserted(self, sql: str, values: tuple[object, ...]) -> int:
        return self._connection.execute(sql, values).lastrowid or 0

    def _update(self, what: str, message_ids: Sequence[int], *values: str | float) -> None:
        with Transaction(self._connection, self._path):
            self._connection.executemany(
                f"UPDATE outbox SET {what} WHERE message_id = ?",  # noqa: S608 - constants
                [(*values, message_id) for message_id in message_ids],
            )

    def _meta(self, key: str) -> str | None:
        with InWords(self._path):
            row = self._connection.execute(
                "SELECT value FROM meta WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else str(row[0])

    def _note(self, key: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
