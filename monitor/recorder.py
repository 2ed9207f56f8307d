"""MQTT in, validated, stored, acknowledged; the live files; the scores out.

Live messages go before records, and a step does a bounded amount of work, so that a
back-fill of weeks delays no live value. A store that fails costs the live page nothing:
records are then not acknowledged, and the batch is tried again.
"""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from monitor import receiver as transfer
from monitor.contract.codec import decode, encode
from monitor.contract.errors import ContractError
from monitor.contract.messages import Availability, Batch, Hello, State
from monitor.contract.record import instant
from monitor.contract.topics import FROM_SENSORS, Leaf, Topics
from monitor.night.household import Household
from monitor.nightly import Nightly, Score
from monitor.runtime.clock import Clock
from monitor.runtime.link import Connected, Disconnected, Inbound, Link, Outbound
from monitor.runtime.sampled import SampledLog
from monitor.runtime.settings import Settings
from monitor.score.announce import live_message, night_message
from monitor.score.errors import ScoreError
from monitor.score.result import Live, NightScore
from monitor.store.errors import StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.live import LIVE_FOLDER, Finding, LiveFiles
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.room_now import RoomNow

log = logging.getLogger(__name__)

# Judgement: what a hundred rooms send in five seconds; the rest waits for the next step.
LIVE_A_STEP: Final = 100
# Judgement: 60 records and their commit take some 20 ms, so a step stays below 100 ms.
TRANSFERS_A_STEP: Final = 4
# Judgement: as many as the link hands over at once; senders offer the oldest again.
MAX_WAITING: Final = 1_000
# Judgement: a sixth of the 30 s after which a value is no longer live.
WRITE_S: Final = 5.0
# Judgement: heals well within the 60 s the design allows after a full disk.
RETRY_S: Final = 2.0
WAIT_S: Final = 0.5
# Judgement: a fault of the program itself must not become a busy loop.
BACK_OFF_S: Final = 1.0
# Source: the design: live values expire on the broker after 90 s.
SCORE_EXPIRY_S: Final = 90

LIVE_KINDS: Final[dict[Leaf, type[State] | type[Availability]]] = {
    Leaf.STATE: State,
    Leaf.AVAILABLE: Availability,
}
TRANSFER_KINDS: Final[dict[Leaf, type[Batch] | type[Hello]]] = {
    Leaf.RECORDS: Batch,
    Leaf.HELLO: Hello,
}

ScoreNow = Callable[[State, Household, int], Live]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What has gone wrong since the start."""

    refused: int = 0
    store_failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """How nights and the room now are judged; the version is stored with every score."""

    score_model_version: int
    night: Score
    now: ScoreNow


def subscriptions(topics: Topics) -> tuple[str, ...]:
    """Return the filters the monitor's link subscribes to."""
    return tuple(topics.every_room(leaf) for leaf in FROM_SENSORS)


