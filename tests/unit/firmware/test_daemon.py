"""The loop: parts, journal, store and live state, in memory and on injected clocks."""

import itertools
import random
import threading
from pathlib import Path

import pytest

from firmware.courier import Courier
from firmware.daemon import MAX_BACKLOG, Daemon, Progress
from firmware.dating import Dating
from firmware.disk import RealDisk
from firmware.journal import Journal
from firmware.parts import Parts
from firmware.sampling import Sampler
from firmware.sensors.base import LightReading
from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.codec import decode
from monitor.contract.messages import Availability, State
from monitor.contract.record import ClockState
from monitor.contract.topics import Leaf, Topics
from monitor.night.events import EventDetector
from monitor.runtime.clock import VirtualClock
from tests.fakes.acknowledger import Acknowledger
from tests.fakes.disk import FaultyDisk
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.parts import SaysSensor, SteadySound, a_climate, a_fault, a_light

START_MS = 1_700_000_400_000
TOPICS = Topics()
ME = Identity(room="bedroom", device="sensors-1", session="a" * 16)
BOOT = "b" * 16
THREE_WEEKS_S = 21 * 86_400


class StopAt(VirtualClock):
    """Stands for the real clock: sets stop when a time has come; can act on the way."""

    def __init__(self, stop: threading.Event, at_s: float) -> None:
        super().__init__(start_ms=START_MS, boot_id=BOOT)
        self._stop = stop
        self._at_s = at_s
        self.plan: list[tuple[float, object]] = []

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        woken = super().wait(timeout_s, wake)
        while self.plan and self.monotonic_s() >= self.plan[0][0]:
            self.plan.pop(0)[1]()
        if self.monotonic_s() >= self._at_s:
            self._stop.set()
        return woken


class House:
    """A daemon with its broker and store, in a directory."""

    def __init__(self, tmp_path: Path, *, seconds: float = 1e9, virtual: bool = False) -> None:
        self.stop = threading.Event()
        self.network_clock = StopAt(self.stop, seconds)
        self.clock = VirtualClock(start_ms=START_MS) if virtual else self.network_clock
        self.broker = FakeBroker()
        self.store = Acknowledger(self.broker)
        will = availability(TOPICS, ME, online=False, at_ms=START_MS)
        self.link = FakeLink(self.broker, subscriptions(TOPICS, "bedroom"), will)
        self.disk = FaultyDisk(RealDisk())
        self.journal = Journal.open(tmp_path, disk=self.disk, new_id=lambda: "c" * 16)
        uplink = Uplink(
            self.link, topics=TOPICS, identity=ME, clock=self.network_clock, is_live=not virtual
        )
        self.courier = Courier(
            self.journal,
            device=ME.device,
            session=ME.session,
            clock=self.network_clock,
            rng=random.Random(1),
            publish=uplink.publish,
            report=lambda _line: None,
            dating=Dating.open(tmp_path, self.disk, self.journal),
        )
        uplink.serve(self.courier)
        self.light = SaysSensor(a_light)
        self.climate = SaysSensor(a_climate)
        parts = Parts(
            climate=self.climate,
            light=self.light,
            light_interval_s=10.0,
            sound=None if virtual else SteadySound(self.clock),
            drain_interval_s=10.0,
        )
        self.beats = 0
        self.progress: list[Progress] = []
        self.off_ms = (0, 0)
        self.daemon = Daemon(
            sampler=Sampler(parts=parts, clock=self.clock, detector=EventDetector()),
            courier=self.courier,
            uplink=uplink,
            clock=self.clock,
            network_clock=self.network_clock,
            heartbeat=self.beat,
            progress=self.progress.append,
            off_until=lambda at_ms: (
                self.off_ms[1] if self.off_ms[0] <= at_ms < self.off_ms[1] else None
            ),
        )

    def beat(self) -> None:
        self.beats += 1

    def run(self, until_ms: int | None = None) -> bool:
        return self.daemon.run(self.stop, until_ms=until_ms)

    def states(self) -> list[State]:
        topic = TOPICS.of("bedroom", Leaf.STATE)
        return [decode(m.payload, State) for m in self.link.published if m.topic == topic]


