"""SHELL between journal, sender and link: carries out what the sender wants done."""

import random
from collections.abc import Callable

from firmware.errors import JournalError
from firmware.holdings import with_hole
from firmware.journal import Journal
from firmware.sender import Sender
from firmware.transfer import (
    Acknowledged,
    Action,
    Connected,
    Disconnected,
    Event,
    Journalled,
    KeepPosition,
    NewStream,
    PublishBatch,
    PublishHello,
    Tick,
    Trim,
)
from monitor.contract.codec import decode, encode
from monitor.contract.messages import SCHEMA_VERSION, Batch, Hello, Stored
from monitor.contract.record import ClockState, Minute, instant
from monitor.contract.topics import Leaf
from monitor.runtime.clock import Clock


class Courier:
    """Keeps minutes and gets them to the store: the daemon's one door to both.

    Args:
        journal: an open one; nobody else writes to it.
        device: this device's id.
        session: names this run of the daemon, 16 hex digits.
        clock: the network's, which is real even where minutes are virtual.
        rng: for the sender's jitter.
        publish: hands bytes to a leaf of the room; what cannot be sent is dropped.
        report: takes a key=value line for the log.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        device: str,
        session: str,
        clock: Clock,
        rng: random.Random,
        publish: Callable[[Leaf, bytes], object],
        report: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._device = device
        self._session = session
        self._clock = clock
        self._publish = publish
        self._report = report
        self._sequence = 0
        self._fault = ""
        self._sender = Sender(device, journal.holdings(), rng)

    @property
    def sender(self) -> Sender:
        """Return the state machine, for its backlog, counts and wake_at_s."""
        return self._sender

    @property
    def fault(self) -> str:
        """Return why the journal last refused, empty once it took a record again."""
        return self._fault

    def keep(
        self,
        minute: Minute,
        *,
        boot: str,
        boottime_s: float,
        clock: ClockState,
        sync: bool = True,
    ) -> None:
        """Journal a minute and send it as the protocol allows; arguments as Journal.append.

        A disk that refuses is reported once, and the minute waits in memory.

        Raises:
            PayloadError: the minute breaks the contract; it is not kept.
        """
        try:
            self._journal.append(minute, boot=boot, boottime_s=boottime_s, clock=clock, sync=sync)
            self._fault = ""
        except JournalError as error:
            self._note_fault(error)
        self._run(self._journalled())

    def sync(self) -> None:
        """Make durable what keep left waiting, and send it."""
        try:
            self._journal.sync()
            self._fault = ""
        except JournalError as error:
            self._note_fault(error)
        self._run(self._journalled())

    def connected(self) -> None:
        """Take note that the link is up and subscribed."""
        self._run(Connected())

    def disconnected(self) -> None:
        """Take note that the link is down."""
        self._run(Disconnected())

    def tick(self) -> None:
        """Do what is due; call it at sender.wake_at_s, or simply often."""
        self._run(Tick())

    def receive(self, payload: bytes, *, retained: bool = False) -> None:
        """Take a message from the room's stored topic, retained if the broker had kept it.

        While the disk cannot be read it cannot be compared with ours, and is let go.

        Raises:
            PayloadError: not a Stored message; the owner counts it.
        """
        stored = decode(payload, Stored)
        held_crc = None
        if stored.stream == self._journal.stream:
            try:
                held_crc = self._journal.crc_of(stored.stored_seq)
            except JournalError as error:
                self._note_fault(error)
                return
        self._run(Acknowledged(stored=stored, held_crc=held_crc, retained=retained))

    def _journalled(self) -> Journalled:
        return Journalled(holdings=self._journal.holdings())

    def _run(self, event: Event) -> None:
        events = [event]
        for happened in events:
            for action in self._sender.handle(happened, self._clock.monotonic_s()):
                try:
                    events += self._do(action)
                except JournalError as error:
                    self._note_fault(error)

    def _do(self, action: Action) -> list[Event]:
        match action:
            case PublishHello():
                self._publish(Leaf.HELLO, encode(self._hello(action)))
            case PublishBatch():
                return self._send(action)
            case KeepPosition(seq=seq):
                self._journal.acknowledge(seq)
            case Trim(up_to_seq=up_to_seq):
                self._journal.trim(up_to_seq)
                return [self._journalled()]
            case NewStream():
                self._journal.new_stream()
                self._report(f"new_stream={self._journal.stream}")
                return [self._journalled()]
            case _:
                fields = (f"{key}={value}" for key, value in action.fields)
                self._report(" ".join([action.topic, *fields]))
        return []

    def _send(self, action: PublishBatch) -> list[Event]:
        wanted = action.last_seq - action.first_seq + 1
        records = self._journal.records(action.first_seq, limit=wanted)
        if records:
            # A line that turned out damaged only now is declared with the others.
            holes = with_hole(action.holes, action.first_seq, records[0].seq - 1)
            batch = Batch(
                v=SCHEMA_VERSION,
                at=instant(self._clock.now_ms()),
                sequence=self._next_sequence(),
                device=self._device,
                session=self._session,
                stream=action.stream,
                lowest_seq=action.lowest_seq,
                holes=tuple(holes),
                records=tuple(records),
            )
            self._publish(Leaf.RECORDS, encode(batch))
        if records and records[0].seq == action.first_seq:
            return []
        return [self._journalled()]

    def _hello(self, action: PublishHello) -> Hello:
        return Hello(
            v=SCHEMA_VERSION,
            at=instant(self._clock.now_ms()),
            sequence=self._next_sequence(),
            device=self._device,
            session=self._session,
            stream=action.stream,
            lowest_seq=action.lowest_seq,
            next_seq=action.next_seq,
        )

    def _next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def _note_fault(self, error: JournalError) -> None:
        if not self._fault:
            self._report(f"journal_fault={error}")
        self._fault = str(error)
