"""One room's transfer in one process: real journal on real files, courier, receiver.

The broker and the clock are in memory, and so is the store, or it is the product's. Every
choice comes from one seeded generator: the same seed is the same run. What must hold is
checked as it happens.
"""

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from firmware.courier import Courier
from firmware.dating import Dating
from firmware.disk import RealDisk
from firmware.errors import JournalError
from firmware.journal import NOT_OPEN, Journal
from firmware.journal_limits import Limits
from monitor.contract.codec import decode, encode
from monitor.contract.messages import Batch, Hello, Stored
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf
from monitor.receiver import (
    Action,
    BatchReceived,
    Committed,
    Connected,
    Event,
    HelloReceived,
    Receiver,
    StoreBatch,
)
from monitor.runtime.clock import VirtualClock
from tests.fakes.disk import FaultyDisk, PowerCut
from tests.fakes.ledger import Ledger
from tests.fakes.product_store import ProductBackup, ProductStore, ProductStores
from tests.fakes.sensor_time import SensorTime, held_by
from tests.fakes.store import MemoryStore
from tests.fakes.transfer_records import FIRST_END_MS, a_minute
from tests.fakes.true_time import true_end_ms

ROOM = "bedroom"
DEVICE = "nightroom-bedroom"
# An hour's wait for a new stream, ten minutes' for a store, and some for what is in flight.
PEACE_STEPS = 130
PEACE_PAUSE_S = 60.0
# Small, so that a short run fills it: segments of 12 records, 120 in all.
LIMITS = Limits(records=120, segment_records=12, waiting=8)
# A broker restarts from its last autosave: so many acknowledgements back at most.
MAX_RETAINED = 50
PAUSES_S = (0.5, 2.0, 6.0, 20.0, 60.0, 700.0, 4_000.0, 40_000.0)


Store = MemoryStore | ProductStore
Backup = MemoryStore | ProductBackup


class Crash(BaseException):
    """The monitor stopped at this point; nothing may catch it but the world."""