def test_every_minute_reaches_the_store(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=305)
    assert house.run()
    assert [minute.duration_s for minute in house.store.minutes] == [60, 60, 60, 60, 60, 5]
    record = house.store.records[1]
    assert (record.boot, record.clock) == (BOOT, ClockState.SYNCED)
    assert record.boottime_s == pytest.approx(160.0)


@pytest.mark.parametrize("at_s", [x / 10 for x in range(1190, 1210)])
def test_no_minute_is_called_sure_of_a_stamp_from_before_the_time_was_found(
    tmp_path: Path, at_s: float
) -> None:
    house = House(tmp_path, seconds=240)
    clock = house.network_clock
    clock.set_state(ClockState.UNSYNCED)

    def find_time() -> None:
        clock.step(THREE_WEEKS_S)
        clock.set_state(ClockState.SYNCED)

    clock.plan = [(at_s, find_time)]
    house.run()
    for record in house.store.records.values():
        true_ms = START_MS + THREE_WEEKS_S * 1000 + round((record.boottime_s - 100.0) * 1000)
        is_right = abs(record.minute.end_ms - true_ms) <= 1000
        assert is_right or record.clock is ClockState.UNSYNCED


def test_the_live_state_is_published_every_five_seconds(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=60)
    house.run()
    states = house.states()
    ages = [
        (later.at - earlier.at).total_seconds() for earlier, later in itertools.pairwise(states)
    ]
    assert ages[1:] == pytest.approx([5.0] * len(ages[1:]), abs=0.3)
    assert states[-1].climate.temperature_c == 18.0
    assert [state.sequence for state in states] == sorted({state.sequence for state in states})


def test_a_dead_part_is_shown_as_having_no_value(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=30)
    house.light.answer = a_fault
    house.run()
    assert house.states()[-1].light.illuminance_lx is None


def test_an_orderly_stop_says_offline_journals_the_rest_and_closes_the_parts(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, seconds=75)
    house.run()
    topic = TOPICS.of("bedroom", Leaf.AVAILABLE)
    assert not decode(house.broker.retained[topic].payload, Availability).online
    assert house.journal.next_seq == 3
    assert house.light.closed
    assert house.climate.closed
    assert not house.link.started


def test_without_a_broker_minutes_wait_in_the_journal_and_go_out_later(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=900)
    house.broker.up = False
    house.network_clock.plan = [(600.0, house.broker.restart)]
    house.run()
    assert len(house.store.records) == 15


def test_a_broker_that_restarts_costs_no_minute(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=600)
    house.network_clock.plan = [(130.0, house.broker.stop), (300.0, house.broker.restart)]
    house.run()
    assert [minute.duration_s for minute in house.store.minutes] == [60.0] * 10


def test_the_watchdog_hears_from_every_turn(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=60)
    house.run()
    assert house.beats >= 60


def test_a_minute_the_contract_refuses_is_not_the_end(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=305)
    keep = house.courier.keep

    def keep_but_once(*args: object, **kwargs: object) -> None:
        house.courier.keep = keep
        keep(*args, **{**kwargs, "boot": "not an id"})

    house.courier.keep = keep_but_once
    house.run()
    assert len(house.store.records) == 5


