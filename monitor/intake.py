"""Records in, acknowledgements out: carries out what the receiver wants done."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from monitor.contract.messages import Stored
from monitor.contract.record import Record, instant
from monitor.receiver import (
    Action,
    BatchReceived,
    Committed,
    Event,
    Receiver,
    Source,
    StoreBatch,
)
from monitor.runtime.clock import Clock
from monitor.store.errors import StoreError
from monitor.store.nights_writer import NightsWriter

# Judgement: heals well within the 60 s promised (docs/no-loss.md) after a full disk.
RETRY_S: Final = 2.0


class Intake:
    """The shell between receiver and store; nothing is acknowledged that is not durable.

    Args:
        writer: of nights.db; the receiver asks the same one.
        receiver: decides what to store and what to acknowledge.
        clock: stamps acknowledgements and spaces retries.
        publish: sends an acknowledgement to a room.
        stored: told of a room's records once they are durable.
        failed: told why a store refused; the newest batch of each room is tried again.
        healed: told that the store has answered.
    """

    def __init__(
        self,
        *,
        writer: NightsWriter,
        receiver: Receiver,
        clock: Clock,
        publish: Callable[[str, Stored], None],
        stored: Callable[[str, Sequence[Record]], None],
        failed: Callable[[StoreError], None],
        healed: Callable[[], None],
    ) -> None:
        self._writer = writer
        self._receiver = receiver
        self._clock = clock
        self._publish = publish
        self._stored = stored
        self._failed = failed
        self._healed = healed
        self._again: dict[str, BatchReceived] = {}
        self._retry_at_s = 0.0

    @property
    def conflicts(self) -> int:
        """Return how many records came again with other contents since the start."""
        return self._receiver.counts.conflicts

    def take(self, event: Event) -> None:
        """Take one event of the transfer protocol; never raises for a failing store."""
        try:
            self._carry_out(event)
        except StoreError as error:
            if isinstance(event, BatchReceived):
                self._again[event.room] = event
            self._retry_at_s = self._clock.monotonic_s() + RETRY_S
            self._failed(error)
            return
        if isinstance(event, BatchReceived):
            self._again.pop(event.room, None)
        self._healed()

    def retry(self) -> None:
        """Try again what a failing store refused, every few seconds."""
        if self._again and self._clock.monotonic_s() >= self._retry_at_s:
            for event in tuple(self._again.values()):
                self.take(event)

    def _carry_out(self, event: Event) -> None:
        actions: deque[Action] = deque(self._receiver.handle(event, self._at()))
        while actions:
            action = actions.popleft()
            if isinstance(action, StoreBatch):
                records = self._store(action)
                done = Committed(storing=action)
                actions.extend(self._receiver.handle(done, self._at()))
                self._stored(action.source.room, records)
            else:
                self._publish(action.room, action.stored)

    def _store(self, storing: StoreBatch) -> tuple[Record, ...]:
        source = storing.source
        records = (*storing.revisions, *storing.records)
        self._writer.store_batch(
            room=source.room,
            device=source.device,
            stream=source.stream,
            records=records,
            gaps=storing.gaps,
            stored_seq=storing.position,
        )
        # What people deleted counts as stored and is nobody's any more.
        return tuple(self._writer.honoured.sorted(source.room, records)[0])

    def _at(self) -> datetime:
        return instant(self._clock.now_ms())


def receiver_of(writer: NightsWriter) -> Receiver:
    """Return a receiver that knows whom to tell on connecting, a room's newest stream last."""
    sources = tuple(
        Source(room=room, device=device, stream=stream) for room, device, stream in writer.streams()
    )
    return Receiver(writer.store_id, writer, sources)
