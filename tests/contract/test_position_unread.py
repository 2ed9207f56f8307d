"""The store's position lies in a part of the journal that the card does not give."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.disk import RealDisk
from firmware.segment_log import TRIES
from monitor.contract.messages import Trouble
from monitor.contract.record import ClockState
from monitor.store.condition import store_findings
from tests.contract.test_time import TRUTH_MS, House
from tests.fakes.disk import FaultyDisk
from tests.fakes.folder import Folder, data_folder
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def a_house(folder: Folder) -> tuple[House, FaultyDisk]:
    house = House(Bench(folder, FakeBroker(), now_ms=TRUTH_MS), folder.path / "journal")
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    disk = FaultyDisk(RealDisk(durable=False))
    house.room.kill()
    house.room = RoomSide(house.folder, house.bench.broker, house.clock, disk=disk)
    return house, disk


def segments(house: House) -> list[str]:
    return sorted(path.name for path in house.folder.glob("*.log"))


def lost(folder: Folder) -> list[str]:
    return [one.words for one in store_findings(folder.path) if one.what.startswith("gap")]


def assert_it_was_no_loss_and_nobody_s_fault(house: House, folder: Folder, stream: str) -> None:
    assert Trouble.NOT_OURS not in house.room.courier.troubles
    assert house.room.journal.stream == stream
    assert (len(house.stored()), house.room.courier.sender.backlog) == (len(house.truth), 0)
    assert lost(folder) == []


def test_a_daemon_that_starts_over_such_a_part_calls_nothing_lost_and_accuses_nobody(
    folder: Folder,
) -> None:
    house, disk = a_house(folder)
    house.live(40)
    stream = house.room.journal.stream
    disk.bad_spots = frozenset(segments(house))
    house.restart_daemon()
    house.live(TRIES + 2)
    assert_it_was_no_loss_and_nobody_s_fault(house, folder, stream)


def test_nor_does_one_that_had_no_broker_until_it_had_given_that_part_up(folder: Folder) -> None:
    house, disk = a_house(folder)
    house.live(40)
    stream = house.room.journal.stream
    disk.bad_spots = frozenset(segments(house))
    house.bench.broker.stop()
    house.restart_daemon()
    house.live(TRIES + 2)
    house.restart_daemon()
    house.bench.broker.restart()
    house.live(2)
    assert_it_was_no_loss_and_nobody_s_fault(house, folder, stream)


def test_a_part_that_can_be_read_again_within_the_hour_is_compared_then(folder: Folder) -> None:
    house, disk = a_house(folder)
    house.live(40)
    stream = house.room.journal.stream
    house.bench.broker.stop()
    house.live(20)
    disk.bad_spots = frozenset(segments(house))
    house.restart_daemon()
    house.bench.broker.restart()
    house.live(10)
    assert len(house.stored()) == 40
    disk.bad_spots = frozenset()
    house.live(2)
    assert_it_was_no_loss_and_nobody_s_fault(house, folder, stream)


@pytest.mark.parametrize("minutes_off", [0, 7])
def test_nor_is_anybody_accused_where_the_line_of_the_position_has_changed(
    folder: Folder, minutes_off: int
) -> None:
    """A new stream carries what is there: it may be another card's, but need not."""
    house, _ = a_house(folder)
    house.live(40)
    house.room.kill()
    last = house.folder / segments(house)[-1]
    content = bytearray(last.read_bytes())
    content[-60] ^= 1
    last.write_bytes(content)
    house.clock.wait(60.0 * minutes_off)
    house.room.start()
    house.live(5)
    house.talk(60)
    troubles = house.room.courier.troubles
    assert Trouble.NOT_OURS not in troubles
    assert Trouble.JOURNAL_DAMAGED in troubles
    assert house.room.courier.sender.backlog == 0
    assert lost(folder) == []


def test_a_position_that_is_found_to_be_a_twin_s_then_is_left_with_all_that_lies_below_it(
    folder: Folder,
) -> None:
    """A card that was restored from a copy went on with the numbers its twin has used since."""
    house, disk = a_house(folder)
    house.live(40)
    shutil.copytree(house.folder, folder.path / "copy")
    house.live(20)
    house.room.kill()
    house.folder = house.room.folder = folder.path / "copy"
    house.bench.broker.stop()
    house.room.start()
    house.live(5)
    disk.bad_spots = frozenset(segments(house))
    house.restart_daemon()
    house.live(1)
    house.bench.broker.restart()
    house.live(10)
    disk.bad_spots = frozenset()
    house.live(10)
    assert (len(house.stored()), house.room.courier.sender.backlog) == (len(house.truth), 0)