class Recorder:
    """The monitor's loop; everything it touches is handed in.

    Args:
        link: subscribed to subscriptions(topics).
        clock: wall time for stamps, monotonic for intervals.
        topics: spells what is published.
        writer: of nights.db; this is its only user but nightly.
        receiver: decides what to store and acknowledge; it asks the same writer.
        nightly: told of stored minutes, stepped once a step.
        score_now: judges a state by the settings in force at an instant.
        live_files: replaced whenever a room changes, and every few seconds.
        rooms: that have stored minutes before, to be shown from the start.
    """

    def __init__(
        self,
        *,
        link: Link,
        clock: Clock,
        topics: Topics,
        writer: NightsWriter,
        receiver: transfer.Receiver,
        nightly: Nightly,
        score_now: ScoreNow,
        live_files: LiveFiles,
        rooms: tuple[str, ...] = (),
    ) -> None:
        self._link = link
        self._clock = clock
        self._topics = topics
        self._writer = writer
        self._receiver = receiver
        self._nightly = nightly
        self._score_now = score_now
        self._live_files = live_files
        self._rooms = {room: RoomNow(room) for room in rooms}
        self._findings: dict[str, Finding] = {}
        self._live: deque[tuple[str, Leaf, Inbound]] = deque(maxlen=MAX_WAITING)
        self._transfers: deque[tuple[str, Leaf, Inbound]] = deque(maxlen=MAX_WAITING)
        self._again: dict[str, transfer.BatchReceived] = {}
        self._scores: dict[str, Live] = {}
        self._changed: set[str] = set(rooms)
        self._next_write_s = self._next_retry_s = 0.0
        self._sequence = 0
        self._refused = self._store_failures = 0
        self._sampled = SampledLog(log, clock)

    @property
    def counts(self) -> Counts:
        """Return what has gone wrong since the start."""
        return Counts(refused=self._refused, store_failures=self._store_failures)

    def run(self, stop: threading.Event, alive: Callable[[], None] = lambda: None) -> None:
        """Step until stop is set; alive is called once a step, for a watchdog."""
        while not stop.is_set():
            try:
                is_busy = self.step()
            except Exception:
                # The outermost loop: one fault of ours must not end the recording.
                log.exception("step failed")
                is_busy = False
                self._clock.wait(BACK_OFF_S)
            alive()
            if not is_busy:
                self._clock.wait(WAIT_S, self._link.wake)

    def step(self) -> bool:
        """Do what is there, within bounds; return whether more is waiting."""
        self._take_in()
        for _ in range(min(len(self._live), LIVE_A_STEP)):
            self._take_live(*self._live.popleft())
        self._write_live_files()
        for _ in range(min(len(self._transfers), TRANSFERS_A_STEP)):
            self._take_transfer(*self._transfers.popleft())
        self._retry()
        self._judge_nights()
        return bool(self._live or self._transfers)

    def _take_in(self) -> None:
        for event in self._link.drain():
            match event:
                case Connected():
                    self._clear("broker")
                    self._greet()
                case Disconnected(reason=reason):
                    self._find("broker", f"No connection to the broker: {reason}.")
                case Inbound():
                    self._sort(event)

    def _sort(self, message: Inbound) -> None:
        try:
            room, leaf = self._topics.read(message.topic)
        except ContractError as error:
            self._refuse(error)
            return
        if leaf in LIVE_KINDS:
            self._live.append((room, leaf, message))
        elif leaf in TRANSFER_KINDS:
            self._transfers.append((room, leaf, message))

    def _greet(self) -> None:
        """Say on a new connection what a broker that lost its memory should know."""
        self._handle(transfer.Connected())
        try:
            for room in tuple(self._rooms):
                last = self._nightly.last_night(room)
                if last is not None:
                    self._publish_night(room, last)
        except StoreError as error:
            self._store_failed(error)

    def _take_live(self, room: str, leaf: Leaf, inbound: Inbound) -> None:
        try:
            message = decode(inbound.payload, LIVE_KINDS[leaf])
        except ContractError as error:
            self._refuse(error)
            return
        now = self._room(room)
        if isinstance(message, Availability):
            is_news = now.took_availability(message)
        else:
            now_ms = self._clock.now_ms()
            is_news = now.took_state(message, now_ms=now_ms, retained=inbound.retained)
            if is_news and not inbound.retained:
                self._score_live(room, message, now_ms)
        if is_news:
            self._changed.add(room)

    def _score_live(self, room: str, state: State, now_ms: int) -> None:
        try:
            live = self._score_now(state, self._nightly.settings(room, now_ms), now_ms)
        except (StoreError, ScoreError) as error:
            self._scores.pop(room, None)
            self._sampled.warn("no live score", error)
            return
        self._scores[room] = live
        message = live_message(live, at_ms=now_ms, sequence=self._number())
        self._publish(room, Leaf.SCORE, encode(message), expiry_s=SCORE_EXPIRY_S)

    def _take_transfer(self, room: str, leaf: Leaf, inbound: Inbound) -> None:
        try:
            message = decode(inbound.payload, TRANSFER_KINDS[leaf])
        except ContractError as error:
            self._refuse(error)
            return
        self._room(room)
        if isinstance(message, Batch):
            self._handle(transfer.BatchReceived(room=room, batch=message))
        else:
            self._handle(transfer.HelloReceived(room=room, hello=message))

    def _handle(self, event: transfer.Event) -> None:
        """Do what the receiver wants; a failing store acknowledges nothing."""
        actions: deque[transfer.Action] = deque()
        try:
            actions.extend(self._receiver.handle(event, self._at()))
            while actions:
                match actions.popleft():
                    case transfer.StoreBatch() as storing:
                        self._store(storing)
                        done = transfer.Committed(storing=storing)
                        actions.extend(self._receiver.handle(done, self._at()))
                    case transfer.PublishStored(room=room, stored=stored):
                        self._publish(room, Leaf.STORED, encode(stored), qos=1)
        except StoreError as error:
            self._store_failed(error)
            if isinstance(event, transfer.BatchReceived):
                self._again[event.room] = event
            return
        self._clear("store")
        if isinstance(event, transfer.BatchReceived):
            self._again.pop(event.room, None)

    def _store(self, storing: transfer.StoreBatch) -> None:
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
        self._nightly.minutes_arrived(source.room, records, self._clock.monotonic_s())

    def _retry(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._again and now_s >= self._next_retry_s:
            self._next_retry_s = now_s + RETRY_S
            for event in tuple(self._again.values()):
                self._handle(event)

    def _judge_nights(self) -> None:
        try:
            judged = self._nightly.step(
                now_ms=self._clock.now_ms(), now_s=self._clock.monotonic_s()
            )
        except StoreError as error:
            self._store_failed(error)
            return
        if judged is not None and judged.newest:
            self._publish_night(judged.room, judged.score)

    def _publish_night(self, room: str, score: NightScore) -> None:
        message = night_message(score, at_ms=self._clock.now_ms(), sequence=self._number())
        self._publish(room, Leaf.NIGHT, encode(message), qos=1)

    def _publish(
        self, room: str, leaf: Leaf, payload: bytes, *, qos: int = 0, expiry_s: int | None = None
    ) -> None:
        topic = self._topics.of(room, leaf)
        self._link.publish(
            Outbound(topic=topic, payload=payload, qos=qos, retain=True, expiry_s=expiry_s)
        )

    def _write_live_files(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_write_s:
            self._next_write_s = now_s + WRITE_S
            self._changed.update(self._rooms)
        findings = tuple(self._findings.values())
        for room in sorted(self._changed):
            night = self._nightly.running(room)
            live = replace(
                self._rooms[room].live,
                written_ms=self._clock.now_ms(),
                score=self._scores.get(room),
                night=None if night is None else replace(night, minute_costs={}),
                findings=findings,
            )
            try:
                self._live_files.write(live)
            except StoreError as error:
                self._sampled.warn("live file not written", error)
        self._changed.clear()

    def _room(self, room: str) -> RoomNow:
        if room not in self._rooms:
            self._rooms[room] = RoomNow(room)
            self._changed.add(room)
        return self._rooms[room]

    def _refuse(self, error: ContractError) -> None:
        self._refused += 1
        self._sampled.warn("message refused", error)

    def _store_failed(self, error: StoreError) -> None:
        self._store_failures += 1
        self._sampled.warn("store failed", error)
        self._find("store", f"Nothing can be stored: {error}. The sensors keep what is not.")

    def _find(self, code: str, text: str) -> None:
        if code not in self._findings:
            self._findings[code] = Finding(code=code, text=text, since_ms=self._clock.now_ms())
            self._changed.update(self._rooms)

    def _clear(self, code: str) -> None:
        if self._findings.pop(code, None) is not None:
            self._changed.update(self._rooms)

    def _at(self) -> datetime:
        return instant(self._clock.now_ms())

    def _number(self) -> int:
        self._sequence += 1
        return self._sequence


def serve(
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    *,
    connect: Callable[[tuple[str, ...]], Link],
    judge: Judge,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Run the monitor until stop is set: the composition root of its process.

    Args:
        settings: the whole file; [broker] and [monitor] are used.
        clock: the process's clock.
        stop: ends the loop within a second.
        connect: builds the link with these subscriptions.
        judge: how nights and the room now are judged.
        alive: called once a step, for a watchdog.

    Raises:
        StoreError: nights.db cannot be opened; the text says what to do.
    """
    topics = Topics(prefix=settings.broker.prefix)
    data_dir = settings.monitor.data_dir
    with ExitStack() as stack:
        writer = stack.enter_context(
            closing(NightsWriter.open(data_dir / NIGHTS_FILE, new_id=lambda: secrets.token_hex(8)))
        )
        reader = stack.enter_context(closing(NightsReader.open(data_dir / NIGHTS_FILE)))
        household = stack.enter_context(closing(HouseholdReader(data_dir / HOUSEHOLD_FILE)))
        link = connect(subscriptions(topics))
        recorder = Recorder(
            link=link,
            clock=clock,
            topics=topics,
            writer=writer,
            receiver=transfer.Receiver(writer.store_id, writer, sources_of(reader)),
            nightly=Nightly(
                writer=writer,
                reader=reader,
                household=household,
                score=judge.night,
                score_model_version=judge.score_model_version,
            ),
            score_now=judge.now,
            live_files=LiveFiles(settings.monitor.runtime_dir / LIVE_FOLDER),
            rooms=reader.rooms(),
        )
        stack.callback(link.stop)
        link.start()
        recorder.run(stop, alive)


def sources_of(reader: NightsReader) -> tuple[transfer.Source, ...]:
    """Return who is to be told on connecting, the newest stream of a room last."""
    return tuple(
        transfer.Source(room=one.room, device=one.device, stream=one.stream)
        for one in reader.streams()
    )
