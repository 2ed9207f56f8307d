"""MQTT in, validated, stored, acknowledged; the live files; the scores out.

Live messages go before records, and a step does a bounded amount of work, so that a
back-fill of weeks delays no live value. A store that fails costs the live page nothing:
records are then not acknowledged, and the batch is tried again.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.alerts.watch import Watch
from monitor.arrivals import Arrivals
from monitor.contract.codec import decode, encode
from monitor.contract.errors import ContractError
from monitor.contract.messages import Availability, Batch, Hello, State, Stored
from monitor.contract.record import ClockState, Record
from monitor.contract.topics import FROM_SENSORS, Leaf, Topics
from monitor.deleting import Deleter
from monitor.intake import Intake, receiver_of
from monitor.night.household import Household
from monitor.night_share import NightShare
from monitor.nightly import Nightly
from monitor.receiver import BatchReceived, HelloReceived
from monitor.receiver import Connected as ReceiverConnected
from monitor.runtime.clock import Clock
from monitor.runtime.link import Connected, Inbound, Link, Outbound
from monitor.runtime.logging import line
from monitor.runtime.sampled import SampledLog
from monitor.score.announce import live_message
from monitor.score.errors import ScoreError
from monitor.score.result import Live
from monitor.settings_share import SettingsShare
from monitor.store.errors import CorruptFileError, StoreError
from monitor.store.household_reader import HouseholdReader, in_force_ms
from monitor.store.live_board import BROKER, LiveBoard
from monitor.store.nights_writer import NightsWriter
from monitor.store.undo_time import Moment

log = logging.getLogger(__name__)

# Judgement: what a hundred rooms send in five seconds; the rest waits for the next step.
LIVE_A_STEP: Final = 100
# Judgement: 60 records and their commit take some 20 ms, so a step stays below 100 ms.
TRANSFERS_A_STEP: Final = 4
# Judgement: as many as the link hands over at once; senders offer the oldest again.
MAX_WAITING: Final = 1_000
WAIT_S: Final = 0.5
# Judgement: a fault of the program itself must not become a busy loop.
BACK_OFF_S: Final = 1.0
# Source: docs/no-loss.md, F8: at most 10 lines an hour; a broker that refuses does so every second.
BROKER_NOTE_S: Final = 1_200.0
NO_BROKER: Final = (
    "No connection to the broker: {}. The sensors keep their minutes; systemctl status"
    " nightroom-broker says whether it runs."
)
# Judgement: live values expire on the broker after 90 s.
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
        nightly: told of stored minutes, stepped once a step.
        score_now: judges a state by the settings in force at an instant.
        board: the rooms of this moment.
        watch: told of live values and of minutes that came, stepped once a step.
        deleter: honours what people deleted, stepped before anything is stored.
        household: what its rooms' daemons are told of.
        sampled: told of what is refused or fails.
    """

    def __init__(  # noqa: PLR0913 - a shell is handed everything it touches
        self,
        *,
        link: Link,
        clock: Clock,
        topics: Topics,
        writer: NightsWriter,
        nightly: Nightly,
        score_now: ScoreNow,
        board: LiveBoard,
        watch: Watch,
        deleter: Deleter,
        household: HouseholdReader,
        sampled: SampledLog,
    ) -> None:
        self._link = link
        self._clock = clock
        self._topics = topics
        self._intake = Intake(
            writer=writer,
            receiver=receiver_of(writer),
            clock=clock,
            publish=self._acknowledge,
            stored=self._note_stored,
            failed=self._store_failed,
            healed=lambda: board.clear("store"),
        )
        self._writer = writer
        self._nightly = nightly
        self._score_now = score_now
        self._board = board
        self._watch = watch
        self._deleter = deleter
        self._household = household
        self._share = SettingsShare(household, clock, self._publish, sampled)
        self._nights = NightShare(nightly.last_night, writer.honoured, clock, self._publish)
        self._live: deque[tuple[str, Leaf, Inbound, float]] = deque(maxlen=MAX_WAITING)
        self._arrivals = Arrivals(clock)
        self._transfers: deque[tuple[str, Leaf, Inbound]] = deque(maxlen=MAX_WAITING)
        self._sequence = 0
        self._refused = self._store_failures = 0
        self._sampled = sampled
        self._losses = SampledLog(log, clock, interval_s=BROKER_NOTE_S)
        self._is_return_news = True

    @property
    def counts(self) -> Counts:
        """Return what has gone wrong since the start."""
        return Counts(refused=self._refused, store_failures=self._store_failures)

    def run(self, stop: threading.Event, alive: Callable[[], None] = lambda: None) -> None:
        """Step until stop is set; alive is called once a step, for a watchdog."""
        while not stop.is_set():
            self._board.turn()
            try:
                is_busy = self.step()
            except Exception as error:
                if self._is_our_damage(error):
                    raise  # only a new start can set the file aside
                # The outermost loop: one fault of ours must not end the recording.
                self._sampled.exception("step failed")
                is_busy = False
                self._clock.wait(BACK_OFF_S, stop)
            alive()
            if not is_busy:
                self._clock.wait(WAIT_S, self._link.wake)

    def step(self) -> bool:
        """Do what is there, within bounds; return whether more is waiting."""
        self._take_in()
        for _ in range(min(len(self._live), LIVE_A_STEP)):
            self._take_live(*self._live.popleft())
        self._board.count(refused=self._refused, conflicts=self._intake.conflicts)
        self._board.write(self._nightly.running)
        is_deleting = self._delete()
        for _ in range(min(len(self._transfers), TRANSFERS_A_STEP)):
            self._take_transfer(*self._transfers.popleft())
        self._intake.retry()
        self._judge_nights()
        self._watch.step()
        self._share.step(self._board.rooms)
        return bool(self._live or self._transfers or is_deleting)

    def _take_in(self) -> None:
        came_s = self._arrivals.look()
        for event in self._link.drain():
            if isinstance(event, Inbound):
                self._sort(event, came_s)
            elif isinstance(event, Connected):
                if self._is_return_news:
                    log.info(line("broker connected"))
                    self._is_return_news = False
                self._board.clear(BROKER)
                self._greet()
            else:
                self._is_return_news |= self._losses.warn("no broker", event.reason)
                self._board.find(BROKER, NO_BROKER.format(event.reason))

    def _sort(self, message: Inbound, came_s: float) -> None:
        try:
            room, leaf = self._topics.read(message.topic)
        except ContractError as error:
            self._refuse(error)
            return
        if leaf in LIVE_KINDS:
            self._live.append((room, leaf, message, came_s))
        elif leaf in TRANSFER_KINDS:
            self._transfers.append((room, leaf, message))

    def _greet(self) -> None:
        """Say on a new connection what a broker that lost its memory should know."""
        self._intake.take(ReceiverConnected())
        self._share.forget()
        self._nights.mark(self._board.rooms)

    def _take_live(self, room: str, leaf: Leaf, inbound: Inbound, came_s: float) -> None:
        try:
            message = decode(inbound.payload, LIVE_KINDS[leaf])
        except ContractError as error:
            self._refuse(error)
            return
        now = self._board.room(room)
        if isinstance(message, Availability):
            now.took_availability(message)
            return
        if inbound.retained and self._clock.state() is ClockState.UNSYNCED:
            return  # how old it is nobody knows before this machine knows the time
        now_ms = self._clock.now_ms()
        boot_s = self._clock.boottime_s()
        if inbound.retained:
            now.took_state(message, now_ms=now_ms, boot_s=boot_s, retained=True)
        else:
            came_s = self._arrivals.came_s(room, message, came_s)
            came_ms = now_ms - round((boot_s - came_s) * 1000)
            now.took_state(message, now_ms=came_ms, boot_s=came_s, retained=False)
            self._score_live(room, message, now_ms)

    def _score_live(self, room: str, state: State, now_ms: int) -> None:
        try:
            live = self._score_now(
                state,
                self._nightly.settings(room, in_force_ms(self._clock, self._household)),
                now_ms,
            )
        except (StoreError, ScoreError) as error:
            self._board.score(room, None)
            self._watch.scored(room, state, None, now_ms)
            self._sampled.warn("no live score", error)
            return
        self._board.score(room, live)
        self._watch.scored(room, state, live, now_ms)
        message = live_message(live, at_ms=now_ms, sequence=self._number())
        self._publish(room, Leaf.SCORE, encode(message), expiry_s=SCORE_EXPIRY_S)

    def _take_transfer(self, room: str, leaf: Leaf, inbound: Inbound) -> None:
        try:
            message = decode(inbound.payload, TRANSFER_KINDS[leaf])
        except ContractError as error:
            self._refuse(error)
            return
        if room not in self._board.rooms:
            self._board.room(room)
        if isinstance(message, Batch):
            # Heard, whether or not the store can take them: a full disk is no silent room.
            self._watch.minutes_arrived(room, message.records)
            self._intake.take(BatchReceived(room=room, batch=message))
        else:
            self._intake.take(HelloReceived(room=room, hello=message))

    def _acknowledge(self, room: str, stored: Stored) -> None:
        self._publish(room, Leaf.STORED, encode(stored), qos=1)

    def _note_stored(self, room: str, records: Sequence[Record]) -> None:
        self._nightly.minutes_arrived(room, records, self._clock.monotonic_s())

    def _delete(self) -> bool:
        """Carry out some of what people deleted; return whether more is waiting."""
        try:
            is_deleting = self._deleter.step(Moment.of(self._clock))
        except StoreError as error:
            self._failed("deletions", "What you deleted cannot be taken out of sight yet", error)
            return False
        self._board.clear("deletions")
        return is_deleting

    def _judge_nights(self) -> None:
        try:
            judged = self._nightly.step(
                now_ms=self._clock.now_ms(),
                now_s=self._clock.monotonic_s(),
                knows_time=self._clock.state() is not ClockState.UNSYNCED,
            )
            self._nights.mark(self._nightly.take_dropped())
            if judged is not None and judged.newest:
                self._nights.mark([judged.room])
            self._nights.step()
        except StoreError as error:
            self._failed("nights", "Nights cannot be judged", error)
            return
        self._board.clear("nights")

    def _publish(
        self, room: str, leaf: Leaf, payload: bytes, *, qos: int = 0, expiry_s: int | None = None
    ) -> bool:
        topic = self._topics.of(room, leaf)
        return self._link.publish(
            Outbound(topic=topic, payload=payload, qos=qos, retain=True, expiry_s=expiry_s)
        )

    def _refuse(self, error: ContractError) -> None:
        self._refused += 1
        self._sampled.warn("message refused", error)

    def _store_failed(self, error: StoreError) -> None:
        self._give_up_if_damaged(error)
        self._store_failures += 1
        self._sampled.warn("store failed", error)
        self._board.find("store", f"Nothing can be stored: {error}. The sensors keep what is not.")

    def _failed(self, code: str, words: str, error: StoreError) -> None:
        self._give_up_if_damaged(error)
        self._store_failures += 1
        self._sampled.warn(f"{code} wait", error)
        self._board.find(code, f"{words}: {error}. It is tried again.")

    def _give_up_if_damaged(self, error: StoreError) -> None:
        if self._is_our_damage(error):
            raise error

    def _is_our_damage(self, error: Exception) -> bool:
        """Tell whether nights.db is damaged; household.db is for its own writer to replace."""
        return isinstance(error, CorruptFileError) and error.path == self._writer.path

    def _number(self) -> int:
        self._sequence += 1
        return self._sequence