@pytest.mark.slow
def test_a_virtual_day_runs_at_once_and_ends_when_the_store_has_it(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    assert house.run(until_ms=START_MS + 86_400_000)
    assert [minute.duration_s for minute in house.store.minutes] == [60.0] * 1440
    assert house.network_clock.monotonic_s() < 10


def test_the_last_virtual_minute_is_as_full_as_the_others(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    house.run(until_ms=START_MS + 180_000)
    assert [(m.climate.n, m.light.n) for m in house.store.minutes] == [(7, 7), (6, 6), (6, 6)]


def test_a_part_that_takes_its_time_at_the_very_end_begins_no_minute(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)

    def slow() -> LightReading:
        house.clock.wait(0.26)
        return a_light()

    house.light.answer = slow
    house.run(until_ms=START_MS + 180_000)
    assert [m.end_ms - START_MS for m in house.store.minutes] == [60_000, 120_000, 180_000]


def test_a_virtual_run_that_ends_within_a_minute_keeps_what_there_was_of_it(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, virtual=True)
    house.run(until_ms=START_MS + 90_000)
    assert [m.end_ms - START_MS for m in house.store.minutes] == [60_000, 90_000]


def test_without_power_there_are_no_minutes_and_none_is_made_up(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    house.off_ms = START_MS + 150_000, START_MS + 7_200_000
    house.run(until_ms=START_MS + 7_320_000)
    ends_s = [(m.end_ms - START_MS) / 1000 for m in house.store.minutes]
    assert ends_s[:3] == [60, 120, pytest.approx(150, abs=6)]
    assert ends_s[3:] == [7260, 7320]
    assert [m.duration_s for m in house.store.minutes[3:]] == [60.0, 60.0]


def test_years_without_power_cost_no_minute_that_was_recorded_before(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    on_ms = START_MS + 19 * 365 * 86_400_000
    house.off_ms = START_MS + 180_000, on_ms
    house.run(until_ms=on_ms + 60_000)
    ends_s = [(m.end_ms - START_MS) / 1000 for m in house.store.minutes]
    assert ends_s == [60, 120, 180, (on_ms - START_MS) / 1000 + 60]


def test_a_virtual_run_is_silent_about_the_present(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    house.run(until_ms=START_MS + 3_600_000)
    assert house.states() == []
    assert TOPICS.of("bedroom", Leaf.AVAILABLE) not in house.broker.retained


@pytest.mark.slow
def test_virtual_time_waits_while_the_store_is_a_day_behind(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=300, virtual=True)
    house.store.silent = True
    assert not house.run(until_ms=START_MS + 5 * 86_400_000)
    behind = (house.clock.now_ms() - START_MS) / 60_000
    assert MAX_BACKLOG <= behind <= MAX_BACKLOG + 61
    assert house.progress[-1].backlog >= MAX_BACKLOG


@pytest.mark.slow
def test_virtual_time_goes_on_when_the_store_is_back(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=900, virtual=True)
    house.store.silent = True
    house.network_clock.plan = [(120.0, lambda: setattr(house.store, "silent", False))]
    assert house.run(until_ms=START_MS + 1600 * 60_000)
    assert len(house.store.records) == 1600


def test_a_store_that_is_not_there_is_given_up_after_a_minute(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    house.store.silent = True
    assert not house.run(until_ms=START_MS + 3_600_000)
    assert house.network_clock.monotonic_s() == pytest.approx(60, abs=2)
    assert house.journal.next_seq == 61


def test_waiting_for_the_store_ends_with_a_stop(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=5, virtual=True)
    house.store.silent = True
    assert not house.run(until_ms=START_MS + 3_600_000)
    assert house.network_clock.monotonic_s() < 10


@pytest.mark.slow
def test_virtual_minutes_are_made_durable_in_groups(tmp_path: Path) -> None:
    house = House(tmp_path, virtual=True)
    syncs = []
    sync = house.journal.sync

    def counted() -> None:
        syncs.append(house.clock.now_ms())
        sync()

    house.journal.sync = counted
    house.run(until_ms=START_MS + 86_400_000)
    assert len(syncs) <= 26


def test_parts_are_released_even_if_the_loop_breaks(tmp_path: Path) -> None:
    house = House(tmp_path)

    def broken() -> None:
        raise MemoryError

    house.courier.tick = broken
    with pytest.raises(MemoryError):
        house.run()
    assert house.light.closed
    assert not house.link.started


def test_the_live_state_tells_how_many_minutes_the_card_refuses(tmp_path: Path) -> None:
    house = House(tmp_path, seconds=305)
    house.network_clock.plan = [
        (70.0, lambda: setattr(house.disk, "is_full", True)),
        (200.0, lambda: setattr(house.disk, "is_full", False)),
    ]
    house.run()
    told = [state.unwritten for state in house.states()]
    assert [count for count, _ in itertools.groupby(told)] == [0, 1, 2, 0]
    assert [minute.duration_s for minute in house.store.minutes] == [60, 60, 60, 60, 60, 5]