class World:
    """A sensor, a broker and a monitor; step() lets time pass and things happen.

    Attributes:
        history: what happened, one line an accident; printed when a run fails.
        bystander: does something after each step, in peace as well.
        time: the sensor's, which may be wrong; None where it has the right time always.
        damaged: the files in which an accident has changed something.
    """

    def __init__(
        self,
        seed: int,
        directory: Path,
        *,
        bystander: "Callable[[World], None] | None" = None,
        timeless: bool = True,
        stores: ProductStores | None = None,
    ) -> None:
        self.bystander = bystander
        self.rng = random.Random(seed)
        self.clock = VirtualClock(start_ms=FIRST_END_MS)
        self.time = None if timeless else SensorTime(seed, self.clock)
        self.sensor_clock: VirtualClock = self.time or self.clock
        self.ledger = Ledger()
        self.history: list[str] = []
        self.peaceful = False
        self.peace_steps = PEACE_STEPS
        self.directory = directory
        self.cards = 1
        self.card_copies: list[Path] = []
        self.damaged: set[Path] = set()
        self.is_card_swapped = False
        self.disk = FaultyDisk(RealDisk(durable=False))
        self.journal: Journal | None = None
        self.courier: Courier | None = None
        # Every second store knows the CRC of what it has purged, and each that meets a stranger.
        remembers = seed % 2 == 1 or bystander is not None
        store_id = self.new_id()
        self.store: Store = (
            MemoryStore(store_id, remembers=remembers)
            if stores is None
            else stores(store_id, self.clock)
        )
        self.backups: list[tuple[int, Backup]] = []
        self.receiver: Receiver | None = None
        self.crash_before_commit = self.crash_after_commit = False
        self.sensor_online = self.monitor_online = False
        self.away_until_s = 0.0
        self.up: deque[tuple[Leaf, bytes, int]] = deque()  # and the card that said it
        self.heard_card = 1
        self.down: deque[tuple[bytes, bool]] = deque()
        self.retained: list[bytes] = []

    # what passes by itself

    def step(self) -> None:
        """Let some time pass: a minute ends, messages move, connections come back."""
        self.clock.wait(PEACE_PAUSE_S if self.peaceful else self.rng.choice(PAUSES_S))
        if self.receiver is not None:
            self.store.pass_time()
        self._start_what_is_down()
        # In peace few minutes end, or the journal would overflow past what blocks it.
        if not self.peaceful or self.by_lot(0.1):
            self._with_sensor(self._keep_a_minute)
        for _ in range(self.rng.randrange(8)):
            self._move_one_message()
            self.tick()
        if self.bystander is not None:
            self.bystander(self)

    def settle(self) -> None:
        """Let no more accidents happen and everything in flight arrive."""
        self.peaceful = True
        self.disk.is_full = False
        self.disk.next_append = None
        self.away_until_s = 0.0
        self.crash_before_commit = self.crash_after_commit = False
        if self.time is not None:
            self.time.find()
        self.note("peace")
        for _ in range(self.peace_steps):
            self.step()
            while self.up or self.down:
                self._move_one_message()
            if self._is_settled():
                return
        missing = self.ledger.unanswered(self.store)
        wrong = self._misdated()
        assert not wrong, f"{len(wrong)} minutes not at their time, first {wrong[:3]}"
        raise AssertionError(
            f"not settled: {self.courier and self.courier.sender.backlog} in the backlog,"
            f" {len(missing)} minutes unanswered, first {missing[:3]}"
        )

    def tick(self) -> None:
        """Let the sensor do what is due; with the time known all it holds is dated then."""
        self._with_sensor(lambda courier: courier.tick())
        if self.time is None or not self.time.is_known or self.disk.is_full:
            return
        if self.journal is not None and self.journal.waiting == 0:
            self.time.note_dated()

    def note(self, text: str) -> None:
        self.history.append(f"{self.clock.monotonic_s():.1f} s: {text}")

    def new_id(self) -> str:
        return f"{self.rng.getrandbits(64):016x}"

    # what can be switched off

    def cut_the_sensor_off(self) -> None:
        self.sensor_online = False
        self._with_sensor(lambda courier: courier.disconnected())

    def kill_the_sensor(self) -> None:
        self.courier = self.journal = None
        self.sensor_online = False

    def kill_the_monitor(self) -> None:
        self.receiver = None
        self.monitor_online = False

    # the sensor

    @property
    def card(self) -> Path:
        return self.directory / f"card-{self.cards}"

    def _with_sensor(self, task: Callable[[Courier], None]) -> None:
        if self.courier is None or self.journal is None:
            return
        was_short = self.journal.holdings().short_of_space or self.disk.is_full
        try:
            task(self.courier)
        except PowerCut:
            self.kill_the_sensor()
        else:
            self.ledger.observe(self.journal, self.store, was_short=was_short)

    def _keep_a_minute(self, courier: Courier) -> None:
        courier.keep(
            a_minute(end_ms=self.sensor_clock.now_ms()),
            boot=self.sensor_clock.boot_id(),
            boottime_s=self.sensor_clock.boottime_s(),
            clock=self.sensor_clock.state(),
        )

    def open_journal(self, *, swapped: bool = False) -> None:
        """Start the sensor on its card; an accident may stop it again at once."""
        self.is_card_swapped |= swapped
        try:
            journal = Journal.open(self.card, disk=self.disk, new_id=self.new_id, limits=LIMITS)
            dating = self._open_dating(journal)
        except PowerCut:
            return
        except JournalError:
            self.disk.is_full = False  # before anything else, somebody makes space
            return
        if journal.stream == NOT_OPEN and not self.may_wait_to_open():
            self.disk.is_full = False  # the same; it would wait, and hold none
            return
        self.journal = journal
        self._take_stock(journal)
        self.courier = Courier(
            journal,
            device=DEVICE,
            session=self.new_id(),
            clock=self.sensor_clock,
            rng=self.rng,
            publish=self._publish_up,
            report=self.note,
            dating=dating,
        )

    def may_wait_to_open(self) -> bool:
        """Tell whether a daemon goes on that waits to open its journal."""
        return False

    def _open_dating(self, journal: Journal) -> Dating:
        return Dating.open(self.card, self.disk, journal)

    def _take_stock(self, journal: Journal) -> None:
        if self.is_card_swapped:
            self.ledger.swap(journal, self.store)
        else:
            self.ledger.reopen(journal)
        self.is_card_swapped = False
        if self.time is not None and not self.disk.is_full:
            self.time.note_told(journal)

    def _publish_up(self, leaf: Leaf, payload: bytes) -> None:
        if self.sensor_online:
            self.up.extend([(leaf, payload, self.cards)] * self._copies())

    # the monitor

    def publish_down(self, payload: bytes) -> None:
        self.retained = [*self.retained, payload][-MAX_RETAINED:]
        if self.sensor_online:
            self.down.extend([(payload, False)] * self._copies())

    def _monitor_takes(self, leaf: Leaf, payload: bytes) -> None:
        event: Event
        if leaf is Leaf.HELLO:
            event = HelloReceived(room=ROOM, hello=decode(payload, Hello))
        else:
            event = BatchReceived(room=ROOM, batch=decode(payload, Batch))
        try:
            self._monitor_does(event)
        except Crash:
            self.kill_the_monitor()

    def _monitor_does(self, event: Event) -> None:
        if self.receiver is None:
            return
        for action in self.receiver.handle(event, instant(self.clock.now_ms())):
            self._carry_out(action)

    def _carry_out(self, action: Action) -> None:
        if not isinstance(action, StoreBatch):
            self._require_true(action.stored)
            self.publish_down(encode(action.stored))
            return
        if self.crash_before_commit:
            self.crash_before_commit = False
            raise Crash
        self._require_no_false_gap(action)
        self._require_true_dates(action)
        self.store.commit(action)
        if self.crash_after_commit:
            self.crash_after_commit = False
            raise Crash
        self._monitor_does(Committed(storing=action))

    # the way between

    def _copies(self) -> int:
        return 1 if self.peaceful else self.rng.choice((0, 1, 1, 1, 1, 2))

    def _start_what_is_down(self) -> None:
        if self.courier is None and self._by_chance():
            self.open_journal()
        if self.receiver is None and self._by_chance():
            self.store.restart()
            self.receiver = Receiver(self.store.store_id, self.store)
        if self.courier is not None and self._can_connect() and self._by_chance():
            self.sensor_online = True
            self.down.extend((payload, True) for payload in self.retained[-1:])
            self._with_sensor(lambda courier: courier.connected())
        if self.receiver is not None and not self.monitor_online and self._by_chance():
            self.monitor_online = True
            self._monitor_does(Connected())

    def _can_connect(self) -> bool:
        return not self.sensor_online and self.clock.monotonic_s() >= self.away_until_s

    def _by_chance(self) -> bool:
        return self.peaceful or self.by_lot(0.4)

    def by_lot(self, chance: float) -> bool:
        return self.rng.random() < chance

    def _move_one_message(self) -> None:
        if self.up and (not self.down or self.by_lot(0.5)):
            leaf, payload, self.heard_card = self.up.popleft()
            if self.monitor_online:
                self._monitor_takes(leaf, payload)
        elif self.down:
            payload, retained = self.down.popleft()
            if self.sensor_online:
                self._with_sensor(lambda courier: courier.receive(payload, retained=retained))

    # what must hold

    def is_all_answered(self) -> bool:
        return not self.ledger.unanswered(self.store)

    def _is_settled(self) -> bool:
        return (
            self.courier is not None
            and self.journal is not None
            and self.courier.sender.backlog == 0
            and self.journal.waiting == 0
            and self.is_all_answered()
            and not self._misdated()
        )

    def _misdated(self) -> list[str]:
        if self.time is None or self.journal is None:
            return []
        return self.time.misdated(held_by(self.journal), self.store)

    def _require_true_dates(self, storing: StoreBatch) -> None:
        """What is not called uncertain is right; what is called so has no date to be told by."""
        for record in (*storing.records, *storing.revisions):
            is_right = record.minute.end_ms == true_end_ms(record)
            assert is_right or record.clock is ClockState.UNSYNCED, f"wrong date: {record}"

    def _require_true(self, stored: Stored) -> None:
        """An acknowledgement covers only what is stored, declared or deleted."""
        answered = self.store.answered[stored.stream]
        missing = set(range(1, stored.stored_seq + 1)) - answered
        assert not missing, f"acknowledged and not stored: {sorted(missing)}"

    def _require_no_false_gap(self, storing: StoreBatch) -> None:
        """Nothing is declared lost that the card which said so still holds."""
        if self.heard_card != self.cards:
            return  # it was on its way when a copy of an earlier state came in
        held = {key for key in self.ledger.on_card.values() if key[0] == storing.source.stream}
        for first, last in storing.gaps:
            false = [seq for _, seq in held if first <= seq <= last]
            assert not false, f"declared lost and still held: {sorted(false)}"
