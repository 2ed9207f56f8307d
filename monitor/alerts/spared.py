"""Keeps alerts going while the store refuses: in memory now, in the store once it answers.

A disk may be full or read-only for hours, which is when people most need to be told. What
cannot be written is held here, sent from here, and written down later in the same order. A
kill meanwhile makes the same be decided, and told, once more: late and twice beats never.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.runtime.clock import Clock
from monitor.store.alerts_db import (
    FAILED,
    SENDING,
    SENT,
    WAITING,
    DecisionRow,
    NewMessage,
    OutboxRow,
)
from monitor.store.alerts_writer import AlertsWriter
from monitor.store.errors import StoreError

# Judgement: each try at a locked store may wait half a second for it.
RETRY_S: Final = 2.0
# Judgement: three messages a kind and night make some 20 decisions; this is a month's.
MAX_OWED: Final = 600


@dataclass(slots=True, kw_only=True)
class _Owed:
    """A transaction that the store has not taken; rows are its messages, numbered below 0."""

    states: dict[str, str]
    anchor: str
    decisions: tuple[DecisionRow, ...]
    messages: tuple[NewMessage, ...]
    made_s: float
    requests_seen: int | None
    rows: tuple[int, ...]


class SparedAlerts:
    """An AlertsWriter that never refuses; what it owes the store it pays as soon as it can.

    Args:
        writer: of the store.
        clock: spaces the tries.
    """

    def __init__(self, writer: AlertsWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._retry_at_s = 0.0
        self._owed: list[_Owed] = []
        self._changed: dict[int, OutboxRow] = {}
        self._known: tuple[OutboxRow, ...] = ()
        self._lowest_id = 0
        self._paid: dict[int, int] = {}
        self.trouble = ""

    def keep(
        self,
        *,
        states: Mapping[str, str],
        anchor: str,
        decisions: Sequence[DecisionRow] = (),
        messages: Iterable[NewMessage] = (),
        made_s: float = 0.0,
        requests_seen: int | None = None,
    ) -> None:
        """Keep what was decided, in the store or until it answers; see AlertsWriter.keep."""
        wanted = tuple(messages)
        owed = _Owed(
            states=dict(states),
            anchor=anchor,
            decisions=tuple(decisions),
            messages=wanted,
            made_s=made_s,
            requests_seen=requests_seen,
            rows=tuple(self._lowest_id - number for number in range(1, len(wanted) + 1)),
        )
        if self._tries(lambda: self._write(owed)):
            return
        self._lowest_id -= len(wanted)
        # States without a decision only matter when they are the newest.
        self._owed = [one for one in self._owed if one.decisions or one.requests_seen is not None]
        self._owed = [*self._owed, owed][-MAX_OWED:]
        self._changed |= {row.message_id: row for row in _rows_of(owed)}

    def open_messages(self) -> tuple[OutboxRow, ...]:
        """Return what waits or is being sent, oldest first."""
        self._tries(self._read)
        changed = self._changed
        rows = [changed.get(row.message_id, row) for row in self._known]
        rows += [row for row in changed.values() if row.message_id < 0]
        return tuple(row for row in rows if row.status in (WAITING, SENDING))

    def claim(self, message_ids: Sequence[int]) -> None:
        """Note that an attempt begins."""
        self._settle(
            message_ids,
            self._writer.claim,
            lambda row: replace(row, status=SENDING, attempts=row.attempts + 1),
        )

    def sent(self, message_ids: Sequence[int], answer: str, at_ms: int) -> None:
        """Note that messages have arrived."""
        self._settle(
            message_ids,
            lambda ids: self._writer.sent(ids, answer, at_ms),
            lambda row: replace(row, status=SENT, answer=answer, done_ms=at_ms),
        )

    def failed(self, message_ids: Sequence[int], answer: str, at_ms: int) -> None:
        """Note that messages are given up."""
        self._settle(
            message_ids,
            lambda ids: self._writer.failed(ids, answer, at_ms),
            lambda row: replace(row, status=FAILED, answer=answer, done_ms=at_ms),
        )

    def again(self, message_ids: Sequence[int], answer: str, next_s: float) -> None:
        """Note that messages are to be tried again, not before next_s."""
        self._settle(
            message_ids,
            lambda ids: self._writer.again(ids, answer, next_s),
            lambda row: replace(row, status=WAITING, answer=answer, next_s=next_s),
        )

    def _settle(
        self,
        message_ids: Sequence[int],
        write: Callable[[Sequence[int]], None],
        change: Callable[[OutboxRow], OutboxRow],
    ) -> None:
        ids = [self._paid.get(one, one) for one in message_ids]
        if not self._changed.keys() & ids and self._tries(lambda: write(ids)):
            return
        ids = [self._paid.get(one, one) for one in ids]  # the try may have paid them
        held = {row.message_id: row for row in self._known} | self._changed
        self._changed |= {one: change(held[one]) for one in ids if one in held}

    def _tries(self, task: Callable[[], None]) -> bool:
        """Pay what is owed and do the task; on a failure leave the store alone for a while."""
        if self.trouble and self._clock.monotonic_s() < self._retry_at_s:
            return False
        try:
            self._pay()
            task()
        except StoreError as error:
            self.trouble = str(error)
            self._retry_at_s = self._clock.monotonic_s() + RETRY_S
            return False
        self.trouble = ""
        return True

    def _pay(self) -> None:
        while self._owed:
            self._write(self._owed[0])
            del self._owed[0]
        for message_id, row in tuple(self._changed.items()):
            if message_id > 0:
                self._pay_status(message_id, row)
            del self._changed[message_id]

    def _write(self, owed: _Owed) -> None:
        """Write a transaction; what became of its messages meanwhile goes by their ids there."""
        ids = self._writer.keep(
            states=owed.states,
            anchor=owed.anchor,
            decisions=owed.decisions,
            messages=owed.messages,
            made_s=owed.made_s,
            requests_seen=owed.requests_seen,
        )
        for row_id, message_id in zip(owed.rows, ids, strict=True):
            self._paid[row_id] = message_id
            row = self._changed.pop(row_id, None)
            if row is not None and (row.attempts or row.status != WAITING):
                self._changed[message_id] = replace(row, message_id=message_id)

    def _pay_status(self, message_id: int, row: OutboxRow) -> None:
        if row.attempts:
            self._writer.claim([message_id])
        if row.status == WAITING:
            self._writer.again([message_id], row.answer, row.next_s)
        elif row.status == SENT:
            self._writer.sent([message_id], row.answer, row.done_ms or 0)
        elif row.status == FAILED:
            self._writer.failed([message_id], row.answer, row.done_ms or 0)

    def _read(self) -> None:
        self._known = self._writer.open_messages()


def _rows_of(owed: _Owed) -> list[OutboxRow]:
    """Return an owed transaction's messages as rows that wait."""
    return [
        OutboxRow(
            message_id=row_id,
            channel=message.channel,
            urgency=message.urgency,
            made_s=owed.made_s,
            next_s=0.0,
            attempts=0,
            status=WAITING,
            answer="",
            done_ms=None,
            decision=owed.decisions[message.decision],
        )
        for row_id, message in zip(owed.rows, owed.messages, strict=True)
    ]
