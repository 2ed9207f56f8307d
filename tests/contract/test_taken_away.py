"""The part of the journal that was written last is taken away while the daemon is down."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.messages import Trouble
from monitor.contract.record import ClockState
from monitor.store.condition import store_findings
from tests.contract.test_time import TRUTH_MS, House
from tests.contract.test_transfer import MEMORY
from tests.fakes.folder import Folder, data_folder
from tests.fakes.link import FakeBroker
from tests.fakes.simulation import simulate
from tests.fakes.world import World
from tests.unit.monitor.test_recorder import Bench

SEEDS = range(16)
STEPS = 300
TAKEN_PER_STEP = 0.02


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def a_house(folder: Folder) -> House:
    house = House(Bench(folder, FakeBroker(), now_ms=TRUTH_MS), folder.path / "journal")
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    return house


def take_away_last(folder: Path) -> bool:
    last = max(folder.glob("*.log"), default=None)
    if last is not None:
        last.unlink()
    return last is not None


def lost(folder: Folder) -> list[str]:
    return [one.words for one in store_findings(folder.path) if one.what.startswith("gap")]


def live_without_a_store_and_lose_the_last(house: House, minutes: int) -> None:
    house.bench.broker.stop()
    house.live(minutes)
    house.room.kill()
    take_away_last(house.folder)
    house.room.start()
    house.bench.broker.restart()
    house.live(5)
    house.talk(60)


def test_minutes_that_no_store_had_are_declared_and_those_before_are_not(folder: Folder) -> None:
    house = a_house(folder)
    house.live(10)
    live_without_a_store_and_lose_the_last(house, 20)
    assert house.room.courier.troubles == (Trouble.JOURNAL_DAMAGED,)
    assert (len(house.stored()), house.room.courier.sender.backlog) == (15, 0)
    assert [one.partition(" are ")[0] for one in lost(folder)] == ["20 minutes"]


def test_so_they_are_where_what_lies_below_is_not_stored_either(folder: Folder) -> None:
    house = a_house(folder)
    house.live(10)
    before_midnight = 59 - 10  # the day's segment ends there, unacknowledged
    live_without_a_store_and_lose_the_last(house, before_midnight + 20)
    assert house.room.courier.troubles == (Trouble.JOURNAL_DAMAGED,)
    assert (len(house.stored()), house.room.courier.sender.backlog) == (59 + 5, 0)
    assert [one.partition(" are ")[0] for one in lost(folder)] == ["20 minutes"]


def test_of_minutes_that_are_stored_none_is_called_lost(folder: Folder) -> None:
    house = a_house(folder)
    house.live(20)
    stream = house.room.journal.stream
    house.room.kill()
    take_away_last(house.folder)
    house.room.start()
    house.live(5)
    house.talk(60)
    assert house.room.courier.troubles == (Trouble.JOURNAL_DAMAGED,)
    assert house.room.journal.stream == stream
    assert (len(house.stored()), lost(folder)) == (25, [])


class Thief:
    """Takes the last part, now and then; the daemon starts afterwards."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"thief {seed}")
        self.taken = 0

    def __call__(self, world: World) -> None:
        if world.peaceful or world.journal is None or self._rng.random() >= TAKEN_PER_STEP:
            return
        world.kill_the_sensor()
        self.taken += take_away_last(world.card)


@pytest.mark.parametrize("seed", SEEDS)
def test_through_every_accident_its_minutes_are_declared_and_no_number_is_given_again(
    seed: int,
) -> None:
    thief = Thief(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as one:
        simulate(seed, Path(one), STEPS, bystander=thief)
    assert thief.taken
