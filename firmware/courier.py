"""SHELL between journal, sender and link: carries out what the sender wants done."""

import random
from collections.abc import Callable
from typing import Final

from firmware.dating import WAITS_S, Dating, Found
from firmware.errors import JournalError
from firmware.holdings import Holdings, Hole, with_hole
from firmware.journal import Journal
from firmware.sender import Sender
from firmware.transfer import (
    Acknowledged,
    Action,
    Connected,
    Corrected,
    Disconnected,
    Event,
    Journalled,
    KeepPosition,
    NewStream,
    PublishBatch,
    PublishHello,
    Tick,
    Topic,
    Trim,
)
from monitor.contract.codec import decode, encode
from monitor.contract.messages import SCHEMA_VERSION, Batch, Hello, Stored, Trouble
from monitor.contract.record import ClockState, Minute, Record, instant
from monitor.contract.topics import Leaf
from monitor.runtime.clock import Clock

# Judgement: who looks at the page in the morning finds what befell the journal in the night.
TROUBLE_TOLD_S: Final = 86_400.0
TROUBLES: Final = {
    Topic.NOT_OURS: Trouble.NOT_OURS,
    Topic.AT_A_HOLE: Trouble.JOURNAL_DAMAGED,
    Topic.OTHER_STORE: Trouble.OTHER_STORE,
    Topic.NEW_STORE: Trouble.OTHER_STORE,
    Topic.POSITION_FELL: Trouble.POSITION_FELL,
}
# judgement: a card that refuses once refuses each minute; 10 lines an hour are a lot.
SAME_FAULT_S: Final = 3600.0
# What it says of damage; a torn tail is what a power cut leaves, and no loss.
DAMAGE: Final = ("set_aside=", "hole=", "unreadable=")


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
        dating: of the journal's records that were made before the time was known; it
            has learnt what the journal tells.
        read_later: called where more can be read of what was before the start.
    """

    def __init__(  # noqa: PLR0913 - one parameter a part it is put together from
        self,
        journal: Journal,
        *,
        device: str,
        session: str,
        clock: Clock,
        rng: random.Random,
        publish: Callable[[Leaf, bytes], object],
        report: Callable[[str], None],
        dating: Dating,
        read_later: Callable[[], object] = lambda: None,
    ) -> None:
        self._journal = journal
        self._device = device
        self._session = session
        self._clock = clock
        self._publish = publish
        self._report = report
        self._dating, self._read_later = dating, read_later
        self._sequence = 0
        self._flight: tuple[int, Hole] | None = None
        self._fault, self._fault_told = "", ("", 0.0)
        self._unproven: tuple[bytes, bool] | None = None
        self._troubles: dict[Trouble, float] = {}
        self._dropped, self._is_time_kept = journal.dropped, False
        self._note_damage([*journal.findings, *dating.findings])
        self._found = len(journal.findings)
        self._told = self._take_stock()
        self._sender = Sender(device, self._told, rng)
        self._run(Corrected(ranges=dating.corrections(self._told)))

    @property
    def sender(self) -> Sender:
        """Return the state machine, for its backlog, counts and wake_at_s."""
        return self._sender

    @property
    def fault(self) -> str:
        """Return why the journal last refused, empty once it took a record again."""
        return self._fault

    @property
    def unwritten(self) -> int:
        """Return how many minutes wait in memory because the disk refuses them."""
        return self._journal.waiting if self._fault else 0

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Return what has befallen the journal or its transfer within the last day."""
        since_s = self._clock.monotonic_s() - TROUBLE_TOLD_S
        return tuple(one for one, at_s in self._troubles.items() if at_s >= since_s)

    def _note_damage(self, findings: list[str]) -> None:
        if any(found.startswith(DAMAGE) for found in findings):
            self._has(Trouble.JOURNAL_DAMAGED)

    def _has(self, trouble: Trouble) -> None:
        self._troubles[trouble] = self._clock.monotonic_s()

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
            if sync:
                self._fault = ""  # or else only memory has taken it
        except JournalError as error:
            self._note_fault(error)
        if self._journal.dropped > self._dropped:
            self._dropped = self._journal.dropped
            self._has(Trouble.GIVEN_UP)
        self._take_in()

    def sync(self) -> None:
        """Make durable what keep left waiting, and send it."""
        self._make_durable(self._journal.sync)

    def close(self) -> None:
        """Do so for the last time: what would be lost waits for no card to heal."""
        self._make_durable(self._journal.close)

    def _make_durable(self, task: Callable[[], None]) -> None:
        try:
            task()
            self._fault = ""
        except JournalError as error:
            self._note_fault(error)
        self._take_in()

    def _take_in(self) -> None:
        """Let the sender know what the journal holds, and tell what it has found since.

        A journal that opens late, or a segment that can be read again, may hold minutes that
        were sent before their date was known.
        """
        before, fresh = self._told.stream, self._journal.findings[self._found :]
        self._found += len(fresh)
        self._note_damage(fresh)
        for finding in fresh:
            self._report(f"journal {finding}")
        self._run(self._journalled())
        if fresh or self._told.stream != before:
            self._dating.learn(self._journal)
            self._run(Corrected(ranges=self._dating.corrections(self._told)))
        if self._told.stream != before or any(one.startswith("readable=") for one in fresh):
            self._read_later()
            if self._unproven is not None:  # a twin of this card may have written what is there
                unproven, self._unproven = self._unproven, None
                self.receive(unproven[0], retained=unproven[1], is_late=True)

    def connected(self) -> None:
        """Take note that the link is up and subscribed."""
        self._run(Connected())

    def disconnected(self) -> None:
        """Take note that the link is down."""
        self._run(Disconnected())

    def tick(self) -> None:
        """Do what is due; call it at sender.wake_at_s, or simply often."""
        self._date()
        self._run(Tick())

    def receive(self, payload: bytes, *, retained: bool = False, is_late: bool = False) -> None:
        """Take a message from the room's stored topic, retained if the broker had kept it.

        While the disk cannot be read it cannot be compared with ours, and is let go; but where
        that is no error in passing, a position is better than none: it is compared later.

        Raises:
            PayloadError: not a Stored message; the owner counts it.
        """
        stored = decode(payload, Stored)
        try:
            held = self._held(stored)
        except JournalError as error:
            self._note_fault(error)
            if not self._told.is_unreadable(stored.stored_seq):
                return
            held, self._unproven = None, (payload, retained)
        dated = None if held is None else self._dating.dated(held)
        is_bare = held is not None and held is not dated and stored.stored_crc == held.crc
        ours = held if is_bare else dated
        answered = self._flight[1] if self._flight and stored.answers == self._flight[0] else None
        self._run(
            Acknowledged(
                stored=stored,
                held_crc=None if ours is None else ours.crc,
                retained=retained,
                answered=answered,
                lacks_date=is_bare,
                is_late=is_late,
            )
        )

    def _held(self, stored: Stored) -> Record | None:
        is_ours = stored.stream == self._journal.stream
        return self._journal.record_at(stored.stored_seq) if is_ours else None

    def _date(self) -> None:
        """Date the records of this boot as soon as a time source is found; let go what waits."""
        if self._clock.state() is ClockState.UNSYNCED:
            self._is_time_kept = False
            if self._told.waits_from is not None and self._clock.boottime_s() >= WAITS_S:
                self._run(self._journalled())
        elif self._undated or (self._told.has_unread and not self._is_time_kept):
            self._find_time()  # also for what nobody can tell of yet whether it is dated

    def _find_time(self) -> None:
        ranges = tuple((run.first_seq, run.last_seq) for run in self._undated)
        boottime_s = self._clock.boottime_s()
        ahead_ms = self._clock.now_ms() - round(boottime_s * 1000)
        found = Found(boot=self._clock.boot_id(), at_s=boottime_s, ahead_ms=ahead_ms)
        if self._dating.found_time(found, self._told):
            self._is_time_kept = True
            self._flight = None  # what is under way goes without a date, and takes none away
            if ranges:
                self._report(f"time_found ranges={len(ranges)}")
            self._run(Corrected(ranges=ranges))
            self._run(self._journalled())

    def _take_stock(self) -> Holdings:
        """Return what is durable, and from where on it waits for its date."""
        held = self._journal.holdings()
        self._undated = self._dating.undated(held, self._clock.boot_id())
        if self._undated and self._clock.boottime_s() < WAITS_S:
            return held.waiting(self._undated[0].first_seq)
        return held

    def _journalled(self) -> Journalled:
        self._told = self._take_stock()
        return Journalled(holdings=self._told)

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
            case KeepPosition(seq=seq, store=store):
                self._journal.acknowledge(seq, store)
            case Trim(up_to_seq=up_to_seq):
                self._journal.trim(up_to_seq)
                return [self._journalled()]
            case NewStream():
                self._journal.new_stream()
                self._report(f"new_stream={self._journal.stream}")
                return [self._journalled()]
            case _:
                self._has(TROUBLES[action.topic])
                fields = (f"{key}={value}" for key, value in action.fields)
                self._report(" ".join([action.topic, *fields]))
        return []

    def _send(self, action: PublishBatch) -> list[Event]:
        wanted = action.last_seq - action.first_seq + 1
        records = [
            self._dating.dated(record)
            for record in self._journal.records(action.first_seq, limit=wanted)
        ]
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
            self._flight = batch.sequence, (records[0].seq, records[-1].seq)
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
        self._fault, now_s = str(error), self._clock.monotonic_s()
        told, told_s = self._fault_told
        if self._fault != told or now_s - told_s >= SAME_FAULT_S:
            self._report(f"journal_fault={error}")
            self._fault_told = self._fault, now_s
